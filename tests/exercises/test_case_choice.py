"""The literal of a7: its form, its points, and a reason for each letter."""

import pytest

from course_utils.exercises import Feedback
from course_utils.exercises.case_choice import score_choice, the_choice

CASES = {"one": "ab", "two": "abc", "three": "ab"}
RIGHT = {"one": "a", "two": "c", "three": "b"}
REASONS = {
    case: {letter: f"reason {case} {letter}." for letter in letters}
    for case, letters in CASES.items()
}


def test_order_capitals_and_spaces_do_not_matter():
    found = the_choice("t1 · C", {" Three ": "B", "ONE": " a", "two": "c"}, CASES)
    assert list(found.items()) == list(RIGHT.items())


def test_a_case_without_a_letter_is_left_out():
    assert the_choice("t1 · C", {"one": "", "two": "a"}, CASES) == {"two": "a"}


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        ("abc", "str: not a dict"),
        (["a"], "list: not a dict"),
        ({}, "no letter yet"),
        ({"one": " "}, "no letter yet"),
        ({"four": "a"}, "the unknown case 'four'"),
        ({1: "a"}, "the unknown case 1"),
        ({"one": "a", "One": "b"}, "the case 'one' twice"),
        ({"one": "c"}, "the unknown letter 'c' for 'one'"),
        ({"two": "ab"}, "the unknown letter 'ab' for 'two'"),
        ({"two": 1}, "the unknown letter 1 for 'two'"),
        ({"two": None}, "the unknown letter None for 'two'"),
    ],
)
def test_malformed_answers(answer, got):
    with pytest.raises(Feedback) as found:
        the_choice("t1 · C", answer, CASES)
    assert found.value.lines["got"] == got


@pytest.mark.parametrize("wrong", range(4))
def test_points_are_the_share_of_right_letters(wrong, capsys):
    given = RIGHT | dict(list({"one": "b", "two": "a", "three": "a"}.items())[:wrong])
    points = score_choice("t1 · C", given, RIGHT, REASONS, 10)
    assert points == round(10 * (3 - wrong) / 3, 2)
    text = " ".join(capsys.readouterr().out.split())
    assert ("✓" in text) == (not wrong)
    for case, letter in given.items():
        assert f"reason {case} {letter}." in text
    assert text.count("not the best answer") == wrong


def test_a_right_letter_that_was_not_given_stays_hidden(capsys):
    assert score_choice("t1 · C", {"one": "b"}, RIGHT, REASONS, 10) == 0
    text = capsys.readouterr().out
    assert text.count("no letter") == 2
    assert "reason two" not in text
    assert "reason one a" not in text
