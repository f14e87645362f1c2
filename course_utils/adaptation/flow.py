"""Prompt tuning and prefix-tuning as plain functions of states and layers.

Shapes: B texts, T tokens, width d, h heads of width d_h, L layers, k rows of a prompt
or a prefix. `attach` does the same to an `Encoder`, and trains it.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from course_utils.layers import Layer, causal_mask, split_heads

Layers = Sequence[Callable[..., Tensor]]


def prompt_forward(
    H0: Tensor,
    layers: Layers,
    prompt: Tensor,
    mask: Tensor | None = None,
    causal: bool = False,
) -> Tensor:
    """Run a prompt and the tokens through all layers; the token rows at the end.

    Args:
        H0: (B, T, d), the tokens' states before layer 1.
        layers: each called as ``layer(H)`` or ``layer(H, mask)``.
        prompt: (k, d), the same for every text.
        mask: bool (B, T), True at real tokens.
        causal: whether a row may attend only to itself and rows before it.

    Returns:
        (B, T, d).

    Source: Lester et al. 2021, "The Power of Scale for Parameter-Efficient Prompt
    Tuning".

    >>> layers = [Layer(8, 2), Layer(8, 2)]
    >>> prompt_forward(torch.randn(3, 5, 8), layers, torch.randn(2, 8)).shape
    torch.Size([3, 5, 8])
    """
    k, attend = len(prompt), attend_mask(H0, len(prompt), mask, causal)
    H = torch.cat([prompt.expand(len(H0), *prompt.shape), H0], 1)
    for layer in layers:
        H = call(layer, H.clone(), attend)
    return H[:, k:].clone()


def prefix_forward(
    H0: Tensor,
    layers: Layers,
    prefixes: Sequence[Tensor],
    mask: Tensor | None = None,
    causal: bool = False,
) -> Tensor:
    """H̄[l] = Layer_l([P[l-1]; H̄[l-1]]) without the prefix's rows, for l = 1..L.

    Args:
        H0, layers, mask, causal: as of `prompt_forward`.
        prefixes: L prefixes (k_l, d), one a layer; k_l may differ, and be 0.

    Returns:
        H̄[L] (B, T, d).

    Raises:
        ValueError: there are not as many prefixes as layers.

    Source: Xiao and Zhu 2025, "Foundations of Large Language Models", chapter 3.

    >>> layers = [Layer(8, 2), Layer(8, 2)]
    >>> P = [torch.randn(2, 8), torch.randn(4, 8)]
    >>> prefix_forward(torch.randn(3, 5, 8), layers, P).shape
    torch.Size([3, 5, 8])
    """
    H = H0.clone()
    for layer, P in zip(layers, prefixes, strict=True):
        rows = torch.cat([P.expand(len(H), *P.shape), H], 1)
        attend = attend_mask(H, len(P), mask, causal)
        H = call(layer, rows, attend)[:, len(P) :].clone()
    return H


def to_key_values(prefix: Tensor, layer: Layer) -> tuple[Tensor, Tensor]:
    """The keys and values (h, k, d_h) that a layer makes of its prefix (k, d).

    A pre-norm layer projects the normalised rows, a post-norm layer the rows.

    >>> K, V = to_key_values(torch.randn(3, 8), Layer(8, 2))
    >>> K.shape
    torch.Size([2, 3, 4])
    """
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    K, V = (split_heads(part(N)[None], layer.n_heads)[0] for part in (layer.k, layer.v))
    return K, V


def gate(q: Tensor, K: Tensor, prefix_K: Tensor) -> Tensor:
    """λ: the share of attention that goes to the prefix, for every query.

    ``Attn(q, [P_K; K], [P_V; V]) = (1 - λ) Attn(q, K, V) + λ Attn(q, P_K, P_V)``.

    Args:
        q: queries (B, h, Tq, d_h).
        K: the tokens' keys (B, h, T, d_h).
        prefix_K: the prefix's keys (h, k, d_h); k may be 0.

    Returns:
        (B, h, Tq).

    Source: He et al. 2022, "Towards a Unified View of Parameter-Efficient Transfer
    Learning", eq. 5.

    >>> q, K = torch.zeros(1, 2, 3, 4), torch.zeros(1, 2, 6, 4)
    >>> gate(q, K, torch.zeros(2, 2, 4))[0, 0].tolist()  # 2 of 8 equal shares
    [0.25, 0.25, 0.25]
    """
    scale = math.sqrt(q.shape[-1])
    ours, theirs = (
        (q @ X.transpose(-2, -1) / scale).logsumexp(-1) for X in (prefix_K, K)
    )
    # exp(a) / (exp(a) + exp(b)), which large scores cannot overflow.
    return (ours - theirs).sigmoid()


def attend_mask(H: Tensor, k: int, mask: Tensor | None, causal: bool) -> Tensor | None:
    """What k rows in front and the T rows of H may attend to; None is everything.

    Returns:
        (B, 1, 1, k+T), or if causal (k+T, k+T) or (B, 1, k+T, k+T).
    """
    triangle = causal_mask(k + H.shape[1], H.device) if causal else None
    if mask is None:
        return triangle
    keys = nn.functional.pad(mask, (k, 0), value=True)[:, None, None]
    return keys if triangle is None else keys & triangle


def call(layer: Callable[..., Tensor], H: Tensor, attend: Tensor | None) -> Tensor:
    return layer(H) if attend is None else layer(H, attend)
