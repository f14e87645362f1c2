"""Looking at the states of a stack: run, replay, change, similarity.

Shapes: a stack of L layers has L+1 states H[0]..H[L], each (B, T, d).
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Layers = Sequence[Callable[[Tensor], Tensor]]


def run_stack(H0: Tensor, layers: Layers) -> list[Tensor]:
    """All L+1 states of the recurrence H[l] = Layer_l(H[l-1]).

    Args:
        H0: the first state, (B, T, d); it is not changed.
        layers: L callables (B, T, d) -> (B, T, d), applied in order.

    Returns:
        [H[0], ..., H[L]], none of which shares memory with another, with H0 or
        with a buffer of a layer.

    Source: Xiao and Zhu 2025, "Foundations of Large Language Models", ch. 3.

    >>> states = run_stack(torch.ones(1, 2, 3), [lambda H: H + 1, lambda H: 2 * H])
    >>> [int(H[0, 0, 0]) for H in states]
    [1, 2, 4]
    """
    states = [H0.clone()]
    for layer in layers:
        # The layer gets a copy and its output is copied: it may write in place
        # or hand out a buffer that it uses again.
        states.append(layer(states[-1].clone()).clone())
    return states


def replay_gap(states: Sequence[Tensor], layers: Layers) -> Tensor:
    """How far each stored state is from what its layer makes of the one before.

    Args:
        states: the L+1 states to examine.
        layers: the L layers that are said to have made them.

    Returns:
        (L,): entry l-1 is the largest absolute difference between ``states[l]``
        and ``layers[l-1](states[l-1])``; NaN where that is NaN.

    Raises:
        ValueError: there is not one state more than there are layers.

    >>> H = torch.ones(1, 2, 3)
    >>> replay_gap([H, H + 1, H], [lambda H: H + 1, lambda H: 2 * H]).tolist()
    [0.0, 3.0]
    """
    if len(states) != len(layers) + 1:
        raise ValueError(
            f"{len(layers)} layers have {len(layers) + 1} states, but there are "
            f"{len(states)}. Is H[0] among them?"
        )
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().max()
    return gaps


def change(states: Sequence[Tensor]) -> Tensor:
    """Length of what each layer did to each position, (L, B, T).

    Entry l-1 is the Euclidean norm of H[l] - H[l-1] over the features.
    """
    stacked = torch.stack(list(states))
    return (stacked[1:] - stacked[:-1]).norm(dim=-1)


def similarity(states: Sequence[Tensor], reference: Tensor) -> Tensor:
    """Cosine of every state's rows with those of one reference state.

    Args:
        states: L+1 states (B, T, d).
        reference: (B, T, d), for example ``states[0]`` or ``states[-1]``.

    Returns:
        (L+1, B, T), between -1 and 1.
    """
    return torch.cosine_similarity(torch.stack(list(states)), reference[None], dim=-1)
