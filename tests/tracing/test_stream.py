"""contributions and lens: the stream between layers, and what is read off it."""

import numpy as np
import pytest
import torch

from course_utils.exercises.fixtures import Spy, careless
from course_utils.tracing import contributions, lens

L, B, T, D, V = 4, 2, 3, 5, 7


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(13)


@pytest.fixture
def states():
    return list(torch.randn(L + 1, B, T, D).double())


@pytest.fixture
def unembed():
    return torch.randn(D, V).double()


def joint(H, mask=None):
    """A norm that looks at everything that it gets."""
    return H / H.abs().amax() - H.mean()


def layer_norm(H):
    return torch.nn.functional.layer_norm(H, (H.shape[-1],))


# contributions ------------------------------------------------------------------------


def test_each_contribution_is_a_difference_and_all_sum_to_the_last_state():
    # Integers, so that every sum is exact.
    states = [torch.randint(-9, 9, (B, T, D)).double() for _ in range(L + 1)]
    added = contributions(states)
    assert added.shape == (L, B, T, D)
    for l in range(1, L + 1):
        assert torch.equal(added[l - 1], states[l] - states[l - 1])
    assert torch.equal(states[0] + added.sum(0), states[-1])
    assert torch.equal(contributions(tuple(states)), added)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16])
def test_one_state_has_no_contributions(dtype):
    added = contributions([torch.zeros(B, T, D, dtype=dtype)])
    assert added.shape == (0, B, T, D)
    assert added.dtype == dtype


def test_contributions_have_memory_of_their_own(states):
    before = [H.clone() for H in states]
    contributions(states).zero_()
    assert all(torch.equal(a, b) for a, b in zip(states, before, strict=True))


def test_gradients_flow_from_contributions_to_every_state(states):
    weights = torch.randn(L, B, T, D).double()
    leaves = [H.clone().requires_grad_() for H in states]
    (weights * contributions(leaves)).sum().backward()
    zero = torch.zeros(1, B, T, D).double()
    expected = torch.cat([zero, weights]) - torch.cat([weights, zero])
    for leaf, gradient in zip(leaves, expected, strict=True):
        assert torch.equal(leaf.grad, gradient)


# lens ---------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", [joint, layer_norm])
def test_every_state_is_normed_by_itself_and_read(states, unembed, norm):
    logits = lens(states, norm, unembed)
    assert logits.shape == (L + 1, B, T, V)
    for l, H in enumerate(states):
        assert torch.equal(logits[l], norm(H) @ unembed)
    assert torch.equal(lens(tuple(states), norm, unembed), logits)


def test_the_norm_is_called_once_for_each_state_in_order(states, unembed):
    log = []
    lens(states, Spy(joint, log, "norm"), unembed)
    assert len(log) == L + 1
    for (_, received), H in zip(log, states, strict=True):
        assert torch.equal(received, H)


@pytest.mark.parametrize("how", range(4))
def test_the_norm_may_be_careless_with_memory(states, unembed, how):
    before, expected = [H.clone() for H in states], lens(states, joint, unembed)
    [norm] = list(careless([joint]).values())[how]
    assert torch.equal(lens(states, norm, unembed), expected)
    assert all(torch.equal(a, b) for a, b in zip(states, before, strict=True))


def test_gradients_flow_to_states_head_and_norm(states, unembed):
    gain = torch.randn(D).double().requires_grad_()
    leaves = [H.clone().requires_grad_() for H in states]
    unembed.requires_grad_()
    lens(leaves, lambda H: gain * H, unembed).sum().backward()
    for leaf in leaves:
        assert torch.allclose(leaf.grad, (gain * unembed.sum(1)).expand(B, T, D))
    assert unembed.grad.any(-1).all()
    assert gain.grad.all()


def test_gradients_flow_through_a_norm_that_writes_in_place(states, unembed):
    leaves = [H.clone().requires_grad_() for H in states]
    lens(leaves, lambda H: H.mul_(2), unembed).sum().backward()
    for leaf in leaves:
        assert torch.allclose(leaf.grad, (2 * unembed.sum(1)).expand(B, T, D))


def test_a_head_as_a_linear_module_keeps_it(states):
    head = torch.nn.Linear(D, V, bias=False).double()
    logits = lens(states, layer_norm, head.weight.T)
    for l, H in enumerate(states):  # the same sums, in another order
        assert torch.allclose(logits[l], head(layer_norm(H)), rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("norm", "shape", "error", "named"),
    [
        (joint, (V, D), ValueError, r"unembed has shape \(7, 5\).*\(5, V\).*weight.T"),
        (joint, (D,), ValueError, r"unembed has shape \(5,\)"),
        (lambda H: H[:1], (D, V), ValueError, r"final_norm made \(1, 3, 5\) of H\[0\]"),
        (lambda H: H.float(), (D, V), TypeError, r"float32 for H\[0\].*float64"),
        (
            lambda H: None,
            (D, V),
            TypeError,
            r"What final_norm returned for H\[0\] is a",
        ),
    ],
)
def test_what_does_not_fit_is_named(states, norm, shape, error, named):
    with pytest.raises(error, match=named):
        lens(states, norm, torch.randn(shape).double())


# What both refuse ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", [contributions, lambda s: lens(s, joint, torch.ones(D, V).double())]
)
def test_states_of_no_stack_are_refused(states, call):
    with pytest.raises(ValueError, match="no state: the list is empty"):
        call([])
    with pytest.raises(ValueError, match=r"H\[1\] has shape"):
        call([states[0], states[1][:1]])
    with pytest.raises(TypeError, match=r"H\[1\] is torch.float32"):
        call([states[0], states[1].float()])
    with pytest.raises(TypeError, match=r"H\[0\] is a ndarray"):
        call([np.zeros((B, T, D))])
