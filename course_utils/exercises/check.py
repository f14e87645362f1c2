"""`Check`: calls a student's code, compares, and explains what differs."""

import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from course_utils.exercises import reference
from course_utils.exercises.feedback import Feedback
from course_utils.exercises.quiet import quiet
from course_utils.exercises.seeds import generator
from course_utils.exercises.sources import executed_sources, imported_answers
from course_utils.exercises.values import (
    arrays_in,
    changed_places,
    describe,
    is_array,
    is_tensor,
    same,
    share_memory,
    snapshot,
    to_numpy,
)

HALF_PRECISION = 1 / 64  # 1024 units in the last place of float16 are 1
SIZES = (2, 3, 5, 7, 11)  # primes: no product of two is mistaken for a third


class Check:
    """The checks of one exercise, as a block.

    Args:
        title: what the learner sees, for example "a2 · run_stack". With the
            secret of the class it is the seed of all that is drawn.
        answers_in: modules of course_utils that hold the answer; a submission
            that reaches one of them fails with a message that says so.

    Attributes:
        rng: NumPy generator, the same in every run of one class.
        reference: slow, plain implementations to compare with.

    >>> with Check("demo · double") as check:
    ...     x = check.normal(2, 3)
    ...     check.equal(check.call(lambda x: 2 * x, x), 2 * x, "double(x)")
    ✓ demo · double: all checks passed
    """

    def __init__(self, title: str, answers_in: Sequence[str] = ()):
        self.title = title
        self.answers_in = [f"course_utils.{name}" for name in answers_in]
        self.rng = generator(title)
        self.reference = reference

    def __enter__(self) -> "Check":
        if found := imported_answers(self.answers_in, executed_sources()):
            raise self.feedback(
                tried="reading your code",
                got=f"it uses {found}, which holds the finished answer",
                next="Write it yourself: remove that import, restart the kernel and "
                "run all cells.",
            )
        return self

    def __exit__(self, kind, error, trace) -> None:
        if kind is None:
            print(f"✓ {self.title}: all checks passed")
        elif issubclass(kind, NameError) and not issubclass(kind, UnboundLocalError):
            raise self.feedback(
                tried=f"finding the name {error.name}",
                got="it is not defined",
                next="Run the cell that defines it, without an error, then this one.",
            ) from None

    def feedback(self, **lines: str) -> Feedback:
        """A failed check of this exercise, ready to be raised."""
        return Feedback(self.title, **lines)

    # --- drawing inputs -------------------------------------------------------

    def sizes(self, n: int) -> list[int]:
        """Up to five sizes, all different, none the product of two others."""
        return [int(size) for size in self.rng.permutation(SIZES)[:n]]

    def normal(self, *shape: int) -> np.ndarray:
        """Standard normal numbers, float64."""
        return self.rng.normal(size=shape)

    def tensor(self, *shape: int, dtype: Any = None) -> Any:
        """Standard normal numbers as a tensor, float64 unless said otherwise."""
        import torch

        return torch.from_numpy(self.normal(*shape)).to(dtype or torch.float64)

    # --- calling the student's code ---------------------------------------------

    def call(self, f: Callable, *args: Any, tried: str = "", **kwargs: Any) -> Any:
        """Call f quietly; it must neither raise nor change its arguments.

        Args:
            f: the student's function.
            args, kwargs: passed on; arrays, lists and dicts among them are
                compared with a copy afterwards.
            tried: what to call this in the feedback.
        """
        tried = tried or f"{name_of(f)}(…) with {inputs_of(args, kwargs)}"
        given = {f"argument {i}": a for i, a in enumerate(args, 1)} | kwargs
        before = snapshot(given)
        try:
            with quiet():
                result = f(*args, **kwargs)
        except (Exception, SystemExit) as error:
            raise self.feedback(tried=tried, **raised(error)) from None
        after = snapshot(given)
        if changed := [n for n in given if not same(before[n], after[n])]:
            places = [p for n in changed for p in changed_places(before[n], after[n])]
            where = f" at {', '.join(places)}" if any(places) else ""
            raise self.feedback(
                tried=tried,
                expected="the inputs stay as they were",
                got=f"{', '.join(changed)} was changed{where}",
            )
        return result

    def raises(
        self, kind: type[Exception], f: Callable, *args: Any, tried: str, **kwargs: Any
    ) -> None:
        """f must refuse these arguments with an exception of the given kind."""
        try:
            with quiet():
                result = f(*args, **kwargs)
        except kind:
            return
        except (Exception, SystemExit) as error:
            got = f"{type(error).__name__}: {error}"
        else:
            got = "no error" + ("" if result is None else f", but {describe(result)}")
        raise self.feedback(tried=tried, expected=f"a {kind.__name__}", got=got)

    # --- comparing -----------------------------------------------------------------

    def that(self, condition: Any, *, tried: str, expected: str, got: str) -> None:
        """A plain condition, with its explanation."""
        if not condition:
            raise self.feedback(tried=tried, expected=expected, got=got)

    def fresh(self, result: Any, *inputs: Any, tried: str) -> None:
        """Arrays in the result share memory neither with inputs nor each other."""
        found = list(arrays_in(result, "the result").items())
        given = [
            (f"an input ({describe(a)})", a)
            for a in arrays_in(list(inputs), "").values()
        ]
        for i, (name, array) in enumerate(found):
            for other, b in found[:i] + given:
                if share_memory(array, b):
                    raise self.feedback(
                        tried=tried,
                        expected="new memory for every result",
                        got=f"{name} shares its memory with {other}: writing into "
                        "one would change the other",
                    )

    def length(self, got: Any) -> int:
        """Length of what has to be a list or tuple; fails for anything else."""
        if not isinstance(got, list | tuple):
            raise self.feedback(
                tried="the type of the result", expected="a list", got=describe(got)
            )
        return len(got)

    def equal(
        self,
        got: Any,
        expected: Any,
        name: str,
        *,
        tried: str = "",
        condition: float = 1.0,
        mistakes: dict[str, Any] | None = None,
    ) -> None:
        """An array must have the expected type, dtype, shape and numbers.

        Args:
            got, expected: what came and what should have come.
            name: what this is, for example "states[2]".
            tried: the inputs, in words.
            condition: how much rounding errors grow in this computation; the
                tolerance is 1024 units in the last place (1/64 in half precision)
                of the largest expected number, times this.
            mistakes: a message for each known mistake and what it would give
                (or a function that computes it): the cause is named if the
                result agrees with it.
        """
        problem = difference(got, expected, condition)
        if problem is None:
            return
        raise self.feedback(
            tried=tried or name,
            expected=f"{name}: {problem[0]}",
            got=problem[1],
            cause=proven_cause(got, mistakes or {}, condition),
        )


def proven_cause(got: Any, mistakes: dict[str, Any], condition: float) -> str:
    """The message of the known mistake that gives exactly this result, or ""."""
    for message, value in mistakes.items():
        value = value() if callable(value) else value
        if difference(got, value, condition) is None:
            return message
    return ""


def difference(got: Any, expected: Any, condition: float) -> tuple[str, str] | None:
    """None if two arrays agree, else what was expected and what came, in words."""
    wanted = describe(expected)
    if not is_array(got) or is_tensor(got) != is_tensor(expected):
        return wanted, describe(got)
    if tuple(got.shape) != tuple(expected.shape) or got.dtype != expected.dtype:
        return wanted, describe(got)
    a, b = to_numpy(got), to_numpy(expected)
    if a.dtype.kind in "biu":
        wrong = a != b
        tolerance = 0.0
    else:
        largest = np.abs(b[np.isfinite(b)]).max(initial=1.0)
        half = "16" in str(got.dtype)
        rounding = HALF_PRECISION if half else 1024 * np.finfo(a.dtype).eps
        tolerance = rounding * largest * condition
        with np.errstate(invalid="ignore"):
            close = np.abs(a - b) <= tolerance
        wrong = ~(close | (a == b) | (np.isnan(a) & np.isnan(b)))
    if not wrong.any():
        return None
    place = np.unravel_index(np.argmax(wrong), wrong.shape)
    where = f" at index {tuple(map(int, place))}" if wrong.ndim else ""
    share = (
        f"; {int(wrong.sum())} of {wrong.size} numbers differ" if wrong.size > 1 else ""
    )
    digits = next(
        (n for n in (6, 9, 12) if f"{a[place]:.{n}g}" != f"{b[place]:.{n}g}"), 17
    )
    return f"{b[place]:.{digits}g}{where}", f"{a[place]:.{digits}g}{share}"


def name_of(f: Callable) -> str:
    """A function's name, or its class's."""
    return getattr(f, "__name__", type(f).__name__)


def inputs_of(args: Iterable[Any], kwargs: dict[str, Any]) -> str:
    """Shapes of the arrays among the arguments, for a message."""
    named = [*args, *kwargs.values()]
    return ", ".join(describe(a) for a in named if not callable(a)) or "no array"


def raised(error: BaseException) -> dict[str, str]:
    """Lines of feedback for an exception in a student's code."""
    if isinstance(error, NotImplementedError):
        return {
            "got": "nothing yet",
            "next": "Write the body, run its cell, then this.",
        }
    last = traceback.extract_tb(error.__traceback__)[1:2]
    where = f", in the line\n    {last[0].line}" if last and last[0].line else ""
    return {"got": f"{type(error).__name__}: {error}{where}"}
