"""`pre_norm_layer` and `post_norm_layer` with one mistake.

A formula is a function of the states H, attention a, feed-forward f and the two
layer norms.
"""

from collections.abc import Callable
from functools import partial

from course_utils.exercises.mistakes.attention import (
    ATTENTION,
    RESIDUAL_IN_ATTENTION,
    attend,
)
from course_utils.exercises.mistakes.positionwise import (
    FEED,
    NORM,
    RESIDUAL_IN_FEED,
    feed,
    norm,
)


def pre(x, sublayer, ln):
    return x + sublayer(ln(x))


def post(x, sublayer, ln):
    return ln(x + sublayer(x))


def pre_after_attention(step: Callable) -> Callable:
    """A mistake in the feed-forward half: step(U, f, n1, n2, H)."""
    return lambda H, a, f, n1, n2: step(pre(H, a, n1), f, n1, n2, H)


PRE = {
    "Attention's result is not added to H: the first residual is missing.": (
        lambda H, a, f, n1, n2: pre(a(n1(H)), f, n2)
    ),
    "Feed-forward's result is not added to U: the second residual is missing.": (
        pre_after_attention(lambda U, f, n1, n2, H: f(n2(U)))
    ),
    "Both residuals are missing: each sublayer's result is added to what came in.": (
        lambda H, a, f, n1, n2: f(n2(a(n1(H))))
    ),
    "The first residual starts from LN(H). It starts from H itself.": (
        lambda H, a, f, n1, n2: pre(pre(n1(H), a, lambda N: N), f, n2)
    ),
    "The second residual starts from LN(U). It starts from U itself.": (
        pre_after_attention(lambda U, f, n1, n2, H: pre(n2(U), f, lambda N: N))
    ),
    "Both residuals start from the normalised states. They start from H and U.": (
        lambda H, a, f, n1, n2: pre(n2(pre(n1(H), a, lambda N: N)), f, lambda N: N)
    ),
    "H is added twice around attention.": (
        lambda H, a, f, n1, n2: pre(H + pre(H, a, n1), f, n2)
    ),
    "U is added twice around feed-forward.": (
        pre_after_attention(lambda U, f, n1, n2, H: U + pre(U, f, n2))
    ),
    "H is added once more at the end. It is already in U.": (
        pre_after_attention(lambda U, f, n1, n2, H: H + pre(U, f, n2))
    ),
    "The second residual starts from H, so what attention wrote is lost. It starts "
    "from U.": pre_after_attention(lambda U, f, n1, n2, H: H + f(n2(U))),
    "Feed-forward reads LN(H). It reads LN(U), after attention has written.": (
        pre_after_attention(lambda U, f, n1, n2, H: U + f(n2(H)))
    ),
    "Attention reads H without its layer norm.": (
        lambda H, a, f, n1, n2: pre(H + a(H), f, n2)
    ),
    "Feed-forward reads U without its layer norm.": (
        pre_after_attention(lambda U, f, n1, n2, H: U + f(U))
    ),
    "There is no layer norm.": (lambda H, a, f, n1, n2: pre(H + a(H), f, lambda U: U)),
    "The values are made of H. Queries, keys and values all read LN(H).": (
        lambda H, a, f, n1, n2: pre(H + a(H, sources=(n1(H), n1(H), H)), f, n2)
    ),
    "The keys are made of H. Queries, keys and values all read LN(H).": (
        lambda H, a, f, n1, n2: pre(H + a(H, sources=(n1(H), H, n1(H))), f, n2)
    ),
    "The queries are made of H. Queries, keys and values all read LN(H).": (
        lambda H, a, f, n1, n2: pre(H + a(H, sources=(H, n1(H), n1(H))), f, n2)
    ),
    "ln1 and ln2 are exchanged.": lambda H, a, f, n1, n2: pre(pre(H, a, n2), f, n1),
    "ln1 is used twice. Feed-forward has ln2.": (
        lambda H, a, f, n1, n2: pre(pre(H, a, n1), f, n1)
    ),
    "ln2 is used twice. Attention has ln1.": (
        lambda H, a, f, n1, n2: pre(pre(H, a, n2), f, n2)
    ),
    "This is the post-norm layer, LN(x + F(x)).": (
        lambda H, a, f, n1, n2: post(post(H, a, n1), f, n2)
    ),
    "The norm stands after the sublayer, x + LN(F(x)). Here it is x + F(LN(x)).": (
        lambda H, a, f, n1, n2: (U := H + n1(a(H))) + n2(f(U))
    ),
    "Feed-forward comes before attention.": (
        lambda H, a, f, n1, n2: pre(pre(H, f, n2), a, n1)
    ),
}

POST = {
    "Attention's result is not added to H: the first residual is missing.": (
        lambda H, a, f, n1, n2: post(n1(a(H)), f, n2)
    ),
    "Feed-forward's result is not added to U: the second residual is missing.": (
        lambda H, a, f, n1, n2: n2(f(post(H, a, n1)))
    ),
    "Both residuals are missing: each sublayer's result is added to what came in.": (
        lambda H, a, f, n1, n2: n2(f(n1(a(H))))
    ),
    "H is added twice around attention.": (
        lambda H, a, f, n1, n2: post(n1(2 * H + a(H)), f, n2)
    ),
    "U is added twice around feed-forward.": (
        lambda H, a, f, n1, n2: n2(2 * (U := post(H, a, n1)) + f(U))
    ),
    "The second residual starts from H. It starts from U, what ln1 gave.": (
        lambda H, a, f, n1, n2: n2(H + f(post(H, a, n1)))
    ),
    "The second residual starts from the sum before ln1. It starts from U, what "
    "ln1 gave.": lambda H, a, f, n1, n2: n2((S := H + a(H)) + f(n1(S))),
    "Feed-forward reads the sum before ln1. It reads U, what ln1 gave.": (
        lambda H, a, f, n1, n2: n2(n1(S := H + a(H)) + f(S))
    ),
    "The first norm is missing.": lambda H, a, f, n1, n2: post(H + a(H), f, n2),
    "The second norm is missing.": (
        lambda H, a, f, n1, n2: (U := post(H, a, n1)) + f(U)
    ),
    "There is no layer norm.": lambda H, a, f, n1, n2: (U := H + a(H)) + f(U),
    "ln1 and ln2 are exchanged.": lambda H, a, f, n1, n2: post(post(H, a, n2), f, n1),
    "ln1 is used twice. After feed-forward comes ln2.": (
        lambda H, a, f, n1, n2: post(post(H, a, n1), f, n1)
    ),
    "ln2 is used twice. After attention comes ln1.": (
        lambda H, a, f, n1, n2: post(post(H, a, n2), f, n2)
    ),
    "This is the pre-norm layer, x + F(LN(x)).": (
        lambda H, a, f, n1, n2: pre(pre(H, a, n1), f, n2)
    ),
    "The norm sees only what the sublayer wrote, x + LN(F(x)). Here it sees the "
    "sum, LN(x + F(x)).": lambda H, a, f, n1, n2: (U := H + n1(a(H))) + n2(f(U)),
    "The residual is normalised alone, LN(x) + F(x). Here the norm sees the sum, "
    "LN(x + F(x)).": lambda H, a, f, n1, n2: n2(U := n1(H) + a(H)) + f(U),
    "Attention reads LN(H). Here it reads H; the norm comes after the sum.": (
        lambda H, a, f, n1, n2: post(n1(H + a(n1(H))), f, n2)
    ),
    "Feed-forward comes before attention.": (
        lambda H, a, f, n1, n2: post(post(H, f, n2), a, n1)
    ),
}


def layer(formula, H, params, n_heads, mask=None, *, att=attend, ffn=feed, ln=norm):
    """A formula of PRE or POST on a flat parameter dict, with parts to exchange."""
    n1, n2 = (
        lambda X, n=n: ln(X, params[f"ln{n}_gain"], params[f"ln{n}_shift"])
        for n in (1, 2)
    )
    a = partial(att, params=params, n_heads=n_heads, mask=mask)
    return formula(H, a, lambda X: ffn(X, params), n1, n2)


def layer_causes(right: Callable, formulas: dict[str, Callable]) -> dict:
    """All mistakes of a layer: in its formula and in each of its parts."""

    def no_mask(X, params, n_heads, mask):
        return attend(X, params, n_heads)

    attention = ATTENTION | {"The mask does not reach attention.": no_mask}
    del attention["The mask is ignored."]
    parts = (
        {message: partial(layer, right, att=f) for message, f in attention.items()}
        | {f"In a norm: {m}": partial(layer, right, ln=f) for m, f in NORM.items()}
        | {message: partial(layer, right, ffn=f) for message, f in FEED.items()}
    )
    return parts | {message: partial(layer, f) for message, f in formulas.items()}


PRE_LAYER = layer_causes(lambda H, a, f, n1, n2: pre(pre(H, a, n1), f, n2), PRE)
POST_LAYER = layer_causes(lambda H, a, f, n1, n2: post(post(H, a, n1), f, n2), POST)
for same_as_a_residual_that_is_added_twice in (RESIDUAL_IN_ATTENTION, RESIDUAL_IN_FEED):
    del POST_LAYER[same_as_a_residual_that_is_added_twice]
