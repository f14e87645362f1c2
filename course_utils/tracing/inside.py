"""What holds inside every healthy layer: checks that watch its parts at work.

Hooks on a deep copy replace what q, k or v write and read what o receives. So
attention can be examined alone, whatever the rest of the layer does. A layer that
does not call its parts as modules cannot be read; then nothing is found.

>>> from course_utils.layers import Layer
>>> print(rows_sum_to_one(Layer(d=12, n_heads=3)))
None
"""

import torch
from torch import Tensor

from course_utils.tracing.hooks import observe
from course_utils.tracing.probes import NotReadable, Probe, invariant, set_part


@invariant
def rows_sum_to_one(p: Probe) -> tuple | None:
    """The attention weights of each query sum to 1 over the keys."""
    layer, H = p.copy(), p.states()
    ones = torch.ones_like(H)
    for what, mask in (
        ("no mask", None),
        ("a causal mask", p.triangle()),
        ("a padding mask", p.real()[:, None, None]),
    ):
        p.fed = f"random states {tuple(H.shape)}, {what}; every value made 1"
        received, _ = observe(p, layer, H, mask, write={"v": ones})
        if "o" not in received:
            raise NotReadable
        if problem := p.compare(received["o"], ones):
            return problem
    return None


@invariant
def masked_keys_ignored(p: Probe) -> tuple | None:
    """Masked keys get no attention weight at all."""
    layer, H, real = p.copy(), p.states(), p.real()
    V = torch.where(real[..., None], 0.0, p.states())
    p.fed = (
        f"random states {tuple(H.shape)}, a padding mask; values made 0 at real "
        "tokens and random at the padding"
    )
    received, _ = observe(p, layer, H, real[:, None, None], write={"v": V})
    if "o" not in received:
        raise NotReadable
    return p.compare(received["o"], torch.zeros_like(V))


@invariant
def norm_statistics(p: Probe) -> tuple | None:
    """Rows that leave a layer norm have mean 0 and variance 1 over the features."""
    layer, H = p.copy(), p.states()
    H = 100 * H  # so that eps does not count
    for name in ("ln1", "ln2"):
        set_part(p.parts(layer)[name], 1.0, 0.0)
    p.fed = f"random states {tuple(H.shape)}, large; gains made 1 and shifts 0"
    received, _ = observe(p, layer, H)
    near = max(1 / (4 * p.d), 128 * p.eps)
    for name in ("q", "k", "v", "ff1") if p.norm == "pre" else ("ff1",):
        if name not in received:
            continue
        rows = received[name]
        mean, variance = rows.mean(-1), rows.var(-1, correction=0)
        if not (mean.abs() <= near).all() or not ((variance - 1).abs() <= near).all():
            return (
                f"what {name} receives has mean 0 and variance 1",
                f"means {span(mean)}, variances {span(variance)}",
            )
    return None


@invariant
def score_scale(p: Probe) -> tuple | None:
    """Attention scores are q·k divided by the root of a head's width."""
    # Of two keys, the share of one tells the difference of the two scores.
    layer, d_h = p.copy(), p.d // p.h
    H = p.states()[:, :2]
    size = (2 / d_h**0.5) ** 0.5
    Q, K = size * p.normal(*H.shape), size * p.normal(*H.shape)
    V = torch.tensor([0.0, 1.0]).to(H)[None, :, None].expand_as(H)
    p.fed = f"random queries and keys {tuple(H.shape)} in the place of q's and k's"
    received, _ = observe(p, layer, H, write={"q": Q, "k": K, "v": V})
    if "o" not in received:
        raise NotReadable
    share = received["o"].unflatten(-1, (p.h, d_h)).mean(-1)
    found = (share / (1 - share)).log()
    difference = (K[:, 1] - K[:, 0])[:, None]
    dots = (Q * difference).unflatten(-1, (p.h, d_h)).sum(-1)
    factor = float((found * dots).sum() / (dots**2).sum())
    gap = float((found - factor * dots).norm() / found.norm())
    # Something else is wrong if the scores are not proportional; others find it.
    if not gap <= 0.02 or abs(factor * d_h**0.5 - 1) <= 0.02:
        return None
    return f"scores divided by {d_h**0.5:.4g}", f"scores divided by {1 / factor:.4g}"


@invariant
def heads_apart(p: Probe) -> tuple | None:
    """What changes in one head's features stays in that head."""
    if p.h == 1:
        return None
    layer, H, d_h = p.copy(), p.states(), p.d // p.h
    head = int(torch.randint(p.h, (), generator=p.generator))
    own = torch.zeros(p.d, dtype=torch.bool, device=p.device)
    own[head * d_h : (head + 1) * d_h] = True
    first = {name: p.normal(*H.shape) for name in "qkv"}
    second = {
        name: torch.where(own, p.normal(*H.shape), X) for name, X in first.items()
    }
    p.fed = f"random queries, keys and values; then others in head {head} alone"
    seen = [observe(p, layer, H, write=X)[0].get("o") for X in (first, second)]
    if seen[0] is None or seen[1] is None:
        raise NotReadable
    return p.compare(seen[1][..., ~own], seen[0][..., ~own])


@invariant
def nonlinear(p: Probe) -> tuple | None:
    """Feed-forward is not linear."""
    layer, H = p.copy(), p.states()
    N = 3 * p.normal(p.B, p.T, p.d)
    N[:, 2], N[:, 3] = N[:, 0] + N[:, 1], 0.0
    p.fed = "random rows a, b, a + b and 0 in the place of what ff1 receives"
    _, written = observe(p, layer, H, feed={"ff1": N})
    if "ff2" not in written:
        raise NotReadable
    a, b, both, zero = written["ff2"].unbind(1)[:4]
    linear = a + b - zero
    if p.compare(both, linear) is None:
        return "F(a + b) unlike F(a) + F(b) - F(0)", "the same numbers"
    return None


def span(values: Tensor) -> str:
    """Smallest and largest number, in words."""
    return f"{float(values.min()):.3g} to {float(values.max()):.3g}"
