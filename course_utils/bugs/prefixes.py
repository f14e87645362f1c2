"""Prefix-tuning and its bugs, 36 to 46 of the catalogue.

Each is called as ``flow(H0, layers, prefixes, mask=None, causal=False)``: H0
(B, T, d), L layers, L prefixes (k_l, d), mask (B, T) over real tokens; result
(B, T, d). `PrefixFlow` is the right one; each bug replaces one step of it.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from course_utils.layers import causal_mask

Layers = Sequence[Callable[..., Tensor]]


class PrefixFlow:
    """Every layer gets its own prefix in front and keeps the token rows alone."""

    def __call__(
        self,
        H0: Tensor,
        layers: Layers,
        prefixes: Sequence[Tensor],
        mask: Tensor | None = None,
        causal: bool = False,
    ) -> Tensor:
        H = H0.clone()
        for l, layer in enumerate(layers):
            H = self.step(H, layer, self.prefix(l, prefixes), mask, causal)
        return H

    def step(self, H, layer, P, mask, causal) -> Tensor:
        """Token states through one layer with the prefix P (k, d)."""
        rows = self.put_together(P.expand(len(H), *P.shape), H)
        out = self.call(layer, rows, self.attend_mask(P, H, mask, causal))
        return self.drop(out, len(P), H.shape[1])

    def prefix(self, l: int, prefixes: Sequence[Tensor]) -> Tensor:
        return prefixes[l]

    def put_together(self, P: Tensor, H: Tensor) -> Tensor:
        """Rows of prefix (B, k, d) and tokens (B, T, d), one after the other."""
        return torch.cat([P, H], 1)

    def attend_mask(self, P, H, mask, causal) -> Tensor | None:
        """What each of the k + T rows may attend to."""
        k, T = len(P), H.shape[1]
        triangle = self.triangle(k, T).to(H.device) if causal else None
        if mask is None:
            return triangle
        keys = self.keys(mask.new_ones(len(mask), k), mask)[:, None, None]
        return keys if triangle is None else keys & triangle

    def triangle(self, k: int, T: int) -> Tensor:
        return causal_mask(k + T)

    def keys(self, prefix: Tensor, mask: Tensor) -> Tensor:
        """Which rows may be attended: prefix (B, k) and tokens (B, T)."""
        return torch.cat([prefix, mask], 1)

    def call(self, layer, rows: Tensor, attend: Tensor | None) -> Tensor:
        return layer(rows) if attend is None else layer(rows, attend)

    def drop(self, out: Tensor, k: int, T: int) -> Tensor:
        """The token rows of what a layer returned."""
        return out[:, k:]


class AppendedFlow(PrefixFlow):
    """As right as `PrefixFlow`: the prefix stands behind, and the mask knows it."""

    def put_together(self, P, H):
        return torch.cat([H, P], 1)

    def triangle(self, k, T):
        sees_prefix = torch.ones(k + T, k, dtype=torch.bool)
        rows = torch.cat([causal_mask(T), torch.ones(k, T, dtype=torch.bool)])
        return torch.cat([rows, sees_prefix], 1)

    def keys(self, prefix, mask):
        return torch.cat([mask, prefix], 1)

    def drop(self, out, k, T):
        return out[:, :T]


# --- what is dropped ----------------------------------------------------------------


class DroppedAtTheEnd(PrefixFlow):
    """Prefix rows are handed on from layer to layer, and dropped after the last."""

    def __call__(self, H0, layers, prefixes, mask=None, causal=False):
        H, T = H0.clone(), H0.shape[1]
        for P, layer in zip(prefixes, layers, strict=True):
            wide = mask
            if mask is not None:
                earlier = mask.new_ones(len(mask), H.shape[1] - T)
                wide = torch.cat([earlier, mask], 1)
            H = self.step(H, layer, P, wide, causal)
        return H[:, H.shape[1] - T :]

    def drop(self, out, k, T):
        return out


class DroppedFromTheWrongEnd(PrefixFlow):
    def drop(self, out, k, T):
        return out[:, :T]


class OneTokenTooMany(PrefixFlow):
    """T - 1 rows are kept: the number of the last position, not of positions."""

    def drop(self, out, k, T):
        return out[:, out.shape[1] - (T - 1) :]


class OnePrefixRowTooFew(PrefixFlow):
    """k - 1 rows are dropped: the number of the last row, not of rows."""

    def drop(self, out, k, T):
        return out[:, max(k - 1, 0) :]


# --- which prefix, and how ------------------------------------------------------------


class SamePrefixForAll(PrefixFlow):
    def prefix(self, l, prefixes):
        return prefixes[0]


class PromptOnly(PrefixFlow):
    """The first prefix runs through all layers, as in prompt tuning."""

    def __call__(self, H0, layers, prefixes, mask=None, causal=False):
        if not layers:
            return H0.clone()
        P = prefixes[0]
        attend = self.attend_mask(P, H0, mask, causal)
        H = self.put_together(P.expand(len(H0), *P.shape), H0)
        for layer in layers:
            H = self.call(layer, H, attend)
        return self.drop(H, len(P), H0.shape[1])


class AddedToTheTokens(PrefixFlow):
    """The mean of the prefix is added to every token."""

    def step(self, H, layer, P, mask, causal):
        attend = self.attend_mask(P[:0], H, mask, causal)
        return self.call(layer, H + P.mean(0), attend)


# --- who sees the prefix ------------------------------------------------------------


class PrefixMaskedOut(PrefixFlow):
    """The prefix is treated as padding."""

    def attend_mask(self, P, H, mask, causal):
        mask = H.new_ones(H.shape[:2]).bool() if mask is None else mask
        return super().attend_mask(P, H, mask, causal)

    def keys(self, prefix, mask):
        return torch.cat([~prefix, mask], 1)


class TriangleNotShifted(PrefixFlow):
    """Token t may see the first t + 1 rows, prefix included."""

    def triangle(self, k, T):
        return causal_mask(k + T).roll(k, 0)


class PositionsShifted(PrefixFlow):
    """Positions are counted from the first prefix row on, so tokens start at k."""

    def __call__(self, H0, layers, prefixes, mask=None, causal=False):
        T, d = H0.shape[1:]
        k = len(prefixes[0]) if prefixes else 0
        waves = self.waves(k + T, d).to(H0)
        return super().__call__(
            H0 - waves[:T] + waves[k:], layers, prefixes, mask, causal
        )

    @staticmethod
    def waves(n: int, d: int) -> Tensor:
        """Position vectors (n, d): a sine of its own speed for each feature."""
        speed = 1e4 ** (-torch.arange(d) / d)
        return torch.sin(torch.arange(n)[:, None] * speed)


class AppendedWithoutItsMask(PrefixFlow):
    """The prefix stands behind the tokens, the mask believes it in front."""

    def put_together(self, P, H):
        return torch.cat([H, P], 1)

    def drop(self, out, k, T):
        return out[:, :T]


HEALTHY = PrefixFlow, AppendedFlow
