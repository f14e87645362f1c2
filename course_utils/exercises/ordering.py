"""Scores for putting steps in order, where several orders may be right.

Source: Poulsen, Kulkarni, Herman and West 2022, "Efficient Feedback and Partial
Credit Grading for Proof Blocks Problems", arXiv 2204.04196.
"""

import random
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

Edge = tuple[str, str]


class Fault(NamedTuple):
    """A mistake in the idea, not in the distance: it caps the share."""

    what: Edge | str  # two labels that stand the wrong way round, or one that is used
    most: float  # the largest share that is left
    why: str  # for the learner

    def holds(self, found: Sequence[str]) -> bool:
        """Whether an order has it; a pair counts only if both labels are there.

        >>> Fault(("A", "B"), 0.5, "").holds("CBA"), Fault("X", 0.5, "").holds("CBA")
        (True, False)
        """
        if isinstance(self.what, str):
            return self.what in found
        place = {label: i for i, label in enumerate(found)}
        earlier, later = self.what
        return {earlier, later} <= place.keys() and place[earlier] > place[later]


class OrderScore(NamedTuple):
    """How an order compares with the nearest right one."""

    share: float  # 0 to 1, corrected for what random orders earn, then capped
    raw: float  # 1 - edits / n, before the correction
    moves: int  # required blocks that cannot stay where they are
    missing: int  # required blocks that are not there
    extra: int  # blocks that do not belong to the order
    broken: Edge | None  # the first dependency that is not met
    cap: Fault | None  # the fault that holds the share down


def closure(edges: Sequence[Edge]) -> set[Edge]:
    """All pairs (a, b) in which a must stand somewhere before b."""
    pairs = set(edges)
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


def kept(found: Sequence[str], before: set[Edge]) -> int:
    """Size of the largest part of an order that breaks no dependency.

    The same as the longest common part with the nearest right order: all blocks
    less a minimum vertex cover of the graph of broken pairs.
    """
    n = len(found)
    bad = [0] * n
    for i in range(n):
        for j in range(i + 1, n):
            if (found[j], found[i]) in before:
                bad[i] |= 1 << j
                bad[j] |= 1 << i

    @cache
    def best(left: int) -> int:
        clash = next((i for i in range(n) if left >> i & 1 and bad[i] & left), None)
        if clash is None:
            return left.bit_count()
        rest = left & ~(1 << clash)
        return max(best(rest), best(left & ~bad[clash]))

    return best((1 << n) - 1)


def raw_score(found: Sequence[str], required: Sequence[str], before: set[Edge]):
    """(raw, moves, missing, extra) of an order; each edit costs 1/n."""
    inside = [block for block in found if block in required]
    moves = len(inside) - kept(inside, before)
    missing, extra = len(required) - len(inside), len(found) - len(inside)
    raw = max(0.0, 1 - (moves + missing + extra) / len(required))
    return raw, moves, missing, extra


@lru_cache(maxsize=64)
def chance(required: tuple[str, ...], edges: tuple[Edge, ...]) -> float:
    """Mean raw score of 2,000 random orders, drawn with a fixed seed."""
    rng, before = random.Random(0), closure(edges)
    draws = [rng.sample(required, len(required)) for _ in range(2000)]
    return sum(raw_score(draw, required, before)[0] for draw in draws) / len(draws)


def score(
    found: Sequence[str],
    required: Sequence[str],
    edges: Sequence[Edge],
    faults: Sequence[Fault] = (),
) -> OrderScore:
    """Compare an order with the nearest of all orders that the edges allow.

    Args:
        found: labels in the learner's order, none twice.
        required: the labels that belong to the order.
        edges: (earlier, later) for each direct dependency.
        faults: what caps the share, after the correction for chance.

    Raises:
        ValueError: a fault would cap an order that the edges allow.

    >>> score("ABDC", "ABCD", [("A", "B"), ("B", "C"), ("C", "D")]).moves
    1
    """
    before = closure(edges)
    for what, _, _ in faults:
        wrong = what not in required if isinstance(what, str) else what in before
        if not wrong:
            raise ValueError(f"The fault {what} is none: right orders have it.")
    raw, moves, missing, extra = raw_score(found, required, before)
    r0 = chance(tuple(required), tuple(edges))
    place = {block: i for i, block in enumerate(found)}
    both = [(a, b) for a, b in sorted(before) if a in place and b in place]
    broken = [(a, b) for a, b in both if place[a] > place[b]]
    direct = [edge for edge in broken if edge in edges]  # these have a reason
    first = min(direct or broken, key=lambda edge: place[edge[1]], default=None)
    share = max(0.0, (raw - r0) / (1 - r0)) if r0 < 1 else raw
    worst = min(
        (fault for fault in faults if fault.most < share and fault.holds(found)),
        key=lambda fault: fault.most,
        default=None,
    )
    share = worst.most if worst else share
    return OrderScore(share, raw, moves, missing, extra, first, worst)
