"""Methods that train numbers the encoder has already: biases alone, or all."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from course_utils.adaptation.method import Method, own_parameters
from course_utils.encoder import Encoder


def bitfit_parameters(encoder: nn.Module) -> list[str]:
    """Names of an encoder's parameters that end in "bias", shifts of norms included.

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=1, n_heads=2)
    >>> len(bitfit_parameters(encoder))  # q, k, v, o, ff1, ff2, ln1, ln2
    8
    """
    return [
        name for name, _ in encoder.named_parameters() if name.split(".")[-1] == "bias"
    ]


class Full(Method):
    """Full fine-tuning: everything changes, and comes back when detached.

    Source: Howard and Ruder 2018, "Universal Language Model Fine-tuning".
    """

    def __init__(self, encoder: Encoder):
        super().__init__(encoder)
        self.names = self.chosen()
        self.base: dict[str, Tensor] = {}  # values before training, while attached
        self.values: dict[str, Tensor] = {}  # trained values, while detached

    def chosen(self) -> list[str]:
        """Names of the encoder's parameters that training changes."""
        return list(own_parameters(self.encoder))

    def trained(self) -> list[nn.Parameter]:
        return [self.encoder.get_parameter(name) for name in self.names]

    def hooks(self) -> Iterator[RemovableHandle]:
        self.base = self.copies()
        if self.values:
            self.write(self.values)
        for parameter in self.trained():
            parameter.requires_grad_(True)
        return iter(())

    def detach(self) -> Encoder:
        if self.attached:
            self.values = self.copies()
            self.write(self.base)
        return super().detach()

    def numbers(self) -> dict[str, Tensor]:
        return self.copies() if self.attached or not self.values else dict(self.values)

    def set_numbers(self, numbers: dict[str, Tensor]) -> None:
        if self.attached:
            self.write(numbers)
        else:
            self.values = {name: x.clone() for name, x in numbers.items()}

    def base_tensors(self) -> dict[str, Tensor]:
        return super().base_tensors() | (self.base if self.attached else {})

    def copies(self) -> dict[str, Tensor]:
        named = zip(self.names, self.trained(), strict=True)
        return {name: p.detach().clone() for name, p in named}

    def write(self, values: dict[str, Tensor]) -> None:
        """Put values into the encoder's own parameters."""
        with torch.no_grad():
            for name, parameter in zip(self.names, self.trained(), strict=True):
                parameter.copy_(values[name])


class BitFit(Full):
    """Biases and shifts of norms change, and come back when detached.

    Source: Ben Zaken et al. 2022, "BitFit".
    """

    needs_base = True

    def chosen(self) -> list[str]:
        own = own_parameters(self.encoder)
        return [name for name in bitfit_parameters(self.encoder) if name in own]
