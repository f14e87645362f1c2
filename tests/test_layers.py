"""What a layer of the course must do, as a specification of course_utils.layers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.layers import Layer, causal_mask, merge_heads, split_heads
from tests.layers_by_hand import gelu, layer_by_hand, torch_layer

ENDS = ("weight", "bias")


def gap(got, expected):
    """Largest difference as a share of the largest expected number, at least 1."""
    assert got.shape == expected.shape
    got, expected = got.detach(), expected.detach()
    return float((got - expected).abs().max() / max(1.0, expected.abs().max()))


def random_layer(norm="pre", d=12, n_heads=3, **options):
    """A layer in float64 whose parameters are all random: no gain 1, no bias 0."""
    layer = Layer(d, n_heads, norm=norm, **options).double().eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_(std=0.5)
    return layer


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(7)


@pytest.fixture
def H():
    return torch.randn(2, 5, 12).double()


both_norms = pytest.mark.parametrize("norm", ["pre", "post"])


# The layer against independent forms ----------------------------------------


@both_norms
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    ("activation", "by_hand"), [("relu", lambda x: np.maximum(x, 0)), ("gelu", gelu)]
)
def test_a_layer_follows_the_formulas(norm, causal, activation, by_hand, H):
    layer = random_layer(norm, d_ff=7, activation=activation, eps=0.1)
    mask = causal_mask(5) if causal else None
    out = layer(H, mask)
    for sequence, got in zip(H, out, strict=True):
        allowed = causal_mask(5) if causal else torch.ones(5, 5)
        expected = layer_by_hand(layer, sequence.numpy(), allowed, by_hand)
        assert gap(got, torch.from_numpy(expected)) <= 1e-12


@both_norms
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("masking", ["none", "causal", "padding"])
def test_a_layer_equals_the_one_of_torch(norm, activation, masking, H):
    layer = random_layer(norm, activation=activation)
    theirs = torch_layer(layer)
    causal, padding = causal_mask(5), torch.ones(2, 5, dtype=torch.bool)
    padding[1, 3:] = False
    # torch's masks say True = may not attend.
    mask, options = {
        "none": (None, {}),
        "causal": (causal, {"src_mask": ~causal}),
        "padding": (padding[:, None, None], {"src_key_padding_mask": ~padding}),
    }[masking]
    assert gap(layer(H, mask), theirs(H, **options)) <= 1e-12


@both_norms
def test_weights_and_values_give_what_the_attention_sublayer_writes(norm, H):
    layer = random_layer(norm)
    A = layer.weights(H, causal_mask(5))
    assert A.shape == (2, 3, 5, 5)
    mixed = merge_heads(A @ split_heads(layer.v(H), 3))
    assert gap(layer.attend(H, causal_mask(5)), layer.o(mixed)) <= 1e-12


# Invariants -----------------------------------------------------------------


@both_norms
def test_silent_sublayers_leave_the_input_or_its_two_layer_norms(norm, H):
    layer = random_layer(norm)
    for part in (layer.o, layer.ff2):
        torch.nn.init.zeros_(part.weight)
        torch.nn.init.zeros_(part.bias)
    expected = H if norm == "pre" else layer.ln2(layer.ln1(H))
    assert torch.equal(layer(H), expected)


def test_a_constant_added_to_every_feature_passes_through_a_pre_norm_layer(H):
    c = torch.randn(2, 5, 1).double() * 10
    pre, post = random_layer("pre"), random_layer("post")
    assert gap(pre(H + c), pre(H) + c) <= 1e-12
    assert gap(post(H + c), post(H) + c) > 0.1


@both_norms
@settings(max_examples=20)
@given(t=st.integers(1, 4), seed=st.integers(0, 999))
def test_under_a_causal_mask_no_position_sees_a_later_one(norm, t, seed):
    torch.manual_seed(seed)
    layer, H = random_layer(norm), torch.randn(2, 5, 12).double()
    probed = H.clone()
    probed[:, t] += torch.randn(12)
    change = (layer(probed, causal_mask(5)) - layer(H, causal_mask(5))).abs().amax(-1)
    assert (change[:, :t] <= 1e-12).all()
    assert (change[:, t:] > 1e-9).all()


@both_norms
def test_padding_may_hold_anything(norm, H):
    layer, mask = random_layer(norm), torch.ones(2, 1, 1, 5, dtype=torch.bool)
    mask[..., 3:] = False
    other = H.clone()
    other[:, 3:] = 1e6 * torch.randn(2, 2, 12)
    assert gap(layer(other, mask)[:, :3], layer(H, mask)[:, :3]) <= 1e-12
    assert gap(layer(other)[:, :3], layer(H)[:, :3]) > 1e-3


@both_norms
def test_permuted_positions_give_permuted_states(norm, H):
    layer, order = random_layer(norm), torch.tensor([3, 0, 4, 1, 2])
    assert gap(layer(H[:, order]), layer(H)[:, order]) <= 1e-12


@both_norms
def test_a_sequence_does_not_depend_on_its_batch(norm, H):
    layer = random_layer(norm)
    assert gap(layer(H)[:1], layer(H[:1])) <= 1e-12


def test_only_attention_mixes_positions(H):
    layer, probed = random_layer(), H.clone()
    probed[:, 2] += torch.randn(12)
    ffn = (layer.feed_forward(probed) - layer.feed_forward(H)).abs().amax(-1) > 0
    assert ffn.tolist() == [[False, False, True, False, False]] * 2
    attended = (layer.attend(probed) - layer.attend(H)).abs().amax(-1)
    assert (attended > 1e-9).all()


# Training -------------------------------------------------------------------


@both_norms
def test_gradients_reach_the_input_and_every_parameter_but_the_key_bias(norm, H):
    layer = random_layer(norm)
    H.requires_grad_()
    (layer(H) ** 3).sum().backward()
    size = {name: float(p.grad.abs().max()) for name, p in layer.named_parameters()}
    # A constant added to every key moves all scores of a query alike.
    assert size.pop("k.bias") <= 1e-12 * max(size.values())
    assert all(1e-6 * max(size.values()) < value for value in size.values())
    assert H.grad.any(-1).all()


def test_gradients_agree_with_finite_differences():
    layer, H = random_layer(d=4, n_heads=2), torch.randn(1, 3, 4).double()
    assert torch.autograd.gradcheck(
        lambda X: layer(X, causal_mask(3)), H.requires_grad_()
    )


@both_norms
def test_dropout_acts_in_training_only(norm, H):
    layer, plain = random_layer(norm, dropout=0.5), random_layer(norm)
    plain.load_state_dict(layer.state_dict())
    assert torch.equal(layer(H), plain(H))
    layer.train()
    assert not torch.equal(layer(H), layer(H))


def test_dropout_drops_attention_weights_and_what_each_sublayer_writes(H):
    layer = random_layer(dropout=0.5).train()
    assert 0 < (layer.feed_forward(H) == 0).double().mean() < 1
    assert 0 < (layer.attend(H) == 0).double().mean() < 1
    layer.dropout.forward = lambda written: written  # only the weights are left
    assert not torch.equal(layer.attend(H), layer.attend(H))


# Interface ------------------------------------------------------------------


@both_norms
def test_input_and_mask_stay_as_they_were_and_the_result_is_new(norm, H):
    layer, mask = random_layer(norm), causal_mask(5)
    copies = H.clone(), mask.clone()
    out = layer(H, mask)
    assert torch.equal(H, copies[0])
    assert torch.equal(mask, copies[1])
    assert out.untyped_storage().data_ptr() != H.untyped_storage().data_ptr()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_dtype_stays(dtype, H):
    assert Layer(12, 3).to(dtype)(H.to(dtype), causal_mask(5)).dtype == dtype


@pytest.mark.parametrize("shape", [(2, 5, 11), (5, 12), (12,), (2, 3, 5, 12)])
def test_states_of_another_shape_are_refused_with_both_shapes_named(shape):
    with pytest.raises(ValueError, match=r"\(B, T, 12\)") as error:
        Layer(12, 3)(torch.zeros(shape))
    assert str(shape) in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "options", "named"),
    [
        ((10, 3), {}, "d=10 cannot be split into 3"),
        ((12, 3), {"norm": "middle"}, "'pre' or 'post', not 'middle'"),
        ((12, 3), {"activation": "tanh"}, "['gelu', 'relu'], not 'tanh'"),
    ],
)
def test_impossible_choices_are_refused(arguments, options, named):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the text is compared
        Layer(*arguments, **options)
    assert named in str(error.value)


def test_names_and_sizes_of_the_parts():
    layer = Layer(12, 3)
    assert (layer.d, layer.n_heads, layer.norm) == (12, 3, "pre")
    assert {name: tuple(p.shape) for name, p in layer.named_parameters()} == {
        **{f"{part}.weight": (12, 12) for part in "qkvo"},
        **{f"{part}.bias": (12,) for part in "qkvo"},
        **{f"{norm}.{part}": (12,) for norm in ("ln1", "ln2") for part in ENDS},
        "ff1.weight": (48, 12),
        "ff1.bias": (48,),
        "ff2.weight": (12, 48),
        "ff2.bias": (12,),
    }
    assert layer.ln1.eps == layer.ln2.eps == 1e-5
    other = Layer(12, 3, eps=0.1)
    assert other.ln1.eps == other.ln2.eps == 0.1
    assert Layer(12, 3, 20).ff1.out_features == 20
