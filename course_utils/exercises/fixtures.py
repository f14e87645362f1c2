"""Layers for tests: they count, write in place, reuse a buffer, keep their input."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from course_utils.exercises.check import difference
from course_utils.exercises.values import describe, is_array, to_numpy

if TYPE_CHECKING:
    from torch import Tensor


def affine(W: "Tensor", b: "Tensor") -> "Callable[..., Tensor]":
    """A smooth layer tanh(H W + b) that does not commute with others."""
    return lambda H, mask=None: (H @ W + b).tanh()


def in_place(layer: "Callable[..., Tensor]") -> "Callable[..., Tensor]":
    """The same layer, written so that it overwrites its input and returns it."""
    return lambda H, mask=None: H.copy_(layer(H))


def scratching(layer: "Callable[..., Tensor]") -> "Callable[..., Tensor]":
    """The same layer, which leaves zeros in its input when it has used it."""

    def call(H: "Tensor", mask: "Tensor | None" = None) -> "Tensor":
        out = layer(H).clone()
        H.zero_()
        return out

    return call


def reusing(
    layer: "Callable[..., Tensor]", buffers: dict | None = None
) -> "Callable[..., Tensor]":
    """The same layer, returning one buffer that it uses again at every call.

    Args:
        layer: what it computes.
        buffers: a dict, empty at first; several layers may share it.
    """
    buffers = {} if buffers is None else buffers

    def call(H: "Tensor", mask: "Tensor | None" = None) -> "Tensor":
        out = layer(H)
        key = (tuple(out.shape), out.dtype)
        buffers[key] = buffers.get(key, out.detach().clone()).copy_(out.detach())
        return buffers[key]

    return call


def keeping(layer: "Callable[..., Tensor]", kept: list) -> "Callable[..., Tensor]":
    """The same layer, which keeps its input and writes into it at a later call.

    Args:
        layer: what it computes.
        kept: a list, empty at first; several layers may share it.
    """

    def call(H: "Tensor", mask: "Tensor | None" = None) -> "Tensor":
        out = layer(H).clone()
        for earlier in kept:
            earlier.zero_()
        kept[:] = [H]
        return out

    return call


def careless(maps: "Sequence[Callable[..., Tensor]]") -> dict[str, list]:
    """The same stack, each time careless with memory in another way, by name."""
    buffers, kept = {}, []
    return {
        "layers that write into their input and return it": [in_place(f) for f in maps],
        "layers that fill their input with zeros after use": [
            scratching(f) for f in maps
        ],
        "layers that share one buffer for all that they return": [
            reusing(f, buffers) for f in maps
        ],
        "layers that keep their input and write into it at a later call": [
            keeping(f, kept) for f in maps
        ],
    }


def which_state(H: object, states: "Sequence[Tensor]") -> str:
    """Which of the states a tensor is: "H[2]", or that it is none of them."""
    for l, state in enumerate(states):
        if difference(H, state, 1.0) is None:
            return f"H[{l}]"
    zeros = is_array(H) and H.shape and not to_numpy(H).any()
    return f"none of the states ({describe(H)}{', all zeros' if zeros else ''})"


def name_states(found: "Sequence[Tensor]", states: "Sequence[Tensor]") -> list[str]:
    """For each entry of a list which state it is, its own one before others."""
    own = zip(found, states, strict=False)
    names = [which_state(H, [state]) for H, state in own]
    return [
        f"H[{l}]" if l < len(names) and names[l] == "H[0]" else which_state(H, states)
        for l, H in enumerate(found)
    ]


class Spy:
    """A layer that remembers every input that it received, in order.

    Args:
        layer: what it computes.
        log: shared by several spies; gains (name, input) at every call.
        name: how this one is called in the log.
    """

    def __init__(self, layer: "Callable[..., Tensor]", log: list, name: object):
        self.layer, self.log, self.name = layer, log, name

    def __call__(self, H: "Tensor", mask: "Tensor | None" = None) -> "Tensor":
        self.log.append((self.name, H.detach().clone()))
        return self.layer(H)
