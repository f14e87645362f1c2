"""Known mistakes of prompt tuning and prefix-tuning, by what a learner is told.

As in `course_utils.bugs.prefixes`, each is called as ``flow(H0, layers, prefixes,
mask=None, causal=False)``; for prompt tuning `prefixes` holds the prompt alone.
"""

from course_utils.bugs import prefixes as flows


class NoPrefix(flows.PrefixFlow):
    def prefix(self, l, prefixes):
        return prefixes[0][:0]


class OtherWayRound(flows.PrefixFlow):
    def prefix(self, l, prefixes):
        return prefixes[-1 - l]


class OneMeanRow(flows.PrefixFlow):
    def prefix(self, l, prefixes):
        return prefixes[l].mean(0, keepdim=True)


class PaddingIgnored(flows.PrefixFlow):
    def attend_mask(self, P, H, mask, causal):
        return super().attend_mask(P, H, None, causal)


class CausalIgnored(flows.PrefixFlow):
    def attend_mask(self, P, H, mask, causal):
        return super().attend_mask(P, H, mask, False)


class PaddingForRealTokens(flows.PrefixFlow):
    def keys(self, prefix, mask):
        return super().keys(prefix, ~mask)


class DroppedAfterLayer1(flows.PrefixFlow):
    def prefix(self, l, prefixes):
        return prefixes[0][: None if l == 0 else 0]


class OneIsEnough(flows.PrefixFlow):
    def attend_mask(self, P, H, mask, causal):
        triangle = super().attend_mask(P, H, None, causal)
        keys = super().attend_mask(P, H, mask, False)
        both = triangle is not None and keys is not None
        return keys | triangle if both else triangle if keys is None else keys


class PrefixSeesAll(flows.PrefixFlow):
    def triangle(self, k, T):
        triangle = super().triangle(k, T)
        triangle[:k] = True
        return triangle


class NoRowLeft(flows.PrefixFlow):
    """Right but for k = 0."""

    def drop(self, out, k, T):
        return out[:, k:] if k else out[:, :0]


class OneTokenLess(flows.PrefixFlow):
    """Unlike `OneTokenTooMany`, which loses one more token at each layer."""

    def __call__(self, H0, layers, prefixes, mask=None, causal=False):
        self.kept = H0.shape[1] - 1
        return super().__call__(H0, layers, prefixes, mask, causal)

    def drop(self, out, k, T):
        return out[:, out.shape[1] - self.kept :]


class NotDropped(flows.PromptOnly):
    def drop(self, out, k, T):
        return out


class MeanAddedToH0(flows.PromptOnly):
    def __call__(self, H0, layers, prefixes, mask=None, causal=False):
        P = prefixes[0]
        return super().__call__(H0 + P.mean(0), layers, [P[:0]], mask, causal)


class PromptKept(flows.PromptOnly):
    def drop(self, out, k, T):
        return out[:, :k]


BOTH = {
    "No row is left: for k = 0 the slice [:-k] is [:0].": NoRowLeft,
    "The first T rows were kept: prompt or prefix rows among them, while the last "
    "tokens are gone.": flows.DroppedFromTheWrongEnd,
    "One token row too few was kept: T - 1 rows.": flows.OneTokenTooMany,
    "One row too few was dropped: k - 1 rows.": flows.OnePrefixRowTooFew,
    "No token attends to the rows put in: the mask treats them as padding, or as "
    "tokens that come later.": flows.PrefixMaskedOut,
    "Token t may attend to the first t + 1 rows only. But k rows stand before the "
    "tokens, so that its own row is number k + t.": flows.TriangleNotShifted,
    "The rows put in stand behind the tokens, but the mask is built for rows in "
    "front.": flows.AppendedWithoutItsMask,
    "The padding mask has no effect.": PaddingIgnored,
    "`causal` has no effect: tokens attend to later tokens.": CausalIgnored,
    "The mask is turned round: padding is attended to, real tokens are not.": (
        PaddingForRealTokens
    ),
    "With `mask` and `causal`, a row may attend where one of them allows it; both "
    "have to.": OneIsEnough,
}
PREFIX_MISTAKES = BOTH | {
    "Prefix rows were handed on from layer to layer and dropped at the end alone. "
    "Drop them after every layer: the next one brings its own.": flows.DroppedAtTheEnd,
    "Every layer got the first prefix, prefixes[0].": flows.SamePrefixForAll,
    "This is prompt tuning: prefixes[0] runs through all layers, and the other "
    "prefixes are not used.": flows.PromptOnly,
    "The prefixes have no effect: no layer received their rows.": NoPrefix,
    "Layers got the prefixes in reverse order.": OtherWayRound,
    "One token row too few is kept after every layer: T - 1 rows.": OneTokenLess,
    "The mean of the prefix was added to every token.": flows.AddedToTheTokens,
    "The mean of the prefix was put in as one row.": OneMeanRow,
}
PROMPT_MISTAKES = {
    text: type(bug.__name__, (bug, flows.PromptOnly), {}) for text, bug in BOTH.items()
} | {
    "The prompt was put in anew at every layer, and what the layer before had made "
    "of it was lost.": flows.SamePrefixForAll,
    "The prompt was dropped after layer 1: later layers never saw it.": (
        DroppedAfterLayer1
    ),
    "The prompt has no effect: no layer received its rows.": NoPrefix,
    "The prompt's rows are still there: drop them after the last layer.": NotDropped,
    "These are the prompt's rows; you are asked for the tokens'.": PromptKept,
    "The mean of the prompt was added to every token.": MeanAddedToH0,
    "If `causal`, the prompt's rows may attend to no token: tokens come later.": type(
        "PromptSeesAll", (PrefixSeesAll, flows.PromptOnly), {}
    ),
}
