"""What is true of a wrong answer about a stack of layers, in words.

Computed from the inputs, number by number and without torch's comparisons, so that
it holds whatever the code looks like.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_utils.exercises.values import describe, to_numpy

if TYPE_CHECKING:
    from torch import Tensor

    Layers = Sequence[Callable[[Tensor], Tensor]]


def difference_of_runs(
    found: int | None,
    right: int | None,
    runs: tuple[Sequence, Sequence],
    rtol: float = 1e-5,
    atol: float = 1e-8,
) -> str:
    """What is true of a wrong first index at which two runs differ."""
    a, b = runs
    if found is not None and not 0 <= found < len(a):
        return f"There is no H[{found}]: the states are H[0] to H[{len(a) - 1}]."
    late = right is not None and (found is None or found > right)
    l = right if late else found
    where = differing(a[l], b[l], rtol, atol)
    if late:
        return f"H[{l}] differs, {where}."
    near = alike(a[l], b[l], rtol, atol)
    return f"H[{l}] of one run agrees with H[{l}] of the other{near}"


def difference_of_layers(
    found: int | None,
    right: int | None,
    stacks: "tuple[Layers, Layers]",
    H0: "Tensor",
    rtol: float = 1e-5,
    atol: float = 1e-8,
) -> str:
    """What is true of a layer that was blamed, or not blamed, wrongly."""
    good, bad = stacks
    if found is not None and not 1 <= found <= len(good):
        return f"There is no layer {found}: they are counted from 1 to {len(good)}."
    late = right is not None and (found is None or found > right)
    l, H = right if late else found, H0.clone()
    for layer in good[: l - 1]:
        H = layer(H.clone()).clone()
    b, name = good[l - 1](H.clone()).clone(), f"bad layer {l}"
    try:
        a = bad[l - 1](H.clone())
    except Exception as error:
        return f"Given H[{l - 1}], {name} raises {type(error).__name__}."
    if describe(a) != describe(b):
        return (
            f"Given H[{l - 1}], {name} returns {describe(a)}, and good layer {l} "
            f"{describe(b)}."
        )
    if late:
        where = differing(a, b, rtol, atol)
        return f"Given H[{l - 1}], {name} and good layer {l} differ {where}."
    near = alike(a, b, rtol, atol)
    return f"Given H[{l - 1}], {name} does what good layer {l} does{near}"


def differing(a: "Tensor", b: "Tensor", rtol: float, atol: float) -> str:
    """The first place where |a - b| > atol + rtol·|b|, in words; "" if none."""
    a, b = to_numpy(a).astype(float), to_numpy(b).astype(float)
    for place in np.ndindex(a.shape):
        x, y = float(a[place]), float(b[place])
        if x == y or (math.isnan(x) and math.isnan(y)):
            continue
        finite, allowed = math.isfinite(x) and math.isfinite(y), atol + rtol * abs(y)
        if not finite or abs(x - y) > allowed:
            limit = f" (they may be {allowed:.3g} apart)" if finite else ""
            return f"at index {place}: {pair(x, y)}{limit}"
    return ""


def pair(x: float, y: float) -> str:
    """Two numbers with as many digits as it takes to tell them apart."""
    digits = next((n for n in (6, 9, 12) if f"{x:.{n}g}" != f"{y:.{n}g}"), 17)
    return f"{x:.{digits}g} against {y:.{digits}g}"


def alike(a: "Tensor", b: "Tensor", rtol: float, atol: float) -> str:
    """The end of a sentence on two tensors that agree, and where they hardly do."""
    a, b = to_numpy(a).astype(float), to_numpy(b).astype(float)
    odd = [np.isnan(b).any() and "NaN", np.isinf(b).any() and "the same infinity"]
    if named := " or ".join(filter(None, odd)):
        return f": {named} stands at the same places in both, which counts as equal."
    share = np.zeros_like(b)
    np.divide(np.abs(a - b), atol + rtol * np.abs(b), out=share, where=a != b)
    place = np.unravel_index(share.argmax(), b.shape)
    x, y, where = float(a[place]), float(b[place]), tuple(map(int, place))
    if x == y:
        return ": all numbers are equal."
    limit = f"{atol + rtol * abs(y):.3g}"
    return f": even at index {where}, {pair(x, y)} (they may be {limit} apart)."


def end_of_run(
    names: Sequence[str], path: "Sequence[Tensor]", n: int, converged: bool
) -> str:
    """What is true of a run of one layer that stops too early or too late.

    Args:
        names: for each state that came, which one it is.
        path: the states H[0], H[1], ... on which it moves.
        n: where it has to stop.
        converged: whether it has to stop there because of a small change.
    """
    last = len(names) - 1
    right = [f"H[{l}]" for l in range(n + 1)]
    if last < 1 or last == n or list(names[: n + 1]) != right[: last + 1]:
        return ""
    if last < n:
        return f"{last_change(path, last)} Go on."
    return last_change(path, n) if converged else f"max_iter allows {n}: stop there."


def last_change(path: "Sequence[Tensor]", n: int) -> str:
    """How much application n changes, in words."""
    if n == 0:
        return "No layer was applied, so nothing has come to rest."
    change = float((path[n] - path[n - 1]).abs().max())
    return f"The largest change by application {n} is {change:.6g}."
