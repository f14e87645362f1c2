"""Broken recurrences: the bugs 24 to 31 of the catalogue.

Each is a function run(H0, layers) -> list of states; `healthy` is the right one.
"""

from collections.abc import Callable, Sequence

from torch import Tensor

from course_utils.tracing import run_stack as healthy

Layers = Sequence[Callable[[Tensor], Tensor]]


def first_state_for_all(H0: Tensor, layers: Layers) -> list[Tensor]:
    """Every layer reads H[0]."""
    return [H0.clone(), *(layer(H0.clone()) for layer in layers)]


def overwritten_in_place(H0: Tensor, layers: Layers) -> list[Tensor]:
    """One tensor is updated in place and stored L+1 times."""
    H = H0.clone()
    states = [H]
    for layer in layers:
        H.copy_(layer(H.clone()))
        states.append(H)
    return states


def one_layer_for_all(H0: Tensor, layers: Layers) -> list[Tensor]:
    """The stack is built as [layer] * L."""
    return healthy(H0, list(layers)[:1] * len(layers))


def last_layer_skipped(H0: Tensor, layers: Layers) -> list[Tensor]:
    """The loop ends one layer early and its last state is stored twice."""
    states = healthy(H0, list(layers)[:-1])
    return [*states, states[-1].clone()] if len(layers) else states


def output_of_the_layer_before(H0: Tensor, layers: Layers) -> list[Tensor]:
    """states[-1] is what the last layer but one wrote."""
    states = healthy(H0, layers)
    return [*states[:-1], states[-2].clone()] if len(layers) else states


def embeddings_not_stored(H0: Tensor, layers: Layers) -> list[Tensor]:
    """H[0] is left out: L states, each one place too early."""
    return healthy(H0, layers)[1:]


def layers_shifted(H0: Tensor, layers: Layers) -> list[Tensor]:
    """Layer l-1 runs where layer l is meant: the first twice, the last never."""
    layers = list(layers)
    return healthy(H0, layers[:1] + layers[:-1])


def layers_reversed(H0: Tensor, layers: Layers) -> list[Tensor]:
    """The layers run from the last to the first."""
    return healthy(H0, list(layers)[::-1])
