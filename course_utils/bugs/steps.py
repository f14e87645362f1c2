"""The healthy layer cut into small steps, each of which a bug can replace.

`SteppedLayer` gives the same numbers as `course_utils.layers.Layer`; it only
names every step of its own. A broken layer overrides one of them.
"""

import math

import torch
from torch import Tensor

from course_utils.layers import Layer


class SteppedLayer(Layer):
    """A pre-norm layer with one method for each step."""

    def forward(self, H: Tensor, mask: Tensor | None = None) -> Tensor:
        U = self.first_sum(H, self.ln1_step(H), mask)
        return self.second_sum(U, self.ln2_step(U))

    # --- the residual stream --------------------------------------------------

    def first_sum(self, H: Tensor, N: Tensor, mask: Tensor | None) -> Tensor:
        """H and what attention writes for the normed N."""
        return H + self.attend_step(H, N, mask)

    def second_sum(self, U: Tensor, N: Tensor) -> Tensor:
        """U and what the feed-forward sublayer writes for the normed N."""
        return U + self.feed_forward(N)

    # --- normalisation --------------------------------------------------------

    def ln1_step(self, H: Tensor) -> Tensor:
        return self.norm_step(H, self.ln1)

    def ln2_step(self, U: Tensor) -> Tensor:
        return self.norm_step(U, self.ln2)

    def norm_step(self, X: Tensor, ln: torch.nn.LayerNorm) -> Tensor:
        """Rows over their features to mean 0 and variance 1, then gain and shift."""
        mean, variance = self.moments(X)
        return (X - mean) / (variance + ln.eps).sqrt() * ln.weight + ln.bias

    def moments(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and population variance over the features."""
        return X.mean(-1, keepdim=True), X.var(-1, correction=0, keepdim=True)

    # --- attention ------------------------------------------------------------

    def attend_step(self, H: Tensor, N: Tensor, mask: Tensor | None) -> Tensor:
        """What attention writes; H is the stream, N its normed form."""
        Q, K, V = map(self.split, self.project(H, N))
        scores = Q @ K.transpose(-2, -1) / self.divisor()
        return self.o(self.merge(self.weigh(scores, mask) @ V))

    def project(self, H: Tensor, N: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.q(N), self.k(N), self.v(N)

    def split(self, X: Tensor) -> Tensor:
        B, T, d = X.shape
        return X.view(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)

    def divisor(self) -> float:
        return math.sqrt(self.d // self.n_heads)

    def weigh(self, scores: Tensor, mask: Tensor | None) -> Tensor:
        """Scores (B, h, T, T) to weights: softmax over the keys one may attend to."""
        if mask is None:
            return self.softmax(scores)
        lowest = torch.finfo(scores.dtype).min
        weights = self.softmax(scores.masked_fill(~mask, lowest))
        return weights.masked_fill(~mask, 0.0)

    def softmax(self, scores: Tensor) -> Tensor:
        return scores.softmax(-1)

    def merge(self, X: Tensor) -> Tensor:
        B, h, T, d_h = X.shape
        return X.transpose(1, 2).reshape(B, T, h * d_h)
