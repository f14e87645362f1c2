"""Broken layers beside those of `course_utils.bugs`, for the clinic of assignment a4.

Each class overrides the one step that it gets wrong; the first line of its docstring
says what that is.
"""

import torch
from torch import nn

from course_utils.bugs.catalogue import (
    FEED,
    LAYOUT,
    MASK,
    NORM,
    RANDOM,
    RECURRENCE,
    RESIDUAL,
    SOFTMAX,
)
from course_utils.bugs.steps import SteppedLayer

LOWEST = torch.finfo(torch.float64).min

# --- residual ---------------------------------------------------------------------


class StreamHalved(SteppedLayer):
    """the stream enters the first sum at half its size"""

    def first_sum(self, H, N, mask):
        return H / 2 + self.attend_step(H, N, mask)


class SecondSumWithInput(SteppedLayer):
    """the second sum adds to the layer's input"""

    def forward(self, H, mask=None):
        U = self.first_sum(H, self.ln1_step(H), mask)
        return H + self.feed_forward(self.ln2_step(U))


# --- scale or softmax ----------------------------------------------------------------


class ScoresClamped(SteppedLayer):
    """scores cut off at 20"""

    def softmax(self, scores):
        return super().softmax(torch.where(scores > 20, 20.0, scores))


class LargestScoreNotSubtracted(SteppedLayer):
    """exp of the scores without their maximum subtracted"""

    def softmax(self, scores):
        return scores.exp() / scores.exp().sum(-1, keepdim=True)


class SinglePrecision(SteppedLayer):
    """attention in single precision"""

    def softmax(self, scores):
        return scores.clamp(min=-1e38).float().softmax(-1).to(scores.dtype)


# --- mask -----------------------------------------------------------------------------


class MaskOfFirstSequence(SteppedLayer):
    """the first sequence's mask is used for all"""

    def weigh(self, scores, mask):
        first = mask is not None and mask.dim() == 4
        return super().weigh(scores, mask[:1] if first else mask)


class MaskTransposed(SteppedLayer):
    """square masks are transposed"""

    def weigh(self, scores, mask):
        square = mask is not None and mask.shape[-1] == mask.shape[-2]
        return super().weigh(scores, mask.mT if square else mask)


class PaddingMaskIgnored(SteppedLayer):
    """masks of shape (B, 1, 1, T) are not used"""

    def weigh(self, scores, mask):
        row = mask is not None and mask.dim() == 4 and mask.shape[-2] == 1
        return super().weigh(scores, None if row else mask)


class MaskOnFirstHead(SteppedLayer):
    """the mask reaches the first head alone"""

    def weigh(self, scores, mask):
        weights = self.softmax(scores)
        if mask is not None:
            weights[:, :1] = super().weigh(scores[:, :1], mask)
        return weights


class MaskedScoresMinusTen(SteppedLayer):
    """masked scores are set to -10"""

    def weigh(self, scores, mask):
        return self.softmax(scores if mask is None else scores.where(mask, -10.0))


class UniformWhereNothingMayBeAttended(SteppedLayer):
    """a query that may attend nowhere attends everywhere"""

    def weigh(self, scores, mask):
        return self.softmax(scores if mask is None else scores.where(mask, LOWEST))


class WritesIntoMask(SteppedLayer):
    """the caller's mask is overwritten"""

    def weigh(self, scores, mask):
        weights = super().weigh(scores, mask)
        if mask is not None:
            mask.fill_(True)
        return weights


# --- head layout ----------------------------------------------------------------------


class QueriesAndKeysSwapped(SteppedLayer):
    """queries and keys trade places"""

    def project(self, H, N):
        return self.k(N), self.q(N), self.v(N)


class ValuesFromKeyWeights(SteppedLayer):
    """values from the weights of k"""

    def project(self, H, N):
        return self.q(N), self.k(N), self.k(N)


class HeadsInterleaved(SteppedLayer):
    """neighbouring features belong to different heads"""

    def split(self, X):
        return X.unflatten(-1, (-1, self.n_heads)).permute(0, 3, 1, 2)

    def merge(self, X):
        return X.permute(0, 2, 3, 1).flatten(-2)


class HeadsMergedInReverse(SteppedLayer):
    """heads are merged in reverse order"""

    def merge(self, X):
        return super().merge(X.flip(1))


class OutputBiasForgotten(SteppedLayer):
    """the bias of o forgotten"""

    def attend_step(self, H, N, mask):
        return super().attend_step(H, N, mask) - self.o.bias


# --- normalisation --------------------------------------------------------------------


class OneNormForBoth(SteppedLayer):
    """the first norm's parameters are used twice"""

    def ln2_step(self, U):
        return self.norm_step(U, self.ln1)


class NotCentred(SteppedLayer):
    """rows are divided by their size and not centred"""

    def moments(self, X):
        return torch.zeros_like(X[..., :1]), (X**2).mean(-1, keepdim=True)


class LargeEps(SteppedLayer):
    """eps is 0.01"""

    def moments(self, X):
        mean, variance = super().moments(X)
        return mean, variance + 0.01


class NormOfWhatIsAdded(SteppedLayer):
    """x + LN(F(x)) in the place of x + F(LN(x))"""

    def forward(self, H, mask=None):
        U = H + self.ln1_step(self.attend_step(H, H, mask))
        return U + self.ln2_step(self.feed_forward(U))


# --- recurrence, randomness, feed-forward -----------------------------------------


class KeysOfTheCallBefore(SteppedLayer):
    """keys of an earlier call of the same shape are used again"""

    def project(self, H, N):
        Q, K, V = super().project(H, N)
        kept = self.__dict__.setdefault("kept", {}).setdefault(K.shape, K.detach())
        return Q, kept, V


class DropoutOnWeightsInEvaluation(SteppedLayer):
    """attention weights are dropped in evaluation"""

    def softmax(self, scores):
        return torch.dropout(super().softmax(scores), 0.1, train=True)


class FeedForwardMixes(SteppedLayer):
    """feed-forward reads a little of the position before"""

    def feed_forward(self, N):
        return super().feed_forward(N + 0.01 * N.roll(1, 1))


class HalfOfTheUnits(SteppedLayer):
    """half of the feed-forward units are not used"""

    def feed_forward(self, N):
        half = self.ff1.out_features // 2
        hidden = nn.functional.pad(self.ff1(N).relu()[..., :half], (0, half))
        return self.ff2(hidden)


UNSEEN: dict[str, tuple[type[SteppedLayer], ...]] = {
    RESIDUAL: (StreamHalved, SecondSumWithInput),
    SOFTMAX: (ScoresClamped, LargestScoreNotSubtracted, SinglePrecision),
    MASK: (
        MaskOfFirstSequence,
        MaskTransposed,
        PaddingMaskIgnored,
        MaskOnFirstHead,
        MaskedScoresMinusTen,
        UniformWhereNothingMayBeAttended,
        WritesIntoMask,
    ),
    LAYOUT: (
        QueriesAndKeysSwapped,
        ValuesFromKeyWeights,
        HeadsInterleaved,
        HeadsMergedInReverse,
        OutputBiasForgotten,
    ),
    NORM: (OneNormForBoth, NotCentred, LargeEps, NormOfWhatIsAdded),
    RECURRENCE: (KeysOfTheCallBefore,),
    RANDOM: (DropoutOnWeightsInEvaluation,),
    FEED: (FeedForwardMixes, HalfOfTheUnits),
}
