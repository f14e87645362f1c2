"""first_divergence and blame: what they find, and what they cost."""

import numpy as np
import pytest
import torch

from course_utils.encoder import Encoder
from course_utils.exercises.fixtures import Spy, affine, careless
from course_utils.layers import Layer
from course_utils.tracing import blame, first_divergence, run_stack

L, B, T, D = 4, 2, 3, 5
NAN, INF = float("nan"), float("inf")


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(12)


@pytest.fixture
def states():
    return list(torch.randn(L + 1, B, T, D).double())


@pytest.fixture
def H0():
    return torch.randn(B, T, D).double()


def maps(n):
    """Layers that do not commute."""
    weights, rows = torch.randn(n, D, D).double(), torch.randn(n, D).double()
    return [affine(W, b) for W, b in zip(weights, rows, strict=True)]


def copies(states):
    return [H.clone() for H in states]


def one(*values):
    """One state for each number."""
    return [torch.full((1, 1, 1), value, dtype=torch.float64) for value in values]


# first_divergence -------------------------------------------------------------------


def test_equal_runs_do_not_part(states):
    assert first_divergence(states, copies(states)) is None
    assert first_divergence(tuple(states), states) is None
    assert first_divergence([], []) is None


@pytest.mark.parametrize("l", range(L + 1))
@pytest.mark.parametrize("shift", [0.5, -0.5])
def test_one_number_is_enough_whatever_comes_later(states, l, shift):
    other = copies(states)
    other[l][1, 2, 3] += shift
    assert first_divergence(states, other) == l
    assert first_divergence(other, states) == l
    other[l + 1 :] = [H + 9 for H in other[l + 1 :]]
    assert first_divergence(states, other) == l


@pytest.mark.parametrize(
    ("a", "b", "rtol", "atol", "found"),
    [
        (1.25, 1.0, 0.0, 0.25, None),  # just at the tolerance
        (1.25, 1.0, 0.25, 0.0, None),
        (1.0, 1.25, 0.25, 0.0, None),
        (1.5, 1.0, 0.25, 0.25, None),
        (1.5, 1.0, 0.25, 0.125, 0),
        (2.0, 1.0, 0.5, 0.0, 0),  # relative to b, not to a
        (1.0, 2.0, 0.5, 0.0, None),
        (1.0, 1.0, 0.0, 0.0, None),
        (1.0, 1.0 + 2**-52, 0.0, 0.0, 0),
    ],
)
def test_tolerance_is_absolute_plus_relative_to_b(a, b, rtol, atol, found):
    assert first_divergence(one(a), one(b), rtol=rtol, atol=atol) == found


@pytest.mark.parametrize("rtol", [0.0, 1e-5])
@pytest.mark.parametrize("a", [NAN, INF, -INF, 0.0])
@pytest.mark.parametrize("b", [NAN, INF, -INF, 0.0])
def test_nan_and_infinity_differ_from_all_but_themselves(a, b, rtol):
    same = a == b or (a != a and b != b)
    assert first_divergence(one(1, a), one(1, b), rtol=rtol) == (None if same else 1)


def test_nan_beside_a_difference_does_not_hide_it(states):
    states[2][0, 0, 0] = NAN
    other = copies(states)
    assert first_divergence(states, other) is None
    other[2][1, 1, 1] += 1
    assert first_divergence(states, other) == 2


@pytest.mark.parametrize("lengths", [(2, 3), (3, 2), (0, 1), (1, 0)])
def test_runs_of_unequal_length_are_refused(states, lengths):
    a, b = states[: lengths[0]], [H + 1 for H in states[: lengths[1]]]
    text = f"One run has {lengths[0]} states, the other {lengths[1]}"
    with pytest.raises(ValueError, match=text):
        first_divergence(a, b)


@pytest.mark.parametrize(
    ("other", "error", "named"),
    [
        (
            lambda H: H[:1],
            ValueError,
            r"H\[1\] has shape \(2, 3, 5\) in one run and \(",
        ),
        (lambda H: H[None], ValueError, r"H\[1\] has shape"),
        (lambda H: H.float(), TypeError, r"H\[1\] is torch.float64 in one run and tor"),
        (lambda H: H.numpy(), TypeError, r"H\[1\] of the second run is a ndarray"),
    ],
)
def test_states_that_cannot_be_compared_are_named(states, other, error, named):
    with pytest.raises(error, match=named):
        first_divergence(states, [states[0], other(states[1]), *states[2:]])


def test_a_broken_layer_of_an_encoder_shows_first_in_its_own_state():
    encoder = Encoder(9, 8, 6, 2).eval()
    ids = torch.tensor([[1, 2, 3]])
    healthy = encoder.states(ids)
    with torch.no_grad():
        encoder.layers[3].ff1.weight.mul_(1.5)
    assert first_divergence(encoder.states(ids), healthy) == 4


# blame ------------------------------------------------------------------------------


@pytest.mark.parametrize("l", range(1, L + 1))
def test_the_first_bad_layer_is_named(H0, l):
    good, other = maps(L), maps(L)
    alone = [*good[: l - 1], other[l - 1], *good[l:]]
    assert blame(good, alone, H0) == l
    assert blame(tuple(good), (*good[: l - 1], *other[l - 1 :]), H0) == l


def test_no_layer_is_bad(H0):
    good = maps(L)
    assert blame(good, good, H0) is None
    assert blame([], [], H0) is None


def test_faults_that_cancel_out_are_found(H0):
    [f] = maps(1)
    good, bad = [f, torch.neg, torch.neg], [f, torch.clone, torch.clone]
    assert first_divergence(run_stack(H0, good), run_stack(H0, bad)) == 2
    assert torch.equal(run_stack(H0, good)[-1], run_stack(H0, bad)[-1])
    assert blame(good, bad, H0) == 2


def test_a_healthy_layer_that_blows_up_a_small_error_is_not_blamed(H0):
    [f] = maps(1)
    good = [f, torch.clone, lambda H: (1e7 * H).sin(), torch.neg]
    bad = [f, lambda H: H * (1 + 1e-6), *good[2:]]
    assert first_divergence(run_stack(H0, bad), run_stack(H0, good)) == 3
    assert blame(good, bad, H0) is None
    assert blame(good, [*bad[:3], torch.clone], H0) == 4
    assert blame(good, bad, H0, rtol=1e-7) == 2


@pytest.mark.parametrize("factor", [2.0, 1.25, 0.5])
def test_the_good_output_is_what_the_tolerance_is_relative_to(H0, factor):
    bad = [torch.neg, lambda H: factor * H]
    found = blame([torch.neg, torch.clone], bad, H0, rtol=0.5, atol=0.0)
    assert found == (2 if abs(factor - 1) > 0.5 else None)


@pytest.mark.parametrize("x", [NAN, INF, -INF, 0.0])
@pytest.mark.parametrize("y", [NAN, INF, -INF, 0.0])
def test_the_same_nan_or_infinity_in_both_is_no_fault(H0, x, y):
    def put(value):
        return lambda H: H.index_fill(-1, torch.tensor([2]), value)

    good, bad = [put(y), torch.neg, torch.neg], [put(x), torch.neg, torch.clone]
    same = x == y or (x != x and y != y)
    assert blame(good, bad, H0) == (3 if same else 1)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda H: H[:, :1],
        lambda H: H[None],
        lambda H: H.float(),
        lambda H: H.tolist(),
        lambda H: None,
        lambda H: (H,),
    ],
    ids=["T = 1", "one axis more", "float32", "list", "None", "tuple"],
)
def test_anything_but_a_tensor_like_the_good_one_is_bad(wrong):
    H0 = torch.ones(B, T, D).double()
    assert blame([torch.neg, torch.clone], [torch.neg, wrong], H0) == 2


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, StopIteration])
def test_a_bad_layer_that_raises_is_bad_and_a_good_one_may(H0, kind):
    def broken(H):
        H.zero_()
        raise kind("broken")

    whole = [torch.neg, torch.tanh]
    assert blame(whole, [torch.neg, broken], H0) == 2
    with pytest.raises(kind, match="broken"):
        blame([torch.neg, broken], whole, H0)


@pytest.mark.parametrize("how", range(4))
@pytest.mark.parametrize("l", [1, 3, None])
def test_layers_may_be_careless_with_memory(H0, how, l):
    good, other = maps(L), maps(1)
    bad = [other[0] if n == l else f for n, f in enumerate(good, 1)]
    layers = list(careless([*good, *bad]).values())[how]
    before = H0.clone()
    assert blame(layers[:L], layers[L:], H0) == l
    assert torch.equal(H0, before)


@pytest.mark.parametrize("l", [1, 5, 12, None])
def test_it_costs_no_more_than_two_passes(H0, l):
    good, other = maps(12), maps(1)
    bad = [other[0] if n == l else f for n, f in enumerate(good, 1)]
    log = []
    stacks = [
        [Spy(f, log, (kind, n)) for n, f in enumerate(stack, 1)]
        for kind, stack in (("good", good), ("bad", bad))
    ]
    assert blame(*stacks, H0) == l
    last = l or 12
    wanted = [(kind, n) for n in range(1, last + 1) for kind in ("good", "bad")]
    assert [name for name, _ in log] == wanted
    healthy = run_stack(H0, good)
    for (_, n), H in log:
        assert torch.equal(H, healthy[n - 1])


def test_layers_of_a_model_are_judged_without_recording_gradients():
    good = torch.nn.ModuleList(Layer(8, 2).eval() for _ in range(3))
    bad = torch.nn.ModuleList(Layer(8, 2).eval() for _ in range(3))
    bad.load_state_dict(good.state_dict())
    H0 = torch.randn(B, T, 8, requires_grad=True)
    assert blame(good, bad, H0) is None
    bad[1].ln1.weight.data.add_(0.5)
    assert blame(good, bad, H0) == 2
    assert H0.grad is None


def test_what_cannot_be_judged_is_refused(H0):
    with pytest.raises(ValueError, match="2 good layers and 1 bad ones"):
        blame([torch.neg] * 2, [torch.neg], H0)
    with pytest.raises(TypeError, match="H0 is a ndarray"):
        blame([], [], np.zeros((1, 2, 3)))
    with pytest.raises(TypeError, match="What the good layer 2 returned is a NoneType"):
        blame([torch.neg, lambda H: None], [torch.neg] * 2, H0)
