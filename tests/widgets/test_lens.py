"""The Python side of the lens explorer: what is read, what travels, what is refused."""

import re
import subprocess
import sys

import numpy as np
import pytest
import traitlets

from course_utils.widgets.lens import MOST_TOKENS, LensExplorer, probabilities

WORDS = ["ant", "bee", "cow", "dog"]
SHARES = np.array(  # (L+1, T, V) = (2, 3, 4)
    [
        [[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25]],
        [[0.1, 0.6, 0.1, 0.2], [0.2, 0.3, 0.4, 0.1], [0.1, 0.1, 0.1, 0.7]],
    ]
)
LOGITS = np.log(SHARES) + np.arange(3)[:, None]  # a shift that softmax ignores


@pytest.fixture
def explorer():
    return LensExplorer(LOGITS, list("xyz"), WORDS, top=2, title="three tokens")


def unpack(explorer, name, *shape):
    return np.frombuffer(getattr(explorer, name), "<f4").reshape(shape)


def test_logits_become_probabilities():
    np.testing.assert_allclose(probabilities(LOGITS), SHARES, rtol=1e-12)


def test_large_logits_stay_finite():
    found = probabilities([[[1e4, -1e4, 1e4]]])
    np.testing.assert_array_equal(found, [[[0.5, 0.0, 0.5]]])


def test_the_best_words_travel_in_order_ties_by_id(explorer):
    places = unpack(explorer, "best", 2, 3, 2).astype(int)
    words = np.array(explorer.words)[places].tolist()
    assert words == [
        [["dog", "cow"], ["ant", "bee"], ["ant", "bee"]],
        [["bee", "dog"], ["cow", "bee"], ["dog", "ant"]],
    ]
    expected = [
        [[0.4, 0.3], [0.7, 0.1], [0.25, 0.25]],
        [[0.6, 0.2], [0.4, 0.3], [0.7, 0.1]],
    ]
    np.testing.assert_allclose(unpack(explorer, "shares", 2, 3, 2), expected, rtol=1e-6)


def test_the_final_word_is_followed_back_through_the_states(explorer):
    # The last state puts bee, cow and dog on top.
    expected = [[0.2, 0.1, 0.25], [0.6, 0.4, 0.7]]
    np.testing.assert_allclose(unpack(explorer, "final", 2, 3), expected, rtol=1e-6)


def test_only_words_that_appear_travel():
    words = [str(i) for i in range(1000)]
    logits = np.zeros((1, 1, 1000))
    logits[0, 0, [7, 900]] = [2, 3]
    explorer = LensExplorer(logits, ["x"], words, top=2)
    assert explorer.words == ["7", "900"]
    assert unpack(explorer, "best", 1, 1, 2).tolist() == [[[1, 0]]]


def test_fewer_words_than_asked_for_are_all_shown():
    assert LensExplorer(LOGITS, list("xyz"), WORDS, top=9).top == 4


def test_tensors_give_the_same(explorer):
    torch = pytest.importorskip("torch")
    given = torch.tensor(LOGITS, requires_grad=True)
    other = LensExplorer(given, list("xyz"), WORDS, top=2)
    assert (other.best, other.shares) == (explorer.best, explorer.shares)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"logits": LOGITS[:, None]}, "Take one of the batch: logits[:, 0]"),
        ({"logits": LOGITS[0]}, "needs logits (L+1, T, V), but got (3, 4)"),
        ({"logits": LOGITS[:, :0]}, "but got (2, 0, 4)"),
        ({"logits": np.where(LOGITS > 1.5, np.nan, LOGITS)}, "first state that is not"),
        ({"logits": np.where(LOGITS > 1.5, np.inf, LOGITS)}, "NaN or infinite"),
        ({"tokens": ["x", "y"]}, "There are 2 tokens where 3 are needed"),
        ({"tokens": "xyz"}, "tokens is one string"),
        ({"words": WORDS[:3]}, "There are 3 words where 4 are needed"),
        ({"top": 0}, "at least one word"),
        ({"logits": np.zeros((1, MOST_TOKENS + 1, 4))}, "129 positions are too many"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(change, says):
    given = {"logits": LOGITS, "tokens": list("xyz"), "words": WORDS} | change
    with pytest.raises(ValueError, match=re.escape(says)):
        LensExplorer(**given)


@pytest.mark.parametrize(("name", "last"), [("measure", 1), ("layer", 1), ("token", 2)])
def test_the_selection_can_be_set_but_only_inside_the_grid(explorer, name, last):
    setattr(explorer, name, last)
    for value in (-1, last + 1):
        with pytest.raises(traitlets.TraitError, match=f"from 0 to {last}"):
            setattr(explorer, name, value)
    assert getattr(explorer, name) == last
    assert repr(explorer) == "LensExplorer: 3 positions, states H[0] to H[1]"


def test_nothing_comes_from_the_network(explorer):
    assert "://" not in explorer._esm + explorer._css


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.lens; "
        "assert not {'torch', 'course_utils.encoder', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
