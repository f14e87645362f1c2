"""What all methods of adaptation have in common: attach, detach, count.

A method holds a small set of numbers of its own. Attached to an encoder it freezes
the encoder's and works through hooks on the encoder's parts, so that the encoder is
called as ever and its parameters keep their names. Detached, it leaves no trace.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from course_utils.encoder import Encoder


class Method(nn.Module):
    """Head only: nothing of the encoder changes. The other methods add to this one.

    Args:
        encoder: what the method fits; `attach` changes it in place.

    Attributes:
        encoder: as given; while attached it holds the method as ``encoder.method``.
        options: what to create a method of the same kind and size with.
        needs_base: whether the numbers make sense with this base model alone.

    >>> from course_utils.adaptation import attach
    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> prefix = attach(encoder, "prefix", k=5, seed=0)
    >>> prefix.count()  # 3 layers, 5 rows, width 8
    120
    >>> encoder is prefix.detach()
    True
    """

    needs_base = False

    def __init__(self, encoder: Encoder):
        super().__init__()
        # Not as a part: the encoder holds the method, not the other way round.
        self.__dict__["encoder"] = encoder
        self.options: dict[str, object] = {}
        self.handles: list[RemovableHandle] = []
        self.flags: dict[str, bool] = {}

    @property
    def attached(self) -> bool:
        """Whether the encoder works with this method now."""
        return getattr(self.encoder, "method", None) is self

    def attach(self) -> "Method":
        """Freeze the encoder and start to work; nothing happens if attached already.

        Raises:
            ValueError: another method is attached to the encoder.
        """
        if self.attached:
            return self
        if getattr(self.encoder, "method", None) is not None:
            raise ValueError(
                "The encoder has a method already, and takes one at a time. Detach "
                "that one first: encoder.method.detach()."
            )
        own = own_parameters(self.encoder)
        self.flags = {name: p.requires_grad for name, p in own.items()}
        self.encoder.requires_grad_(False)
        self.encoder.method = self
        self.handles = list(self.hooks())
        return self

    def detach(self) -> Encoder:
        """Leave the encoder as it was, bit for bit; the method keeps its numbers.

        Nothing happens if the method is not attached.
        """
        if self.attached:
            for handle in self.handles:
                handle.remove()
            del self.encoder.method
            for name, parameter in self.encoder.named_parameters():
                parameter.requires_grad_(self.flags[name])
        return self.encoder

    def hooks(self) -> Iterator[RemovableHandle]:
        """Start to work: one handle for each hook that is put into the encoder."""
        return iter(())

    def trained(self) -> list[nn.Parameter]:
        """What training changes, the head of a classifier not included."""
        return list(self.parameters())

    def count(self) -> int:
        """How many numbers training changes, a classifier's head not included."""
        return sum(p.numel() for p in self.trained())

    def numbers(self) -> dict[str, Tensor]:
        """Copies of the numbers that make up the method, by name: what is saved."""
        return {name: p.detach().clone() for name, p in self.named_parameters()}

    def set_numbers(self, numbers: dict[str, Tensor]) -> None:
        """Take numbers that `numbers` of a method of the same size returned."""
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(numbers[name])

    def base_tensors(self) -> dict[str, Tensor]:
        """The encoder's numbers as they are without the method, by name."""
        return {n: p.detach() for n, p in own_parameters(self.encoder).items()}

    def place(self, part: nn.Module) -> nn.Module:
        """The part in the encoder's dtype and on its device."""
        like = next(self.encoder.parameters())
        return part.to(like.device, like.dtype)


def own_parameters(encoder: Encoder) -> dict[str, nn.Parameter]:
    """An encoder's parameters by name, without those of a method attached to it."""
    named = encoder.named_parameters()
    return {name: p for name, p in named if not name.startswith("method.")}
