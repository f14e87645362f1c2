"""Checks of functions from arrays to one new array."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.exercises.check import Check, difference, proven_cause
from course_utils.exercises.feedback import Feedback


def check_array(
    check: Check,
    f: Callable,
    *args: Any,
    expected: np.ndarray,
    name: str,
    tried: str,
    condition: float = 1.0,
    mistakes: dict[str, Any] | None = None,
    only: dict[str, np.ndarray] | None = None,
    seen: Callable[[np.ndarray], str] | None = None,
    **kwargs: Any,
) -> None:
    """Call f twice: the right numbers, in new memory each time, inputs unchanged.

    Args:
        check: the exercise.
        f: the student's function, with its arguments.
        expected: what it should return.
        name: what that is, for the message.
        tried, condition, mistakes: as for `Check.equal`.
        only: a second choice of causes, each with a boolean array that fits
            `expected`: named if wrong numbers stand at these places alone.
        seen: what can be said of a wrong result of the right shape for which no
            cause is known.
    """
    got = check.call(f, *args, tried=tried, **kwargs)
    if difference(got, expected, condition) is not None:
        cause = only_cause(got, expected, mistakes or {}, only or {}, condition)
        try:
            check.equal(got, expected, name, tried=tried, condition=condition)
        except Feedback as wrong:
            same_shape = getattr(got, "shape", None) == expected.shape
            known = not cause and seen and same_shape
            lines = wrong.lines | {"cause": cause, "seen": seen(got) if known else ""}
            raise check.feedback(**lines) from None
    again = check.call(f, *args, tried=tried, **kwargs)
    check.equal(
        again, expected, f"{name}, second call", tried=tried, condition=condition
    )
    given = [*args, *kwargs.values()]
    check.fresh([got, again], given, tried=f"{tried}, called twice")


def only_cause(
    got: Any,
    expected: np.ndarray,
    mistakes: dict[str, Any],
    only: dict[str, np.ndarray],
    condition: float,
) -> str:
    """The cause that explains a wrong result; "" if none does, or several do."""
    if not isinstance(got, np.ndarray) or got.dtype != expected.dtype:
        return ""
    fitting = [m for m in mistakes if proven_cause(got, {m: mistakes[m]}, condition)]
    if not fitting and got.shape == expected.shape:
        local = {m: np.where(where, got, expected) for m, where in only.items()}
        fitting = [m for m in local if proven_cause(got, {m: local[m]}, condition)][:1]
    return fitting[0] if len(fitting) == 1 else ""


def unwritable(*arrays: Any) -> list[Any]:
    """The same values, also in dicts, as read-only arrays with gaps in memory."""

    def one(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: one(item) for key, item in value.items()}
        wide = np.repeat(value, 2, axis=-1)[..., ::2]
        wide.flags.writeable = False
        return wide

    return [one(array) for array in arrays]
