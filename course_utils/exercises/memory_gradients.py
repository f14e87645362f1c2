"""Gradients through a segment-recurrent memory, for the checks of a8."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from course_utils.exercises import stack_checks
from course_utils.exercises.check import Check, proven_cause
from course_utils.exercises.gradient import grad
from course_utils.exercises.memory_checks import CONDITION, Case, run
from course_utils.exercises.memory_mistakes import memories

CUT_OFF = (
    "Gradients do not pass from one memory to the next: each reaches its own segment "
    "alone."
)


def check_gradients(check: Check, f: Callable, case: Case) -> None:
    """From all memories to segments, summary, memory0 and encode's weights."""
    (_, right), W = run(memories, case), check.tensor(case.summary.shape[1], 1) / 2
    weights = [check.tensor(*M.shape) for M in right]
    given = {f"segments[{i}]": s for i, s in enumerate(case.segments)}
    given |= {"summary": case.summary, "encode's weights": W}
    given |= {"memory0": case.memory0} if case.memory0.shape[1] else {}

    def total(f: Callable, name: str, x: Tensor) -> Tensor:
        now = given | {name: x}
        segments = [now[f"segments[{i}]"] for i in range(len(case.segments))]
        own = now["encode's weights"]
        rest = now["summary"], now.get("memory0", case.memory0)
        found = f(lambda X: case.encode(X * own[:, 0]), segments, *rest)
        return sum((w * M).sum() for w, M in zip(weights, found, strict=True))

    def cut(encode: Callable, segments: Sequence, summary: Tensor, memory0: Tensor):
        detach = lambda old, new: new.detach()  # noqa: E731
        return memories(encode, segments, summary, memory0, carry=detach)

    for name, x in given.items():
        tried = f"the gradient from all memories to {name}; {case.said()}"

        def called(*args: Any, tried: str = tried) -> Any:
            return stack_checks.call(check, f, *args, tried=tried)

        got = stack_checks.flowing(
            check, lambda x, n=name: total(called, n, x), x, tried
        )
        expected = grad(lambda x, n=name: total(memories, n, x), x)
        short = grad(lambda x, n=name: total(cut, n, x), x)
        cause = proven_cause(got, {CUT_OFF: short}, CONDITION)
        known = {cause: got} if cause else {}
        check.equal(
            got, expected, "the gradient", tried=tried, condition=100, mistakes=known
        )
