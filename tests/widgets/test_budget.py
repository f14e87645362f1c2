"""The Python side of the budget explorer: what travels, and what is refused."""

import re
import subprocess
import sys

import numpy as np
import pytest
import traitlets

from course_utils.widgets.budget import BudgetExplorer, round_numbers

TRAINABLE = {"everything": 30_000, "head": 70, "prompt": 400}
ACCURACY = {
    "easy": {"head": [0.9, 0.8], "prompt": [0.7, 0.95], "everything": [1.0, 0.85]},
    "hard": {"head": [0.5, 0.45], "prompt": [0.55, 0.6], "everything": [0.65, 0.75]},
}


@pytest.fixture
def explorer() -> BudgetExplorer:
    return BudgetExplorer(TRAINABLE, ACCURACY, title="Made up", note="Two seeds.")


def test_the_browser_gets_every_accuracy_from_the_smallest_method_on(explorer):
    assert explorer.names == ["head", "prompt", "everything"]
    assert explorer.trainable == [70, 400, 30_000]
    sent = np.frombuffer(explorer.accuracy, "<f4").reshape(2, 3, 2)
    for s, by_method in enumerate(ACCURACY.values()):
        for m, name in enumerate(explorer.names):
            np.testing.assert_array_equal(sent[s, m], np.float32(by_method[name]))


def test_budgets_go_in_round_numbers_from_the_first_method_to_all(explorer):
    assert explorer.budgets[:4] == [100, 200, 500, 1000]
    assert explorer.budgets[-2:] == [20_000, 50_000]
    assert round_numbers([1000]) == [1000]
    assert round_numbers([1]) == [1]
    with pytest.raises(ValueError, match="trains 0 numbers"):
        round_numbers([0, 5])


def test_it_says_what_fits(explorer):
    """At first everything does; a method that needs the whole budget fits."""
    assert repr(explorer).endswith("easy, 3 of 3 methods fit into 50,000 numbers")
    explorer.setting, explorer.budget = 1, 2
    assert repr(explorer) == (
        "BudgetExplorer: hard, 2 of 3 methods fit into 500 numbers"
    )
    assert "1 of 1 methods fit into 1,000" in repr(
        BudgetExplorer({"head": 1000}, {"x": {"head": [0.5]}})
    )


def test_choices_can_be_set_but_only_inside(explorer):
    for name, last in (("setting", 1), ("budget", len(explorer.budgets) - 1)):
        setattr(explorer, name, last)
        for value in (-1, last + 1):
            with pytest.raises(traitlets.TraitError, match=f"{name} goes from 0 to "):
                setattr(explorer, name, value)
        assert getattr(explorer, name) == last


@pytest.mark.parametrize(
    ("trainable", "accuracy", "says"),
    [
        ({}, {"x": {}}, "nothing to show"),
        ({"a": 1}, {}, "nothing to show"),
        ({"a": 1}, {"x": {"b": [0.5]}}, "x: give the methods a"),
        ({"a": 1}, {"x": {"a": []}}, "each of 0 seeds"),
        ({"a": 1}, {"x": {"a": [1]}, "y": {"a": [1, 1]}}, "y, a: every method needs"),
        ({"a": 1}, {"x": {"a": [np.nan]}}, "x, a: not every number is finite"),
        ({"a": 0}, {"x": {"a": [1]}}, "must be 1 or more"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(trainable, accuracy, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        BudgetExplorer(trainable, accuracy)


def test_nothing_comes_from_the_network(explorer):
    # The only address is the name of SVG's vocabulary, which is never fetched.
    addresses = set(re.findall(r"https?://[^\"' ]+", explorer._esm))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert "http" not in explorer._css.replace("http://www.w3.org/2000/svg", "")


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.budget; "
        "assert not {'torch', 'course_utils.encoder', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
