"""`layer_norm` and `feed_forward` with one mistake."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course_utils.exercises.mistakes import with_params, zero

# --- layer norm -------------------------------------------------------------------


def norm(X, gain, shift, eps=1e-5, *, axis=-1, ddof=0, centre=1, root=None):
    """Layer norm with parts to exchange; `root` is a function of (variance, eps)."""
    centred = X - X.mean(axis, keepdims=True)
    variance = (centred**2).mean(axis, keepdims=True)
    variance = variance * X.shape[-1] / max(X.shape[-1] - ddof, 1)
    divisor = root(variance, eps) if root else np.sqrt(variance + eps)
    return (centred if centre else X) / divisor * gain + shift


def by_squares(X, gain, shift, eps=1e-5):
    """The variance as E[x²] - E[x]²."""
    variance = (X**2).mean(-1, keepdims=True) - X.mean(-1, keepdims=True) ** 2
    return (X - X.mean(-1, keepdims=True)) / np.sqrt(variance + eps) * gain + shift


def root_mean_square(X, gain, shift, eps=1e-5):
    return X / np.sqrt((X**2).mean(-1, keepdims=True) + eps) * gain + shift


NORM = {
    "The mean and variance run over the positions (axis -2). They run over the "
    "features, the last axis.": partial(norm, axis=-2),
    "The mean and variance run over positions and features together. They run over "
    "the features alone, the last axis.": partial(norm, axis=(-2, -1)),
    "The mean and variance run over the batch (axis 0). They run over the features, "
    "the last axis.": partial(norm, axis=0),
    "The mean and variance run over the whole array. They run over the features, "
    "the last axis.": partial(norm, axis=None),
    "The variance is divided by d - 1 (ddof=1). Layer norm divides by d.": (
        partial(norm, ddof=1)
    ),
    "eps stands outside the root. It is added to the variance, inside.": (
        partial(norm, root=lambda variance, eps: np.sqrt(variance) + eps)
    ),
    "eps is missing.": partial(norm, root=lambda variance, eps: np.sqrt(variance)),
    "eps is always 1e-5. It is an argument.": (
        lambda X, gain, shift, eps=1e-5: norm(X, gain, shift)
    ),
    "The row is divided by the variance. Divide by its root.": (
        partial(norm, root=lambda variance, eps: variance + eps)
    ),
    "The row is divided without its mean being subtracted.": partial(norm, centre=0),
    "This is RMS norm: the mean is not subtracted.": root_mean_square,
    "The variance is computed as E[x²] - E[x]², where two huge numbers cancel. "
    "Subtract the mean first, then square.": by_squares,
    "The gain is missing.": lambda X, gain, *rest: norm(X, 1 + 0 * gain, *rest),
    "The shift is missing.": lambda X, g, shift, *eps: norm(X, g, 0 * shift, *eps),
    "Gain and shift are missing.": (
        lambda X, gain, shift, *eps: norm(X, 1 + 0 * gain, 0 * shift, *eps)
    ),
    "The shift is added before the gain multiplies.": (
        lambda X, gain, shift, *eps: norm(X, gain, gain * shift, *eps)
    ),
    "Gain and shift are exchanged.": (
        lambda X, gain, shift, *eps: norm(X, shift, gain, *eps)
    ),
}

# --- feed-forward -------------------------------------------------------------------


def relu(u):
    return np.maximum(u, 0)


def feed(X, params, *, activation: Callable = relu):
    inner = activation(X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]


def gelu_tanh(u):
    return u / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (u + 0.044715 * u**3)))


RESIDUAL_IN_FEED = "X is added. The residual belongs to the layer, not to feed-forward."

FEED = {
    "The ReLU is missing.": partial(feed, activation=lambda u: u),
    "The ReLU also cuts off the result. It stands between the two maps only.": (
        lambda X, params: relu(feed(X, params))
    ),
    "The ReLU stands after the second map. It stands between the two.": (
        lambda X, params: relu(feed(X, params, activation=lambda u: u))
    ),
    "The ReLU stands before the first map. It stands between the two.": (
        lambda X, params: feed(relu(X), params, activation=lambda u: u)
    ),
    "The ReLU comes before b1 is added.": lambda X, params: (
        (relu(X @ params["W1"]) + params["b1"]) @ params["W2"] + params["b2"]
    ),
    "The ReLU is turned round: it keeps the negative numbers.": (
        partial(feed, activation=lambda u: np.minimum(u, 0))
    ),
    "This takes absolute values. ReLU makes negative numbers 0.": (
        partial(feed, activation=np.abs)
    ),
    "This is GELU, not ReLU.": partial(feed, activation=gelu_tanh),
    "This is tanh, not ReLU.": partial(feed, activation=np.tanh),
    RESIDUAL_IN_FEED: lambda X, params: X + feed(X, params),
    "b1 and b2 are missing.": with_params(
        feed, lambda p: {b: np.zeros_like(p[b]) for b in ("b1", "b2")}
    ),
    **{f"{b} is missing.": with_params(feed, zero(b)) for b in ("b1", "b2")},
}
