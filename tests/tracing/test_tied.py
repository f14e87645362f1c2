"""run_tied: where it stops, what it returns, and what it says about that."""

import numpy as np
import pytest
import torch

from course_utils.exercises.fixtures import Spy, affine, careless
from course_utils.layers import Layer
from course_utils.tracing import run_stack, run_tied

B, T, D = 2, 3, 5
NAN, INF = float("nan"), float("inf")


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(14)


@pytest.fixture
def H0():
    return torch.randn(B, T, D).double()


def halve(H, mask=None):
    return H / 2


def path(H0, n):
    """H[0] to H[n] of `halve`; exact, since halving is."""
    return [H0 / 2**l for l in range(n + 1)]


def equal(ours, theirs):
    return all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("max_iter", [3, 4, 1000, np.int64(3), np.int8(9)])
def test_it_stops_when_the_largest_change_is_small(max_iter):
    H0 = torch.tensor([[[0.5, 1.0], [-8.0, 2.0]]])  # changes by 4, 2, 1
    states, converged = run_tied(halve, H0, max_iter, 1.0)
    assert equal(states, path(H0, 3))
    assert converged is True


@pytest.mark.parametrize("max_iter", [0, 1, 2, np.int32(2)])
def test_it_stops_when_nothing_more_is_allowed(max_iter):
    H0 = torch.tensor([[[0.5, 1.0], [-8.0, 2.0]]])
    states, converged = run_tied(halve, H0, max_iter, 1.0)
    assert equal(states, path(H0, int(max_iter)))
    assert converged is False


def test_no_application_is_no_convergence(H0):
    states, converged = run_tied(halve, H0, 0, INF)
    assert equal(states, [H0])
    assert not converged


def test_tolerance_0_asks_for_a_fixed_point(H0):
    s = H0.sign()
    states, converged = run_tied(torch.sign, H0, 9, 0)
    assert equal(states, [H0, s, s])
    assert converged
    states, converged = run_tied(torch.neg, H0, 5, 0)
    assert equal(states, [H0, -H0] * 3)
    assert not converged


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_a_change_that_is_nan_is_never_small(H0, value):
    def put(H):
        return H.index_fill(-1, torch.tensor([2]), value)

    states, converged = run_tied(put, H0, 4, 1e300)
    assert len(states) == 5
    assert not converged


def test_a_state_that_recovers_from_nan_may_converge(H0):
    H0[0, 0, 0] = NAN
    states, converged = run_tied(torch.nan_to_num, H0, 9, 0.0)
    assert len(states) == 3
    assert converged


@pytest.mark.parametrize("how", range(4))
def test_the_layer_may_be_careless_with_memory(H0, how):
    [layer] = list(careless([halve]).values())[how]
    before, tol = H0.clone(), float(H0.abs().max()) / 8
    states, converged = run_tied(layer, H0, 9, tol)
    run_tied(layer, H0 + 1, 9, tol)
    assert equal(states, path(before, 3))
    assert converged
    assert torch.equal(H0, before)


def test_states_share_no_memory(H0):
    states, _ = run_tied(lambda H: H, H0, 3, -1.0)
    assert len({H0.data_ptr(), *(H.data_ptr() for H in states)}) == 5


def test_the_layer_is_called_once_for_each_new_state(H0):
    log = []
    states, converged = run_tied(Spy(halve, log, "layer"), H0, 4, 0.0)
    assert not converged
    assert equal([H for _, H in log], states[:-1])


def test_without_convergence_it_is_a_stack_of_one_layer_again_and_again(H0):
    layer = Layer(D, 1).double().eval()
    states, converged = run_tied(layer, H0, 5, 0.0)
    assert not converged
    assert equal(states, run_stack(H0, [layer] * 5))


def test_gradients_flow_from_every_state_to_the_first_and_to_the_weights(H0):
    W = (torch.randn(D, D).double() / 9).requires_grad_()
    H0.requires_grad_()
    states, _ = run_tied(affine(W, torch.zeros(D).double()), H0, 3, 0.0)
    for l, H in enumerate(states):
        gradients = torch.autograd.grad(
            H.sum(), (H0, W), retain_graph=True, allow_unused=True
        )
        assert gradients[0].all()
        assert (gradients[1] is not None) == (l > 0)


def test_what_cannot_run_is_refused(H0):
    with pytest.raises(ValueError, match="max_iter is -1, but it must be at least 0"):
        run_tied(halve, H0, -1, 0.0)
    with pytest.raises(TypeError):
        run_tied(halve, H0, 2.5, 0.0)
    with pytest.raises(TypeError, match="H0 is a ndarray"):
        run_tied(halve, H0.numpy(), 1, 0.0)
    with pytest.raises(TypeError, match="What the layer returned at application 1"):
        run_tied(lambda H: None, H0, 1, 0.0)
