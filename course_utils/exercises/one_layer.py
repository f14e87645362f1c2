"""What the check cells of assignment a1 call: draw inputs, compare, name causes.

Every `check_...` takes the student's function `f` and one set of inputs; `what`
says in words what is special about them.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course_utils.exercises import reference
from course_utils.exercises.arrays import check_array
from course_utils.exercises.check import Check
from course_utils.exercises.feedback import Feedback
from course_utils.exercises.mistakes import causes
from course_utils.exercises.mistakes.attention import ATTENTION, WEIGHTS
from course_utils.exercises.mistakes.embedding import EMBED
from course_utils.exercises.mistakes.layers import POST_LAYER, PRE_LAYER
from course_utils.exercises.mistakes.positionwise import FEED, NORM

NOWHERE = (
    "Only the rows of queries that may attend nowhere are wrong. Their weights have "
    "to be 0."
)
MASKED = "Only masked keys are wrong. Their weight has to be 0."
LAYERS = {
    "pre_norm_layer": (reference.pre_norm_layer, PRE_LAYER),
    "post_norm_layer": (reference.post_norm_layer, POST_LAYER),
}

# --- drawing ----------------------------------------------------------------------


def tokens(check: Check, B: int, T: int, V: int, dtype: Any = np.int64) -> np.ndarray:
    """Token ids (B, T) below V."""
    return check.rng.integers(V, size=(B, T)).astype(dtype)


def masks(check: Check, B: int, Tq: int, Tk: int) -> Iterator[tuple[str, np.ndarray]]:
    """A mask of each shape, in which every query may attend somewhere."""
    for shape in ((Tq, Tk), (B, 1, 1, Tk), (B, 1, Tq, Tk)):
        mask = check.rng.random(shape) < 0.5
        np.put_along_axis(mask, check.rng.integers(Tk, size=(*shape[:-1], 1)), True, -1)
        yield f"a mask of shape {shape}", mask


def empty_masks(
    check: Check, B: int, Tq: int, Tk: int
) -> Iterator[tuple[str, np.ndarray]]:
    """A mask of each shape, in which some queries may attend nowhere."""
    for what, mask in masks(check, B, Tq, Tk):
        row = check.rng.integers(mask.shape[-2])
        mask[row if mask.ndim == 2 else (check.rng.integers(B), 0, row)] = False
        yield f"{what}; some queries may attend nowhere", mask
    yield "a mask of False alone", np.zeros((Tq, Tk), bool)


def large_scores(
    check: Check, size: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Q, K and a mask (B, 1, 1, Tk): scores near ±size, and masked keys opposite."""
    B, h, Tq, Tk = check.sizes(4)
    Q, K = check.normal(B, h, Tq, 4), check.normal(B, h, Tk, 4)
    mask = next(m for _, m in masks(check, B, Tq, Tk) if m.shape == (B, 1, 1, Tk))
    mask[..., check.rng.integers(Tk)] = False  # at least one key is masked
    mask[..., :1] |= ~mask.any(-1, keepdims=True)
    K[..., 0] = np.where(mask[:, :, 0], -size, size)
    Q[..., 0] = np.where(np.arange(Tq) % 2, -2.0, 2.0)
    return Q, K, mask


def layer_params(check: Check, d: int, d_ff: int) -> dict[str, np.ndarray]:
    """All parameters of a layer, none of them 0 or 1."""
    shapes = {f"W{c}": (d, d) for c in "qkvo"} | {"W1": (d, d_ff), "W2": (d_ff, d)}
    rows = {f"b{c}": d for c in "qkvo2"} | {"b1": d_ff}
    rows |= {f"ln{n}_{part}": d for n in (1, 2) for part in ("gain", "shift")}
    params = {name: check.normal(*s) / np.sqrt(s[0]) for name, s in shapes.items()}
    return params | {name: check.normal(n) for name, n in rows.items()}


def pick(params: dict[str, np.ndarray], names: str) -> dict[str, np.ndarray]:
    """The parameters with these names."""
    return {name: params[name] for name in names.split()}


# --- comparing --------------------------------------------------------------------


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
    check: Check, f: Callable, Q, K, mask, what: str, condition: float = 10
) -> None:
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
        condition=condition,
        mistakes=causes(WEIGHTS, Q, K, mask),
        only={NOWHERE: ~may.any(-1, keepdims=True), MASKED: ~may},
    )


def check_attention(
    check: Check, f: Callable, X, params, n_heads, mask, what: str, condition=10.0
) -> None:
    B, T, d = X.shape
    expected = reference.multi_head_attention(X, params, n_heads, mask)
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
        condition=condition,
        mistakes=causes(ATTENTION, X, params, n_heads, mask),
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
