"""`multi_head_attention` with one mistake."""

from functools import partial

import numpy as np

from course_utils.exercises.mistakes import with_params, zero
from course_utils.exercises.mistakes.weights import (
    LARGE_MASKED,
    WEIGHTS,
    scaled,
    shares,
)


def split_heads(X, n_heads):
    B, T, d = X.shape
    return X.reshape(B, T, n_heads, d // n_heads).swapaxes(1, 2)


def merge_heads(X):
    B, h, T, d_h = X.shape
    return X.swapaxes(1, 2).reshape(B, T, h * d_h)


def scrambled_split(X, n_heads):
    B, T, d = X.shape
    return X.reshape(B, n_heads, T, d // n_heads)


def scrambled_merge(X):
    B, h, T, d_h = X.shape
    return X.reshape(B, T, h * d_h)


def dealt_split(X, n_heads):
    B, T, d = X.shape
    return X.reshape(B, T, d // n_heads, n_heads).transpose(0, 3, 1, 2)


def dealt_merge(X):
    B, h, T, d_h = X.shape
    return X.transpose(0, 2, 3, 1).reshape(B, T, h * d_h)


def attend(
    X,
    params,
    n_heads,
    mask=None,
    *,
    weights=lambda Q, K, mask: shares(scaled(Q, K), mask),
    split=split_heads,
    merge=merge_heads,
    read="qkv",
    sources=None,
):
    """Multi-head attention with parts to exchange.

    `read` names the matrices of queries, keys and values; `sources` the arrays
    that they are made of, X if None.
    """
    Q, K, V = (
        split(S @ params[f"W{c}"] + params[f"b{c}"], int(n_heads))
        for S, c in zip(sources or (X, X, X), read, strict=True)
    )
    return merge(weights(Q, K, mask) @ V) @ params["Wo"] + params["bo"]


RESIDUAL_IN_ATTENTION = (
    "X is added. The residual belongs to the layer, not to attention."
)
ATTENTION = {
    **{message: partial(attend, weights=f) for message, f in WEIGHTS.items()},
    "The heads are split by a reshape alone, which mixes up positions and features. "
    "Reshape to (B, T, h, d_h), then swap T and h.": (
        partial(attend, split=scrambled_split)
    ),
    "The heads are merged by a reshape alone. Swap T and h back first.": (
        partial(attend, merge=scrambled_merge)
    ),
    "The heads are split and merged by a reshape alone, which mixes up positions "
    "and features. Reshape to (B, T, h, d_h), then swap T and h.": (
        partial(attend, split=scrambled_split, merge=scrambled_merge)
    ),
    "The features are dealt out to the heads in turn. Neighbouring features belong "
    "to one head: reshape to (B, T, h, d_h).": partial(attend, split=dealt_split),
    "The keys are made with Wq.": partial(attend, read="qqv"),
    "The queries are made with Wk.": partial(attend, read="kkv"),
    "Queries and keys are exchanged.": partial(attend, read="kqv"),
    "Keys and values are exchanged.": partial(attend, read="qvk"),
    "The values are made with Wk and bk.": partial(attend, read="qkk"),
    "The values are X itself, without Wv and bv.": with_params(
        attend, lambda p: {"Wv": np.eye(len(p["Wv"])), "bv": 0 * p["bv"]}
    ),
    "The features are dealt out to the heads in turn and gathered in turn. "
    "Neighbouring features belong to one head: reshape to (B, T, h, d_h).": (
        partial(attend, split=dealt_split, merge=dealt_merge)
    ),
    "All features are in one head, whatever n_heads is.": (
        lambda X, params, n_heads, mask=None: attend(X, params, 1, mask)
    ),
    "The weights are transposed: values are mixed by A.T.": partial(
        attend, weights=lambda Q, K, mask: shares(scaled(Q, K), mask).swapaxes(-1, -2)
    ),
    "The mask of the first text is used for all.": partial(
        attend,
        weights=lambda Q, K, mask: shares(
            scaled(Q, K), mask if np.ndim(mask) < 4 else mask[:1]
        ),
    ),
    RESIDUAL_IN_ATTENTION: lambda X, *rest, **options: X + attend(X, *rest, **options),
    "Wo and bo are missing.": with_params(
        attend, lambda p: {"Wo": np.eye(len(p["Wo"])), "bo": 0 * p["bo"]}
    ),
    "Wo is missing.": with_params(attend, lambda p: {"Wo": np.eye(len(p["Wo"]))}),
    "Wo is transposed: the formula is x @ W + b.": with_params(
        attend, lambda p: {"Wo": p["Wo"].T}
    ),
    "The matrices are transposed: the formula is x @ W + b.": with_params(
        attend, lambda p: {f"W{c}": p[f"W{c}"].T for c in "qkvo"}
    ),
    "The biases are missing.": with_params(
        attend, lambda p: {f"b{c}": 0 * p[f"b{c}"] for c in "qkvo"}
    ),
    **{f"{b} is missing.": with_params(attend, zero(b)) for b in ("bq", "bv", "bo")},
}
# A NaN of one head runs through Wo into all features: one cause, not two.
LARGE_ATTENTION = {
    "exp of a large score is infinite, and exp of a very low one is 0. Subtract its "
    "own maximum from each row of scores.": partial(
        attend, weights=lambda Q, K, mask: shares(scaled(Q, K), mask, top=0.0)
    )
}
LARGE_MASKED_ATTENTION = {
    message: partial(attend, weights=f) for message, f in LARGE_MASKED.items()
}
