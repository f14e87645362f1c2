"""A course with one small assignment, for tests of the commands."""

import re
import shutil
from pathlib import Path

from nbformat import NotebookNode, v4, write

from course_utils.exercises.release import stub

ROOT = Path(__file__).parent.parent.parent
NAME = "d1_demo"
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.S)

SETUP = "import math"
DOUBLE = """def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION"""
DOUBLE_CHECK = """from course_utils.exercises import Check

with Check("d1 · double", answers_in=["tracing"]) as check:
    check.that(
        check.call(double, 1) == 2, tried="double(1)", expected="2", got="another"
    )
    ### BEGIN HIDDEN TESTS
    check.that(
        check.call(double, 5) == 10, tried="double(5)", expected="10", got="another"
    )
    ### END HIDDEN TESTS
"""
ORDER = """### BEGIN SOLUTION
ORDER = ["A", "B", "C", "D"]
### END SOLUTION"""
ORDER_CHECK = """from course_utils.exercises import order, score_order

found = order("d1 · ORDER", ORDER, "ABCD")
### BEGIN HIDDEN TESTS
needs = [(a, b, "It is so.") for a, b in ("AB", "BC", "CD")]
score_order("d1 · ORDER", found, dict.fromkeys("ABCD", ""), needs, 3)
### END HIDDEN TESTS
"""


def marks(name: str, **given: object) -> dict:
    """nbgrader's metadata of a cell."""
    kind = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": name, **kind, **given}}


def notebook(change: dict[str, str] | None = None) -> NotebookNode:
    """The instructor's notebook, with other sources for some of its cells."""
    code, text = v4.new_code_cell, v4.new_markdown_cell
    graded = {"grade": True, "locked": True}
    cells = [
        text("# Demo", id="title", metadata=marks("title", locked=True)),
        code(SETUP, id="setup", metadata=marks("setup", locked=True)),
        code(DOUBLE, id="double", metadata=marks("double", solution=True)),
        code(
            DOUBLE_CHECK,
            id="double-check",
            metadata=marks("double-check", points=6, **graded),
        ),
        code(ORDER, id="ORDER", metadata=marks("ORDER", solution=True)),
        code(
            ORDER_CHECK,
            id="ORDER-check",
            metadata=marks("ORDER-check", points=3, **graded),
        ),
        text(
            "Because.",
            id="WHY",
            metadata=marks("WHY", grade=True, solution=True, points=1),
        ),
    ]
    for cell in cells:
        cell.source = (change or {}).get(cell.id, cell.source)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def released() -> NotebookNode:
    """The student version."""
    book = notebook()
    for cell in book.cells:
        cell.source = HIDDEN.sub("", cell.source)
        if "### BEGIN SOLUTION" in cell.source:
            head, tail = cell.source.split("### BEGIN SOLUTION")
            cell.source = head + stub(cell.source, "d1") + tail.split("SOLUTION")[1]
    return book


def write_course(root: Path) -> Path:
    """A course folder with the real settings and the small assignment."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for folder, book in {"solutions": notebook(), "assignments": released()}.items():
        (root / folder / NAME).mkdir(parents=True)
        write(book, root / folder / NAME / f"{NAME}.ipynb")
    return root


def hand_in(root: Path, book: NotebookNode) -> Path:
    """Put a notebook into work/; returns its path."""
    path = root / "work" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    write(book, path)
    return path
