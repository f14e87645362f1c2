"""Run, replay, change and similarity: what they compute and what they refuse."""

import numpy as np
import pytest
import torch

from course_utils.encoder import Encoder
from course_utils.exercises.fixtures import in_place, keeping, reusing, scratching
from course_utils.tracing import change, replay_gap, run_stack, similarity

L, B, T, D = 4, 2, 3, 5


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(11)


@pytest.fixture
def layers():
    """Layers that do not commute."""
    weights = torch.randn(L, D, D).double()
    return [lambda H, W=W: (H @ W).tanh() + 0.3 for W in weights]


@pytest.fixture
def H0():
    return torch.randn(B, T, D).double()


@pytest.fixture
def states(H0, layers):
    made = [H0]
    for layer in layers:
        made.append(layer(made[-1]))
    return made


def equal(ours, theirs):
    return all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


# run_stack ------------------------------------------------------------------------


def test_every_state_comes_out_in_order(H0, layers, states):
    assert equal(run_stack(H0, layers), states)
    assert equal(run_stack(H0, tuple(layers)), states)
    assert equal(run_stack(H0, []), [H0])


@pytest.mark.parametrize(
    "wrap",
    [in_place, scratching, reusing, lambda layer: keeping(layer, [])],
    ids=["writes in place", "scratches", "reuses a buffer", "keeps its input"],
)
def test_states_stay_right_whatever_layers_do_to_their_tensors(
    H0, layers, states, wrap
):
    assert equal(run_stack(H0, [wrap(layer) for layer in layers]), states)


def test_states_stay_right_when_all_layers_share_one_buffer(H0, layers, states):
    buffers = {}
    assert equal(run_stack(H0, [reusing(f, buffers) for f in layers]), states)


def test_states_share_no_memory(H0):
    made = run_stack(H0, [lambda H: H, lambda H: H.view(B, T, D)])
    assert len({H0.data_ptr(), *(H.data_ptr() for H in made)}) == 4


def test_gradients_flow_to_the_first_state(H0, layers):
    H0.requires_grad_()
    run_stack(H0, layers)[-1].sum().backward()
    assert H0.grad.any(-1).all()


def test_the_layers_of_an_encoder_give_its_states():
    encoder = Encoder(9, 8, 3, 2).eval()
    ids = torch.tensor([[1, 2, 3]])
    assert equal(run_stack(encoder.embed(ids), encoder.layers), encoder.states(ids))


@pytest.mark.parametrize("H0", [np.zeros((1, 2, 3)), [[[0.0]]], None])
def test_a_first_state_that_is_no_tensor_is_refused(H0):
    with pytest.raises(TypeError, match=f"H0 is a {type(H0).__name__}.*torch tensor"):
        run_stack(H0, [])


@pytest.mark.parametrize("out", [None, (torch.zeros(1),), np.zeros(3)])
def test_a_layer_that_returns_no_tensor_is_named(H0, states, out):
    named = f"What layer 2 returned is a {type(out).__name__}"
    broken = [torch.tanh, lambda H: out]
    with pytest.raises(TypeError, match=named):
        run_stack(H0, broken)
    with pytest.raises(TypeError, match=named):
        replay_gap(states[:3], broken)


# replay_gap ------------------------------------------------------------------------


def test_a_replay_finds_the_layer_that_did_not_make_its_state(layers, states):
    assert replay_gap(states, layers).tolist() == [0.0] * L
    states[2] = states[2].clone()
    states[2][1, 2, 3] += 0.25
    gaps = replay_gap(states, layers)
    assert abs(float(gaps[1]) - 0.25) <= 1e-15
    assert (gaps > 0).tolist() == [False, True, True, False]
    assert gaps.dtype == torch.float64
    assert gaps.shape == (L,)


def test_nan_stays_nan_and_no_layers_give_no_gaps(H0, layers, states):
    states[3] = states[3] * torch.nan
    assert replay_gap(states, layers).isnan().tolist() == [False, False, True, True]
    assert replay_gap([H0], []).shape == (0,)


def test_a_replay_changes_nothing_and_takes_one_tensor_of_states_too(layers, states):
    copies = [H.clone() for H in states]
    assert (
        replay_gap(states, [in_place(layer) for layer in layers]).tolist() == [0.0] * L
    )
    assert equal(states, copies)
    assert replay_gap(torch.stack(states), layers).tolist() == [0.0] * L


def test_states_without_the_first_are_refused(layers, states):
    for wrong, number in ((states[1:], L), ([*states, states[0]], L + 2)):
        text = f"4 layers have 5 states, but there are {number}. Is H"
        with pytest.raises(ValueError, match=text):
            replay_gap(wrong, layers)


def test_a_layer_that_changes_the_shape_is_named(layers, states):
    layers[2] = lambda H: H[:, :1]  # it would broadcast
    with pytest.raises(ValueError, match=r"Layer 3 returned shape \(2, 1, 5\).*H\[3\]"):
        replay_gap(states, layers)


# change and similarity ---------------------------------------------------------------


def test_change_is_the_length_of_each_difference(states):
    moved = change(states)
    assert moved.shape == (L, B, T)
    for l, b, t in np.ndindex(L, B, T):
        expected = np.linalg.norm((states[l + 1] - states[l])[b, t].numpy())
        assert abs(float(moved[l, b, t]) - expected) <= 1e-14
    assert change(states[:1]).shape == (0, B, T)


@pytest.mark.parametrize("place", [0, -1])
def test_similarity_is_the_cosine_with_the_reference(states, place):
    reference = states[place]
    cosine = similarity(states, reference)
    assert cosine.shape == (L + 1, B, T)
    for l, b, t in np.ndindex(L + 1, B, T):
        x, y = states[l][b, t].numpy(), reference[b, t].numpy()
        expected = x @ y / (np.linalg.norm(x) * np.linalg.norm(y))
        assert abs(float(cosine[l, b, t]) - expected) <= 1e-14


def test_similarity_is_never_beyond_one():
    rows = torch.randn(1, 500, 384)
    cosine = similarity([rows, 3 * rows, -rows], rows)
    assert (cosine.abs() <= 1).all()
    assert (cosine[:2] > 1 - 1e-6).all()
    assert (cosine[2] < -1 + 1e-6).all()


def test_a_row_of_zeros_has_similarity_0_and_a_row_with_nan_has_none(states):
    states[1] = states[1].clone()
    states[1][0, 0] = 0.0
    states[1][0, 1, 2] = torch.nan
    states[1][0, 2, 2] = torch.inf
    for cosine in (similarity(states, states[0])[1], similarity(states, states[1])[0]):
        assert cosine[0, 0] == 0.0
        assert cosine.isnan().tolist() == [[False, True, True], [False] * 3]


def test_gradients_flow_through_both(states):
    for function in (change, lambda states: similarity(states, states[-1])):
        leaves = [H.clone().requires_grad_() for H in states]
        function(leaves).sum().backward()
        assert all(leaf.grad.isfinite().all() for leaf in leaves)
        assert leaves[0].grad.any(-1).all()


# What all three refuse -------------------------------------------------------------

FUNCTIONS = {
    "replay_gap": lambda states: replay_gap(states, [torch.tanh] * (len(states) - 1)),
    "change": change,
    "similarity": lambda states: similarity(states, torch.zeros(B, T, D).double()),
}
H = torch.zeros(B, T, D).double()


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("states", "error", "named"),
    [
        ([H, H.numpy()], TypeError, "H[1] is a ndarray, but it must be a torch tensor"),
        ([H.tolist()], TypeError, "H[0] is a list"),
        (
            [H, H[:1]],
            ValueError,
            "H[1] has shape (1, 3, 5), but the first has (2, 3, 5)",
        ),
        (
            [H, H.float()],
            TypeError,
            "H[1] is torch.float32, but the first is torch.float64",
        ),
    ],
)
def test_states_that_are_no_states_of_one_stack_are_refused(
    function, states, error, named
):
    with pytest.raises(error) as caught:
        FUNCTIONS[function](states)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_list_is_refused():
    for call in (
        lambda: change([]),
        lambda: similarity([], H),
        lambda: replay_gap([], []),
    ):
        with pytest.raises(ValueError, match="no state: the list is empty"):
            call()


def test_lengths_and_angles_need_floating_point_numbers():
    for call in (
        lambda: change([H.long()] * 2),
        lambda: similarity([H.long()], H.long()),
    ):
        with pytest.raises(TypeError, match=r"torch.int64.*\.double\(\)"):
            call()
    assert replay_gap([H.long(), H.long() + 2], [lambda H: H - 1]).tolist() == [3]


@pytest.mark.parametrize("reference", [H[:1], H[0], H[..., :4], H[None]])
def test_a_reference_of_another_shape_is_refused(reference):
    with pytest.raises(ValueError, match="The reference has shape") as caught:
        similarity([H, H], reference)
    assert "each state (2, 3, 5)" in str(caught.value)
    with pytest.raises(TypeError, match="The reference is a ndarray"):
        similarity([H, H], H.numpy())
