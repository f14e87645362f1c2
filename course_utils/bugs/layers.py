"""Broken layers: the bugs 1 to 23 and 32 to 35 of the catalogue.

Each class overrides the one step that it gets wrong. All are pre-norm.
"""

import torch
from torch import Tensor

from course_utils.bugs.steps import SteppedLayer

# --- residual -----------------------------------------------------------------


class NoResidualAroundAttention(SteppedLayer):
    def first_sum(self, H, N, mask):
        return self.attend_step(H, N, mask)


class NoResidualAroundFeedForward(SteppedLayer):
    def second_sum(self, U, N):
        return self.feed_forward(N)


class ResidualFromNormed(SteppedLayer):
    def first_sum(self, H, N, mask):
        return N + self.attend_step(H, N, mask)

    def second_sum(self, U, N):
        return N + self.feed_forward(N)


class ResidualTwice(SteppedLayer):
    def first_sum(self, H, N, mask):
        return 2 * H + self.attend_step(H, N, mask)


# --- scale or softmax ----------------------------------------------------------


class SoftmaxOverQueries(SteppedLayer):
    def softmax(self, scores):
        return scores.softmax(-2)


class SoftmaxOverHeads(SteppedLayer):
    def softmax(self, scores):
        return scores.softmax(1)


class DividedByHeadWidth(SteppedLayer):
    def divisor(self):
        return self.d // self.n_heads


class NotScaled(SteppedLayer):
    def divisor(self):
        return 1.0


class DividedByRootOfModelWidth(SteppedLayer):
    def divisor(self):
        return self.d**0.5


class HalfPrecisionExp(SteppedLayer):
    """exp in float16 without subtracting the maximum: overflows beyond 11."""

    def softmax(self, scores):
        shares = scores.clamp(min=-60000).half().exp().to(scores.dtype)
        return shares / shares.sum(-1, keepdim=True)


# --- mask -----------------------------------------------------------------------


class MaskAfterSoftmax(SteppedLayer):
    def weigh(self, scores, mask):
        weights = self.softmax(scores)
        return weights if mask is None else weights * mask


class LargeNegativeAfterSoftmax(SteppedLayer):
    def weigh(self, scores, mask):
        weights = self.softmax(scores)
        return weights if mask is None else weights.masked_fill(~mask, -1e9)


class MaskInverted(SteppedLayer):
    def weigh(self, scores, mask):
        return super().weigh(scores, None if mask is None else ~mask)


class MaskTooWeak(SteppedLayer):
    """The boolean mask is added to the scores, as 0 and 1."""

    def weigh(self, scores, mask):
        return self.softmax(scores if mask is None else scores + mask)


class NaNWhereNothingMayBeAttended(SteppedLayer):
    def weigh(self, scores, mask):
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        return self.softmax(scores)


# --- head layout ------------------------------------------------------------------


class HeadsSplitByReshape(SteppedLayer):
    def split(self, X):
        B, T, d = X.shape
        return X.reshape(B, self.n_heads, T, d // self.n_heads)


class HeadsMergedByReshape(SteppedLayer):
    def merge(self, X):
        B, h, T, d_h = X.shape
        return X.reshape(B, T, h * d_h)


class KeysFromQueryWeights(SteppedLayer):
    def project(self, H, N):
        return self.q(N), self.q(N), self.v(N)


class ValuesFromRawStream(SteppedLayer):
    def project(self, H, N):
        return self.q(N), self.k(N), self.v(H)


# --- normalisation ------------------------------------------------------------------


class NormOverPositions(SteppedLayer):
    def moments(self, X):
        return X.mean(1, keepdim=True), X.var(1, correction=0, keepdim=True)


class NormOverPositionsAndFeatures(SteppedLayer):
    def moments(self, X):
        axes = (1, 2)
        return X.mean(axes, keepdim=True), X.var(axes, correction=0, keepdim=True)


class NormOverBatch(SteppedLayer):
    def moments(self, X):
        return X.mean(0, keepdim=True), X.var(0, correction=0, keepdim=True)


class SampleVariance(SteppedLayer):
    def moments(self, X):
        return X.mean(-1, keepdim=True), X.var(-1, correction=1, keepdim=True)


class NormForgotten(SteppedLayer):
    def norm_step(self, X, ln):
        return X


# --- feed-forward, state of the layer -------------------------------------------------


class DropoutInEvaluation(SteppedLayer):
    def feed_forward(self, N: Tensor) -> Tensor:
        return torch.dropout(super().feed_forward(N), 0.1, train=True)


class DeadReLU(SteppedLayer):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        torch.nn.init.constant_(self.ff1.bias, -50.0)


class NonLinearityForgotten(SteppedLayer):
    def feed_forward(self, N: Tensor) -> Tensor:
        return self.ff2(self.ff1(N))


class WritesIntoItsInput(SteppedLayer):
    def first_sum(self, H, N, mask):
        return H.add_(self.attend_step(H, N, mask))
