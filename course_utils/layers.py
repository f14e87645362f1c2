"""One Transformer layer, from attention to the residual stream.

Shapes throughout: B sequences, T positions, width d, h heads of width
d_h = d / h. Masks are boolean and True means "may attend".
"""

import math

import torch
from torch import Tensor, nn

ACTIVATIONS = {"relu": torch.relu, "gelu": nn.functional.gelu}


def attention_weights(Q: Tensor, K: Tensor, mask: Tensor | None = None) -> Tensor:
    """Share of attention that each query gives to each key.

    Args:
        Q: queries (B, h, Tq, d_h).
        K: keys (B, h, Tk, d_h).
        mask: bool, True = may attend, of shape (Tq, Tk), (B, 1, 1, Tk) or
            (B, 1, Tq, Tk); None lets every query attend to every key.

    Returns:
        (B, h, Tq, Tk). Rows sum to 1, or to 0 where a query may attend nowhere.

    Raises:
        TypeError: the mask is not boolean.
        ValueError: the mask does not fit the scores.

    Source: Vaswani et al. 2017, "Attention Is All You Need", eq. 1.

    >>> Q = K = torch.zeros(1, 1, 2, 4)
    >>> attention_weights(Q, K).tolist()
    [[[[0.5, 0.5], [0.5, 0.5]]]]
    """
    scores = (Q / math.sqrt(Q.shape[-1])) @ K.transpose(-2, -1)
    if mask is None:
        return scores.softmax(-1)
    check_mask(mask, scores.shape)
    # The smallest finite number instead of -inf: a row that may attend nowhere
    # stays finite, and the second fill sets it to zero.
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return scores.softmax(-1).masked_fill(~mask, 0.0)


def attention(
    Q: Tensor, K: Tensor, V: Tensor, mask: Tensor | None = None, dropout: float = 0.0
) -> Tensor:
    """Rows of V mixed by the attention weights, (B, h, Tq, d_h).

    The same as ``attention_weights(Q, K, mask) @ V``, in torch's fused kernel,
    which never stores the weights. Arguments and errors as there; V is
    (B, h, Tk, d_h), and ``dropout`` is the share of weights dropped.
    """
    if mask is not None:
        check_mask(mask, (*Q.shape[:-1], K.shape[-2]))
    return nn.functional.scaled_dot_product_attention(Q, K, V, mask, dropout)


def check_mask(mask: Tensor, scores_shape: tuple[int, ...]) -> None:
    """Refuse a mask that is not boolean or does not fit (B, h, Tq, Tk).

    Raises:
        TypeError: the mask is not a boolean tensor.
        ValueError: its shape is not one of the three that a layer takes.
    """
    dtype = getattr(mask, "dtype", type(mask).__name__)
    if dtype is not torch.bool:
        raise TypeError(
            f"The mask is {dtype}, but it must be a torch.bool tensor in which "
            "True means 'may attend'. Convert it, for example with mask.bool()."
        )
    B, _, Tq, Tk = scores_shape
    if tuple(mask.shape) not in {(Tq, Tk), (B, 1, 1, Tk), (B, 1, Tq, Tk)}:
        raise ValueError(
            f"The mask has shape {tuple(mask.shape)}, but {B} sequences with {Tq} "
            f"queries and {Tk} keys need ({Tq}, {Tk}), ({B}, 1, 1, {Tk}) or "
            f"({B}, 1, {Tq}, {Tk})."
        )


def causal_mask(T: int, device: torch.device | str | None = None) -> Tensor:
    """Mask (T, T) in which position t may attend to positions 0..t.

    >>> causal_mask(3).int().tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def split_heads(X: Tensor, n_heads: int) -> Tensor:
    """(B, T, d) -> (B, h, T, d_h): neighbouring features belong to one head."""
    B, T, d = X.shape
    return X.view(B, T, n_heads, d // n_heads).transpose(1, 2)


def merge_heads(X: Tensor) -> Tensor:
    """(B, h, T, d_h) -> (B, T, d): the inverse of `split_heads`."""
    B, h, T, d_h = X.shape
    return X.transpose(1, 2).reshape(B, T, h * d_h)


class Layer(nn.Module):
    """A Transformer layer: attention mixes positions, feed-forward reshapes each.

    With ``norm="pre"`` (the reference of the course) both sublayers F are added
    to an untouched residual stream, ``x + F(LN(x))``. With ``norm="post"`` (BERT)
    each sum is normalised, ``LN(x + F(x))``.

    Args:
        d: width of the hidden states.
        n_heads: number of heads h; it must divide d.
        d_ff: width inside the feed-forward sublayer, 4·d if None.
        norm: "pre" or "post".
        activation: "relu" or "gelu".
        eps: added to the variance inside the layer norm's root.
        dropout: share of numbers dropped in training, of the attention weights
            and of what each sublayer writes.

    Raises:
        ValueError: d is not a multiple of n_heads, or a choice is unknown.

    Source: Xiong et al. 2020, "On Layer Normalization in the Transformer
    Architecture", fig. 1.

    >>> layer = Layer(d=8, n_heads=2)
    >>> layer(torch.zeros(3, 5, 8)).shape
    torch.Size([3, 5, 8])
    """

    def __init__(
        self,
        d: int,
        n_heads: int,
        d_ff: int | None = None,
        *,
        norm: str = "pre",
        activation: str = "relu",
        eps: float = 1e-5,
        dropout: float = 0.0,
    ):
        super().__init__()
        if n_heads < 1 or d % n_heads:
            raise ValueError(f"Width d={d} cannot be split into {n_heads} equal heads.")
        if norm not in ("pre", "post"):
            raise ValueError(f"norm must be 'pre' or 'post', not {norm!r}.")
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"activation must be one of {sorted(ACTIVATIONS)}, not {activation!r}."
            )
        d_ff = 4 * d if d_ff is None else d_ff
        self.d, self.n_heads, self.norm, self.activation = d, n_heads, norm, activation
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.ff1, self.ff2 = nn.Linear(d, d_ff), nn.Linear(d_ff, d)
        self.ln1, self.ln2 = nn.LayerNorm(d, eps), nn.LayerNorm(d, eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, H: Tensor, mask: Tensor | None = None) -> Tensor:
        """Hidden states (B, T, d) -> hidden states (B, T, d).

        Args:
            H: the states that the layer receives.
            mask: bool, True = may attend; see `attention_weights`.

        Raises:
            ValueError: H is not (B, T, d) with this layer's d, or the mask
                does not fit.
            TypeError: H is not a tensor of this layer's dtype, or the mask is
                not boolean.
        """
        self.check_states(H)
        if self.norm == "pre":
            U = H + self.attend(self.ln1(H), mask)
            return U + self.feed_forward(self.ln2(U))
        U = self.ln1(H + self.attend(H, mask))
        return self.ln2(U + self.feed_forward(U))

    def check_states(self, H: Tensor) -> None:
        """Refuse states that this layer cannot read; errors as in `forward`."""
        if not isinstance(H, Tensor):
            raise TypeError(
                f"A layer takes hidden states as a torch tensor, not as a "
                f"{type(H).__name__}. Convert them, for example with torch.tensor(H)."
            )
        if H.dim() != 3 or H.shape[-1] != self.d:
            raise ValueError(
                f"This layer takes hidden states of shape (B, T, {self.d}), "
                f"but got {tuple(H.shape)}."
            )
        dtype = next(self.parameters()).dtype
        if H.dtype != dtype and not torch.is_autocast_enabled(H.device.type):
            raise TypeError(
                f"The hidden states are {H.dtype}, but this layer is {dtype}. "
                f"Convert one of them, for example with H.to({dtype})."
            )

    def weights(self, N: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attention weights (B, h, T, T) for what the sublayer reads, N (B, T, d)."""
        Q, K = (split_heads(part(N), self.n_heads) for part in (self.q, self.k))
        return attention_weights(Q, K, mask)

    def attend(self, N: Tensor, mask: Tensor | None = None) -> Tensor:
        """What the attention sublayer writes, (B, T, d), for what it reads, N."""
        Q, K, V = (split_heads(p(N), self.n_heads) for p in (self.q, self.k, self.v))
        dropped = self.dropout.p if self.training else 0.0
        mixed = merge_heads(attention(Q, K, V, mask, dropped))
        return self.dropout(self.o(mixed))

    def feed_forward(self, N: Tensor) -> Tensor:
        """What the feed-forward sublayer writes, each position for itself."""
        return self.dropout(self.ff2(ACTIVATIONS[self.activation](self.ff1(N))))
