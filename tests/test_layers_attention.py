"""What attention and its masks must do, as a specification of course_utils.layers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.layers import (
    Layer,
    attention,
    attention_weights,
    causal_mask,
    merge_heads,
    split_heads,
)

EPS = np.finfo(np.float64).eps
MASK_KINDS = ("queries_keys", "keys", "batch_queries_keys")


@st.composite
def attention_inputs(draw):
    """Q, K, V of small sizes in float64, and one mask of one of the three shapes."""
    B, h, Tq, Tk, d_h = (draw(st.integers(1, 5)) for _ in range(5))
    torch.manual_seed(draw(st.integers(0, 2**16)))
    Q, K, V = (torch.randn(B, h, T, d_h).double() for T in (Tq, Tk, Tk))
    shape = {
        "queries_keys": (Tq, Tk),
        "keys": (B, 1, 1, Tk),
        "batch_queries_keys": (B, 1, Tq, Tk),
    }[draw(st.sampled_from(MASK_KINDS))]
    return Q, K, V, torch.rand(shape) < draw(st.sampled_from((0.0, 0.5, 1.0)))


def gap(got, expected):
    """Largest difference as a share of the largest expected number, at least 1."""
    assert got.shape == expected.shape
    got, expected = got.detach(), expected.detach()
    return float((got - expected).abs().max() / max(1.0, expected.abs().max()))


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(7)


@given(attention_inputs())
def test_rows_sum_to_one_or_zero_and_masked_weights_are_exactly_zero(inputs):
    Q, K, _, mask = inputs
    A = attention_weights(Q, K, mask)
    allowed = mask.expand(A.shape)
    assert A.dtype == torch.float64
    assert (A >= 0).all()
    assert (A[~allowed] == 0).all()
    assert gap(A.sum(-1), allowed.any(-1).double()) <= 10 * EPS


@given(attention_inputs())
def test_weights_are_exp_of_the_scaled_scores_shared_out_over_allowed_keys(inputs):
    Q, K, _, mask = inputs
    A = attention_weights(Q, K, mask)
    for b, i, t in np.ndindex(*Q.shape[:3]):
        allowed = mask.expand(A.shape)[b, i, t]
        if allowed.any():
            scores = K[b, i] @ Q[b, i, t] / Q.shape[-1] ** 0.5
            powers = scores.exp() * allowed
            assert gap(A[b, i, t], powers / powers.sum()) <= 100 * EPS


@given(attention_inputs(), st.sampled_from((1.0, 30.0, 1000.0)))
def test_attention_is_its_weights_times_the_values_for_large_scores_too(inputs, scale):
    Q, K, V, mask = inputs
    Q, K = scale * Q, scale * K
    # A score s carries a rounding error of about s·EPS, and so does its weight.
    largest = float((Q @ K.transpose(-2, -1)).abs().max())
    for m in (mask, None):
        expected = attention_weights(Q, K, m) @ V
        assert expected.isfinite().all()
        assert gap(attention(Q, K, V, m), expected) <= 100 * EPS * max(1.0, largest)


@pytest.mark.parametrize("largest", [1e4, 1e300])
def test_the_largest_score_takes_all_where_scores_are_far_apart(largest):
    Q, K = (
        torch.ones(1, 1, 1, 1).double(),
        torch.tensor([[[[0.0], [largest]]]], dtype=torch.float64),
    )
    assert attention_weights(Q, K).tolist() == [[[[0.0, 1.0]]]]
    only_the_first = torch.tensor([[True, False]])
    assert attention_weights(Q, -K, only_the_first).tolist() == [[[[1.0, 0.0]]]]
    assert attention_weights(Q, K, only_the_first).tolist() == [[[[1.0, 0.0]]]]


@pytest.mark.parametrize("kind", MASK_KINDS)
def test_a_query_that_may_attend_nowhere_gets_zero(kind):
    B, h, Tq, Tk, d_h = 2, 3, 5, 7, 4
    Q, K, V = (torch.randn(B, h, T, d_h).double() for T in (Tq, Tk, Tk))
    mask, nowhere = {
        "queries_keys": (torch.ones(Tq, Tk), np.s_[:, :, 1]),
        "keys": (torch.ones(B, 1, 1, Tk), np.s_[1]),
        "batch_queries_keys": (torch.ones(B, 1, Tq, Tk), np.s_[1, :, 1]),
    }[kind]
    mask = mask.bool()
    expected = torch.ones(B, h, Tq).double()
    expected[nowhere] = 0.0
    mask[{"queries_keys": 1, "keys": 1, "batch_queries_keys": np.s_[1, :, 1]}[kind]] = 0
    assert gap(attention_weights(Q, K, mask).sum(-1), expected) <= 10 * EPS
    mixed = attention(Q, K, V, mask)
    assert (mixed[nowhere] == 0).all()
    assert (mixed[expected == 1] != 0).all()


@pytest.mark.parametrize("function", [attention, attention_weights])
def test_gradients_stay_finite_beside_a_query_that_may_attend_nowhere(function):
    tensors = [torch.randn(2, 3, 4, 5).double().requires_grad_() for _ in range(3)]
    mask = causal_mask(4)
    mask[0] = False
    inputs = tensors if function is attention else tensors[:2]
    (function(*inputs, mask=mask) ** 2).sum().backward()
    for tensor in inputs:
        assert tensor.grad.isfinite().all()
        assert tensor.grad.any()


@pytest.mark.parametrize("function", ["attention", "attention_weights", "layer"])
@pytest.mark.parametrize(
    ("mask", "named"),
    [
        (torch.ones(5, 5), "torch.float32"),
        (torch.ones(5, 5, dtype=torch.int64), "torch.int64"),
        (np.ones((5, 5), dtype=bool), "bool"),
        ([[True] * 5] * 5, "list"),
    ],
)
def test_a_mask_that_is_not_a_boolean_tensor_is_refused(function, mask, named):
    with pytest.raises(TypeError, match=r"True means 'may attend'") as error:
        attend_by(function, mask)
    assert f"The mask is {named}" in str(error.value)


@pytest.mark.parametrize("function", ["attention", "attention_weights", "layer"])
@pytest.mark.parametrize(
    "shape",
    [(), (5,), (2, 5), (5, 4), (1, 1, 1, 5), (2, 1, 5, 1), (2, 5, 5), (2, 3, 5, 5)],
)
def test_a_mask_of_another_shape_is_refused_and_the_legal_ones_named(function, shape):
    with pytest.raises(ValueError, match="mask has shape") as error:
        attend_by(function, torch.ones(shape, dtype=torch.bool))
    for text in (str(tuple(shape)), "(5, 5)", "(2, 1, 1, 5)", "(2, 1, 5, 5)"):
        assert text in str(error.value)


def attend_by(function, mask):
    """Attention of 2 sequences, 3 heads and 5 positions by one of three ways."""
    Q = torch.randn(2, 3, 5, 4)
    if function == "layer":
        return Layer(12, 3)(torch.randn(2, 5, 12), mask)
    if function == "attention":
        return attention(Q, Q, Q, mask)
    return attention_weights(Q, Q, mask)


@given(st.integers(0, 9))
def test_the_causal_mask_allows_the_position_itself_and_earlier_ones(T):
    mask = causal_mask(T)
    assert (mask.dtype, mask.shape) == (torch.bool, (T, T))
    assert all(mask[i, j] == (j <= i) for i, j in np.ndindex(T, T))


def test_a_head_is_a_run_of_neighbouring_features_and_merging_undoes_splitting():
    X = torch.randn(2, 5, 12)
    heads = split_heads(X, 3)
    assert heads.shape == (2, 3, 5, 4)
    for i in range(3):
        assert torch.equal(heads[:, i], X[:, :, 4 * i : 4 * (i + 1)])
    assert torch.equal(merge_heads(heads), X)
