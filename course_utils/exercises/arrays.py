"""Checks of functions from arrays to one new array."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.exercises.check import Check


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
    **kwargs: Any,
) -> None:
    """Call f twice: the right numbers, in new memory each time, inputs unchanged.

    Args:
        check: the exercise.
        f: the student's function, with its arguments.
        expected: what it should return.
        name: what that is, for the message.
        tried, condition, mistakes: as for `Check.equal`.
        only: further causes, each with a boolean array that fits `expected`: named
            if wrong numbers stand at these places and nowhere else.
    """
    got = check.call(f, *args, tried=tried, **kwargs)
    local = {
        message: np.where(where, got, expected)
        for message, where in (only or {}).items()
        if isinstance(got, np.ndarray) and got.shape == expected.shape
    }
    check.equal(
        got,
        expected,
        name,
        tried=tried,
        condition=condition,
        mistakes=(mistakes or {}) | local,
    )
    again = check.call(f, *args, tried=tried, **kwargs)
    check.equal(
        again, expected, f"{name}, second call", tried=tried, condition=condition
    )
    given = [*args, *kwargs.values()]
    check.fresh([got, again], given, tried=f"{tried}, called twice")


def unwritable(*arrays: Any) -> list[Any]:
    """The same values, also in dicts, as read-only arrays with gaps in memory."""

    def one(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: one(item) for key, item in value.items()}
        wide = np.repeat(value, 2, axis=-1)[..., ::2]
        wide.flags.writeable = False
        return wide

    return [one(array) for array in arrays]
