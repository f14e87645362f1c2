"""Prefix-tuning: every layer gets rows of its own that its tokens may attend to.

Shapes: L layers, k rows each, width d, B texts, T tokens.
"""

import math
from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from course_utils.adaptation.method import Method
from course_utils.adaptation.rows import ReparametrisedRows, Rows
from course_utils.encoder import Encoder
from course_utils.layers import Layer


class Prefix(Method):
    """Hidden form: H̄[l] = Layer_l([P[l-1]; H̄[l-1]]) without its first k rows.

    Prefix rows act on tokens through keys and values alone. So their queries and
    all that would be computed from them, which is dropped, is not computed.

    Args:
        encoder: what the prefix is for.
        k: rows of each layer; 0 is the encoder itself.
        seed: of the random start.
        init: (L, k, d), where to start instead, for example `prompt_states`; its k
            counts.
        mlp: None, or the width of an MLP that writes the rows, see
            `ReparametrisedRows`.
        literal: put the rows in front of the states, run the layer as it is, and
            drop them: the definition, word for word. The same numbers, but slower.

    Raises:
        ValueError: sizes do not fit.

    Source: Li and Liang 2021, "Prefix-Tuning"; Xiao and Zhu 2025, "Foundations of
    Large Language Models", chapter 3 (this form).

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> prefix = Prefix(encoder, k=2).attach()
    >>> prefix.rows().shape
    torch.Size([3, 2, 8])
    >>> encoder(torch.tensor([[1, 2, 3, 4]])).shape
    torch.Size([1, 4, 8])
    """

    def __init__(
        self,
        encoder: Encoder,
        k: int = 8,
        seed: int = 0,
        *,
        init: Tensor | None = None,
        mlp: int | None = None,
        literal: bool = False,
    ):
        super().__init__(encoder)
        if init is not None:
            k = init.shape[-2] if init.dim() > 1 else k
            shape = (*self.groups(), k, encoder.d)
            if init.shape != shape:
                raise ValueError(
                    f"init has shape {tuple(init.shape)}, but this encoder and k={k} "
                    f"need {shape}."
                )
            init = init.flatten(0, -3)
        n = math.prod(self.groups())
        if mlp is None:
            P = Rows(n, k, encoder.d, seed=seed, init=init)
        else:
            P = ReparametrisedRows(n, k, encoder.d, hidden=mlp, seed=seed, init=init)
        self.P, self.literal = self.place(P), literal
        self.k, self.options = k, {"k": k}

    def groups(self) -> tuple[int, ...]:
        """How many groups of k rows there are, by layer and use."""
        return (len(self.encoder.layers),)

    def rows(self) -> Tensor:
        """The prefix of every layer, (L, k, d), as it is now; gradients flow."""
        return self.P.all()

    def numbers(self) -> dict[str, Tensor]:
        """The prefix alone: an MLP that wrote it has done its work."""
        return {"prefix": self.rows().detach().clone()}

    def set_numbers(self, numbers: dict[str, Tensor]) -> None:
        self.P.start_with(numbers["prefix"].to(self.rows()).flatten(0, -3))

    def hooks(self) -> Iterator[RemovableHandle]:
        for l, layer in enumerate(self.encoder.layers):
            if self.literal:
                before = partial(self.put_in_front, l)
                yield layer.register_forward_pre_hook(before, with_kwargs=True)
                yield layer.register_forward_hook(self.drop)
                continue
            yield layer.register_forward_pre_hook(self.widen, with_kwargs=True)
            for part in ("k", "v"):
                lengthen = partial(self.lengthen, l, part)
                yield getattr(layer, part).register_forward_hook(lengthen)

    # --- keys and values alone ------------------------------------------------------

    def widen(self, layer: Layer, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """Before a layer: every query may attend to all k prefix rows."""
        H, mask = given(*args, **kwargs)
        if mask is not None:
            mask = nn.functional.pad(mask, (self.k, 0), value=True)
        return (H, mask), {}

    def lengthen(self, l: int, part: str, module: nn.Linear, args, out: Tensor):
        """After keys or values (B, T, d) are there: the prefix's in front."""
        front = self.front(l, part)
        return torch.cat([front.expand(len(out), *front.shape), out], 1)

    def front(self, l: int, part: str) -> Tensor:
        """Keys or values (k, d) of a layer's prefix; l counts from 0."""
        layer = self.encoder.layers[l]
        projection = getattr(layer, part)
        rows = self.P(l) if layer.norm == "post" else layer.ln1(self.P(l))
        # Not projection(rows), which would come back to this hook.
        return nn.functional.linear(rows, projection.weight, projection.bias)

    # --- word for word --------------------------------------------------------------

    def put_in_front(self, l: int, layer: Layer, args: tuple, kwargs: dict):
        """Before a layer: k rows in front of the states, and a mask for k + T."""
        H, mask = given(*args, **kwargs)
        P = self.P(l)
        if mask is not None:
            # Rows of queries are there unless all queries share one, (B, 1, 1, T).
            shared = mask.dim() == 4 and mask.shape[2] == 1
            more = 0 if shared else self.k
            mask = nn.functional.pad(mask, (self.k, 0, more, 0), value=True)
        return (torch.cat([P.expand(len(H), *P.shape), H], 1), mask), {}

    def drop(self, layer: Layer, args: tuple, out: Tensor) -> Tensor:
        """After a layer: the token rows (B, T, d)."""
        return out[:, self.k :]


class KeyValuePrefix(Prefix):
    """Key/value form: every layer gets k keys and k values of their own.

    They are free: no row need lead to both. The rows come in the order keys of layer
    1, values of layer 1, keys of layer 2 ...

    Args:
        encoder, k, seed, mlp: as of `Prefix`.
        init: (L, 2, k, d), where to start instead, for example `prompt_cache` or
            `projected`.

    Raises:
        ValueError: sizes do not fit.

    Source: Li and Liang 2021, "Prefix-Tuning", section 4.

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> KeyValuePrefix(encoder, k=2).rows().shape
    torch.Size([3, 2, 2, 8])
    """

    def __init__(
        self,
        encoder: Encoder,
        k: int = 8,
        seed: int = 0,
        *,
        init: Tensor | None = None,
        mlp: int | None = None,
    ):
        super().__init__(encoder, k, seed, init=init, mlp=mlp)

    def groups(self) -> tuple[int, ...]:
        return len(self.encoder.layers), 2

    def rows(self) -> Tensor:
        """Keys and values of every layer, (L, 2, k, d); gradients flow."""
        return self.P.all().unflatten(0, self.groups())

    def front(self, l: int, part: str) -> Tensor:
        return self.P(2 * l + "kv".index(part))


def given(H: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
    """A layer's arguments, however they were passed."""
    return H, mask
