"""The Python side of the freeze explorer: what travels, what is shipped and refused."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import traitlets

from course_utils.widgets.freeze import FreezeExplorer, Freezing, measured

PARTS = ["embeddings", "layer 1", "layer 2"]


def choice(name: str, first: float) -> Freezing:
    """Two seeds; every number is another."""
    drift = {part: [first + p, first + p + 0.5] for p, part in enumerate(PARTS)}
    return Freezing(name, int(10 * first), [first, first / 2], [0.1, first / 4], drift)


CHOICES = [choice("little", 1), choice("more", 4), choice("all", 7)]


@pytest.fixture
def explorer() -> FreezeExplorer:
    return FreezeExplorer(CHOICES, total=100, note="made up")


def numbers(sent: bytes, *shape: int) -> np.ndarray:
    return np.frombuffer(sent, "<f4").reshape(shape)


def test_the_browser_gets_every_number_of_every_seed(explorer: FreezeExplorer):
    seen, unseen = numbers(explorer.seen, 3, 2), numbers(explorer.unseen, 3, 2)
    drift = numbers(explorer.drift, 3, 3, 2)
    for c, given in enumerate(CHOICES):
        np.testing.assert_array_equal(seen[c], np.float32(given.seen))
        np.testing.assert_array_equal(unseen[c], np.float32(given.unseen))
        for p, part in enumerate(PARTS):
            np.testing.assert_array_equal(drift[c, p], np.float32(given.drift[part]))
    assert explorer.names == ["little", "more", "all"]
    assert explorer.trainable == [10, 40, 70]
    assert (explorer.total, explorer.parts) == (100, PARTS)


def test_it_says_what_may_change(explorer: FreezeExplorer):
    explorer.choice = 1
    assert repr(explorer) == "FreezeExplorer: more, 40 of 100 numbers may change"


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ([], "give at least one choice"),
        ([CHOICES[0], replace(CHOICES[1], drift={"layer 1": [0, 0]})], "more: its p"),
        ([replace(CHOICES[0], drift=dict(reversed(CHOICES[0].drift.items()))),
          CHOICES[1]], "more: its parts differ"),
        ([CHOICES[0], replace(CHOICES[1], unseen=[0.1])], "more: every number needs"),
        ([replace(CHOICES[0], seen=[], unseen=[])], "each of 0 seeds"),
        ([replace(CHOICES[0], seen=[0.5, np.nan])], "little: not every number is fin"),
        ([replace(CHOICES[0], drift={"a": [0, np.inf]})], "little: not every number"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(choices: list, says: str):
    with pytest.raises(ValueError, match=re.escape(says)):
        FreezeExplorer(choices, total=100)


def test_the_choice_can_be_set_but_only_inside(explorer: FreezeExplorer):
    explorer.choice = 2
    for value in (-1, 3):
        with pytest.raises(traitlets.TraitError, match="from 0 to 2"):
            explorer.choice = value
    assert explorer.choice == 2


def test_nothing_comes_from_the_network(explorer: FreezeExplorer):
    # The only address is the name of SVG's vocabulary, which is never fetched.
    addresses = set(re.findall(r"https?://[^\"' ]+", explorer._esm + explorer._css))
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.freeze; "
        "assert not {'torch', 'course_utils.encoder', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class TestShipped:
    """course_utils/data/freeze_depth.json, made by tools/freeze_depth.py."""

    def test_every_choice_has_every_seed(self):
        found = measured()
        seeds = len(found["settings"]["seeds"])
        for run in (*found["depths"].values(), *found["policies"].values()):
            lists = [run.seen, run.unseen, *run.drift.values()]
            assert {len(values) for values in lists} == {seeds}, run.name

    def test_counts_are_those_of_the_encoder(self, encoder):
        """The head has 384 · 2 + 2 numbers; a layer more frees all of its own."""
        found, head = measured(), 384 * 2 + 2
        layers = [sum(p.numel() for p in x.parameters()) for x in encoder.layers]
        free = [head + sum(layers[6 - n :]) for n in range(7)]
        total = head + sum(p.numel() for p in encoder.parameters())
        assert [run.trainable for run in found["depths"].values()] == [*free, total]
        assert found["total"] == total
        biases = [p.numel() for n, p in encoder.named_parameters() if n[-4:] == "bias"]
        assert found["policies"]["biases and the head"].trainable == head + sum(biases)

    def test_frozen_parts_did_not_move_and_free_ones_did(self):
        names = ["layer 6", "layer 5", "layer 4", "layer 3", "layer 2", "layer 1"]
        for count, run in enumerate(measured()["depths"].values()):
            free = {*names[:count], *(["embeddings"] if count == 7 else [])}
            for part, moved in run.drift.items():
                assert all((x > 0) == (part in free) for x in moved), (run.name, part)

    def test_it_can_be_shown(self):
        found = measured()
        shown = FreezeExplorer(found["depths"].values(), found["total"])
        assert repr(shown).startswith("FreezeExplorer: the head alone, 770 of 22,")
