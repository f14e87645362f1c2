"""The recurrence H[l] = Layer_l(H[l-1]) as a model.

A stack of L layers has L+1 states: H[0], the embeddings, and H[1]..H[L].
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_utils.layers import Layer, causal_mask


class Embeddings(nn.Module):
    """Token ids (B, T) -> H[0] (B, T, d): word, position and type, added up.

    BERT normalises the sum and so does this class; with ``norm=False`` it is
    left as it is, which is usual in front of pre-norm layers.
    """

    def __init__(self, vocab_size, d, max_len, n_types, norm, eps, dropout):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d)
        self.position = nn.Embedding(max_len, d)
        self.token_type = nn.Embedding(n_types, d)
        self.norm = nn.LayerNorm(d, eps) if norm else nn.Identity()
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor) -> Tensor:
        T = ids.shape[1]
        # In BERT's order, so that sums are rounded as they are there.
        H = self.word(ids) + self.token_type.weight[0] + self.position.weight[:T]
        return self.dropout(self.norm(H))


class Encoder(nn.Module):
    """Embeddings, then a loop over layers that hands out every state.

    Args:
        vocab_size: number of token ids, V.
        d: width of the hidden states.
        n_layers: number of layers, L; 0 is legal.
        n_heads: heads of each layer; it must divide d.
        d_ff: width inside the feed-forward sublayers, 4·d if None.
        max_len: longest text in positions, T_max.
        n_types: rows of BERT's token type table; row 0 is always used.
        norm: "pre" or "post"; "post" also normalises the embeddings, as BERT.
        activation: "relu" or "gelu".
        eps: of every layer norm.
        dropout: of the embeddings and of every layer.
        causal: whether position t may attend only to positions 0..t.
        tokenizer: what turns texts into ids; kept, not used by the model.

    Attributes:
        embeddings, layers: the parts; ``layers[l-1]`` computes H[l].
        causal, d, tokenizer: as given.
        prompt: None, or a function that gives k rows (k, d) to run in front of
            every text; see `course_utils.adaptation`.

    Raises:
        ValueError: a size is too small, or a choice is unknown.

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> states = encoder.states(torch.tensor([[1, 2, 3, 4]]))
    >>> len(states), states[0].shape
    (4, torch.Size([1, 4, 8]))
    """

    def __init__(
        self,
        vocab_size: int,
        d: int,
        n_layers: int,
        n_heads: int,
        d_ff: int | None = None,
        *,
        max_len: int = 512,
        n_types: int = 1,
        norm: str = "pre",
        activation: str = "relu",
        eps: float = 1e-5,
        dropout: float = 0.0,
        causal: bool = False,
        tokenizer: Callable | None = None,
    ):
        super().__init__()
        sizes = dict(vocab_size=vocab_size, d=d, max_len=max_len, n_types=n_types)
        for name, size in (sizes | {"n_layers": n_layers}).items():
            lowest = 0 if name == "n_layers" else 1
            if size < lowest:
                raise ValueError(f"{name} is {size}, but must be at least {lowest}.")
        self.d, self.causal, self.tokenizer = d, causal, tokenizer
        self.prompt: Callable[[], Tensor] | None = None
        self.embeddings = Embeddings(
            vocab_size, d, max_len, n_types, norm == "post", eps, dropout
        )
        options = dict(norm=norm, activation=activation, eps=eps, dropout=dropout)
        self.layers = nn.ModuleList(
            Layer(d, n_heads, d_ff, **options) for _ in range(n_layers)
        )

    def embed(self, ids: Tensor) -> Tensor:
        """H[0] (B, T, d) of token ids (B, T).

        Raises:
            TypeError: ids are not a tensor of int64 or int32.
            ValueError: ids are not (B, T), are longer than max_len, or lie
                outside the vocabulary.
        """
        dtype = ids.dtype if isinstance(ids, Tensor) else type(ids).__name__
        if dtype not in (torch.int64, torch.int32):
            raise TypeError(
                f"Token ids must be a tensor of int64, but they are {dtype}. Take "
                "them from the tokenizer, or convert them with ids.long()."
            )
        if ids.dim() != 2:
            raise ValueError(
                f"Token ids must have shape (B, T), but got {tuple(ids.shape)}. "
                "For a single text add an axis: ids[None]."
            )
        parts = self.embeddings.word, self.embeddings.position
        V, T_max = (len(part.weight) for part in parts)
        if ids.shape[1] > T_max:
            raise ValueError(
                f"The text has {ids.shape[1]} tokens, but this encoder has "
                f"{T_max} positions. Shorten it before encoding."
            )
        if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < V:
            raise ValueError(
                f"Token ids run from {int(ids.min())} to {int(ids.max())}, but the "
                f"vocabulary has ids 0..{V - 1}. Use this encoder's own tokenizer."
            )
        return self.embeddings(ids)

    def states(self, ids: Tensor, mask: Tensor | None = None) -> list[Tensor]:
        """All L+1 states H[0]..H[L], each (B, T, d).

        Args:
            ids: token ids (B, T).
            mask: bool (B, T), True at real tokens, False at padding; None means
                that every token is real.

        Raises:
            TypeError: the mask is not boolean, or ids are not integers.
            ValueError: ids or mask have the wrong shape.
        """
        H, attend = self.start(ids, mask)
        states = [H]
        for layer in self.layers:
            H = layer(H, attend)
            states.append(H)
        return states if self.prompt is None else [self.tokens(H) for H in states]

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """The last state H[L] (B, T, d) of token ids (B, T).

        The same loop as in `states`, but each state is given up as soon as the
        next one is there. Arguments and errors as there.
        """
        H, attend = self.start(ids, mask)
        for layer in self.layers:
            H = layer(H, attend)
        return H if self.prompt is None else self.tokens(H)

    def start(self, ids: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """What the first layer receives: H[0], and the mask as layers need it.

        The rows of a prompt stand in front of H[0], which is (B, k+T, d) then; every
        token may attend to them.
        """
        H, attend = self.embed(ids), self.widen(ids, mask)
        if self.prompt is None:
            return H, attend
        P = self.prompt()
        k = len(P)
        if attend is not None:
            queries = k if self.causal else 0  # else all queries share one row
            attend = nn.functional.pad(attend, (k, 0, queries, 0), value=True)
        if self.causal:
            attend = attend & causal_mask(H.shape[1] + k, ids.device)
        return torch.cat([P.expand(len(H), *P.shape), H], 1), attend

    def tokens(self, H: Tensor) -> Tensor:
        """States (B, T, d) without the rows of the prompt."""
        return H[:, len(self.prompt()) :]

    def widen(self, ids: Tensor, mask: Tensor | None) -> Tensor | None:
        """The mask over real tokens (B, T) as the layers need it.

        Returns:
            (B, 1, 1, T), or (T, T) or (B, 1, T, T) if causal, or None where
            there is nothing to mask.
        """
        triangle = causal_mask(ids.shape[1], ids.device) if self.causal else None
        if mask is None:
            return triangle
        if getattr(mask, "dtype", None) is not torch.bool:
            raise TypeError(
                f"The mask is {getattr(mask, 'dtype', type(mask).__name__)}, but it "
                "must be a torch.bool tensor in which True marks a real token."
            )
        if mask.shape != ids.shape:
            raise ValueError(
                f"The mask has shape {tuple(mask.shape)}, but ids of shape "
                f"{tuple(ids.shape)} need one of that shape; the encoder widens it."
            )
        keys = mask[:, None, None, :]
        return keys if triangle is None else keys & triangle
