"""Right layers, written otherwise: no invariant may find anything in them.

Each is a class called like `course_utils.layers.Layer`. They differ from it in
how they compute or in what is optional, and hold to the same conventions.
"""

import torch
from torch import Tensor, nn

from course_utils.bugs.steps import SteppedLayer
from course_utils.layers import Layer


class WithEinsum(SteppedLayer):
    """Attention by Einstein sums, the mask added as a large negative number."""

    def attend_step(self, H, N, mask):
        Q, K, V = (
            X.unflatten(-1, (self.n_heads, -1))
            for X in (self.q(N), self.k(N), self.v(N))
        )
        scores = torch.einsum("bqhi,bkhi->bhqk", Q, K) / self.divisor()
        if mask is not None:
            scores = scores + torch.where(mask, 0.0, -1e30).to(scores.dtype)
        weights = scores.softmax(-1)
        if mask is not None:  # where nothing may be attended all are alike
            weights = weights * mask
        mixed = torch.einsum("bhqk,bkhi->bqhi", weights, V)
        return self.o(mixed.flatten(-2))


class WithLoopOverHeads(SteppedLayer):
    """One head after the other, each with its own rows of the weights."""

    def attend_step(self, H, N, mask):
        if mask is not None:
            mask = mask[:, 0] if mask.dim() == 4 else mask
        d_h, mixed = self.d // self.n_heads, []
        for first in range(0, self.d, d_h):
            rows = slice(first, first + d_h)
            Q, K, V = (
                nn.functional.linear(
                    N, part.weight[rows], None if part.bias is None else part.bias[rows]
                )
                for part in (self.q, self.k, self.v)
            )
            mixed.append(self.weigh(Q @ K.mT / self.divisor(), mask) @ V)
        return self.o(torch.cat(mixed, -1))


class WithoutModuleCalls(SteppedLayer):
    """Weights are used as matrices; no part is ever called as a module."""

    def project(self, H, N):
        return tuple(self.times(N, part) for part in (self.q, self.k, self.v))

    def attend_step(self, H, N, mask):
        Q, K, V = map(self.split, self.project(H, N))
        mixed = self.weigh(Q @ K.mT / self.divisor(), mask) @ V
        return self.times(self.merge(mixed), self.o)

    def feed_forward(self, N):
        return self.times(self.times(N, self.ff1).clamp(min=0), self.ff2)

    @staticmethod
    def times(X: Tensor, part: nn.Linear) -> Tensor:
        return X @ part.weight.mT + part.bias


class OnFlattenedRows(SteppedLayer):
    """Linear maps on (B·T, d)."""

    def project(self, H, N):
        rows = N.reshape(-1, self.d)
        return tuple(part(rows).view_as(N) for part in (self.q, self.k, self.v))


class TimeFirst(SteppedLayer):
    """Linear maps on (T, B, d)."""

    def project(self, H, N):
        X = N.transpose(0, 1)
        return tuple(part(X).transpose(0, 1).contiguous() for part in self.qkv())

    def qkv(self) -> tuple[nn.Module, ...]:
        return self.q, self.k, self.v


class WithoutBiases(Layer):
    """Neither the linear maps nor the norms have a bias."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name, part in list(self.named_children()):
            if isinstance(part, nn.Linear):
                bare = nn.Linear(part.in_features, part.out_features, bias=False)
            elif isinstance(part, nn.LayerNorm):
                bare = nn.LayerNorm(self.d, part.eps, bias=False)
            else:
                continue
            setattr(self, name, bare)


class WithGELU(Layer):
    """GELU in the place of ReLU; the layer does not say so."""

    def feed_forward(self, N):
        return self.ff2(nn.functional.gelu(self.ff1(N)))


class WithUnknownActivation(SteppedLayer):
    """Softplus, which no list of activations holds."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.activation = "softplus"

    def feed_forward(self, N):
        return self.ff2(nn.functional.softplus(self.ff1(N)))


class WithDropout(Layer):
    """Dropout, switched off in eval mode."""

    def __init__(self, *args, **options):
        super().__init__(*args, **({"dropout": 0.3} | options))


class PostNorm(Layer):
    """LN(x + F(x)), as in BERT."""

    def __init__(self, *args, **options):
        super().__init__(*args, **({"norm": "post"} | options))


class SilentAtTheStart(Layer):
    """Both sublayers write zeros, as some models start their training."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for part in (self.o, self.ff2):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)


HEALTHY = (
    Layer,
    SteppedLayer,
    WithEinsum,
    WithLoopOverHeads,
    WithoutModuleCalls,
    OnFlattenedRows,
    TimeFirst,
    WithoutBiases,
    WithGELU,
    WithUnknownActivation,
    WithDropout,
    PostNorm,
    SilentAtTheStart,
)
