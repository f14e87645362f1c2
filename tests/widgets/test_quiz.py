"""The Python side of the quiz: graded without key and reasons, practice with both."""

import json
import re

import pytest
import traitlets
from IPython.core.interactiveshell import InteractiveShell

from course_utils.exercises.questions import load
from course_utils.widgets.quiz import Quiz

GRADED = {"text": "Which?", "options": {"a": "this", "b": "that"}}
PRACTICE = {
    "text": "Which?",
    "key": "b",
    "options": {"a": ("this", "no"), "b": ("that", "yes")},
}


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    yield shell
    shell.clear_instance()


def test_what_python_can_read():
    quiz = Quiz({"Q1": GRADED, "Q2": "abcd"}, {"Q2": " D"})
    assert quiz.values == {"Q1": "", "Q2": "d"}
    assert repr(quiz) == "Quiz: Q1 is open, Q2 = 'd'"
    assert not quiz.practice
    assert Quiz({"03.1": PRACTICE}).practice


def test_all_questions_of_the_lessons_fit():
    assert Quiz({f"03.{number}": entry for number, entry in load("03").items()})


def test_a_graded_page_holds_neither_key_nor_reasons():
    quiz = Quiz({"Q1": GRADED})
    state = json.dumps({k: v for k, v in quiz.get_state().items() if k[0] != "_"})
    assert "key" not in state
    assert quiz.questions[0]["options"] == [["a", "this"], ["b", "that"]]


@pytest.mark.parametrize(
    ("questions", "values", "says"),
    [
        ({}, {}, "at least one question"),
        ({"Q 1": GRADED}, {}, "'Q 1' is not a name that Python can assign to"),
        ({"Q1": {"text": "?"}}, {}, "'Q1' needs a text and options, or only letters"),
        ({"Q1": 3}, {}, "'Q1' needs a text and options, or only letters"),
        ({"Q1": "a"}, {}, "'Q1' needs two options or more"),
        ({"Q1": {**GRADED, "options": ["a", "b"]}}, {}, "two options or more"),
        ({"Q1": "aB"}, {}, "'B' is not one small letter"),
        (
            {"Q1": {**GRADED, "options": PRACTICE["options"]}},
            {},
            "option 'a' needs a text, without a reason",
        ),
        (
            {"Q1": {**PRACTICE, "options": GRADED["options"]}},
            {},
            "option 'a' needs a text and a reason",
        ),
        ({"Q1": {**PRACTICE, "key": "c"}}, {}, "the key 'c' is no option"),
        ({"Q1": GRADED, "Q2": PRACTICE}, {}, "some questions have a key"),
        ({"Q1": GRADED}, {"Q2": "a"}, "there is no question 'Q2'"),
        ({"Q1": GRADED}, {"Q1": "c"}, "Q1 = 'c': one of a, b"),
        ({"Q1": GRADED}, {"Q1": 3}, "Q1 = 3: one of a, b"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(questions, values, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        Quiz(questions, values)


def test_the_browser_cannot_set_a_letter_that_is_none():
    quiz = Quiz({"Q1": GRADED}, {"Q1": "a"})
    with pytest.raises(traitlets.TraitError, match="one of a, b"):
        quiz.set_state({"values": {"Q1": "z"}})
    assert quiz.values == {"Q1": "a"}


def test_a_choice_gives_its_own_variable_the_letter(shell):
    shell.user_ns.update(Q1="", Q2="of my own")
    quiz = Quiz({"Q1": GRADED, "Q2": GRADED})
    quiz.set_state({"values": {"Q1": "b", "Q2": ""}})
    assert (shell.user_ns["Q1"], shell.user_ns["Q2"]) == ("b", "of my own")


def test_practice_sets_no_variable(shell):
    names = set(shell.user_ns)
    Quiz({"03.1": PRACTICE}).set_state({"values": {"03.1": "b"}})
    assert set(shell.user_ns) == names


def test_nothing_comes_from_the_network_and_nothing_is_html():
    text = Quiz._esm + Quiz._css
    assert "://" not in text
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
        assert way not in text
