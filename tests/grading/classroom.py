"""A small course of another kind, with submissions of every kind, and its gradebook.

Two notebooks, a helper module and a data file beside them, points by tests, partial
credit, answers in words and a task that a person grades, a figure, a cell that fails
by design, a late penalty.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Application

from tests.commands.demo import marks
from tests.nbgrader.course import programs_first

NAME = "ps1"
LIMIT = 3  # seconds of a cell
CONFIG = f"""import os
c = get_config()
c.CourseDirectory.course_id = "elsewhere"
c.ExecutePreprocessor.timeout = {LIMIT}
c.LateSubmissionPlugin.penalty_method = "zero"
os.environ["FROM_SETTINGS"] = "7"
"""
HELPER = """def points(f):
    return 3 * sum(f(x) == x * x for x in (1, 2)) / 2
"""
LOAD = """import os
from pathlib import Path
from helper import points
rows = Path("data.csv").read_text().split()
seven = int(os.environ["FROM_SETTINGS"])"""
SQUARE = """def square(x):
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION"""
FIGURE = """%matplotlib inline
import matplotlib.pyplot as plt
plt.figure(figsize=(1, 1), dpi=20)
plt.plot([0, 1])
plt.show()"""


def code(name: str, source: str, **given: object) -> NotebookNode:
    return v4.new_code_cell(source, id=name, metadata=marks(name, **given))


def text(name: str, source: str, **given: object) -> NotebookNode:
    return v4.new_markdown_cell(source, id=name, metadata=marks(name, **given))


def first() -> NotebookNode:
    """The instructor's first notebook."""
    graded = {"grade": True, "locked": True}
    by_design = v4.new_code_cell("1 / 0", id="fails", metadata={})
    by_design.metadata.tags = ["raises-exception"]
    cells = [
        code("load", LOAD, locked=True),
        code("square", SQUARE, solution=True),
        by_design,
        code("test-square", "assert square(3) == 9", points=2, **graded),
        code("test-hidden", HIDDEN, points=1, **graded),
        code("test-partly", "points(square)", points=3, **graded),
        code("test-data", "assert len(rows) == seven - 5", points=1, **graded),
        text("why", "Write here.", grade=True, solution=True, points=4),
        code("free", "# your own", grade=True, solution=True, points=2),
        text("task", "Do a thing.", task=True, locked=True, points=5),
    ]
    return notebook(cells)


HIDDEN = """assert square(0) == 0
### BEGIN HIDDEN TESTS
assert square(-2) == 4
### END HIDDEN TESTS"""


def second(figure: bool) -> NotebookNode:
    """The instructor's second notebook."""
    cells = [
        code("five", "### BEGIN SOLUTION\nfive = 5\n### END SOLUTION", solution=True),
        *([code("figure", FIGURE, locked=True)] if figure else []),
        code("test-five", "assert five == 5", points=2, grade=True, locked=True),
    ]
    return notebook(cells)


def notebook(cells: list[NotebookNode]) -> NotebookNode:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def make_course(root: Path, config: str = CONFIG, figure: bool = False) -> Path:
    """A course folder whose assignment is in the gradebook and released."""
    source = root / "source" / NAME
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(config)
    for name, book in {"p1": first(), "p2": second(figure)}.items():
        nbformat.write(book, source / f"{name}.ipynb")
    (source / "helper.py").write_text(HELPER)
    (source / "data.csv").write_text("one\ntwo\n")
    step(root, "generate_assignment", NAME)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "elsewhere") as book:
        book.update_or_create_assignment(NAME, duedate="2026-01-02 00:00:00 UTC")
    return root


def step(root: Path, name: str, *arguments: str, **options: object) -> dict:
    """One step of nbgrader's own, in this process."""
    here, path = os.getcwd(), os.environ["PATH"]
    os.chdir(root)
    os.environ["PATH"] = programs_first()
    sys.path.insert(0, str(root))  # as nbgrader's own command has it
    try:
        app = NbGrader()
        Application.load_config_file(app, "nbgrader_config", path=[str(root)])
        api = NbGraderAPI(CourseDirectory(config=app.config), config=app.config)
        result = getattr(api, name)(*arguments, **options)
    finally:
        os.chdir(here)
        sys.path.remove(str(root))
        os.environ["PATH"] = path
        os.environ.pop("FROM_SETTINGS", None)
    return result


def hand_in(
    root: Path,
    student: str,
    answers: dict[str, str] | None = None,
    when: str = "2026-01-01 10:00:00 UTC",
    without: tuple[str, ...] = (),
) -> Path:
    """Put a submission into submitted/; returns its folder.

    Args:
        answers: sources of cells, in place of those of the release.
        without: names of cells and files that are not in it.
    """
    place = root / "submitted" / student / NAME
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(root / "release" / NAME, place)
    for path in place.glob("*.ipynb"):
        path.chmod(0o644)
        book = nbformat.read(path, 4)
        book.cells = [cell for cell in book.cells if cell.id not in without]
        for cell in book.cells:
            cell.source = (answers or {}).get(cell.id, cell.source)
        nbformat.write(book, path)
    for name in without:
        (place / name).unlink(missing_ok=True)
    if when:
        (place / "timestamp.txt").write_text(when)
    return place


RIGHT = {
    "square": "def square(x):\n    return x * x",
    "five": "five = 5",
    "why": "Because of algebra.",
    "free": "print('mine')",
}
WRONG = {"square": "def square(x):\n    return 2 * x", "five": "five = 4"}


def hand_in_class(root: Path) -> list[str]:
    """Submissions whose structure is intact, each another case; who they are."""
    hand_in(root, "right", RIGHT)
    late = "2026-01-05 10:00:00 UTC"
    place = hand_in(root, "wrong-late", {**RIGHT, **WRONG}, when=late)
    (place / "helper.py").chmod(0o644)
    (place / "helper.py").write_text("points = lambda f: 3")  # is put back
    (place / "extra").mkdir()
    (place / "extra" / "notes.txt").write_text("mine")
    hand_in(root, "blank", when="")
    raising = {**RIGHT, "square": "def square(x):\n    raise ValueError(x)"}
    raising["free"] = "from pathlib import Path\nPath('made.txt').write_text('here')"
    hand_in(root, "raising", raising, without=("test-hidden", "p2.ipynb"))
    looping = {**RIGHT, "square": "square = lambda x: x * x\nwhile True: pass"}
    hand_in(root, "looping", looping, when=late)
    return ["blank", "looping", "raising", "right", "wrong-late"]


def command(root: Path, *arguments: str, **environment: str) -> subprocess.Popen:
    """`course grade` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "course_utils.cli", "grade", NAME, *arguments],
        cwd=root,
        env={**os.environ, "PATH": programs_first(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def contents(database: Path) -> dict[tuple, tuple]:
    """All that the gradebook says of submissions, by names in place of ids."""
    db = sqlite3.connect(database)
    found: dict[tuple, tuple] = {}
    grades = """SELECT s.student_id, n.name, c.name, auto_score, manual_score,
        extra_credit, needs_manual_grade FROM grade g
        JOIN submitted_notebook sn ON g.notebook_id = sn.id
        JOIN submitted_assignment s ON sn.assignment_id = s.id
        JOIN notebook n ON sn.notebook_id = n.id JOIN base_cell c ON g.cell_id = c.id"""
    comments = """SELECT s.student_id, n.name, 'comment ' || c.name, auto_comment,
        manual_comment FROM comment g
        JOIN submitted_notebook sn ON g.notebook_id = sn.id
        JOIN submitted_assignment s ON sn.assignment_id = s.id
        JOIN notebook n ON sn.notebook_id = n.id JOIN base_cell c ON g.cell_id = c.id"""
    notebooks = """SELECT s.student_id, n.name, '', flagged, late_submission_penalty,
        timestamp, extension FROM submitted_notebook sn
        JOIN submitted_assignment s ON sn.assignment_id = s.id
        JOIN notebook n ON sn.notebook_id = n.id"""
    for query in (grades, comments, notebooks):
        for row in db.execute(query):
            assert row[:3] not in found
            found[row[:3]] = row[3:]
    db.close()
    return found


FOLDERS = ("autograded", "checked")  # as settings call it


def files(root: Path) -> dict[str, tuple[int, object]]:
    """Modes and contents in autograded/; of notebooks what does not change."""
    found = {}
    (top,) = [root / name for name in FOLDERS if (root / name).is_dir()]
    for path in sorted(top.rglob("*")):
        name = str(path.relative_to(top))
        if path.is_dir():
            found[name] = (path.stat().st_mode, None)
        elif path.suffix == ".ipynb":
            found[name] = (path.stat().st_mode, lasting(nbformat.read(path, 4)))
        else:
            found[name] = (path.stat().st_mode, path.read_bytes())
    return found


def lasting(book: NotebookNode) -> NotebookNode:
    """A notebook without times, addresses and process ids."""
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if "traceback" in output:
                output.traceback = [
                    re.sub(
                        r"0x[0-9a-f]+|ipykernel_\d+/\d+|/[^ ]*(?=/autograded/)", "", row
                    )
                    for row in output.traceback
                ]
    return book


def give_by_hand(database: Path, student: str, cell: str, **given: object) -> None:
    """Points and words that a person writes in the form grader."""
    with Gradebook(f"sqlite:///{database}", "elsewhere") as book:
        grade = book.find_grade(cell, "p1", NAME, student)
        for name, value in given.items():
            if name != "comment":
                setattr(grade, name, value)
        grade.needs_manual_grade = False
        if "comment" in given:
            comment = book.find_comment(cell, "p1", NAME, student)
            comment.manual_comment = given["comment"]
        book.db.commit()
