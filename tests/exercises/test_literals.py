"""Answers written as literals: their form, their score, what the learner reads."""

import pytest

from course_utils.exercises import Feedback, letter, nested, order, score_order
from course_utils.exercises.ordering import Fault

CHAIN = [("A", "B", "B reads A."), ("B", "C", "C reads B."), ("C", "D", "D reads C.")]
BLOCKS = dict.fromkeys("ABCD", "a step")


def message(call, *arguments, **options):
    with pytest.raises(Feedback) as caught:
        call(*arguments, **options)
    return " ".join(str(caught.value).split())


class TestLetter:
    @pytest.mark.parametrize("answer", ["b", "B", " b ", "b\n"])
    def test_right(self, answer, capsys):
        letter("t · Q1", answer, key="b")
        letter("t · Q1", answer)
        recorded, right = reversed(capsys.readouterr().out.splitlines())
        assert right == "✓ t · Q1: right"
        assert recorded == "✓ t · Q1: 'b' is recorded"

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ("", "no answer yet"),
            ("  ", "no answer yet"),
            ("e", "got 'e'"),
            ("ab", "got 'ab'"),
            ("abcd", "got 'abcd'"),
            (None, "None: not a string"),
            (1, "1: not a string"),
            (["b"], "['b']: not a string"),
            (True, "True: not a string"),
        ],
    )
    def test_malformed(self, answer, words):
        for key in (None, "b"):
            text = message(letter, "t · Q1", answer, "abcd", key=key)
            assert "expected one of the letters a, b, c, d, for example 'a'" in text
            assert words in text

    def test_wrong(self):
        reasons = {"a": "Count again."}
        text = message(letter, "t", "A", "abc", key="b", reasons=reasons)
        assert text == "✗ t got 'a', which is not the best answer why Count again."
        assert "'b'" not in message(letter, "t", "c", "abc", key="b", reasons=reasons)


class TestNested:
    @pytest.mark.parametrize(
        "answer", [[[1, 2], [3, 4]], ((1, 2), (3, 4)), [(1.0, 2), [3, 4.0]]]
    )
    def test_right_form(self, answer):
        assert nested("t · T", answer, (2, 2), "two rows") == [[1, 2], [3, 4]]

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ([], "an empty list: no answer yet"),
            ((), "no answer yet"),
            (None, "NoneType in T, not a list of 2"),
            ("12", "str in T, not a list of 2"),
            ([[1, 2]], "list of 1 in T, not a list of 2"),
            ([[1, 2], [3]], "list of 1 in T[1], not a list of 2"),
            ([[1, 2], [3, "4"]], "'4' in T[1][1]"),
            ([[1, 2], [3, None]], "None in T[1][1]"),
            ([[1, 2], [3, True]], "True in T[1][1]"),
            ([[1, 2], [3, [4]]], "[4] in T[1][1]"),
            ([1, 2], "int in T[0], not a list of 2"),
        ],
    )
    def test_malformed(self, answer, words):
        text = message(nested, "t · T", answer, (2, 2), "two rows")
        assert "expected two rows" in text
        assert words in text


class TestOrder:
    @pytest.mark.parametrize("answer", [["B", "A"], ("b", " a "), ["B\n", "A"]])
    def test_right_form(self, answer):
        assert order("t", answer, "ABCD") == ["B", "A"]

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ([], "an empty list: no answer yet"),
            ("AB", "'AB': not a list"),
            (None, "None: not a list"),
            ({"A", "B"}, "not a list"),
            (["A", "Z"], "the unknown label 'Z'"),
            (["A", 1], "the unknown label 1"),
            (["A", ["B"]], "the unknown label ['B']"),
            (["A", "a"], "the label 'A' twice"),
            ([""], "the unknown label ''"),
        ],
    )
    def test_malformed(self, answer, words):
        text = message(order, "t", answer, "ABCD")
        assert "expected a list of labels out of A, B, C, D" in text
        assert words in text


class TestScore:
    def score(self, found, capsys):
        earned = score_order("t", list(found), BLOCKS, CHAIN, 10)
        return earned, " ".join(capsys.readouterr().out.split())

    def test_right_order(self, capsys):
        earned, text = self.score("ABCD", capsys)
        assert (earned, text) == (10, "✓ t: a right order, 10 of 10 points")

    def test_wrong_order(self, capsys):
        earned, text = self.score("ABDC", capsys)
        assert 0 < earned < 10
        assert text == (
            f"✗ t got {earned:g} of 10 points first C has to stand before D. D reads "
            "C. moved 1 block(s) stand where they cannot stay"
        )

    def test_missing_and_foreign_blocks(self, capsys):
        earned, text = self.score(["A", "B", "C", "X"], capsys)
        assert earned < 10
        assert "missing 1 block(s) of the right order" in text
        assert "extra 1 block(s) that do not belong to it" in text
        assert "first" not in text

    def test_distractors_and_caps_are_explained(self, capsys):
        found = ["A", "B", "X", "C", "D"]
        options = {
            "foreign": {"X": "X needs no step.", "Y": "Y neither."},
            "faults": [Fault("X", 0.1, "Nothing is left to do.")],
        }
        assert score_order("t", found, BLOCKS, CHAIN, 10, **options) == 1
        text = " ".join(capsys.readouterr().out.split())
        assert "extra 1 block(s) that do not belong to it X: X needs no step." in text
        assert "Y neither" not in text
        assert text.endswith(
            "capped at most 1 of 10 points, however near the order is. Nothing "
            "is left to do."
        )

    def test_a_cap_above_the_points_is_not_mentioned(self, capsys):
        faults = [Fault(("C", "D"), 0.99, "D is the end of it.")]
        score_order("t", list("ABDC"), BLOCKS, CHAIN, 10, faults=faults)
        assert "capped" not in capsys.readouterr().out

    def test_points_are_rounded_as_nbgrader_reads_them(self, capsys):
        earned, _ = self.score("ABDC", capsys)
        assert float(repr(earned)) == round(earned, 2)
