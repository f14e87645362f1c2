"""What holds for every healthy layer, seen from outside: inputs and outputs alone.

Each function takes a layer and returns None if the invariant holds, else a
`Finding`. See `course_utils.tracing.panels` for all of them in order, and
`course_utils.tracing.inside` for those that watch the layer's parts at work.

>>> from course_utils.layers import Layer
>>> print(causal(Layer(d=12, n_heads=3)))
None
"""

import torch
from torch import Tensor

from course_utils.tracing.plain_layer import ACTIVATIONS, plain_layer, plain_norm
from course_utils.tracing.probes import (
    NotReadable,
    Probe,
    call,
    describe,
    invariant,
    set_part,
)

# --- before anything else ---------------------------------------------------------


@invariant
def repeatable(p: Probe) -> tuple | None:
    """The same call twice gives the same result."""
    layer, H = p.copy(), p.states()
    p.fed = f"random states {tuple(H.shape)}, twice"
    return p.compare(call(layer, H), call(layer, H))


@invariant
def shapes(p: Probe) -> tuple | None:
    """A layer keeps shape and dtype: (B, T, d) in, (B, T, d) out."""
    layer, H = p.copy(), p.states()
    masks = {"no mask": None, "a causal mask": p.triangle()}
    cases = {what: (H, mask) for what, mask in masks.items()}
    cases |= {"one sequence": (H[:1], None), "one position": (H[:, :1], None)}
    for what, (states, mask) in cases.items():
        p.fed = f"random states {tuple(states.shape)}, {what}"
        out = call(layer, states, mask)
        got = describe(out) if isinstance(out, Tensor) else f"a {type(out).__name__}"
        if got != describe(states):
            return describe(states), got
    return None


@invariant
def finite(p: Probe) -> tuple | None:
    """Every result is finite: masked rows and large scores included."""
    layer, H, triangle = p.copy(), p.states(), p.triangle()
    nowhere = triangle.clone()
    nowhere[p.T // 2] = False
    padding = p.real()[:, None, None]
    padding[0] = False
    steep = p.copy()
    parts = p.parts(steep)
    set_part(parts["q"], 1e4 * p.normal(p.d, p.d) / p.d**0.5, 0.0)
    set_part(parts["k"], p.normal(p.d, p.d) / p.d**0.5, 0.0)
    cases = (
        ("a mask in which one query may attend nowhere", layer, nowhere),
        ("a mask in which one sequence is padding alone", layer, padding),
        ("no mask, attention scores near 10,000", steep, None),
        ("a causal mask, attention scores near 10,000", steep, triangle),
    )
    for what, twin, mask in cases:
        p.fed = f"random states {tuple(H.shape)}, {what}"
        bad = ~torch.isfinite(call(twin, H, mask))
        if bad.any():
            rows = int(bad.any(-1).sum())
            return "finite numbers", f"NaN or infinity in {rows} of {p.B * p.T} rows"
    return None


@invariant
def input_untouched(p: Probe) -> tuple | None:
    """The layer leaves its input and its mask as they were."""
    layer, H, mask = p.copy(), p.states(), p.triangle()
    p.fed = f"random states {tuple(H.shape)}, a causal mask"
    given, given_mask = H.clone(), mask.clone()
    layer(given, given_mask)
    if not torch.equal(given_mask, mask):
        return "the mask as it was", "another mask"
    return None if torch.equal(given, H) else (H, given)


# --- the residual stream ------------------------------------------------------------


@invariant
def silent_sublayers(p: Probe) -> tuple | None:
    """With sublayers that write zeros, pre-norm returns H, post-norm LN2(LN1(H))."""
    layer, H = p.copy(), p.states()
    parts = p.parts(layer)
    for name in ("o", "ff2"):
        set_part(parts[name], 0.0, 0.0)
    p.fed = f"random states {tuple(H.shape)}; weights and biases of o and ff2 zeroed"
    expected = H
    if p.norm == "post":
        twice = plain_norm(layer.ln2, plain_norm(layer.ln1, H.double()))
        expected = twice.to(H.dtype)
    return p.compare(call(layer, H), expected)


@invariant
def shift(p: Probe) -> tuple | None:
    """Pre-norm: a number added to all features of a row is added to its result."""
    if p.norm != "pre":
        return None
    layer, H = p.copy(), p.states()
    c = 5 * p.normal(p.B, p.T, 1)
    p.fed = f"random states {tuple(H.shape)}, and the same plus one number per row"
    return p.compare(call(layer, H + c), call(layer, H) + c)


# --- who sees whom ------------------------------------------------------------------


@invariant
def causal(p: Probe) -> tuple | None:
    """Under a causal mask no position sees a later one."""
    layer, H, other = p.copy(), p.states(), p.states()
    cut = p.T // 2
    p.fed = (
        f"random states {tuple(H.shape)}, a causal mask; then new random rows "
        f"from position {cut} on"
    )
    changed = torch.cat([H[:, :cut], other[:, cut:]], 1)
    before, after = (call(layer, X, p.triangle())[:, :cut] for X in (H, changed))
    return p.compare(after, before)


@invariant
def padding(p: Probe) -> tuple | None:
    """What stands at masked positions does not matter to the others."""
    layer, H, real = p.copy(), p.states(), p.real()
    mask = real[:, None, None]
    p.fed = (
        f"random states {tuple(H.shape)}, a padding mask (B, 1, 1, T); then other "
        "numbers, ten times as large, at the padding"
    )
    changed = torch.where(real[..., None], H, 10 * p.states())
    before, after = (call(layer, X, mask)[real] for X in (H, changed))
    return p.compare(after, before)


@invariant
def permutation(p: Probe) -> tuple | None:
    """Without a mask, reordered rows give the same results, reordered."""
    layer, H = p.copy(), p.states()
    order = torch.randperm(p.T - 1, generator=p.generator) + 1
    order = torch.cat([order, torch.zeros(1, dtype=order.dtype)]).to(p.device)
    p.fed = f"random states {tuple(H.shape)}, and the same in order {order.tolist()}"
    return p.compare(call(layer, H[:, order]), call(layer, H)[:, order])


@invariant
def batch(p: Probe) -> tuple | None:
    """A sequence gives the same alone as among others."""
    layer, H = p.copy(), p.states()
    p.fed = f"random states {tuple(H.shape)}, and the first sequence alone"
    return p.compare(call(layer, H)[:1], call(layer, H[:1]))


@invariant
def mixing(p: Probe) -> tuple | None:
    """Without a mask, another row changes the results of other positions."""
    layer, H, other = p.copy(), p.states(), p.states()
    t = p.T // 2
    p.fed = f"random states {tuple(H.shape)}; then another random row at position {t}"
    changed = H.clone()
    changed[:, t] = other[:, t]
    before, after = call(layer, H), call(layer, changed)
    rest = torch.arange(p.T, device=p.device) != t
    moved = (after - before)[:, rest].abs().amax((1, 2)) > p.tolerance(before)
    if moved.all():
        return None
    return "a change at other positions", f"a change at position {t} alone"


# --- parameters and values ------------------------------------------------------------


@invariant
def parameters_matter(p: Probe) -> tuple | None:
    """Every parameter but the bias of k has an effect on the result."""
    layer, H = p.copy(), p.states()
    p.fed = f"random states {tuple(H.shape)}; one parameter after the other changed"
    before, without = call(layer, H), []
    for name, parameter in layer.named_parameters():
        if name == "k.bias":  # a number added to all scores of a row cancels
            continue
        saved = parameter.clone()
        parameter += p.noise(parameter, 3.0)
        change = (call(layer, H) - before).abs().max()
        parameter.copy_(saved)
        if change <= p.tolerance(before):
            without.append(name)
    if not without:
        return None
    return "another result for each", f"no effect: {', '.join(without)}"


@invariant
def golden_value(p: Probe) -> tuple | None:
    """The result is the one of a plain layer, written independently.

    The feed-forward activation is ``layer.activation`` or another common one;
    if none fits and the layer names none, feed-forward is silenced.
    """
    layer, H = p.copy(), p.states()
    parts = p.parts(layer)
    if any(not hasattr(parts[name], "weight") for name in "q k v o ff1 ff2".split()):
        raise NotReadable
    mask = p.some(p.B, 1, p.T, p.T) | torch.eye(p.T).bool().to(p.device)
    problem = None
    for what, m in (("no mask", None), ("a random mask (B, 1, T, T)", mask)):
        p.fed = f"random states {tuple(H.shape)}, {what}"
        got = call(layer, H, m)
        plain = (plain_layer(layer, H, m, f) for f in ACTIVATIONS.values())
        problems = [p.compare(got, expected.to(p.dtype)) for expected in plain]
        if None in problems:
            continue
        named = str(getattr(layer, "activation", ""))
        if named not in ACTIVATIONS and got.shape == H.shape:
            set_part(parts["ff2"], 0.0, 0.0)
            p.fed += "; weights and biases of ff2 zeroed"
            expected = plain_layer(layer, H, m).to(p.dtype)
            problem = p.compare(call(layer, H, m), expected)
        else:
            known = list(ACTIVATIONS)
            problem = problems[known.index(named) if named in known else 0]
        if problem is not None:
            return problem
    return None
