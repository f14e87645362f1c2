"""Adapters: a small two-layer network behind both sublayers of every layer."""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from course_utils.adaptation.method import Method
from course_utils.encoder import Encoder

PARTS = ("o", "ff2")  # the maps that write what a sublayer adds to the stream


def adapter_forward(
    u: Tensor, W_down: Tensor, b_down: Tensor, W_up: Tensor, b_up: Tensor
) -> Tensor:
    """u + relu(u W_down + b_down) W_up + b_up.

    Args:
        u: what a sublayer writes, (..., d).
        W_down, b_down: (d, b) and (b,).
        W_up, b_up: (b, d) and (d,).

    Source: Houlsby et al. 2019, "Parameter-Efficient Transfer Learning for NLP".

    >>> u = torch.tensor([[1.0, -2.0]])
    >>> adapter_forward(u, torch.eye(2), torch.zeros(2), torch.eye(2), torch.ones(2))
    tensor([[ 3., -1.]])
    """
    return u + (u @ W_down + b_down).relu() @ W_up + b_up


class Bottleneck(nn.Module):
    """One adapter: `adapter_forward` with its numbers; it starts as the identity."""

    def __init__(self, d: int, b: int):
        super().__init__()
        self.W_down = nn.Parameter(torch.randn(d, b) / d**0.5)
        self.b_down = nn.Parameter(torch.zeros(b))
        self.W_up = nn.Parameter(torch.zeros(b, d))
        self.b_up = nn.Parameter(torch.zeros(d))

    def forward(self, u: Tensor) -> Tensor:
        return adapter_forward(u, self.W_down, self.b_down, self.W_up, self.b_up)


class Adapter(Method):
    """What attention and feed-forward write goes through an adapter each.

    It works before the sublayer's dropout and before the residual sum. The upward
    weights start at zero, so that nothing changes before the first step.

    Args:
        encoder: what the adapters are for.
        b: width inside an adapter, at least 1.
        seed: of the downward weights' random start.

    Raises:
        ValueError: b is below 1.

    Source: Houlsby et al. 2019, "Parameter-Efficient Transfer Learning for NLP".

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> Adapter(encoder, b=1).count()  # 3 layers, 2 adapters, 8 + 1 + 8 + 8
    150
    """

    needs_base = True

    def __init__(self, encoder: Encoder, b: int = 16, seed: int = 0):
        super().__init__(encoder)
        if b < 1:
            raise ValueError(f"b is {b}, but an adapter must be at least 1 wide.")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            count = len(PARTS) * len(encoder.layers)
            adapters = nn.ModuleList(Bottleneck(encoder.d, b) for _ in range(count))
        self.adapters, self.b, self.options = self.place(adapters), b, {"b": b}

    def hooks(self) -> Iterator[RemovableHandle]:
        adapters = iter(self.adapters)
        for layer in self.encoder.layers:
            for part in PARTS:
                after = partial(self.after, next(adapters))
                yield getattr(layer, part).register_forward_hook(after)

    def after(self, adapter: Bottleneck, part: nn.Linear, args, out: Tensor) -> Tensor:
        return adapter(out)
