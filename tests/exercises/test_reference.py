"""The oracle of assignment a1 agrees with `course_utils.layers`, in float64."""

import numpy as np
import pytest
import torch

from course_utils.exercises import reference
from course_utils.layers import Layer, attention_weights, causal_mask

B, T, H, D_H, D_FF = 3, 5, 2, 7, 11
TWINS = {"Wq": "q", "Wk": "k", "Wv": "v", "Wo": "o", "W1": "ff1", "W2": "ff2"}

rng = np.random.default_rng(1)
padding = np.array([True, True, True, False, False])[None, None, None]
MASKS = {
    "none": None,
    "causal": causal_mask(T).numpy(),
    "padding": np.tile(padding, (B, 1, 1, 1)),
    "padding and causal": np.tile(padding & causal_mask(T).numpy(), (B, 1, 1, 1)),
    "a query may attend nowhere": np.arange(T)[:, None] != np.full((1, T), 3),
    "a text of padding alone": np.arange(B)[:, None, None, None] > np.zeros((1, 1, T)),
    "nowhere at all": np.zeros((B, 1, T, T), bool),
}
EPS = np.finfo(np.float64).eps


def parameters(layer):
    """A layer's parameters under the names and in the layout of assignment a1."""
    params = {}
    for name, twin in TWINS.items():
        part = getattr(layer, twin)
        params[name] = part.weight.detach().numpy().T
        params[f"b{name[1]}"] = part.bias.detach().numpy()
    for n in (1, 2):
        part = getattr(layer, f"ln{n}")
        params[f"ln{n}_gain"] = part.weight.detach().numpy()
        params[f"ln{n}_shift"] = part.bias.detach().numpy()
    return params


@pytest.fixture(scope="module", params=["pre", "post"])
def layer(request):
    torch.manual_seed(0)
    layer = Layer(H * D_H, H, D_FF, norm=request.param).double().eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()
    return layer


def tensor(array):
    return None if array is None else torch.from_numpy(array)


def assert_close(found, expected):
    assert found.dtype == np.float64
    assert found.shape == tuple(expected.shape)
    expected = expected.detach().numpy()
    bound = 256 * EPS * np.abs(expected).max(initial=1.0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=bound)


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
class TestWithMask:
    def test_attention_weights(self, mask):
        Q, K = rng.normal(size=(2, B, H, T, D_H))
        A = reference.attention_weights(Q, K, mask)
        assert_close(A, attention_weights(tensor(Q), tensor(K), tensor(mask)))
        may = np.broadcast_to(True if mask is None else mask, A.shape)
        assert np.all(A[~may] == 0)
        np.testing.assert_allclose(A.sum(-1), may.any(-1), rtol=0, atol=8 * EPS)

    def test_multi_head_attention(self, layer, mask):
        X, params = rng.normal(size=(B, T, H * D_H)), parameters(layer)
        found = reference.multi_head_attention(X, params, H, mask)
        assert_close(found, layer.attend(tensor(X), tensor(mask)))
        if mask is not None:
            nowhere = ~np.broadcast_to(mask, (B, 1, T, T)).any((1, 3))
            assert np.all(found[nowhere] == params["bo"])

    def test_layer(self, layer, mask):
        X, params = rng.normal(size=(B, T, H * D_H)), parameters(layer)
        f = {"pre": reference.pre_norm_layer, "post": reference.post_norm_layer}
        found = f[layer.norm](X, params, H, mask)
        assert_close(found, layer(tensor(X), tensor(mask)))


@pytest.mark.parametrize("size", [1e3, 1e5])
def test_attention_weights_at_large_scores(size):
    """The row's maximum is masked, or far from that of other rows; exact by hand."""
    Q = np.array([[[[2.0, 0, 0, 0], [-2.0, 0, 0, 0]]]])
    K = np.zeros((1, 1, 3, 4))
    K[..., 0] = [size, -size, -size]
    mask = np.array([False, True, True])[None, None, None]
    A = reference.attention_weights(Q, K)
    assert np.array_equal(A[0, 0], [[1, 0, 0], [0, 0.5, 0.5]])
    A = reference.attention_weights(Q, K, mask)
    assert np.array_equal(A[0, 0], [[0, 0.5, 0.5], [0, 0.5, 0.5]])


def test_feed_forward(layer):
    X = rng.normal(size=(B, T, H * D_H))
    found = reference.feed_forward(X, parameters(layer))
    assert_close(found, layer.feed_forward(tensor(X)))


@pytest.mark.parametrize("shape", [(7,), (3, 7), (2, 3, 7), (2, 3, 5, 7), (3, 1)])
@pytest.mark.parametrize("eps", [1e-5, 0.5, 2])
def test_layer_norm(shape, eps):
    X, (gain, shift) = rng.normal(size=shape), rng.normal(size=(2, shape[-1]))
    expected = torch.nn.functional.layer_norm(
        tensor(X), shape[-1:], tensor(gain), tensor(shift), eps
    )
    assert_close(reference.layer_norm(X, gain, shift, eps), expected)


@pytest.mark.parametrize("offset", [2.0**20, -(2.0**26)])
def test_layer_norm_at_large_offsets(offset):
    """Multiples of 1/1024 stay exact when the offset is added, so nothing changes."""
    X = rng.integers(-2048, 2048, size=(4, 8)) / 1024
    one, zero = np.ones(8), np.zeros(8)
    found = reference.layer_norm(X + offset, one, zero)
    expected = reference.layer_norm(X, one, zero)
    np.testing.assert_allclose(found, expected, rtol=0, atol=16 * EPS)


def test_layer_norm_of_constant_rows_is_the_shift():
    X, (gain, shift) = np.full((2, 3), 7.0), rng.normal(size=(2, 3))
    assert np.array_equal(reference.layer_norm(X, gain, shift), [shift, shift])


def test_embed():
    ids = np.array([[2, 0, 2], [1, 1, 0]], np.uint8)
    E, Pos = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    assert np.array_equal(reference.embed(ids, E, Pos), E[ids] + Pos[:3])


def test_nothing_is_changed(layer):
    X, params = rng.normal(size=(B, T, H * D_H)), parameters(layer)
    for array in (X, *params.values()):
        array.flags.writeable = False
    for f in (reference.pre_norm_layer, reference.post_norm_layer):
        assert not np.shares_memory(f(X, params, H), X)
