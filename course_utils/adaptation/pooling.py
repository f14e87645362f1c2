"""One vector for a whole text."""

import torch
from torch import Tensor

HOW = ("first", "mean", "max", "last")


def pool(H: Tensor, mask: Tensor, how: str) -> Tensor:
    """The states of a text's tokens as one vector.

    Args:
        H: states (B, T, d).
        mask: bool (B, T), True at real tokens; padding may stand anywhere.
        how: "first" and "last" take the row of the first and last real token,
            "mean" and "max" go over all real tokens.

    Returns:
        (B, d); zeros for a text of padding only.

    Raises:
        TypeError: the mask is not boolean.
        ValueError: `how` is unknown, or shapes do not fit.

    Source: Reimers and Gurevych 2019, "Sentence-BERT", section 3.

    >>> H = torch.tensor([[[1.0], [3.0], [9.0]]])
    >>> pool(H, torch.tensor([[True, True, False]]), "mean").tolist()
    [[2.0]]
    """
    if how not in HOW:
        raise ValueError(f"how is {how!r}, but it must be one of {', '.join(HOW)}.")
    if getattr(mask, "dtype", None) is not torch.bool:
        raise TypeError("The mask must be a torch.bool tensor, True at real tokens.")
    if H.dim() != 3 or H.shape[:2] != mask.shape:
        raise ValueError(
            f"States (B, T, d) and mask (B, T) do not fit: {tuple(H.shape)} and "
            f"{tuple(mask.shape)}."
        )
    real = mask[..., None]
    some = mask.any(1, keepdim=True)  # (B, 1): false where all is padding
    if how == "mean":
        total = H.masked_fill(~real, 0).sum(1)
        return total / mask.sum(1, keepdim=True).clamp(min=1)
    if how == "max":
        return H.masked_fill(~real, -torch.inf).amax(1).masked_fill(~some, 0)
    numbers = mask.to(torch.int64)
    place = numbers.argmax(1)
    if how == "last":
        place = mask.shape[1] - 1 - numbers.flip(1).argmax(1)
    rows = H[torch.arange(len(H), device=H.device), place]
    return rows.masked_fill(~some, 0)
