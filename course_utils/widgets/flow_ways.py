"""Prefix-tuning, prompt tuning and their mistakes as flows of named rows.

Shapes: T tokens, width d, L layers, prefixes of k rows. Layers are functions of arrays.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

CHOICES = {
    "prefix": {
        "own": "every layer its own",
        "same": "P[0] for every layer",
        "once": "P[0] for layer 1 alone",
    },
    "drop": {
        "each": "after every layer",
        "end": "after the last layer alone",
        "wrong": "after every layer, at the wrong end",
    },
    "mask": {
        "none": "every row sees every row",
        "causal": "a row sees itself and rows before it",
        "hidden": "prefix rows are masked out",
    },
    "side": {"front": "in front of the tokens", "behind": "behind the tokens"},
}
RIGHT = {"prefix": "own", "drop": "each", "mask": "none", "side": "front"}
SAME = 1e-9  # share of the largest number up to which a difference is rounding

Layers = Sequence[Callable[[np.ndarray, np.ndarray], np.ndarray]]


class Passage(NamedTuple):
    """One layer of one flow."""

    names: list[str]  # of the n rows that go in, and so of those that come out
    kept: tuple[int, int]  # the rows from kept[0] to before kept[1] are passed on
    passed: np.ndarray  # those rows, (kept[1] - kept[0], d)


def trace(
    H0: np.ndarray,
    layers: Layers,
    prefixes: Sequence[np.ndarray],
    *,
    prefix: str = "own",
    drop: str = "each",
    mask: str = "none",
    side: str = "front",
) -> list[Passage]:
    """Run tokens and prefixes through all layers, one way or another.

    Args:
        H0: (T, d).
        layers: each maps rows (n, d), and which row may attend to which as bool
            (n, n), to rows (n, d).
        prefixes: L arrays (k, d).
        prefix, drop, mask, side: names in `CHOICES`. The defaults are prefix-tuning;
            "once" with "end" is prompt tuning.

    Returns:
        One passage for each layer.

    Source: Xiao and Zhu 2025, "Foundations of Large Language Models", chapter 3; Li
    and Liang 2021, "Prefix-Tuning"; Lester et al. 2021 (prompt tuning).

    >>> def keep(rows, seen):
    ...     return rows
    >>> H0, P = np.zeros((3, 2)), [np.ones((2, 2))]
    >>> [(p.names, p.kept) for p in trace(H0, [keep], P)]
    [(['P[0][0]', 'P[0][1]', 't0', 't1', 't2'], (2, 5))]
    """
    T, front = len(H0), side == "front"
    names, H, passages = [f"t{t}" for t in range(T)], H0, []
    for l, layer in enumerate(layers):
        own = l if prefix == "own" else 0
        P = prefixes[own][: 0 if prefix == "once" and l else None]
        new = [f"P[{own}][{i}]" for i in range(len(P))]
        names = new + names if front else names + new
        rows = np.concatenate([P, H] if front else [H, P])
        out = layer(rows, attendable(names, mask))
        n, last = len(names), l == len(layers) - 1
        if drop == "wrong":
            keep = (0, T) if front else (n - T, n)
        elif drop == "end":
            keep = (0, n) if not last else (n - T, n) if front else (0, T)
        else:
            keep = (len(P), n) if front else (0, n - len(P))
        H = out[slice(*keep)]
        passages.append(Passage(names, keep, H))
        names = names[slice(*keep)]
    return passages


def attendable(names: Sequence[str], mask: str) -> np.ndarray:
    """Which row (first axis) may attend to which, bool (n, n)."""
    n = len(names)
    if mask == "causal":
        return np.tri(n, dtype=bool)
    seen = [mask != "hidden" or name.startswith("t") for name in names]
    return np.tile(seen, (n, 1))


def all_ways(
    H0: np.ndarray, layers: Layers, prefixes: Sequence[np.ndarray]
) -> list[dict]:
    """Every combination of `CHOICES` as it travels: names, counts and words."""
    none = [P[:0] for P in prefixes]
    right, base = (
        {m: trace(H0, layers, rows, mask=m) for m in ("none", "causal")}
        for rows in (prefixes, none)
    )
    ways = []
    for chosen in product(*CHOICES.values()):
        way = dict(zip(CHOICES, chosen, strict=True))
        causal = "causal" if way["mask"] == "causal" else "none"
        passages = trace(H0, layers, prefixes, **way)
        gaps = [
            gap(p.passed, r.passed, way["side"])
            for p, r in zip(passages, right[causal], strict=True)
        ]
        bare = gap(passages[-1].passed, base[causal][-1].passed, way["side"]) == 0
        ways.append(
            way
            | {
                "rows": [p.names for p in passages],
                "kept": [list(p.kept) for p in passages],
                "gaps": [f"{g:.2g}" for g in gaps],
                "says": verdict(way, passages, gaps, bare),
            }
        )
    return ways


def gap(passed: np.ndarray, wanted: np.ndarray, side: str) -> float:
    """Largest difference of the T rows that stand where tokens should, 0 if rounding.

    Where more than T rows are passed on, those nearest to the token's end count.
    """
    T = len(wanted)
    own = passed[len(passed) - T :] if side == "front" else passed[:T]
    found = float(np.abs(own - wanted).max(initial=0))
    return 0.0 if found <= SAME * np.abs(wanted).max(initial=1) else found


def verdict(
    way: Mapping[str, str],
    passages: Sequence[Passage],
    gaps: Sequence[float],
    bare: bool,
) -> str:
    """What a way of running is, and what it does to shape and result."""
    T = len(passages[-1].passed)
    left = sum(
        name.startswith("t") for name in passages[-1].names[slice(*passages[-1].kept)]
    )
    wrong = next((l for l, g in enumerate(gaps, start=1) if g), None)
    shape = f"Shape at the end: ({T}, d) for each text, as it should be."
    result = "The numbers are those of prefix-tuning."
    if wrong:
        result = (
            f"The numbers are not those of prefix-tuning from layer {wrong} on; at the "
            f"end they differ by up to {gaps[-1]:.2g}."
        )
    without = ["They are those without any prefix."] if bare else []
    return " ".join([*meaning(way, left, T), shape, result, *without])


def meaning(way: Mapping[str, str], left: int, T: int) -> list[str]:
    """Sentences on what was chosen."""
    if way == RIGHT | {"mask": way["mask"]} and way["mask"] != "hidden":
        return ["This is prefix-tuning."]
    prefix, drop, mask, side = (way[name] for name in CHOICES)
    said = []
    if prefix == "same":
        said.append("Only P[0] is used: the other prefixes have no effect.")
    elif prefix == "once" and drop == "end":
        said.append("P[0] enters once and its rows evolve: prompt tuning.")
    elif prefix == "once":
        said.append("Only layer 1 gets a prefix.")
    if drop == "end" and prefix != "once":
        said.append("Rows pile up: a layer also gets what became of earlier prefixes.")
    elif drop == "wrong":
        said.append(
            f"Prefix rows pass for tokens: at the end {left} of {T} rows belong to "
            "tokens."
        )
    if mask == "hidden":
        said.append("No row may attend to a prefix row.")
    elif mask == "causal" and side == "behind":
        said.append("The triangle hides from every token what stands behind it.")
    elif side == "behind" and drop != "wrong":
        said.append("Attention knows no order, so behind is like in front.")
    return said
