"""Known mistakes of assignment a1: each gives another result, none is named falsely."""

import numpy as np
import pytest

from course_utils.exercises import Check, Feedback, layer_inputs, one_layer, reference
from course_utils.exercises.arrays import check_array, unwritable
from course_utils.exercises.mistakes import (
    attention,
    causes,
    embedding,
    layers,
    positionwise,
    weights,
)

B, T, H, D_H, D_FF = 2, 5, 3, 7, 11
check = Check("test of the known mistakes")
X = check.normal(B, T, H * D_H)
PARAMS = layer_inputs.layer_params(check, H * D_H, D_FF)
*_, MASK = (mask for _, mask in layer_inputs.masks(check, B, T, T))
MASK[0, 0, 2] = False
Q, K = check.normal(B, H, T, D_H), check.normal(B, H, T, D_H)
GAIN, SHIFT = PARAMS["ln1_gain"], PARAMS["ln1_shift"]
TABLES = check.normal(6, D_H), check.normal(T + 4, D_H)
IDS = layer_inputs.tokens(check, B, T, 6)
UP = layer_inputs.large_scores(check, 1e4, masked=False)
OPPOSITE = layer_inputs.large_scores(check, 1e4, masked=True)
# Mistakes that these inputs do not show; `invisible` names a piece of their message.
PANELS = {
    "embed": (embedding.EMBED, reference.embed, (IDS, *TABLES), ""),
    "weights": (weights.WEIGHTS, reference.attention_weights, (Q, K, MASK), "number"),
    "large scores": (
        weights.LARGE | weights.LARGE_GUARDED,
        reference.attention_weights,
        UP,
        "",
    ),
    "large scores, masked": (
        weights.LARGE_MASKED,
        reference.attention_weights,
        OPPOSITE,
        "",
    ),
    "attention": (
        attention.ATTENTION,
        reference.multi_head_attention,
        (X, PARAMS, H, MASK),
        "",
    ),
    "norm": (positionwise.NORM, reference.layer_norm, (X, GAIN, SHIFT, 0.3), "E[x²]"),
    "norm at an offset": (
        {m: f for m, f in positionwise.NORM.items() if "E[x²]" in m},
        reference.layer_norm,
        (X + 1e8, GAIN, SHIFT),
        "",
    ),
    "feed-forward": (positionwise.FEED, reference.feed_forward, (X, PARAMS), ""),
    "pre-norm": (
        {m: f for m, f in layers.PRE_LAYER.items() if "eps is always" not in m},
        reference.pre_norm_layer,
        (X, PARAMS, H, MASK),
        "E[x²]",
    ),
    "post-norm": (
        {m: f for m, f in layers.POST_LAYER.items() if "eps is always" not in m},
        reference.post_norm_layer,
        (X, PARAMS, H, MASK),
        "E[x²]",
    ),
}


def alike(a, b):
    return a.shape == b.shape and np.allclose(a, b, rtol=0, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("panel", PANELS)
def test_mistakes_differ_from_the_right_result_and_from_each_other(panel):
    known, right, args, invisible = PANELS[panel]
    results = {m: f() for m, f in causes(known, *args).items()}
    if invisible:
        results = {m: r for m, r in results.items() if invisible not in m}
    results["right"] = right(*args)
    assert all(result.size for result in results.values())
    messages = list(results)
    twins = [
        (a, b)
        for i, a in enumerate(messages)
        for b in messages[:i]
        if alike(results[a], results[b])
    ]
    assert twins == []


@pytest.mark.parametrize("formula", ["pre", "post"])
def test_the_formulas_without_a_mistake_agree_with_the_reference(formula):
    step = getattr(layers, formula)
    found = layers.layer(
        lambda H, a, f, n1, n2: step(step(H, a, n1), f, n2), X, PARAMS, H, MASK
    )
    right = getattr(reference, f"{formula}_norm_layer")(X, PARAMS, H, MASK)
    np.testing.assert_allclose(found, right, rtol=0, atol=1e-12)


def feedback(f, *args, **options):
    """The lines that a learner reads."""
    with pytest.raises(Feedback) as caught:
        check_array(check, f, *args, name="result", tried="this", **options)
    return caught.value.lines


def test_a_cause_is_named_only_if_it_is_the_only_one():
    x = check.normal(3)
    two = {"one": -x, "other": 0 - x, "third": 2 * x}
    assert "cause" not in feedback(np.negative, x, expected=x, mistakes=two)
    lines = feedback(lambda x: 2 * x, x, expected=x, mistakes=two)
    assert lines["cause"] == "third"


def test_places_are_the_second_choice():
    x, first = check.normal(3), np.arange(3) == 0
    lines = feedback(
        lambda x: x + first, x, expected=x, only={"the first is wrong": first}
    )
    assert lines["cause"] == "the first is wrong"


def test_what_is_seen_is_told_where_no_cause_is_known():
    x = check.normal(3)
    lines = feedback(np.negative, x, expected=x, seen=lambda got: f"{len(got)} numbers")
    assert lines["seen"] == "3 numbers"


def test_a_buffer_that_is_used_again_is_found():
    x, buffer = check.normal(3), np.empty(3)
    lines = feedback(lambda x: np.negative(x, out=buffer), x, expected=-x)
    assert lines["expected"] == "new memory for every result"


def test_a_layer_wrong_for_an_unknown_reason_is_narrowed_down():
    def leaky_feed(X, params):
        return positionwise.feed(X, params, activation=lambda u: np.maximum(u, 0.1 * u))

    def wrong(H, params, n_heads, mask=None):
        pre = layers.pre
        return layers.layer(
            lambda H, a, f, n1, n2: pre(pre(H, a, n1), f, n2),
            *(H, params, n_heads, mask),
            ffn=leaky_feed,
        )

    with pytest.raises(Feedback) as caught:
        one_layer.check_layer(check, wrong, "pre_norm_layer", X, PARAMS, H, None, "x")
    assert caught.value.lines["tried"].endswith("attention silent (Wo = bo = 0)")


def test_unwritable_arrays_hold_the_same_numbers():
    X, params = unwritable(np.eye(3), {"W": np.ones(2)})
    assert np.array_equal(X, np.eye(3))
    assert not X.flags.writeable
    assert not X.flags.c_contiguous
    assert not params["W"].flags.writeable


@pytest.mark.parametrize("masked", [False, True])
def test_large_scores_have_the_size_that_they_promise(masked):
    Q, K, mask = layer_inputs.large_scores(check, 1e4, masked)
    scores = weights.scaled(Q, K)
    assert np.all(np.abs(np.abs(scores) - 1e4) < 100)
    if masked:
        assert mask.shape == (len(Q), 1, 1, K.shape[2])
        assert np.all(mask.any(-1) & ~mask.all(-1))


def test_masks_of_every_shape():
    given = dict(layer_inputs.masks(check, B, 3, T))
    assert [mask.shape for mask in given.values()] == [
        (3, T),
        (B, 1, 1, T),
        (B, 1, 3, T),
    ]
    assert all(mask.any(-1).all() for mask in given.values())
    empty = dict(layer_inputs.empty_masks(check, B, 3, T))
    assert all((~mask.any(-1)).any() for mask in empty.values())
