"""The bank of right and wrong answers.

    python -m tests.bank [ASSIGNMENT [EXERCISE]] [--show] [--processes N]

tests/submissions/<assignment>/<exercise>.py holds the answers to one exercise:

    # %% right: a plain loop
    ...code of the answer cell...
    # %% wrong: every layer reads H[0]
    # message: a piece of the feedback that the learner must get
    ...code...

prints, for each exercise and in all, right answers accepted, wrong answers rejected,
and intended messages given; it ends with 1 below 100 %.
"""

import ast
import contextlib
import io
import linecache
import os
import re
import sys
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import nbformat
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from course_utils.exercises.adapt_task import VARIABLE

ROOT = Path(__file__).parent.parent
ANSWER = "<answer>"  # the file name of an answer cell in tracebacks
HEADER = re.compile(r"^# %% (right|wrong): *(.+)$")
MESSAGE = re.compile(r"^# message: *(.+)$", re.M)


class Case(NamedTuple):
    """One answer of the bank."""

    assignment: str
    exercise: str
    kind: str  # "right" or "wrong"
    name: str
    messages: tuple[str, ...]
    code: str


class Verdict(NamedTuple):
    """Points of one answer and what the learner would read."""

    points: float
    most: float
    feedback: str


def cases(assignment: str = "*", exercise: str = "*") -> Iterator[Case]:
    """All answers of the bank that fit."""
    folder = ROOT / "tests" / "submissions"
    for path in sorted(folder.glob(f"{assignment}*/{exercise}.py")):
        parts = re.split(r"(?m)^(?=# %% )", path.read_text(encoding="utf-8"))
        for part in parts[1:]:
            header, _, code = part.partition("\n")
            kind, name = HEADER.match(header).groups()
            messages = tuple(MESSAGE.findall(code))
            yield Case(path.parent.name, path.stem, kind, name.strip(), messages, code)


class Exercise(NamedTuple):
    """An answer cell and the graded cells that follow it."""

    names: frozenset[str]  # what the answer cell defines
    answer: str  # the instructor's
    checks: list[tuple[float, str]]


@cache
def notebook(assignment: str) -> tuple[list[str], list[Exercise]]:
    """Set-up cells and exercises of an instructor's notebook."""
    path = ROOT / "solutions" / assignment / f"{assignment}.ipynb"
    setup, exercises = [], []
    for cell in nbformat.read(path, 4).cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code":
            continue
        if marks.get("solution"):
            names = frozenset(defined(cell.source))
            exercises.append(Exercise(names, cell.source, []))
        elif marks.get("grade"):
            exercises[-1].checks.append((float(marks["points"]), cell.source))
        else:
            setup.append(cell.source)
    return setup, exercises


def defined(source: str) -> Iterator[str]:
    """Names that a cell binds at its top level."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (t.id for t in node.targets if isinstance(t, ast.Name))


def judge(assignment: str, code: str, names: frozenset[str]) -> Verdict:
    """Run one answer as nbgrader would: set-up, answers, then the checks.

    Args:
        code: the learner's cell.
        names: what it has to define; the exercises that define one of these names
            are checked. Answers to others that the code uses are the instructor's.
    """
    setup, exercises = notebook(assignment)
    checked = [e for e in exercises if e.names & names]
    space = {"__name__": "__main__"}
    for source in [*setup, *helpers(code, exercises, checked)]:
        exec(source, space)
    sources = "course_utils.exercises.check.executed_sources"
    with (
        mock.patch(sources, return_value=[code]),
        mock.patch.dict(os.environ, {VARIABLE: "1"}),
    ):
        failed = run_answer(code, space)
        points, most, texts = 0.0, 0.0, [failed] if failed else []
        for worth, source in relevant(checked, names):
            earned, text = grade_cell(source, space, worth)
            points, most = points + earned, most + worth
            texts.append(text)
    return Verdict(points, most, "\n".join(filter(None, texts)))


def relevant(
    checked: list[Exercise], names: frozenset[str]
) -> Iterator[tuple[float, str]]:
    """Graded cells of exercises; of a cell with several answers those on `names`."""
    for exercise in checked:
        for worth, source in exercise.checks:
            if exercise.names <= names or names & set(mentioned(source)):
                yield worth, source


def helpers(
    code: str, exercises: list[Exercise], checked: list[Exercise]
) -> Iterator[str]:
    """The instructor's answers that a cell or its checks use, and what these use."""
    checks = [source for exercise in checked for _, source in exercise.checks]
    wanted, chosen = {n for cell in (code, *checks) for n in mentioned(cell)}, []
    for exercise in reversed(exercises):
        if exercise not in checked and exercise.names & wanted:
            chosen.append(exercise.answer)
            wanted |= set(mentioned(exercise.answer))
    return reversed(chosen)


def mentioned(source: str) -> Iterator[str]:
    """Names that stand in a piece of code; none if it is not Python."""
    with contextlib.suppress(SyntaxError):
        yield from (n.id for n in ast.walk(ast.parse(source)) if hasattr(n, "id"))


def run_answer(code: str, space: dict) -> str:
    """Execute an answer cell; the error's text if it fails."""
    linecache.cache[ANSWER] = (len(code), None, code.splitlines(True), ANSWER)
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        try:
            exec(compile(code, ANSWER, "exec"), space)
        except (Exception, SystemExit):
            return traceback.format_exc(limit=1)
    return ""


def grade_cell(source: str, space: dict, worth: float) -> tuple[float, str]:
    """(points, text) of a check cell: its outputs as in a kernel, nbgrader's rule."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else ast.Pass()
    out, err, extra = io.StringIO(), io.StringIO(), []
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            exec(compile(tree, "<check>", "exec"), space)
            if isinstance(last, ast.Expr):
                code = compile(ast.Expression(last.value), "<check>", "eval")
                if (value := eval(code, space)) is not None:
                    data = {"text/plain": repr(value)}
                    extra.append(new_output("execute_result", data))
        except (Exception, SystemExit) as error:
            extra.append(new_output("error", ename=type(error).__name__))
            out.write(f"{error}" or type(error).__name__)
    streams = {"stdout": out.getvalue(), "stderr": err.getvalue()}
    outputs = [new_output("stream", name=n, text=t) for n, t in streams.items() if t]
    cell = new_code_cell(source, outputs=outputs + extra)
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": worth}
    return determine_grade(cell)[0], "".join(streams.values())


def problem(case: Case, verdict: Verdict) -> str:
    """What the graders got wrong about a case; "" if nothing."""
    if case.kind == "right":
        if verdict.points < verdict.most or not verdict.most:
            return f"a right answer got {verdict.points} of {verdict.most}"
        return ""
    if verdict.points >= verdict.most:
        return "a wrong answer got full marks"
    lost = [m for m in case.messages if m not in given(case, verdict)]
    return f"the feedback lacks {lost[0]!r}" if lost else ""


def given(case: Case, verdict: Verdict) -> list[str]:
    """The messages that the case asks for and the learner would read."""
    text = " ".join(verdict.feedback.split())
    return [m for m in case.messages if " ".join(m.split()) in text]


def names_of(case: Case) -> frozenset[str]:
    """The exercise's names: its file's name, or the literals that it assigns."""
    _, exercises = notebook(case.assignment)
    known = frozenset().union(*(e.names for e in exercises))
    if case.exercise in known:
        return frozenset({case.exercise})
    return frozenset(defined(case.code)) & known


if __name__ == "__main__":
    from tests.bank_report import main

    sys.exit(main())
