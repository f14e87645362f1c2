"""`attention_weights` with one mistake."""

from typing import Any

import numpy as np


def dot(Q, K):
    """(B, h, Tq, Tk): every query times every key."""
    return Q @ K.swapaxes(-1, -2)


def scaled(Q, K):
    return dot(Q, K) / np.sqrt(Q.shape[-1])


def allowed(mask, scores):
    return np.broadcast_to(True if mask is None else mask, scores.shape)


def shares(scores, mask=None, axis: Any = -1, top=None, guarded=False):
    """Softmax over what may be attended, zero where that is nothing.

    `top` is subtracted in the place of the maximum; `guarded` turns 0/0 into 0.
    """
    may = allowed(mask, scores)
    scores = np.where(may, scores, -np.inf)
    if top is None:
        top = scores.max(axis, keepdims=True)
    powers = np.where(may, np.exp(scores - np.where(np.isinf(top), 0.0, top)), 0.0)
    total = powers.sum(axis, keepdims=True)
    divide = total != 0 if guarded else may.any(axis, keepdims=True)
    return powers / np.where(divide, total, 1.0)


def nowhere_nan(Q, K, mask):
    S = scaled(Q, K)
    may = allowed(mask, S).any(-1, keepdims=True)
    return np.where(may, shares(S, mask), np.nan)


def nowhere_uniform(Q, K, mask):
    S = scaled(Q, K)
    may = allowed(mask, S).any(-1, keepdims=True)
    return np.where(may, shares(S, mask), 1 / S.shape[-1])


WEIGHTS = {
    "The scores are not scaled. Divide them by √d_h.": (
        lambda Q, K, mask: shares(dot(Q, K), mask)
    ),
    "The scores are divided by d_h. Divide by its square root.": (
        lambda Q, K, mask: shares(dot(Q, K) / Q.shape[-1], mask)
    ),
    "The scores are multiplied by √d_h. Divide by it.": (
        lambda Q, K, mask: shares(dot(Q, K) * np.sqrt(Q.shape[-1]), mask)
    ),
    "The scores are divided by the root of the model's width h·d_h. Take d_h, the "
    "width of one head.": (
        lambda Q, K, mask: shares(scaled(Q, K) / np.sqrt(Q.shape[1]), mask)
    ),
    "The scores are divided by the root of the number of keys. Take d_h, the width "
    "of one head.": (lambda Q, K, mask: shares(dot(Q, K) / np.sqrt(K.shape[-2]), mask)),
    "The softmax runs over the queries: columns sum to 1. It has to run over the "
    "keys, so that each query's row sums to 1.": (
        lambda Q, K, mask: shares(scaled(Q, K), mask, -2)
    ),
    "The softmax runs over the heads. It has to run over the keys, the last axis.": (
        lambda Q, K, mask: shares(scaled(Q, K), mask, 1)
    ),
    "The softmax runs over the batch. It has to run over the keys, the last axis.": (
        lambda Q, K, mask: shares(scaled(Q, K), mask, 0)
    ),
    "The softmax runs over queries and keys together. Each query's row has to sum "
    "to 1.": lambda Q, K, mask: shares(scaled(Q, K), mask, (-2, -1)),
    "These are the scores; the softmax is missing.": lambda Q, K, mask: scaled(Q, K),
    "The keys are reshaped to (B, h, d_h, Tk), which scrambles them. Swap the two "
    "last axes.": lambda Q, K, mask: shares(
        Q @ K.reshape(*K.shape[:2], -1, K.shape[2]) / np.sqrt(Q.shape[-1]), mask
    ),
    "The mask is ignored.": lambda Q, K, mask: shares(scaled(Q, K)),
    "The mask is turned round. True means 'may attend'.": (
        lambda Q, K, mask: shares(scaled(Q, K), ~allowed(mask, dot(Q, K)))
    ),
    "The mask is multiplied in after the softmax: rows no longer sum to 1, because "
    "masked keys are still in the denominator.": (
        lambda Q, K, mask: shares(scaled(Q, K)) * allowed(mask, dot(Q, K))
    ),
    "Masked scores are set to 0. That is an ordinary score: exp(0) = 1 still counts.": (
        lambda Q, K, mask: shares(scaled(Q, K) * allowed(mask, dot(Q, K)))
    ),
    "The mask is added to the scores as 0 and 1, so masked keys still count.": (
        lambda Q, K, mask: shares(scaled(Q, K) + allowed(mask, dot(Q, K)))
    ),
    "The large negative number is added after the softmax. Add it to the scores.": (
        lambda Q, K, mask: (
            shares(scaled(Q, K)) + np.where(allowed(mask, dot(Q, K)), 0, -1e9)
        )
    ),
    "A query that may attend nowhere gives 0/0, which is NaN. Its weights have to "
    "be 0.": nowhere_nan,
    "A query that may attend nowhere spreads its weight over all keys. Its weights "
    "have to be 0.": nowhere_uniform,
}

# Mistakes that show at large scores alone, without a mask and with one.
LARGE = {
    "exp of a large score is infinite, and inf/inf is NaN. Subtract the row's "
    "maximum from the scores first.": (
        lambda Q, K, mask: shares(scaled(Q, K), mask, top=0.0)
    ),
    "One maximum is subtracted from all rows; rows far below it become 0/0. Each "
    "row needs its own.": (
        lambda Q, K, mask: shares(S := scaled(Q, K), mask, top=S.max())
    ),
}
LARGE_GUARDED = {  # the same, where 0/0 is made 0
    "exp of a large score is infinite, and exp of a very low one is 0. Subtract the "
    "row's maximum from the scores first.": (
        lambda Q, K, mask: shares(scaled(Q, K), mask, top=0.0, guarded=True)
    ),
    "One maximum is subtracted from all rows; rows far below it become zeros. Each "
    "row needs its own.": (
        lambda Q, K, mask: shares(S := scaled(Q, K), mask, top=S.max(), guarded=True)
    ),
}
LARGE_MASKED = {
    "The row's maximum stands at a masked place, so all allowed weights become "
    "0/0. Take the maximum over what may be attended.": (
        lambda Q, K, mask: shares(
            scaled(Q, K), mask, top=scaled(Q, K).max(-1, keepdims=True)
        )
    ),
    "Rows in which a masked score is the largest come out as zeros: masked keys still "
    "take part in the maximum or in the sum.": lambda Q, K, mask: shares(
        S := scaled(Q, K), mask, top=S.max(-1, keepdims=True), guarded=True
    ),
    "Masked keys get weight where the allowed scores are very low: the number in the "
    "place of a masked score is not low enough.": lambda Q, K, mask: shares(
        np.where(allowed(mask, S := scaled(Q, K)), S, S.min() / 2)
    ),
}
