"""The experiment of a8 · RECALL: a run, its table, and outcomes read from it."""

import pytest

from course_utils.context import segment_memory
from course_utils.exercises import Feedback, recall_task
from course_utils.exercises.memory_mistakes import start_over
from course_utils.exercises.recall_task import KAPPAS, Run

# Recall of four segments, and of the first one just read.
RUN = Run(
    {
        1: [0.3, 0.4, 0.5, 0.6],
        2: [0.7, 0.705, 0.8, 0.8],
        4: [0.9] * 4,
        8: [0.9, 0.9, 0.9, 0.87],
    },
    {1: 0.95, 2: 1.0, 4: 1.0, 8: 0.99},
)
RIGHT = {"first": 0.3, "last": 0.6, "alone": 0.95, "lost": 1, "best": 4}


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(recall_task, "experiment", lambda segment_memory: RUN)


class TestExperiment:
    def test_table_has_every_number(self):
        rows = recall_task.table(RUN).splitlines()
        assert rows[2].split() == "1 0.30 0.40 0.50 0.60 0.45 0.95".split()
        assert [row.split()[0] for row in rows[2:]] == [str(k) for k in KAPPAS]

    def test_memory_that_starts_over_knows_the_last_segment_alone(self):
        whole = recall_task.experiment(segment_memory)
        over = recall_task.experiment(start_over)
        for kappa in KAPPAS:
            guessed, last = over.recall[kappa][:3], over.recall[kappa][3]
            assert max(guessed) < 0.2 < last
            assert whole.mean(kappa) > over.mean(kappa)
            assert over.alone[kappa] == whole.alone[kappa]

    def test_outside_a_notebook_nothing_is_shown(self, capsys):
        recall_task.show("segment_memory")
        assert capsys.readouterr().out == ""


class TestScore:
    def test_right_outcomes(self, run, capsys):
        assert recall_task.score(RIGHT, segment_memory) == 10
        assert "10 of 10 points" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("first", 0.6, "near the one for 'last'"),
            ("first", 0.7, "near the one for κ = 2"),
            ("first", 30, "not per cent"),
            ("last", 0.62, "not the number of your run"),
            ("lost", 2, "another segment is recalled worse"),
            ("lost", 0, "numbered from 1 to 4"),
            ("lost", 1.5, "numbered from 1 to 4"),
            ("best", 2, "another κ has a larger mean"),
            ("best", 3, "no κ of the table"),
        ],
    )
    def test_wrong_outcome_is_explained(self, run, capsys, name, value, words):
        assert recall_task.score(RIGHT | {name: value}, segment_memory) == 8
        assert words in capsys.readouterr().out

    @pytest.mark.parametrize(("name", "value"), [("first", 0.31), ("best", 8)])
    def test_what_differs_by_rounding_counts(self, run, name, value):
        assert recall_task.score(RIGHT | {name: value}, segment_memory) == 10

    def test_function_that_fails_is_said(self):
        def unwritten(*args):
            raise NotImplementedError

        def wrong(*args):
            return [args[-1]]

        with pytest.raises(Feedback, match="nothing yet"):
            recall_task.score(RIGHT, unwritten)
        with pytest.raises(Feedback, match="The last memory has shape"):
            recall_task.score(RIGHT, wrong)


class TestForm:
    def test_names_are_compared_without_case_and_spaces(self):
        given = {f" {name.upper()}": value for name, value in RIGHT.items()}
        assert recall_task.recorded(given) == RIGHT

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            {},
            [0.3, 0.6],
            RIGHT | {"first": "0.3"},
            RIGHT | {"first": True},
            RIGHT | {"worst": 1},
            RIGHT | {1: 1},
            RIGHT | {"First": 0.3},
            {"first": 0.3},
        ],
    )
    def test_malformed_answers_are_refused(self, answer):
        with pytest.raises(Feedback, match="a dict of five outcomes"):
            recall_task.recorded(answer)
