"""Checks of ``pool(H, mask, how)``, for assignment a5."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from course_utils.exercises.check import Check
from course_utils.exercises.stack_checks import call, check_gradient

if TYPE_CHECKING:
    from torch import Tensor

HOW = ("first", "mean", "max", "last")


def check_pool(check: Check, pool: Callable) -> None:
    """All that the docstring promises, each once."""
    import torch

    for how in HOW:
        check_masks(check, pool, how)
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            H, mask = check.tensor(1, 2, 3, dtype=dtype), torch.tensor([[True, False]])
            check_one(check, pool, H, mask, how, f"one real token of two, {dtype}")
        check_large(check, pool, how)
        check_flow(check, pool, how)
    check_unknown(check, pool)


def check_masks(check: Check, pool: Callable, how: str) -> None:
    """Padding on the right, on the left, anywhere, nowhere, everywhere."""
    import torch

    B, T, d = shape(check)
    H, place = check.tensor(B, T, d), torch.arange(T)
    counts = torch.from_numpy(check.rng.integers(1, T + 1, size=(B, 1)))
    right = place < counts
    places = {
        "padding on the right": right,
        "padding on the left": right.flip(1),
        "padding anywhere": anywhere(check, B, T),
        "no padding": right | True,
    }
    for what, mask in places.items():
        check_one(check, pool, H, mask, how, what)
    empty = anywhere(check, B, T)
    empty[-1] = False
    check_one(check, pool, H, empty, how, "padding anywhere, the last text all padding")
    check_one(check, pool, H, empty & False, how, "all texts are padding only")
    H = check.tensor(d, T, B).permute(2, 1, 0)
    mask = anywhere(check, T, B).T
    mask[torch.arange(B), torch.arange(B) % T] = True
    check_one(check, pool, H, mask, how, "padding anywhere, H not contiguous")
    one = torch.ones(1, 1, dtype=torch.bool)
    check_one(check, pool, check.tensor(1, 1, 1), one, how, "one token, d = 1")


def shape(check: Check) -> list[int]:
    """B, T and d, all different; T is 3 or more, to leave room for padding."""
    B, T, d = check.sizes(3)
    return [B, T, d] if T > 2 else [T, B, d]


def anywhere(check: Check, B: int, T: int) -> "Tensor":
    """A mask (B, T) with padding anywhere and a real token in every row."""
    import torch

    mask = torch.from_numpy(check.rng.random((B, T)) < 0.5)
    mask[torch.arange(B), torch.from_numpy(check.rng.integers(T, size=B))] = True
    return mask


def check_large(check: Check, pool: Callable, how: str) -> None:
    """Any finite numbers in padding, and real states far below zero."""
    B, T, d = shape(check)
    mask = anywhere(check, B, T)
    for size in (1e300, -1e300):
        H = check.tensor(B, T, d).masked_fill(~mask[..., None], size)
        check_one(check, pool, H, mask, how, f"padding filled with {size:g}")
    H = -1e12 - 1e12 * check.tensor(B, T, d).abs()
    H = H.masked_fill(~mask[..., None], 0.0)
    check_one(check, pool, H, mask, how, "real states below -1e12, padding 0")


def check_one(
    check: Check, pool: Callable, H: "Tensor", mask: "Tensor", how: str, what: str
) -> None:
    """One call: the right numbers, in new memory each time, inputs unchanged."""
    tried = f"pool with how={how!r}, {what}; H is {tuple(H.shape)}, {H.dtype}"
    if mask.numel() < 40 and "padding" in what:
        rows = "\n".join(f"    {row}" for row in mask.int().tolist())
        tried = f"{tried}; the mask (1 = real)\n{rows}"
    expected = pooled(H, mask, how)
    got = call(check, pool, H, mask, how, tried=tried)
    check.equal(
        got,
        expected,
        "the pooled states",
        tried=tried,
        mistakes=mistakes(H, mask, how, expected),
    )
    again = call(check, pool, H, mask, how, tried=tried)
    check.fresh([got, again], H, mask, tried=f"{tried}; called twice")


def pooled(H: "Tensor", mask: "Tensor", how: str) -> "Tensor":
    """The right answer, text by text."""
    import torch

    take = {
        "first": lambda rows: rows[0],
        "last": lambda rows: rows[-1],
        "mean": lambda rows: rows.sum(0) / len(rows),
        "max": lambda rows: rows.amax(0),
    }[how]
    texts = [rows[real] for rows, real in zip(H, mask, strict=True)]
    return torch.stack(
        [take(rows) if len(rows) else rows.new_zeros(H.shape[-1]) for rows in texts]
    )


def mistakes(H: "Tensor", mask: "Tensor", how: str, expected: "Tensor") -> dict:
    """A message for each known mistake, and what it would give."""
    import torch

    B, T, _ = H.shape
    real, rows = mask[..., None], torch.arange(B)
    empty, zeros = ~mask.any(1), H.masked_fill(~real, 0.0)
    low = max(-1e9, torch.finfo(H.dtype).min)
    one_way = {
        "first": {
            "It is the row of position 0, real token or not.": lambda: H[:, 0],
            "H[0] is the first text; you are asked for one row of every text.": (
                lambda: H[0]
            ),
        },
        "last": {
            "It is the row of the last position, real token or not.": lambda: H[:, -1],
            "It is the row at (number of real tokens - 1). That is the last real one "
            "only if all padding stands behind it.": lambda: H[rows, mask.sum(1) - 1],
        },
        "mean": {
            "Padding took part: it is the mean over all T positions.": (
                lambda: H.mean(1)
            ),
            "The sum over real tokens is divided by T, not by how many of them there "
            "are.": lambda: zeros.sum(1) / T,
            "It is the sum over real tokens, not their mean.": lambda: zeros.sum(1),
            "It is one mean over the real tokens of all texts together.": lambda: (
                zeros.sum(1).sum(0) / mask.sum()
            ),
        },
        "max": {
            "Padding took part: it is the maximum over all T positions.": (
                lambda: H.amax(1)
            ),
            "Padding counts as 0, so that a maximum below 0 is lost.": (
                lambda: zeros.amax(1)
            ),
            "Padding counts as -1e9, and these states are smaller than that.": (
                lambda: H.masked_fill(~real, low).amax(1)
            ),
            "It is the row whose numbers have the largest sum, but each feature has "
            "its own maximum.": lambda: H[rows, zeros.sum(-1).argmax(1)],
        },
    }[how]
    known = {
        **one_way,
        "The mask is read the wrong way round: True marks a real token.": (
            lambda: pooled(H, ~mask, how)
        ),
    }
    for other in set(HOW) - {how}:
        text = f"It is what how={other!r} asks for."
        known[text] = lambda other=other: pooled(H, mask, other)
    if empty.any():
        text = "A text of padding only has to give zeros, but here it gives"
        for name, value in {"NaN": torch.nan, "-inf": -torch.inf}.items():
            known[f"{text} {name}."] = expected.masked_fill(empty[:, None], value)
        for name, row in {"first": H[:, 0], "last": H[:, -1]}.items():
            value = torch.where(empty[:, None], row, expected)
            known[f"{text} its {name} row, which is padding."] = value
    return known


def check_flow(check: Check, pool: Callable, how: str) -> None:
    """The gradient to H, also where a text is padding only."""
    B, T, d = shape(check)
    H, mask, R = check.tensor(B, T, d), anywhere(check, B, T), check.tensor(B, d)
    mask[0] = False
    tried = f"the gradient from pool with how={how!r} to H; one text is padding only"

    def through(H: "Tensor") -> "Tensor":
        return (R * call(check, pool, H, mask, how, tried=tried)).sum()

    def direct(H: "Tensor") -> "Tensor":
        return (R * pooled(H, mask, how)).sum()

    check_gradient(check, through, direct, H, tried)


def check_unknown(check: Check, pool: Callable) -> None:
    """Every other `how` is refused."""
    B, T, d = shape(check)
    H, mask = check.tensor(B, T, d), anywhere(check, B, T)
    for how in ("median", "sum", "cls", ""):
        tried = f"pool with the unknown how={how!r}"
        check.raises(ValueError, pool, H, mask, how, tried=tried)
