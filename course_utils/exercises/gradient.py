"""Gradients in tests, by one helper."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def grad(f: "Callable[[Tensor], Tensor]", x: "Tensor") -> "Tensor | None":
    """Gradient of a 0-d result f(x) with respect to x; None if none flows.

    Args:
        f: a function of one tensor that returns a 0-d tensor.
        x: where to differentiate; it is not changed.

    >>> import torch
    >>> grad(lambda x: (x**2).sum(), torch.tensor([1.0, 3.0])).tolist()
    [2.0, 6.0]
    """
    import torch

    with torch.enable_grad():
        x = x.detach().clone().requires_grad_()
        y = f(x)
        if not y.requires_grad:
            return None
        return torch.autograd.grad(y, x, allow_unused=True)[0]
