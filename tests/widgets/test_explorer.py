"""The Python side of the explorer: measures, what travels, what is refused."""

import re
import subprocess
import sys

import numpy as np
import pytest
import traitlets

from course_utils.widgets.explorer import (
    MOST_TOKENS,
    StateExplorer,
    cosines,
    measures,
)

# Two tokens, three states: token a grows and stays, token b turns by a right angle.
H = np.array([[[3, 4], [1, 0]], [[6, 8], [0, 1]], [[6, 8], [-1, 0]]])


@pytest.fixture
def explorer() -> StateExplorer:
    return StateExplorer(H, ["a", "b"], title="two tokens")


def test_the_measures_by_hand():
    found = measures(H)
    nan, root = np.nan, np.sqrt(2)
    expected = {
        "norm": [[5, 1], [10, 1], [10, 1]],
        "change per layer": [[nan, nan], [5, root], [0, root]],
        "cosine to the first state": [[1, 1], [1, 0], [1, -1]],
        "cosine to the last state": [[1, -1], [1, 0], [1, 1]],
    }
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_cosines_by_hand():
    expected = [[[1, 0.6], [0.6, 1]], [[1, 0.8], [0.8, 1]], [[1, -0.6], [-0.6, 1]]]
    np.testing.assert_allclose(cosines(H), expected, rtol=0, atol=1e-15)


def test_the_browser_gets_every_number_as_float32_row_by_row(explorer):
    values = np.frombuffer(explorer.values, "<f4").reshape(4, 3, 2)
    expected = np.stack(list(measures(H).values())).astype(np.float32)
    np.testing.assert_array_equal(values, expected)
    near = np.frombuffer(explorer.near, "<f4").reshape(3, 2, 2)
    np.testing.assert_array_equal(near, cosines(H).astype(np.float32))
    assert explorer.measure_names == list(measures(H))
    assert (explorer.tokens, explorer.title) == (["a", "b"], "two tokens")


def test_arrays_tensors_and_lists_of_either_give_the_same():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(H, dtype=torch.float64, requires_grad=True)
    expected = StateExplorer(H, ["a", "b"]).values
    for states in (tensor, list(H), list(tensor), H.tolist()):
        assert StateExplorer(states, ["a", "b"]).values == expected


def test_bfloat16_is_read(explorer):
    torch = pytest.importorskip("torch")
    states = torch.tensor(H, dtype=torch.bfloat16)
    assert StateExplorer(states, ["a", "b"]).values == explorer.values


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_a_row_that_is_not_finite_has_no_numbers_and_the_others_keep_theirs(bad):
    # 1e200 is finite, but its norm is not: squares overflow.
    states = H.astype(float)
    states[1, 0, 0] = bad
    found = measures(states)
    assert np.isnan(found["norm"][1, 0])
    assert np.isnan(found["cosine to the first state"][1, 0])
    assert np.isnan(found["change per layer"][1:, 0]).all()
    for name, values in measures(H).items():
        np.testing.assert_array_equal(found[name][:, 1], values[:, 1], err_msg=name)
    assert np.isnan(cosines(states)[1, 0, 1])
    assert not np.isnan(cosines(states)[1, 1, 1])


def test_a_row_of_length_0_has_a_norm_but_no_direction():
    states = H.astype(float)
    states[2, 0] = 0
    found = measures(states)
    assert found["norm"][2, 0] == 0
    assert np.isnan(found["cosine to the last state"][:, 0]).all()
    assert found["change per layer"][2, 0] == 10


def test_no_warning_reaches_the_learner(recwarn):
    StateExplorer(np.array([[[np.nan], [np.inf], [0.0]]]), ["a", "b", "c"])
    assert list(recwarn) == []


def test_one_state_and_one_token_are_enough():
    assert repr(StateExplorer([[[1.0]]], ["a"])) == (
        "StateExplorer: 1 tokens, states H[0] to H[0]"
    )


@pytest.mark.parametrize(
    ("states", "tokens", "says"),
    [
        (H[:, None], ["a", "b"], "Take one of the batch: states[:, 0]"),
        (H[0], ["a", "b"], "needs states (L+1, T, d), but got (2, 2)"),
        (np.empty((3, 0, 2)), [], "but got (3, 0, 2)"),
        (H, ["a"], "There are 1 tokens for 2 positions"),
        (H, ["a", "b", "c"], "There are 3 tokens for 2 positions"),
        (H, "ab", "tokens is one string"),
        ([H[0], H[1, :1]], ["a", "b"], "differ in shape: [(1, 2), (2, 2)]"),
        (
            np.ones((1, MOST_TOKENS + 1, 1)),
            ["a"] * (MOST_TOKENS + 1),
            "257 tokens are too many",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(states, tokens, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        StateExplorer(states, tokens)


def test_the_selection_can_be_set_but_only_inside_the_map(explorer):
    explorer.layer, explorer.token, explorer.measure = 2, 1, 3
    for name, last in [("layer", 2), ("token", 1), ("measure", 3)]:
        for value in (-1, last + 1):
            with pytest.raises(traitlets.TraitError, match=f"from 0 to {last}"):
                setattr(explorer, name, value)
        assert getattr(explorer, name) == last


def test_nothing_comes_from_the_network(explorer):
    assert "://" not in explorer._esm + explorer._css


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.explorer; "
        "assert not {'torch', 'course_utils.encoder', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
