"""What holds for prefix-tuning, in order of diagnosis, and its key/value form."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_utils.layers import Layer, attention, causal_mask, merge_heads, split_heads
from course_utils.tracing.probes import Finding, describe, judge

B, T, D, HEADS = 3, 5, 8, 2
LENGTHS = (2, 4, 3)  # prefix rows of each layer
FED = f"random H0 {(B, T, D)}, {len(LENGTHS)} layers, prefixes of {LENGTHS} rows"
Flow = Callable[..., Tensor]


class Given:
    """Random states, layers and prefixes, and a padding mask."""

    def __init__(self, seed: int, norm: str = "pre"):
        with torch.random.fork_rng([]):
            torch.manual_seed(seed)
            self.layers = [Layer(D, HEADS, norm=norm).double() for _ in LENGTHS]
            self.H0, self.other = torch.randn(2, B, T, D).double()
            self.prefixes = [torch.randn(k, D).double() for k in LENGTHS]
            self.others = [torch.randn(k, D).double() for k in LENGTHS]
        self.mask = torch.ones(B, T, dtype=torch.bool)
        self.mask[0, -2:] = self.mask[1, 1] = False

    def run(self, flow: Flow, **changed: object) -> Tensor:
        """The flow on copies of everything; `changed` replaces arguments."""
        inputs = dict(H0=self.H0, layers=self.layers, prefixes=self.prefixes)
        inputs |= changed
        copies = [inputs["H0"].clone(), list(inputs["layers"])]
        copies.append([P.clone() for P in inputs["prefixes"]])
        return flow(*copies, inputs.get("mask"), bool(inputs.get("causal")))


def key_values(
    H0: Tensor, layers, prefixes, mask: Tensor | None = None, causal: bool = False
) -> Tensor:
    """Prefix-tuning with prefixes as further keys and values: queries from tokens.

    Source: Li and Liang 2021, "Prefix-Tuning", in the hidden form's parameters.
    """
    H = H0
    for layer, P in zip(layers, prefixes, strict=True):
        pre = layer.norm == "pre"
        N, rows = (layer.ln1(H), layer.ln1(P)) if pre else (H, P)
        both = torch.cat([rows.expand(len(N), *rows.shape), N], 1)
        Q, K, V = (
            split_heads(X, layer.n_heads)
            for X in (layer.q(N), layer.k(both), layer.v(both))
        )
        attend = torch.ones(len(H), 1, H.shape[1], both.shape[1], dtype=torch.bool)
        if causal:
            attend[..., len(P) :] &= causal_mask(H.shape[1])
        if mask is not None:
            attend[..., len(P) :] &= mask[:, None, None]
        U = H + layer.o(merge_heads(attention(Q, K, V, attend)))
        U = U if pre else layer.ln1(U)
        out = U + layer.feed_forward(layer.ln2(U) if pre else U)
        H = out if pre else layer.ln2(out)
    return H


def compare(got: object, expected: Tensor) -> tuple | None:
    """None if got is expected up to rounding, else (expected, got)."""
    if not isinstance(got, Tensor) or describe(got) != describe(expected):
        given = describe(got) if isinstance(got, Tensor) else f"a {type(got).__name__}"
        return describe(expected), given
    return None if (got - expected).abs().max() <= 1e-11 else (expected, got)


# --- the checks ---------------------------------------------------------------------


def result_length(flow: Flow, seed: int) -> tuple | None:
    """The result has one row for each token."""
    given = Given(seed)
    got, expected = describe(given.run(flow)), describe(given.H0)
    return None if got == expected else (expected, got)


def interface_length(flow: Flow, seed: int) -> tuple | None:
    """Layer l receives k_l rows of its prefix and the T token rows, no others."""
    given, received = Given(seed), []

    def spy(layer: Layer) -> Callable[..., Tensor]:
        def call(H: Tensor, mask: Tensor | None = None) -> Tensor:
            received.append(H.shape[1])
            return layer(H, mask)

        return call

    given.run(flow, layers=[spy(layer) for layer in given.layers])
    expected = [k + T for k in LENGTHS]
    return None if received == expected else (f"rows {expected}", f"rows {received}")


def no_prefix_is_base(flow: Flow, seed: int) -> tuple | None:
    """Prefixes without rows change nothing."""
    given = Given(seed)
    none = [P[:0] for P in given.prefixes]
    for causal in (False, True):
        H = given.H0
        for layer in given.layers:
            H = layer(H, causal_mask(T) if causal else None)
        if problem := compare(given.run(flow, prefixes=none, causal=causal), H):
            return problem
    return None


def each_prefix_matters(flow: Flow, seed: int) -> tuple | None:
    """Another prefix of layer l changes every row of the result, for each l."""
    given = Given(seed)
    without = []
    for causal in (False, True):
        before = given.run(flow, causal=causal)
        for l, other in enumerate(given.others):
            changed = [*given.prefixes[:l], other, *given.prefixes[l + 1 :]]
            after = given.run(flow, prefixes=changed, causal=causal)
            if not ((after - before).abs().amax(-1) > 1e-11).all():
                without.append(f"P[{l}]{' (causal)' if causal else ''}")
    if not without:
        return None
    return "an effect on every row", f"not so: {', '.join(without)}"


def order_free(flow: Flow, seed: int) -> tuple | None:
    """The order of rows within a prefix does not matter."""
    given = Given(seed)
    turned = [P.roll(1, 0) for P in given.prefixes]
    for causal in (False, True):
        runs = (
            given.run(flow, prefixes=P, causal=causal) for P in (turned, given.prefixes)
        )
        if problem := compare(*runs):
            return problem
    return None


def causal(flow: Flow, seed: int) -> tuple | None:
    """Under a causal mask no token sees a later one."""
    given, cut = Given(seed), T // 2
    changed = torch.cat([given.H0[:, :cut], given.other[:, cut:]], 1)
    before, after = (
        given.run(flow, H0=H0, causal=True)[:, :cut] for H0 in (given.H0, changed)
    )
    return compare(after, before)


def padding(flow: Flow, seed: int) -> tuple | None:
    """What stands at padding does not matter to real tokens."""
    given = Given(seed)
    changed = torch.where(given.mask[..., None], given.H0, given.other)
    before, after = (
        given.run(flow, H0=H0, mask=given.mask)[given.mask]
        for H0 in (given.H0, changed)
    )
    return compare(after, before)


def inputs_untouched(flow: Flow, seed: int) -> tuple | None:
    """H0 and the prefixes stay as they were."""
    given, kept = Given(seed), Given(seed)
    flow(given.H0, given.layers, given.prefixes)
    pairs = zip([given.H0, *given.prefixes], [kept.H0, *kept.prefixes], strict=True)
    same = all(torch.equal(a, b) for a, b in pairs)
    return None if same else ("the same numbers", "other numbers")


def key_value_form(flow: Flow, seed: int) -> tuple | None:
    """The result is that of prefixes as further keys and values, with every mask."""
    for norm in ("pre", "post"):
        given = Given(seed, norm)
        for mask in (None, given.mask):
            for is_causal in (False, True):
                expected = key_values(
                    given.H0, given.layers, given.prefixes, mask, is_causal
                )
                got = given.run(flow, mask=mask, causal=is_causal)
                if problem := compare(got, expected):
                    return problem
    return None


CHECKS = {
    check.__name__: check
    for check in (
        result_length,
        interface_length,
        no_prefix_is_base,
        each_prefix_matters,
        order_free,
        causal,
        padding,
        inputs_untouched,
        key_value_form,
    )
}


def prefix_panel(flow: Flow, seed: int = 0) -> dict[str, Finding | None]:
    """Every check's finding on ``flow(H0, layers, prefixes, mask, causal)``.

    >>> from course_utils.bugs.prefixes import PrefixFlow
    >>> any(prefix_panel(PrefixFlow()).values())
    False
    """
    return judge(CHECKS, flow, seed, FED)
