"""One layer, applied again and again: depth with tied weights."""

from collections.abc import Callable
from operator import index
from typing import SupportsIndex

import torch
from torch import Tensor

from course_utils.tracing.states import check_tensor


def run_tied(
    layer: Callable[[Tensor], Tensor], H0: Tensor, max_iter: SupportsIndex, tol: float
) -> tuple[list[Tensor], bool]:
    """Apply one layer until its state no longer changes, H[l] = Layer(H[l-1]).

    Args:
        layer: callable (B, T, d) -> (B, T, d).
        H0: the first state, (B, T, d); it is not changed.
        max_iter: the most applications, any integer from 0.
        tol: stop after the first application with max |H[l] - H[l-1]| <= tol.

    Returns:
        (states, converged): the states [H[0], H[1], ...], one more than there were
        applications, of which none shares memory with another, with H0 or with a
        buffer of the layer; and whether it stopped because of `tol`. A change that
        is NaN, also by infinity minus infinity, never counts as small.

    Raises:
        TypeError: H0 or what the layer returns is not a tensor, max_iter no integer.
        ValueError: max_iter is negative.

    Source: Bai et al. 2019, "Deep Equilibrium Models", arXiv 1909.01377.

    >>> states, converged = run_tied(lambda H: H / 2, torch.ones(1, 1, 1), 99, 0.25)
    >>> [H.item() for H in states], converged
    ([1.0, 0.5, 0.25], True)
    """
    check_tensor(H0, "H0")
    most = index(max_iter)
    if most < 0:
        raise ValueError(f"max_iter is {max_iter}, but it must be at least 0.")
    states = [H0.clone()]
    for l in range(1, most + 1):
        # Copied in and out, else old and new may be the same piece of memory.
        out = layer(states[-1].clone())
        check_tensor(out, f"What the layer returned at application {l}")
        states.append(out.clone())
        with torch.no_grad():
            change = (states[-1] - states[-2]).abs().max()
        if change <= tol:
            return states, True
    return states, False
