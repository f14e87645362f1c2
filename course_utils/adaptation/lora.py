"""LoRA: a difference of low rank beside two weights of every layer."""

import math
from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from course_utils.adaptation.method import Method
from course_utils.encoder import Encoder

PARTS = ("q", "v")


def lora_merge(W: Tensor, A: Tensor, B: Tensor, alpha: float) -> Tensor:
    """W + (alpha / r) B A: the weight that does the work of both.

    Args:
        W: weight (d_out, d_in) as torch's Linear keeps it.
        A: (r, d_in).
        B: (d_out, r).
        alpha: scale; what r does to the size of steps is divided out.

    Source: Hu et al. 2022, "LoRA", eq. 3 and section 4.1.

    >>> W, A, B = torch.eye(2), torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0], [3.0]])
    >>> lora_merge(W, A, B, alpha=2.0).tolist()
    [[1.0, 0.0], [6.0, 1.0]]
    """
    return W + (alpha / len(A)) * (B @ A)


class Lora(Method):
    """q and v of every layer write x Wᵀ + (alpha / r) (x Aᵀ) Bᵀ; W is frozen.

    Args:
        encoder: what it is for.
        r: rank, at least 1.
        alpha: scale, 2·r if None.
        seed: of A's random start, as torch starts linear maps. B starts at zero, so
            that nothing changes before the first step.

    Attributes:
        A, B: lists of parameters, two a layer: q's and v's.
        merged: whether the weights hold the difference now, see `merge`.

    Raises:
        ValueError: r is below 1.

    Source: Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models".

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> Lora(encoder, r=1).count()  # 3 layers, 2 weights, 8 in and 8 out
    96
    """

    needs_base = True

    def __init__(
        self, encoder: Encoder, r: int = 8, seed: int = 0, *, alpha: float | None = None
    ):
        super().__init__(encoder)
        if r < 1:
            raise ValueError(f"r is {r}, but a rank must be at least 1.")
        alpha = 2.0 * r if alpha is None else float(alpha)
        generator = torch.Generator().manual_seed(seed)
        self.A, self.B = nn.ParameterList(), nn.ParameterList()
        for part in self.parts():
            d_out, d_in = part.weight.shape
            A = torch.empty(r, d_in)
            self.A.append(
                nn.init.kaiming_uniform_(A, math.sqrt(5), generator=generator)
            )
            self.B.append(torch.zeros(d_out, r))
        self.r, self.alpha = r, alpha
        self.options = {"r": r, "alpha": alpha}
        self.kept: list[Tensor] = []  # weights as they were, while merged
        self.place(self)

    @property
    def merged(self) -> bool:
        return bool(self.kept)

    def parts(self) -> list[nn.Linear]:
        """The maps that LoRA stands beside, layer by layer."""
        return [getattr(layer, part) for layer in self.encoder.layers for part in PARTS]

    def hooks(self) -> Iterator[RemovableHandle]:
        for i, part in enumerate(self.parts()):
            yield part.register_forward_hook(partial(self.add, i))

    def add(self, i: int, part: nn.Linear, args: tuple[Tensor], out: Tensor) -> Tensor:
        """After a map: its output and what the difference writes."""
        if self.merged:
            return out
        inside = nn.functional.linear(args[0], self.A[i])
        return out + (self.alpha / self.r) * nn.functional.linear(inside, self.B[i])

    def merge(self) -> None:
        """Put the differences into the weights: no more work than without LoRA.

        Training is over then, until `unmerge`.

        Raises:
            ValueError: not attached, or merged already.
        """
        if self.merged or not self.attached:
            state = "merged already" if self.merged else "not attached"
            raise ValueError(f"This LoRA is {state}, so it cannot be merged.")
        with torch.no_grad():
            for part, A, B in zip(self.parts(), self.A, self.B, strict=True):
                self.kept.append(part.weight.detach().clone())
                part.weight.copy_(lora_merge(part.weight, A, B, self.alpha))

    def unmerge(self) -> None:
        """Put the kept weights back, bit for bit; nothing happens if not merged.

        Subtracting the difference again would leave rounding errors behind.
        """
        with torch.no_grad():
            for part, W in zip(self.parts(), self.kept, strict=True):
                part.weight.copy_(W)
        self.kept = []

    def base_tensors(self) -> dict[str, Tensor]:
        tensors = super().base_tensors()
        if self.merged:
            names = {id(p): name for name, p in self.encoder.named_parameters()}
            for part, W in zip(self.parts(), self.kept, strict=True):
                tensors[names[id(part.weight)]] = W
        return tensors

    def detach(self) -> Encoder:
        if self.merged:
            self.unmerge()
        return super().detach()
