"""The states of a stack: run, replay, change, similarity.

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

    Raises:
        TypeError: H0 or what a layer returns is not a tensor.

    Source: Xiao and Zhu 2025, "Foundations of Large Language Models", ch. 3.

    >>> states = run_stack(torch.ones(1, 2, 3), [lambda H: H + 1, lambda H: 2 * H])
    >>> [int(H[0, 0, 0]) for H in states]
    [1, 2, 4]
    """
    check_tensor(H0, "H0")
    states = [H0.clone()]
    for l, layer in enumerate(layers, start=1):
        # The layer gets a copy and its output is copied: it may write in place
        # or hand out a buffer that it uses again.
        out = layer(states[-1].clone())
        check_tensor(out, f"What layer {l} returned")
        states.append(out.clone())
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
        TypeError: a state, or what a layer returns, is not a tensor.
        ValueError: there is not one state more than there are layers, or shapes
            differ.

    >>> H = torch.ones(1, 2, 3)
    >>> replay_gap([H, H + 1, H], [lambda H: H + 1, lambda H: 2 * H]).tolist()
    [0.0, 3.0]
    """
    states, layers = stack(states), list(layers)
    if len(states) != len(layers) + 1:
        raise ValueError(
            f"{len(layers)} layers have {len(layers) + 1} states, but there are "
            f"{len(states)}. Is H[0] among them?"
        )
    gaps = states.new_empty(len(layers))
    with torch.no_grad():
        for l, layer in enumerate(layers, start=1):
            out = layer(states[l - 1].clone())
            check_tensor(out, f"What layer {l} returned")
            if out.shape != states[l].shape:
                raise ValueError(
                    f"Layer {l} returned shape {tuple(out.shape)}, but the state "
                    f"H[{l}] has {tuple(states[l].shape)}: one of them is wrong."
                )
            gaps[l - 1] = (states[l] - out).abs().max()
    return gaps


def change(states: Sequence[Tensor]) -> Tensor:
    """Length of what each layer did to each position, (L, B, T).

    Entry l-1 is the Euclidean norm of H[l] - H[l-1] over the features. Errors as
    in `similarity`.
    """
    stacked = stack(states, floating=True)
    return (stacked[1:] - stacked[:-1]).norm(dim=-1)


def similarity(states: Sequence[Tensor], reference: Tensor) -> Tensor:
    """Cosine of every state's rows with those of one reference state.

    Args:
        states: L+1 states (B, T, d).
        reference: (B, T, d), for example ``states[0]`` or ``states[-1]``.

    Returns:
        (L+1, B, T), between -1 and 1; 0 where a row is all zeros, NaN where it
        holds NaN or infinity.

    Raises:
        TypeError: a state is not a tensor of floating-point numbers, or dtypes
            differ.
        ValueError: there is no state, or shapes differ.

    >>> H = torch.tensor([[[3.0, 4.0]]])
    >>> similarity([H, 2 * H, -H], H).flatten().tolist()
    [1.0, 1.0, -1.0]
    """
    stacked = stack(states, floating=True)
    check_tensor(reference, "The reference")
    if reference.shape != stacked.shape[1:]:
        raise ValueError(
            f"The reference has shape {tuple(reference.shape)}, but each state "
            f"{tuple(stacked.shape[1:])}. Take one of the states, such as states[0]."
        )
    cosine = torch.cosine_similarity(stacked, reference[None], dim=-1)
    return cosine.clamp(-1, 1)  # rounding may lead a little beyond


def stack(states: Sequence[Tensor], *, floating: bool = False) -> Tensor:
    """States (B, T, d) as one tensor (L+1, B, T, d). Errors as in `similarity`."""
    states = list(states)
    if not states:
        raise ValueError("There is no state: the list is empty.")
    for l, state in enumerate(states):
        check_tensor(state, f"H[{l}]")
        if state.shape != states[0].shape:
            raise ValueError(
                f"H[{l}] has shape {tuple(state.shape)}, but the "
                f"first has {tuple(states[0].shape)}: states of one stack agree."
            )
        if state.dtype != states[0].dtype:
            raise TypeError(
                f"H[{l}] is {state.dtype}, but the first is "
                f"{states[0].dtype}: states of one stack agree."
            )
    if floating and not states[0].is_floating_point():
        raise TypeError(
            f"The states are {states[0].dtype}. Lengths and angles need "
            "floating-point numbers: convert the states with .double()."
        )
    return torch.stack(states)


def check_tensor(value: object, name: str) -> None:
    """Refuse anything but a tensor.

    Raises:
        TypeError: names the value and its type.
    """
    if not isinstance(value, Tensor):
        raise TypeError(
            f"{name} is a {type(value).__name__}, but it must be a torch tensor. "
            "NumPy arrays become one by torch.from_numpy."
        )
