"""A plain layer to compare with: formulas head by head, in float64.

Independent of `course_utils.layers` on purpose. It reads the parameters of any
layer whose parts have the standard names, with or without biases.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": lambda u: u * (u > 0),
    "gelu": lambda u: u * (1 + torch.erf(u / math.sqrt(2))) / 2,
    "gelu_tanh": lambda u: (
        u / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u**3)))
    ),
    "silu": lambda u: u / (1 + torch.exp(-u)),
}


def number(part: nn.Module, name: str, default: float) -> Tensor:
    """A parameter in float64, or a number where the part has none."""
    value = getattr(part, name, None)
    return torch.tensor(default).double() if value is None else value.double()


def plain_linear(part: nn.Module, X: Tensor) -> Tensor:
    """x W^T + b."""
    return X @ part.weight.double().T + number(part, "bias", 0.0)


def plain_norm(part: nn.Module, X: Tensor) -> Tensor:
    """Each row over its features to mean 0 and variance 1, then gain and shift."""
    centred = X - X.sum(-1, keepdim=True) / X.shape[-1]
    variance = (centred**2).sum(-1, keepdim=True) / X.shape[-1]
    scaled = centred / (variance + getattr(part, "eps", 1e-5)) ** 0.5
    return scaled * number(part, "weight", 1.0) + number(part, "bias", 0.0)


def plain_attention(layer: nn.Module, N: Tensor, mask: Tensor | None) -> Tensor:
    """What attention writes for N (B, T, d); mask (B, 1, T, T) or None."""
    Q, K, V = (plain_linear(part, N) for part in (layer.q, layer.k, layer.v))
    d_h = N.shape[-1] // layer.n_heads
    mixed = []
    for first in range(0, N.shape[-1], d_h):
        head = slice(first, first + d_h)
        scores = torch.einsum("bqi,bki->bqk", Q[..., head], K[..., head])
        scores = scores / d_h**0.5
        if mask is not None:
            scores = torch.where(mask[:, 0], scores, -torch.inf)
        powers = torch.exp(scores - scores.amax(-1, keepdim=True))
        shares = powers / powers.sum(-1, keepdim=True)
        mixed.append(torch.einsum("bqk,bki->bqi", shares, V[..., head]))
    return plain_linear(layer.o, torch.cat(mixed, -1))


def norm_of(layer: nn.Module) -> str:
    """Where the norms stand, "pre" or "post"; "pre" where the layer does not say."""
    norm = getattr(layer, "norm", "pre")
    return norm if isinstance(norm, str) else "pre"  # a method may have that name


def plain_layer(
    layer: nn.Module,
    H: Tensor,
    mask: Tensor | None = None,
    activation: Callable[[Tensor], Tensor] = ACTIVATIONS["relu"],
) -> Tensor:
    """What a healthy layer with these parameters makes of H, in float64.

    Args:
        layer: parts with the standard names, ``n_heads``, ``norm`` (pre if absent).
        H: states (B, T, d).
        mask: bool (B, 1, T, T) in which each query may attend somewhere, or None.
        activation: of the feed-forward sublayer.

    >>> from course_utils.layers import Layer
    >>> layer = Layer(d=8, n_heads=2).double()
    >>> H = torch.randn(2, 3, 8).double()
    >>> bool((plain_layer(layer, H) - layer(H)).abs().max() < 1e-12)
    True
    """

    def feed(X: Tensor) -> Tensor:
        return plain_linear(layer.ff2, activation(plain_linear(layer.ff1, X)))

    H = H.double()
    if norm_of(layer) == "pre":
        U = H + plain_attention(layer, plain_norm(layer.ln1, H), mask)
        return U + feed(plain_norm(layer.ln2, U))
    U = plain_norm(layer.ln1, H + plain_attention(layer, H, mask))
    return plain_norm(layer.ln2, U + feed(U))
