"""Checks of ``segment_memory(encode, segments, summary, memory0)``, for a8."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import torch
from torch import Tensor

from course_utils.exercises import stack_checks
from course_utils.exercises.check import Check, difference
from course_utils.exercises.memory_mistakes import MISTAKES, memories
from course_utils.exercises.values import describe, is_tensor

LENGTHS = 4, 6, 8, 9, 12, 15  # of segments: no prime, so never B, d, κ or m
CONDITION = 100  # rounding errors of a few calls of encode


@dataclass(frozen=True)
class Case:
    """What one call gets."""

    encode: Callable[[Tensor], Tensor]
    segments: Sequence[Tensor]  # N tensors (B, n_i, d)
    summary: Tensor  # (κ, d)
    memory0: Tensor  # (B, m, d)
    careless: str = ""  # what encode does besides

    def args(self) -> tuple:
        return self.encode, self.segments, self.summary, self.memory0

    def said(self) -> str:
        """The case in words."""
        kind = "tuple" if isinstance(self.segments, tuple) else "list"
        sizes = ", ".join(str(s.shape[1]) for s in self.segments)
        B, m, d = self.memory0.shape
        text = f"segment_memory on a {kind} of {len(self.segments)} segments"
        text += f" of {sizes} rows" if sizes else ""
        text += f"; B = {B}, d = {d}, κ = {len(self.summary)}, m = {m}, "
        text += str(self.summary.dtype)
        return text + (f"; an encode that {self.careless}" if self.careless else "")


def draw(
    check: Check,
    lengths: int | Sequence[int],
    dtype: torch.dtype = torch.float64,
    sizes: Sequence[int] | None = None,
) -> Case:
    """Random segments, summary and first memory, and an encode that mixes all rows.

    Args:
        check: where the numbers come from.
        lengths: rows of each segment, or how many segments.
        dtype: of everything.
        sizes: B, d, κ and m; None for four different ones.
    """
    B, d, k, m = sizes or check.sizes(4)
    if isinstance(lengths, int):
        lengths = [int(n) for n in check.rng.permutation(LENGTHS)[:lengths]]
    most = max([*lengths, 1]) + sum(lengths) + k * (len(lengths) + 2) + m
    encode = mixing(
        check.tensor(most, most, dtype=dtype), check.tensor(d, d, dtype=dtype)
    )
    segments = [check.tensor(B, n, d, dtype=dtype) for n in lengths]
    summary = check.tensor(k, d, dtype=dtype)
    return Case(encode, segments, summary, check.tensor(B, m, d, dtype=dtype))


def mixing(A: Tensor, W: Tensor) -> Callable[[Tensor], Tensor]:
    """A smooth encode (B, n, d) -> (B, n, d): every row depends on all, and on where.

    Args:
        A: (N, N), how much of which row, for up to N rows.
        W: (d, d).
    """

    def encode(X: Tensor) -> Tensor:
        n = X.shape[1]
        return (A[:n, :n] @ X @ W / sqrt(n * len(W))).tanh()

    return encode


def run(f: Callable, case: Case) -> tuple[list[Tensor], list[Tensor]] | None:
    """What encode receives, and the memories; None if it cannot run."""
    log: list[Tensor] = []
    segments = [s.clone() for s in case.segments]
    given = watched(case.encode, log), segments, case.summary, case.memory0
    try:
        found = f(*given)
    except (IndexError, RuntimeError, ValueError):
        return None
    return log, found


def watched(encode: Callable, log: list[Tensor]) -> Callable:
    """The same encode, which notes what it receives."""

    def call(X: Tensor) -> Tensor:
        log.append(X.detach().clone() if is_tensor(X) else X)
        return encode(X)

    call.__qualname__ = "encode"  # which a TypeError would show
    return call


def check_case(check: Check, f: Callable, case: Case) -> None:
    """One call: what encode receives, the memories, and whose memory they stand in."""
    (rows, right), log = run(memories, case), []
    tried = case.said()
    again = replace(case, encode=watched(case.encode, log))
    got = stack_checks.call(check, f, *again.args(), tried=tried)
    cause = proven(case, log, got, right)
    check_calls(check, case, log, rows, right, cause)
    check_list(check, got, right, tried, cause)
    check.fresh(list(got), *case.args()[1:], tried=tried)
    other = [s.flip(0) + 1 for s in case.segments], case.summary, case.memory0 - 1
    stack_checks.call(check, f, case.encode, *other, tried=tried)
    tried += "; then once more, with other segments: is the first result as it was?"
    check_list(check, got, right, tried, "")


def proven(case: Case, log: list, got: Any, right: list[Tensor]) -> str:
    """The known mistake with the same calls and the same wrong result, or ""."""
    if alike(got, right):
        return ""
    for text, mistake in MISTAKES.items():
        found = run(mistake, case)
        if found and alike(log, found[0]) and alike(got, found[1]):
            return text
    return ""


def alike(a: Any, b: Sequence[Tensor]) -> bool:
    """Whether two sequences hold the same tensors, up to rounding."""
    if not isinstance(a, list | tuple) or len(a) != len(b):
        return False
    pairs = zip(a, b, strict=True)
    return all(difference(x, y, CONDITION) is None for x, y in pairs)


def check_calls(
    check: Check, case: Case, log: list, rows: list, right: list, cause: str
) -> None:
    """Encode received the right rows, once for each segment, in order."""
    if alike(log, rows):
        return
    blocks = named_blocks(case, right)
    raise check.feedback(
        tried=f"{case.said()}: what does encode receive?",
        expected=calls([parts(X, blocks) for X in rows], rows) or "no call",
        got=calls([parts(X, blocks) for X in log], log) or "no call",
        cause=cause,
    )


def calls(texts: Sequence[str], rows: Sequence) -> str:
    """Calls of encode, one a line."""
    sizes = [f"{X.shape[1]} rows" if is_tensor(X) and X.dim() > 1 else "" for X in rows]
    both = enumerate(zip(texts, sizes, strict=True), 1)
    return "\n".join(f"call {i}: {text} {size}".rstrip() for i, (text, size) in both)


def named_blocks(case: Case, right: Sequence[Tensor]) -> dict[str, Tensor]:
    """Rows that encode may receive, by name."""
    blocks = {f"segments[{i}]": s for i, s in enumerate(case.segments)}
    blocks |= {f"memories[{i}]": M for i, M in enumerate(right)}
    summary = case.summary.expand(len(case.memory0), *case.summary.shape)
    blocks |= {"summary": summary, "memory0": case.memory0}
    return {name: rows for name, rows in blocks.items() if rows.shape[1]}


def parts(X: Any, blocks: dict[str, Tensor]) -> str:
    """Of which blocks these rows consist, as "[memory0; segments[0]; ?]"."""
    if not is_tensor(X) or X.dim() != 3:
        return describe(X)
    names, start = [], 0
    while start < X.shape[1]:
        name, size = next(
            (
                (name, rows.shape[1])
                for name, rows in blocks.items()
                if difference(X[:, start : start + rows.shape[1]], rows, CONDITION)
                is None
            ),
            ("?", 1),
        )
        if names[-1:] != ["?"] or name != "?":
            names.append(name)
        start += size
    return f"[{'; '.join(names)}]"


def check_list(
    check: Check, got: Any, right: list[Tensor], tried: str, cause: str
) -> None:
    """A list of the right memories."""
    sizes = f"{len(right)} memories" if len(right) != 1 else "one memory"
    if not isinstance(got, list | tuple) or len(got) != len(right):
        expected = f"a list of {sizes}" if right else "an empty list"
        raise check.feedback(
            tried=tried, expected=expected, got=describe(got), cause=cause
        )
    for i, (M, expected) in enumerate(zip(got, right, strict=True)):
        options = {"tried": tried, "condition": CONDITION}
        known = {cause: M} if cause else {}
        check.equal(M, expected, f"memories[{i}]", mistakes=known, **options)


def check_careless(check: Check, f: Callable, case: Case) -> None:
    """An encode that is careless with memory."""
    for how, encode in stack_checks.careless(case.encode):
        check_case(check, f, replace(case, encode=encode, careless=how))
