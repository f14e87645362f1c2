"""Random inputs for the parts of a layer, in NumPy: ids, masks, scores, parameters."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course_utils.exercises.check import Check


def tokens(check: Check, B: int, T: int, V: int, dtype: Any = np.int64) -> np.ndarray:
    """Token ids (B, T) below V."""
    return check.rng.integers(V, size=(B, T)).astype(dtype)


def masks(check: Check, B: int, Tq: int, Tk: int) -> Iterator[tuple[str, np.ndarray]]:
    """A mask of each shape, in which every query may attend somewhere.

    Of several keys the first row may not attend to all, or the mask of one text would
    be no mask at all.
    """
    for shape in ((Tq, Tk), (B, 1, 1, Tk), (B, 1, Tq, Tk)):
        mask = np.ones(shape, bool)
        while mask[0].all():
            mask = check.rng.random(shape) < 0.5
            kept = check.rng.integers(Tk, size=(*shape[:-1], 1))
            np.put_along_axis(mask, kept, True, -1)
            if Tk == 1:
                break
        yield f"a mask of shape {shape}", mask


def empty_masks(
    check: Check, B: int, Tq: int, Tk: int
) -> Iterator[tuple[str, np.ndarray]]:
    """A mask of each shape, in which some queries may attend nowhere."""
    for what, mask in masks(check, B, Tq, Tk):
        row = check.rng.integers(mask.shape[-2])
        mask[row if mask.ndim == 2 else (check.rng.integers(B), 0, row)] = False
        yield f"{what}; some queries may attend nowhere", mask
    yield "a mask of False alone", np.zeros((Tq, Tk), bool)


def large_scores(
    check: Check, size: float, masked: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Q, K and a mask: every second query has scores near -size, the rest near size.

    With a mask (B, 1, 1, Tk), masked keys have scores of the opposite sign.
    """
    B, h, Tq, Tk = check.sizes(4)
    Q, K = check.normal(B, h, Tq, 4), check.normal(B, h, Tk, 4)
    Q[..., 0] = np.where(np.arange(Tq) % 2, -2.0, 2.0)
    K[..., 0] = size
    if not masked:
        return Q, K, None
    mask = np.arange(Tk) < check.rng.integers(1, Tk, size=(B, 1, 1, 1))
    mask = check.rng.permuted(mask, axis=-1)
    K[..., 0] = np.where(mask[:, :, 0], size, -size)
    return Q, K, mask


def layer_params(check: Check, d: int, d_ff: int) -> dict[str, np.ndarray]:
    """All parameters of a layer, none of them 0 or 1."""
    shapes = {f"W{c}": (d, d) for c in "qkvo"} | {"W1": (d, d_ff), "W2": (d_ff, d)}
    rows = {f"b{c}": d for c in "qkvo2"} | {"b1": d_ff}
    rows |= {f"ln{n}_{part}": d for n in (1, 2) for part in ("gain", "shift")}
    params = {name: check.normal(*s) / np.sqrt(s[0]) for name, s in shapes.items()}
    return params | {name: check.normal(n) for name, n in rows.items()}


def pick(params: dict[str, np.ndarray], names: str) -> dict[str, np.ndarray]:
    """The parameters with these names."""
    return {name: params[name] for name in names.split()}
