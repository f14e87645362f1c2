"""Layers for tests: they count, write in place, or reuse a buffer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def affine(W: "Tensor", b: "Tensor") -> "Callable[..., Tensor]":
    """A smooth layer tanh(H W + b) that does not commute with others."""
    return lambda H, mask=None: (H @ W + b).tanh()


def in_place(layer: "Callable[..., Tensor]") -> "Callable[..., Tensor]":
    """The same layer, written so that it overwrites its input and returns it."""
    return lambda H, mask=None: H.copy_(layer(H))


def reusing(layer: "Callable[..., Tensor]") -> "Callable[..., Tensor]":
    """The same layer, returning one buffer that it uses again at every call."""
    buffers = {}

    def call(H: "Tensor", mask: "Tensor | None" = None) -> "Tensor":
        out = layer(H)
        key = (tuple(out.shape), out.dtype)
        buffers[key] = buffers.get(key, out.detach().clone()).copy_(out.detach())
        return buffers[key]

    return call


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
