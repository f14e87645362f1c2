"""The Python side of the recall explorer: what travels, what is shipped and refused."""

import re
import subprocess
import sys

import numpy as np
import pytest
import traitlets

from course_utils.widgets.recall import Recall, RecallExplorer, measured

# Two seeds; 2 segments in training, 3 in longer texts; every number is another.
RUNS = [
    Recall(1, [[0.1, 0.2], [0.3, 0.4]], [[0.01, 0.02, 0.03], [0.04, 0.05, 0.06]]),
    Recall(4, [[0.5, 0.6], [0.7, 0.8]], [[0.11, 0.12, 0.13], [0.14, 0.15, 0.16]]),
]


@pytest.fixture
def explorer() -> RecallExplorer:
    return RecallExplorer(RUNS, chance=0.125, note="made up")


def test_the_browser_gets_every_number_of_every_seed(explorer: RecallExplorer):
    for name, count in (("trained", 2), ("longer", 3)):
        sent = np.frombuffer(getattr(explorer, name), "<f4").reshape(2, 2, count)
        given = np.float32([getattr(run, name) for run in RUNS])
        np.testing.assert_array_equal(sent, given)
    assert explorer.kappas == [1, 4]
    assert explorer.segments == [2, 3]
    assert explorer.chance == 0.125


def test_it_says_what_is_shown(explorer: RecallExplorer):
    explorer.choice = 1
    says = "RecallExplorer: κ = 4, recall 0.60 to 0.70 in 2 segments"
    assert repr(explorer) == says
    explorer.long = True
    assert repr(explorer).endswith("recall 0.12 to 0.15 in 3 segments")


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ([], "give at least one run"),
        ([RUNS[0], Recall(2, [[0.5, 0.5]], RUNS[0].longer)], "trained: every run"),
        ([Recall(2, RUNS[0].trained, [])], "longer: every run needs the same shape"),
        ([Recall(2, [[]], [[]])], "(seeds, segments), but they have [(1, 0)]"),
        ([Recall(2, [[0.5]], [[0.5], [0.5]])], "{'trained': 1, 'longer': 2}"),
        ([Recall(2, [[1.5]], [[0.5]])], "trained: recall lies between 0 and 1"),
        ([Recall(2, [[0.5]], [[np.nan]])], "longer: recall lies between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(runs: list, says: str):
    with pytest.raises(ValueError, match=re.escape(says)):
        RecallExplorer(runs, chance=0.1)


def test_the_choice_can_be_set_but_only_inside(explorer: RecallExplorer):
    explorer.choice = 1
    for value in (-1, 2):
        with pytest.raises(traitlets.TraitError, match="from 0 to 1"):
            explorer.choice = value
    assert explorer.choice == 1


def test_nothing_comes_from_the_network(explorer: RecallExplorer):
    # The only address is the name of SVG's vocabulary, which is never fetched.
    addresses = set(re.findall(r"https?://[^\"' ]+", explorer._esm + explorer._css))
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.recall; "
        "assert not {'torch', 'course_utils.context', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class TestShipped:
    """course_utils/data/recall.json, made by tools/train_memory.py."""

    def test_every_kappa_has_every_seed_and_every_segment(self):
        found = measured()
        seeds = len(found["settings"]["seeds"])
        for kappa, run in found["runs"].items():
            assert kappa == run.kappa
            assert np.shape(run.trained) == (seeds, 4)
            assert np.shape(run.longer) == (seeds, 8)

    def test_it_can_be_shown(self):
        found = measured()
        shown = RecallExplorer(found["runs"].values(), found["chance"])
        assert repr(shown).startswith("RecallExplorer: κ = 1, recall 0.")
