"""The Python side of the ordering widget: what is refused, what Python can read."""

import re
import subprocess
import sys

import pytest
import traitlets
from IPython.core.interactiveshell import InteractiveShell

from course_utils.widgets.ordering import Ordering, as_order

BLOCKS = {"A": "one", "B": "two", "C": "three"}


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    yield shell
    shell.clear_instance()


def test_what_python_can_read():
    ordering = Ordering("ORDER", BLOCKS, [" b", "A "])
    assert ordering.value == ["B", "A"]
    assert repr(ordering) == "Ordering of 3 blocks: ORDER = ['B', 'A']"
    assert ordering.answer_cell == "ORDER"
    assert Ordering("ORDER", BLOCKS, answer_cell="other").answer_cell == "other"


@pytest.mark.parametrize(
    ("name", "blocks", "value", "says"),
    [
        ("a b", BLOCKS, [], "'a b' is not a name that Python can assign to"),
        ("for", BLOCKS, [], "'for' is not a name"),
        (3, BLOCKS, [], "3 is not a name"),
        ("X", ["A", "B"], [], "blocks has to be a dict"),
        ("X", {"A": "one"}, [], "1 blocks cannot be ordered"),
        ("X", {"A": "one", 2: "two"}, [], "the label 2 is not a string"),
        ("X", {"A": "one", " ": "two"}, [], "the label ' ' is not a string"),
        ("X", {"A": "one", "B": ""}, [], "the text of block 'B' is ''"),
        ("X", {"A": "one", "a ": "two"}, [], "two blocks have the label 'A'"),
        ("X", BLOCKS, "ABC", "'ABC' is not a list of labels"),
        ("X", BLOCKS, {"A"}, "{'A'} is not a list of labels"),
        ("X", BLOCKS, None, "None is not a list of labels"),
        ("X", BLOCKS, ["D"], "the label 'D' is unknown; there are A, B, C"),
        ("X", BLOCKS, [1], "the label 1 is unknown"),
        ("X", BLOCKS, ["A", "a"], "the label 'A' stands there twice"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(name, blocks, value, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        Ordering(name, blocks, value)


def test_the_browser_cannot_set_a_value_that_is_no_order():
    ordering = Ordering("ORDER", BLOCKS, ["A"])
    with pytest.raises(traitlets.TraitError, match="unknown"):
        ordering.set_state({"value": ["X"]})
    assert ordering.value == ["A"]


def test_a_move_gives_the_variable_of_the_notebook_its_value(shell):
    shell.user_ns["ORDER"] = []
    ordering = Ordering("ORDER", BLOCKS)
    assert shell.user_ns["ORDER"] == []  # showing it changes nothing
    ordering.set_state({"value": ["C", "A", "B"]})
    assert shell.user_ns["ORDER"] == ["C", "A", "B"]
    assert shell.user_ns["ORDER"] is not ordering.value


def test_the_callers_blocks_and_value_stay():
    blocks, value = dict(BLOCKS), ["C", "B"]
    Ordering("ORDER", blocks, value).value = ["A"]
    assert (blocks, value) == (BLOCKS, ["C", "B"])
    assert as_order(tuple(value), list(blocks)) == value


def test_nothing_comes_from_the_network_and_nothing_is_html():
    text = Ordering._esm + Ordering._css
    assert "://" not in text
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
        assert way not in text


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.ordering, course_utils.widgets.quiz; "
        "assert not {'torch', 'numpy', 'course_utils.exercises'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
