"""Every answer of the bank is judged right, and the bank is large enough."""

import ast
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from course_utils.exercises.release import stub
from tests import bank, bank_report
from tests.bank_report import Count

CASES = list(bank.cases())
ASSIGNMENTS = sorted({case.assignment for case in CASES})
SOURCES = sorted(path.parent.name for path in bank.ROOT.glob("solutions/*/*.ipynb"))
FEWEST = {"right": 3, "wrong": 8}  # for each exercise that asks for code


def exercises(coded):
    """(assignment, exercise) of all answer cells with code, or of all others."""
    for assignment in SOURCES:
        for exercise in bank.notebook(assignment)[1]:
            kinds = (ast.FunctionDef, ast.ClassDef)
            body = ast.parse(exercise.answer).body
            if any(isinstance(node, kinds) for node in body) == coded:
                yield pytest.param(assignment, exercise, id=min(exercise.names))


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{c.exercise}-{c.kind}: {c.name}" for c in CASES]
)
def test_answer_is_judged_right(case):
    verdict = bank.judge(case.assignment, case.code, bank.names_of(case))
    assert bank.problem(case, verdict) == "", verdict.feedback


def test_every_assignment_has_a_bank():
    assert ASSIGNMENTS == SOURCES


@pytest.mark.parametrize(("assignment", "exercise"), [*exercises(coded=True)])
def test_bank_is_large_enough(assignment, exercise):
    kinds = Counter(
        case.kind
        for case in CASES
        if case.assignment == assignment and case.exercise in exercise.names
    )
    assert kinds["right"] >= FEWEST["right"]
    assert kinds["wrong"] >= FEWEST["wrong"]


@pytest.mark.parametrize(
    ("assignment", "exercise"), [*exercises(coded=True), *exercises(coded=False)]
)
def test_instructor_gets_full_marks_and_the_stub_none(assignment, exercise):
    solved = bank.judge(assignment, exercise.answer, exercise.names)
    assert (solved.points, solved.feedback.count("✗")) == (solved.most, 0)
    assert solved.most > 0
    empty = bank.judge(assignment, released(exercise.answer), exercise.names)
    assert (empty.points, empty.most) == (0, solved.most)


def released(answer):
    """An answer cell as the student version has it."""
    before, rest = answer.split("### BEGIN SOLUTION\n")
    after = rest.split("### END SOLUTION")[1]
    indent = before[len(before.rstrip(" ")) :]
    rows = stub(answer, "a0").splitlines()
    return before + f"\n{indent}".join(rows) + after


def test_every_wrong_answer_has_a_message_for_its_author():
    wrong = [case for case in CASES if case.kind == "wrong"]
    assert [f"{c.exercise}: {c.name}" for c in wrong if not c.messages] == []


def test_no_two_answers_of_an_exercise_are_alike():
    seen = Counter((c.assignment, c.exercise, c.code.strip()) for c in CASES)
    assert [key for key, times in seen.items() if times > 1] == []


TWO = """
def run_stack(H0, layers):
    return [H0.clone()]
"""


class TestRunner:
    """The runner itself, on a2: a wrong verdict must not go unnoticed."""

    name, names = "a2_layer_recurrence", frozenset({"run_stack"})

    def case(self, kind, *messages):
        return bank.Case(self.name, "run_stack", kind, "x", messages, TWO)

    def test_wrong_answer_is_no_right_one(self):
        verdict = bank.judge(self.name, TWO, self.names)
        assert bank.problem(self.case("right"), verdict).startswith("a right answer")
        assert bank.problem(self.case("wrong"), verdict) == ""

    def test_missing_message_is_noticed(self):
        verdict = bank.judge(self.name, TWO, self.names)
        trouble = bank.problem(self.case("wrong", "no such words"), verdict)
        assert trouble == "the feedback lacks 'no such words'"

    @pytest.mark.parametrize("code", ["def run_stack(:", "pass", "raise SystemExit"])
    def test_answer_that_defines_nothing_gets_nothing(self, code):
        assert bank.judge(self.name, code, self.names).points == 0

    def test_import_of_the_answer_gets_nothing(self):
        code = "from course_utils.tracing import run_stack"
        verdict = bank.judge(self.name, code, self.names)
        assert verdict.points == 0
        assert "course_utils.tracing" in verdict.feedback

    def test_line_of_the_answer_stands_in_the_feedback(self):
        code = "def run_stack(H0, layers):\n    return layers[99](H0)\n"
        verdict = bank.judge(self.name, code, self.names)
        assert "return layers[99](H0)" in verdict.feedback

    @pytest.mark.parametrize(
        ("source", "points"),
        [
            ("x = 1", 10),
            ("print('text')", 10),
            ("3.5", 3.5),
            ("None", 10),
            ("'text'", 10),
            ("1 / 0", 0),
            ("import sys; print('x', file=sys.stderr)", 0),
        ],
    )
    def test_rule_of_nbgrader(self, source, points):
        assert bank.grade_cell(source, {}, 10.0)[0] == points

    def test_instructors_answers_come_with_those_that_they_use(self):
        cells = [("f", "f = 1"), ("g", "g = f"), ("h", "h = g"), ("k", "k = 2")]
        all_of_them = [bank.Exercise(frozenset(n), code, []) for n, code in cells]
        used = bank.helpers("h(0)", all_of_them, [])
        assert list(used) == ["f = 1", "g = f", "h = g"]
        used = bank.helpers("h(0)", all_of_them, [all_of_them[1]])
        assert list(used) == ["h = g"]


class TestReport:
    """What `make bank` prints, and that it fails below 100 %."""

    def case(self, kind, *messages):
        return bank.Case("a2_layer_recurrence", "run_stack", kind, "x", messages, TWO)

    def run(self, monkeypatch, capsys, *cases):
        """(exit status, lines printed) of the command on these answers."""
        monkeypatch.setattr(bank, "cases", lambda *names: iter(cases))
        monkeypatch.setattr("sys.argv", ["bank", "--processes", "1"])
        threads = lambda count, context: ThreadPoolExecutor(count)  # noqa: E731
        monkeypatch.setattr(bank_report, "ProcessPoolExecutor", threads)
        return bank_report.main(), capsys.readouterr().out.splitlines()

    def test_right_wrong_and_messages_stand_in_columns_with_totals(self):
        one, two = Count(1, 1), Count(2, 3)
        rows = {("a1", "f"): (one, two, one), ("a1", "g"): (two, two, two)}
        assert [line.split() for line in bank_report.table(rows).splitlines()] == [
            "exercise right accepted wrong rejected messages given".split(),
            "a1 · f 1 of 1 2 of 3 1 of 1".split(),
            "a1 · g 2 of 3 2 of 3 2 of 3".split(),
            "all 3 of 4 4 of 6 3 of 4".split(),
        ]

    def test_all_as_it_should_be_ends_with_0(self, monkeypatch, capsys):
        status, lines = self.run(monkeypatch, capsys, self.case("wrong", "run_stack"))
        assert (status, lines[0]) == (0, "  1 of 1: a2_layer_recurrence · run_stack")
        assert lines[-2].split() == "all 0 of 0 1 of 1 1 of 1".split()

    @pytest.mark.parametrize(
        ("kind", "messages", "counts", "says"),
        [
            ("right", [], "0 of 1 0 of 0 0 of 0", "a right answer got 0"),
            ("wrong", ["run_stack", "zzz"], "0 of 0 1 of 1 1 of 2", "lacks 'zzz'"),
        ],
    )
    def test_what_is_not_ends_with_1(
        self, monkeypatch, capsys, kind, messages, counts, says
    ):
        found = self.run(monkeypatch, capsys, self.case(kind, *messages))
        assert found[0] == 1
        assert found[1][-2].split() == ["all", *counts.split()]
        assert says in found[1][-1]

    def test_no_answers_end_with_1(self, monkeypatch, capsys):
        assert self.run(monkeypatch, capsys)[0] == 1
