"""What the check cells of assignment a1 call: compare, and name causes.

Every `check_...` takes the student's function `f` and one set of inputs; `what`
says in words what is special about them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.exercises import reference
from course_utils.exercises.arrays import check_array
from course_utils.exercises.check import Check, difference
from course_utils.exercises.feedback import Feedback
from course_utils.exercises.layer_inputs import pick
from course_utils.exercises.mistakes import causes
from course_utils.exercises.mistakes.attention import (
    ATTENTION,
    LARGE_ATTENTION,
    LARGE_MASKED_ATTENTION,
)
from course_utils.exercises.mistakes.embedding import EMBED
from course_utils.exercises.mistakes.layers import POST_LAYER, PRE_LAYER
from course_utils.exercises.mistakes.positionwise import FEED, NORM
from course_utils.exercises.mistakes.weights import (
    LARGE,
    LARGE_GUARDED,
    LARGE_MASKED,
    WEIGHTS,
)

NOWHERE = (
    "Only the rows of queries that may attend nowhere are wrong. Their weights have "
    "to be 0."
)
MASKED = "Only masked keys are wrong. Their weight has to be 0."
LAYERS = {
    "pre_norm_layer": (reference.pre_norm_layer, PRE_LAYER),
    "post_norm_layer": (reference.post_norm_layer, POST_LAYER),
}


def sizes(**sizes: Any) -> str:
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def with_mask(mask: np.ndarray | None) -> dict[str, np.ndarray]:
    """The mask as a keyword argument; none at all without one."""
    return {} if mask is None else {"mask": mask}


def check_embed(check: Check, f: Callable, ids, E, Pos, what: str) -> None:
    B, T = ids.shape
    named = sizes(B=B, T=T, d=E.shape[1], V=len(E), T_max=len(Pos))
    check_array(
        check,
        f,
        ids,
        E,
        Pos,
        expected=reference.embed(ids, E, Pos),
        name="H",
        tried=f"embed(ids, E, Pos) with {named}: {what}",
        mistakes=causes(EMBED, ids, E, Pos),
    )


def check_weights(
    check: Check, f: Callable, Q, K, mask, what: str, large: float = 0
) -> None:
    """`large` is the size of the scores, if they are large."""
    known = WEIGHTS
    if large:
        known = LARGE | LARGE_GUARDED if mask is None else LARGE_MASKED
    B, h, Tq, d_h = Q.shape
    named = sizes(B=B, h=h, Tq=Tq, Tk=K.shape[2], d_h=d_h)
    expected = reference.attention_weights(Q, K, mask)
    may = np.broadcast_to(True if mask is None else mask, expected.shape)
    check_array(
        check,
        f,
        Q,
        K,
        **with_mask(mask),
        expected=expected,
        name="A",
        tried=f"attention_weights with {named}: {what}",
        condition=large or 10,
        mistakes=causes(known, Q, K, mask),
        only={NOWHERE: ~may.any(-1, keepdims=True), MASKED: ~may},
        seen=row_sums,
    )


def row_sums(A: np.ndarray) -> str:
    """Do the rows of attention weights sum to 1?"""
    sums = A.sum(-1)
    off = ~(np.abs(sums - 1) < 1e-9) & (sums != 0)
    if not off.any():
        return "Rows sum to 1 or 0, as they should. Look at the scores and the mask."
    where = tuple(map(int, np.unravel_index(off.argmax(), off.shape)))
    return f"Row {where} sums to {sums[where]:.6g}. Each row has to sum to 1, or to 0."


def check_attention(
    check: Check, f: Callable, X, params, n_heads, mask, what: str, large: float = 0
) -> None:
    """`large` is the size of the scores, if they are large."""
    B, T, d = X.shape
    known = ATTENTION
    if large:
        known = LARGE_ATTENTION if mask is None else LARGE_MASKED_ATTENTION
    expected = reference.multi_head_attention(X, params, n_heads, mask)

    def equal_weights(got):
        flat = params | {name: 0 * params[name] for name in ("Wq", "bq")}
        right = reference.multi_head_attention(X, flat, n_heads, mask)
        found = check.call(f, X, flat, n_heads, **with_mask(mask), tried=what)
        if difference(found, right, 10) is None:
            return (
                "With Wq = bq = 0, which makes all weights equal, the result is right. "
                "So look at queries, keys, scores and softmax."
            )
        return (
            "With Wq = bq = 0, which makes all weights equal, the result is wrong too. "
            "So look at the values, the heads, Wo and bo first."
        )

    may = np.broadcast_to(True if mask is None else mask, (B, 1, T, T))
    check_array(
        check,
        f,
        X,
        params,
        n_heads,
        **with_mask(mask),
        expected=expected,
        name="result",
        tried=f"multi_head_attention with {sizes(B=B, T=T, d=d, n_heads=n_heads)}: "
        f"{what}",
        condition=large or 10,
        mistakes=causes(known, X, params, n_heads, mask),
        seen=equal_weights,
        only={
            "Only the rows of queries that may attend nowhere are wrong. Their weights "
            "are 0, so only bo is left.": ~may[:, 0].any(-1)[..., None]
        },
    )


def check_norm(
    check: Check, f: Callable, X, gain, shift, *eps, what: str, condition=10.0, **named
) -> None:
    value = [*eps, *named.values()]
    way = "a keyword" if named else "the fourth argument"
    given = "".join(f"eps = {number!r} as {way}, " for number in value)
    check_array(
        check,
        f,
        X,
        gain,
        shift,
        *eps,
        **named,
        expected=reference.layer_norm(X, gain, shift, *value),
        name="result",
        tried=f"layer_norm on X of shape {X.shape}, {given}{what}",
        condition=condition,
        mistakes=causes(NORM, X, gain, shift, *value),
        seen=lambda got: row_moments((got - shift) / gain),
    )


def row_moments(X: np.ndarray) -> str:
    """Mean and variance of the first row of X."""
    row = X.reshape(-1, X.shape[-1])[0]
    return (
        f"With gain and shift undone, the first row has mean {row.mean():.3g} and "
        f"variance {row.var():.6g}."
    )


def check_feed(check: Check, f: Callable, X, params, what: str) -> None:
    B, T, d = X.shape
    named = sizes(B=B, T=T, d=d, d_ff=len(params["b1"]))
    check_array(
        check,
        f,
        X,
        params,
        expected=reference.feed_forward(X, params),
        name="result",
        tried=f"feed_forward with {named}: {what}",
        condition=10,
        mistakes=causes(FEED, X, params),
    )


def check_layer(
    check: Check, f: Callable, name: str, H, params, n_heads, mask, what: str
) -> None:
    """One call; where it is wrong for an unknown reason, narrower ones."""
    B, T, d = H.shape
    right, mistakes = LAYERS[name]
    tried = f"{name} with {sizes(B=B, T=T, d=d, n_heads=n_heads)}: {what}"
    known = causes(mistakes, H, params, n_heads, mask)

    def compare(tried: str, params: dict, known: dict) -> None:
        expected = right(H, params, n_heads, mask)
        options = {"condition": 100, "mistakes": known, **with_mask(mask)}
        check_array(
            check,
            f,
            H,
            params,
            n_heads,
            expected=expected,
            name="result",
            tried=tried,
            **options,
        )

    try:
        compare(tried, params, known)
    except Feedback as wrong:
        if "cause" not in wrong.lines and "index" in wrong.lines.get("expected", ""):
            attention, feed = "attention silent (Wo = bo = 0)", "(W2 = b2 = 0)"
            for part, names in {
                f"{attention} and feed-forward silent {feed}": "Wo bo W2 b2",
                f"feed-forward silent {feed}": "W2 b2",
                attention: "Wo bo",
            }.items():
                silent = {key: 0 * value for key, value in pick(params, names).items()}
                compare(f"{tried}, {part}", params | silent, {})
        raise
