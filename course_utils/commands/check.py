"""`course check`: grade the answers in work/ against all tests, and explain."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from course_utils.commands import CommandError, course_root, find_assignment
from course_utils.commands.kernel import execute, fresh_kernel
from course_utils.exercises.seeds import set_class_secret

if TYPE_CHECKING:
    from nbformat import NotebookNode

ANSI = re.compile(r"\x1b\[[0-9;]*m")
WIDTH = 40  # of the exercises' names in the report


class Result(NamedTuple):
    """One graded cell."""

    name: str
    points: float | None  # None: graded by hand
    most: float
    feedback: str


class Report(NamedTuple):
    """One checked notebook; the points are those that need no hand."""

    points: float
    most: float
    hidden_tests: bool
    notes: list[str]
    cells: list[Result]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="*", help="assignments, for example a1; all in work/ by default"
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    """0 for full marks, 1 for less, 2 where a notebook could not be checked."""
    root = course_root()
    set_class_secret(root)
    names = [find_assignment(root, name) for name in options.name] or started(root)
    status, found = 0, {}
    for name in dict.fromkeys(names):
        try:
            report = check(root, name, show=not options.json and sys.stderr.isatty())
        except CommandError as error:
            print(f"course: {error}", file=sys.stderr)
            status, found[name] = 2, {"error": str(error)}
            continue
        status = max(status, int(report.points < report.most))
        cells = [result._asdict() for result in report.cells]
        found[name] = {**report._asdict(), "cells": cells}
        if not options.json:
            show_report(name, report)
    if options.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    return status


def started(root: Path) -> list[str]:
    """Assignments that work/ holds.

    Raises:
        CommandError: there are none.
    """
    names = sorted(path.parent.name for path in root.glob("work/*/*.ipynb"))
    names = [n for n in names if (root / "assignments" / n).is_dir()]
    if not names:
        raise CommandError("work/ holds no assignment yet. Run `course start`.")
    return names


def check(root: Path, name: str, show: bool = False) -> Report:
    """Grade work/NAME/NAME.ipynb; the file itself is only read.

    Args:
        root: the course's folder.
        name: the assignment's full name.
        show: whether to draw a progress bar.

    Raises:
        CommandError: the notebook cannot be checked.
    """
    path, source = (root / f / name / f"{name}.ipynb" for f in ("work", "solutions"))
    hidden = source.is_file()
    if not hidden:
        source = root / "assignments" / name / f"{name}.ipynb"
    if not path.is_file():
        raise CommandError(f"{path} does not exist. Run `course start {name}`.")
    with fresh_kernel(path.parent, imported(path)) as manager:
        # It boots while these are imported.
        import nbgrader.utils  # noqa: F401
        from tqdm import tqdm

        from course_utils.commands.submission import read_notebook, with_tests

        book, notes = with_tests(read_notebook(path), read_notebook(source), path)
        total = len(book.cells)
        with tqdm(total=total, desc=name, leave=False, disable=not show) as bar:
            finished, stopped = execute(book, manager, bar.update)
    results = scores(book, finished, stopped)
    automatic = [result for result in results if result.points is not None]
    return Report(
        sum(result.points for result in automatic),
        sum(result.most for result in automatic),
        hidden,
        notes + [stopped] * bool(stopped) + failures(book),
        results,
    )


def imported(path: Path) -> list[str]:
    """Of the libraries that load slowly, those that a file speaks of importing."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []  # whoever reads it as a notebook says so
    return [name for name in ("numpy", "torch") if f"import {name}" in text]


def scores(book: "NotebookNode", finished: int, stopped: str) -> list[Result]:
    """Points of every graded cell, by nbgrader's own rule; 0 if it never ran."""
    from nbgrader.utils import determine_grade, is_grade, is_solution

    results = []
    for index, cell in enumerate(book.cells):
        if not is_grade(cell):
            continue
        marks = cell.metadata["nbgrader"]
        name, most = marks["grade_id"].removesuffix("-check"), float(marks["points"])
        if is_solution(cell):
            results.append(Result(name, None, most, ""))
        elif index >= finished:
            results.append(Result(name, 0.0, most, f"It did not run. {stopped}"))
        else:
            points = float(determine_grade(cell)[0])
            results.append(Result(name, points, most, feedback(cell)))
    return results


def feedback(cell: "NotebookNode") -> str:
    """What a check cell said, as plain text."""
    parts = [o.text for o in cell.outputs if o.output_type == "stream"]
    return ANSI.sub("", "\n".join([*parts, *errors(cell)])).strip()


def errors(cell: "NotebookNode") -> list[str]:
    """The errors of a cell: feedback whole, of others the last line."""
    found = {o.ename: o for o in cell.outputs if o.output_type == "error"}
    if late := found.get("CellTimeoutError"):
        return [late.evalue]
    return [
        "\n".join(o.traceback) if name == "Feedback" else f"{name}: {o.evalue}"
        for name, o in found.items()
    ]


def failures(book: "NotebookNode") -> list[str]:
    """Cells without points that ended with an error: often the cause of the rest."""
    notes = []
    for number, cell in enumerate(book.cells, 1):
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and not marks.get("grade") and errors(cell):
            which = repr(marks["grade_id"]) if marks else f"number {number}"
            text = ANSI.sub("", errors(cell)[0])
            notes.append(f"The cell {which} ended with an error: {text}")
    return notes


def show_report(name: str, report: Report) -> None:
    """Points and feedback for people."""
    print(name)
    for note in report.notes:
        print(f"! {note}")
    if not report.hidden_tests:
        print(
            "! Only the visible tests ran: this copy of the course has no solutions/."
        )
    for result in report.cells:
        if result.points is None:
            print(f"✎ {result.name:{WIDTH}} graded by hand, {result.most:g} points")
            continue
        full = result.points >= result.most
        sign = "✓" if full else "◐" if result.points else "✗"
        print(f"{sign} {result.name:{WIDTH}} {result.points:g} of {result.most:g}")
        if result.feedback and not full:
            print("\n".join(f"    {row}" for row in result.feedback.splitlines()))
    print(f"  {'together':{WIDTH}} {report.points:g} of {report.most:g} points\n")
