"""Layers for the clinic of assignment a4: healthy ones and broken ones.

A specimen says nothing of what is inside: all have one class, and the same parts.
Those of `course_utils.bugs` are here too, some of them with GELU or without biases.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_utils.bugs import bugs_of, healthy
from course_utils.bugs.steps import SteppedLayer
from course_utils.exercises.check import Check
from course_utils.exercises.unseen import UNSEEN

SIZES = ((12, 3), (10, 2), (16, 4), (15, 5))  # d, n_heads: heads wider than 1


class Case(NamedTuple):
    """One layer to be diagnosed.

    Fields:
        family: the family of its fault; "" for a healthy layer.
        what: how it is written, or which fault it has.
        layer: float64, in eval mode, every parameter drawn at random.
    """

    family: str
    what: str
    layer: nn.Module


class Layer(nn.Module):
    """A layer that hides its class: a view with the same parts computes.

    What the class names otherwise, such as a method `norm`, cannot be seen from here.
    """

    def __init__(self, layer: nn.Module):
        super().__init__()
        kind = type(layer)
        vars(self).update(vars(layer))

        def run(parts: dict, H: Tensor, mask: Tensor | None) -> Tensor:
            view = object.__new__(kind)
            view.__dict__ = parts
            return kind.forward(view, H, mask)

        self.the_computation = run

    def forward(self, H: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.the_computation(vars(self), H, mask)


# --- what else a layer may have, beside a fault ---------------------------------------


class Bare(SteppedLayer):
    """Neither the linear maps nor the norms have a bias."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for part in (self.q, self.k, self.v, self.o, self.ff1, self.ff2):
            part.register_parameter("bias", None)
        for part in (self.ln1, self.ln2):
            part.register_parameter("bias", None)

    def norm_step(self, X, ln):
        mean, variance = self.moments(X)
        return (X - mean) / (variance + ln.eps).sqrt() * ln.weight


class Smooth(SteppedLayer):
    """GELU in the place of ReLU."""

    def feed_forward(self, N):
        return self.ff2(nn.functional.gelu(self.ff1(N)))


class ByEinsum(SteppedLayer):
    """Attention by Einstein sums, heads on the third axis."""

    def attend_step(self, H, N, mask):
        Q, K, V = (
            X.unflatten(-1, (self.n_heads, -1))
            for X in (self.q(N), self.k(N), self.v(N))
        )
        scores = torch.einsum("bqhi,bkhi->bhqk", Q, K) / self.divisor()
        mixed = torch.einsum("bhqk,bkhi->bqhi", self.weigh(scores, mask), V)
        return self.o(mixed.flatten(-2))


class ByPosition(SteppedLayer):
    """One query after the other, over the keys that it may attend to."""

    def attend_step(self, H, N, mask):
        Q, K, V = map(self.split, self.project(H, N))
        if mask is None:
            mask = torch.ones(1, 1, dtype=torch.bool)
        mask = mask.expand(len(H), 1, H.shape[1], H.shape[1])
        mixed = torch.zeros_like(Q)
        for b, t in torch.cartesian_prod(*map(torch.arange, H.shape[:2])):
            keys = mask[b, 0, t]
            if keys.any():
                scores = torch.einsum("hi,hki->hk", Q[b, :, t], K[b][:, keys])
                shares = (scores / self.divisor()).softmax(-1)
                mixed[b, :, t] = torch.einsum("hk,hki->hi", shares, V[b][:, keys])
        return self.o(self.merge(mixed))


class SmoothByEinsum(Smooth, ByEinsum):
    """Both."""


class BareByEinsum(Bare, ByEinsum):
    """Both."""


class BareAndSmooth(Bare, Smooth):
    """Both."""


HEALTHY = {
    "torch's own attention": healthy.Layer,
    "dropout, switched off in eval mode": healthy.WithDropout,
    "no biases": Bare,
    "GELU": Smooth,
    "GELU, no biases": BareAndSmooth,
    "einsum": ByEinsum,
    "einsum, GELU": SmoothByEinsum,
    "einsum, no biases": BareByEinsum,
    "a loop over the heads": healthy.WithLoopOverHeads,
    "a loop over sequences and positions": ByPosition,
    "matrix products in the place of module calls": healthy.WithoutModuleCalls,
    "positions on the first axis": healthy.TimeFirst,
}
# Bugs that need a bias, or that have no feed-forward sublayer of their own.
PLAIN = {"dead ReLU", "the bias of o forgotten"}
VISIBLE = (
    "residual added twice",
    "divided by d_h",
    "softmax over queries",
    "mask turned round",
    "heads split without a transpose",
    "norm over positions and features",
    "dropout in evaluation",
    "non-linearity forgotten",
    "layer writes into its input",
)


def broken() -> Iterator[tuple[str, str, type]]:
    """(family, name, class) of every broken layer."""
    yield from ((bug.family, bug.name, bug.load()) for bug in bugs_of("layers"))
    for family, classes in UNSEEN.items():
        yield from ((family, kind.__doc__.splitlines()[0], kind) for kind in classes)


def specimen(kind: type, d: int, n_heads: int, check: Check) -> nn.Module:
    """A layer of a class whose parameters are all drawn at random."""
    with torch.random.fork_rng([]):
        torch.manual_seed(int(check.rng.integers(2**31)))
        layer = kind(d, n_heads).double().eval()
        with torch.no_grad():
            for p in layer.parameters():
                p += torch.randn_like(p) / (p.shape[-1] ** 0.5 if p.dim() > 1 else 3)
    return Layer(layer)


def visible(check: Check) -> list[Case]:
    """What the check cell shows: each kind of healthy layer, a bug of each family."""
    kinds = [("", what, kind) for what, kind in HEALTHY.items()]
    kinds += [row for row in broken() if row[1] in VISIBLE]
    return shuffled(kinds, check)


def unseen(check: Check) -> list[Case]:
    """Every broken layer, some with GELU or without biases, and healthy ones."""
    kinds = [("", what, kind) for what, kind in HEALTHY.items()]
    for family, name, kind in broken():
        extra = (SteppedLayer, Bare, Smooth)[check.rng.integers(3)]
        if name not in PLAIN:
            kind = type("Broken", (kind, extra), {})
        kinds.append((family, name, kind))
    return shuffled(kinds, check)


def shuffled(kinds: list[tuple[str, str, type]], check: Check) -> list[Case]:
    """Specimens in random order, of random sizes."""
    cases = []
    for i in check.rng.permutation(len(kinds)):
        family, what, kind = kinds[i]
        size = SIZES[check.rng.integers(len(SIZES))]
        cases.append(Case(family, what, specimen(kind, *size, check)))
    return cases
