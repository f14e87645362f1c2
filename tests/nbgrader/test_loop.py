"""The whole way of an assignment through nbgrader, from source to exported score."""

import re
import shutil
from types import SimpleNamespace

import nbformat
import pytest

from course_utils.commands.check import check
from course_utils.exercises.adapt_task import VARIABLE as TINY
from course_utils.exercises.seeds import PUBLIC, VARIABLE
from tests.commands.demo import NAME, ROOT, notebook
from tests.nbgrader.course import Course, programs_first

NAMES = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))
NOISE = """import sys, warnings
print("working")
print("working", file=sys.stderr)
warnings.warn("working")
"""


def by_id(book):
    """Cells of a notebook by grade_id."""
    marked = [cell for cell in book.cells if "nbgrader" in cell.metadata]
    return {cell.metadata["nbgrader"]["grade_id"]: cell for cell in marked}


def answer(book, source, noise=""):
    """Write the instructor's answers into a student's notebook."""
    for name, cell in by_id(source).items():
        if cell.metadata["nbgrader"]["solution"]:
            by_id(book)[name].source = noisy(cell.source, noise)
    return book


def noisy(source, noise):
    """An answer that makes noise before it does anything else."""
    head, begin, tail = source.partition("### BEGIN SOLUTION\n")
    indent = head[len(head.rstrip(" ")) :] if head.strip() else ""
    rows = noise.replace("\n", f"\n{indent}").rstrip(" ")
    return f"{noise}{head}{rows}{indent if rows else ''}{begin}{tail}"


def by_hand(source):
    """Points of a notebook that a person gives."""
    marks = [cell.metadata["nbgrader"] for cell in by_id(source).values()]
    return sum(m["points"] for m in marks if m["grade"] and m["solution"])


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with all assignments of the repository."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", root / "solutions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", programs_first())
        patch.setenv(VARIABLE, PUBLIC)
        patch.setenv(TINY, "1")
        yield Course(root)


@pytest.fixture(scope="module", params=NAMES)
def outcome(course, request):
    """One assignment, handed in by three students and graded."""
    name = request.param
    source = nbformat.read(course.root / "solutions" / name / f"{name}.ipynb", 4)
    course.step("generate_assignment", name)
    course.step("release_assignment", name)
    checked, valid = {}, {}
    for student in ("solver", "noisy", "untouched"):
        book = course.fetch(name, student)
        if student != "untouched":
            answer(book, source, NOISE if student == "noisy" else "")
        nbformat.write(book, course.work(name))
        if student != "noisy":
            valid[student] = course.validate(name)
        course.exchange("Submit", name, student)
        checked[student] = check(course.root, name)
    course.step("collect", name)
    for student in checked:
        course.step("autograde", name, student)
    grades = {student: course.grades(name, student) for student in checked}
    return SimpleNamespace(
        name=name,
        automatic=100 - by_hand(source),
        valid=valid,
        checked=checked,
        grades=grades,
    )


def test_points_sum_to_100(outcome):
    assert {g.most for g in outcome.grades.values()} == {100}


def test_solution_has_full_marks(outcome):
    assert outcome.grades["solver"].score == outcome.automatic


def test_untouched_release_has_none(outcome):
    assert outcome.grades["untouched"].score == 0
    scores = [score for score, _ in outcome.grades["untouched"].cells.values()]
    assert set(scores) == {0}  # each one decided, and none by hand


def test_prints_and_warnings_cost_nothing(outcome):
    assert outcome.grades["noisy"].score == outcome.automatic


def test_validate_tells_the_solution_from_the_release(outcome):
    assert outcome.valid["solver"] == {}
    coded = [n for n, (_, most) in outcome.grades["solver"].cells.items() if most]
    assert len(outcome.valid["untouched"]["failed"]) == len(coded)


def test_course_check_gives_the_same_points(outcome):
    for student, report in outcome.checked.items():
        cells = outcome.grades[student].cells
        stock = {n.removesuffix("-check"): pair for n, pair in cells.items()}
        ours = {r.name: (r.points, r.most) for r in report.cells}
        hand = [name for name, (points, _) in ours.items() if points is None]
        assert {k: v for k, v in ours.items() if k not in hand} == {
            k: v for k, v in stock.items() if k not in hand
        }


def test_feedback_reaches_the_students_and_scores_are_exported(course, outcome):
    course.step("generate_feedback", outcome.name)
    course.step("release_feedback", outcome.name)
    course.exchange("FetchFeedback", outcome.name, "*")
    pages = course.work(outcome.name).parent.glob("feedback/*/*.html")
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = [
        float(re.search(r"total\">([\d.]+) of 100 points", text)[1]) for text in texts
    ]
    scores = {student: grades.score for student, grades in outcome.grades.items()}
    assert sorted(shown) == sorted(scores.values())
    rows = course.export()
    assert {student: rows[outcome.name, student] for student in scores} == scores


def test_secret_of_the_class_gives_the_same_points_everywhere(tmp_path, monkeypatch):
    drawn = """from course_utils.exercises.seeds import generator
round(6 * generator("d1 · drawn").random(), 2)"""
    path = tmp_path / "solutions" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook({"double-check": drawn}), path)
    monkeypatch.setenv("PATH", programs_first())
    found = []
    for secret in ("one class", "another class"):
        monkeypatch.setenv(VARIABLE, PUBLIC)
        (tmp_path / ".class_secret").write_text(secret)
        shutil.rmtree(tmp_path / ".nbgrader", ignore_errors=True)
        course = Course(tmp_path)
        course.step("generate_assignment", NAME)
        submitted = tmp_path / "submitted" / "someone" / NAME
        for place in (submitted, course.work(NAME).parent):
            shutil.copytree(tmp_path / "assignments" / NAME, place, dirs_exist_ok=True)
        course.step("autograde", NAME, "someone")
        stock = course.grades(NAME, "someone").cells["double-check"][0]
        assert check(tmp_path, NAME).cells[0].points == stock
        found.append(stock)
    assert len({0, 6, *found}) == 4
