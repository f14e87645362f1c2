"""One writer: whole results, once, and nothing of what people gave."""

import os
import shutil
import signal
import sqlite3
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from multiprocessing import get_context

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import OperationalError

from course_utils.grading import places
from course_utils.grading.course import open_course
from course_utils.grading.job import File, Result, Scored
from course_utils.grading.writer import WriteError, Writer
from tests.grading.classroom import NAME, contents, give_by_hand, make_course

WHEN = datetime(2026, 1, 1)

# From nbgrader's own way of building a submission.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def result(student="one", run="run one", key="key one", points=2.0, text=b"new"):
    """A result as if from grading."""
    names = ("test-square", "test-hidden", "test-partly", "test-data")
    grades = {name: (points / 2, False) for name in names}
    grades |= {name: (None, True) for name in ("why", "free", "task")}
    comments = {"square": None, "why": "No response.", "free": None, "task": None}
    return Result(
        student,
        NAME,
        key,
        run,
        timestamp=WHEN,
        notebooks={
            "p1": Scored(0.5, grades, comments),
            "p2": Scored(None, {"test-five": (points, False)}, {"five": None}),
        },
        autograded=(File("p1.ipynb", 0o444, text), File("sub/data", 0o444, b"x")),
        folders={".": 0o755, "sub": 0o755},
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("template") / "course")


@pytest.fixture
def course(template, tmp_path, monkeypatch):
    root = tmp_path / "course"
    shutil.copytree(template, root)
    monkeypatch.setenv("FROM_SETTINGS", "")
    return open_course(root)


@pytest.fixture
def writer(course):
    return Writer(course, NAME)


def book(course):
    return contents(course.root / "gradebook.db")


def tree(course):
    """Everything in autograded/, hidden folders included."""
    top = course.root / "autograded"
    found = {str(p.relative_to(top)): p for p in top.rglob("*") if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items()}


def test_scores_comments_files_and_mark(course, writer):
    assert writer.put(result())
    found = book(course)
    assert found["one", "p2", "test-five"] == (2, None, None, 0)
    assert found["one", "p1", "why"] == (None, None, None, 1)
    assert found["one", "p1", "comment why"] == ("No response.", None)
    assert found["one", "p1", ""] == (0, 0.5, "2026-01-01 00:00:00.000000", None)
    assert tree(course) == {"one/ps1/p1.ipynb": b"new", "one/ps1/sub/data": b"x"}
    assert (course.root / "autograded/one/ps1/p1.ipynb").stat().st_mode & 0o777 == 0o444
    assert writer.marks() == {"one": ("key one", "run one")}


def test_late_duplicates_are_ignored(course, writer):
    writer.put(result())
    before = book(course)
    assert not writer.put(result(points=0, text=b"late"))
    assert not writer.put(result(run="run two", points=0, text=b"late"))
    assert not writer.put(result(points=0, key="key two", text=b"late"), again=True)
    assert (book(course), tree(course)["one/ps1/p1.ipynb"]) == (before, b"new")


def test_new_submission_and_regrade_replace(course, writer):
    writer.put(result())
    assert writer.put(result(run="run two", key="key two", points=1, text=b"second"))
    assert book(course)["one", "p2", "test-five"][0] == 1
    assert writer.put(result(run="run 3", key="key two", points=0), again=True)
    assert book(course)["one", "p2", "test-five"][0] == 0
    assert tree(course) == {"one/ps1/p1.ipynb": b"new", "one/ps1/sub/data": b"x"}


def test_points_given_meanwhile_stay_and_are_to_be_looked_at(course, writer):
    writer.put(result())
    database = course.root / "gradebook.db"
    give_by_hand(database, "one", "why", manual_score=3, comment="Good.")
    give_by_hand(database, "one", "test-square", manual_score=1)
    give_by_hand(database, "one", "test-hidden", manual_score=0.5)
    second = result(run="run two", key="key two")
    known = {("p1", "test-square"): 1.0}
    writer.put(replace(second, manual=known))
    found = book(course)
    assert found["one", "p1", "why"] == (None, 3, None, 1)
    assert found["one", "p1", "comment why"] == ("No response.", "Good.")
    assert found["one", "p1", "test-square"] == (1, 1, None, 0)  # was known
    assert found["one", "p1", "test-hidden"] == (1, 0.5, None, 1)


def test_nothing_is_done_where_files_or_submission_are_gone(course, writer):
    writer.put(result())
    shutil.rmtree(course.root / "autograded" / "one")
    assert writer.marks() == {}
    writer.put(result("two"))
    with Gradebook(course.url, "elsewhere") as opened:
        opened.remove_submission(NAME, "two")
    assert writer.marks() == {}


def test_failed_transaction_leaves_nothing(course, writer):
    writer.put(result())
    before, files = book(course), tree(course)
    wrong = result(run="run two", key="key two", points=0)
    wrong.notebooks["p2"].grades.clear()  # the last notebook
    for student in ("one", "new"):
        with pytest.raises(WriteError, match="The assignment was changed"):
            writer.put(replace(wrong, student=student))
    assert (book(course), tree(course)) == (before, files)


def test_busy_gradebook_is_asked_again_and_a_full_disk_is_not(
    course, writer, monkeypatch
):
    asked = []
    write = writer.write_mark

    def busy(session, found):
        asked.append(found)
        if len(asked) < 3:
            raise OperationalError("", {}, sqlite3.OperationalError("locked"))
        write(session, found)

    monkeypatch.setattr("course_utils.grading.writer.PAUSES", (0, 0, 0))
    monkeypatch.setattr(writer, "write_mark", busy)
    assert writer.put(result())
    assert len(asked) == 3

    def full(session, found):
        asked.append(found)
        raise OperationalError("", {}, sqlite3.OperationalError("disk is full"))

    monkeypatch.setattr(writer, "write_mark", full)
    with pytest.raises(WriteError, match="disk is full"):
        writer.put(result("two"))
    assert len(asked) == 4
    assert "two" not in str(tree(course))


def test_full_disk_under_the_files_leaves_nothing(course, writer, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(places.os, "fsync", full)
    with pytest.raises(WriteError, match="cannot be written: No space left"):
        writer.put(result())
    assert (book(course), tree(course)) == ({}, {})


FUNCTIONS = {"put", "record", "stage", "lay_down", "publish", "mend", "remove"}
FUNCTIONS |= {"write_scores", "write_mark", "is_duplicate", "transaction"}


def killed_at(number, root, found):
    """Put a result in a child that kills itself at its n-th line; False if it ended."""
    child = os.fork()
    if child == 0:
        seen = 0

        def line(frame, event, argument):
            nonlocal seen
            seen += event == "line"
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return line

        def call(frame, event, argument):
            ours = frame.f_code.co_filename.endswith(("writer.py", "places.py"))
            return line if ours and frame.f_code.co_name in FUNCTIONS else None

        try:
            target = Writer(open_course(root), NAME)
            sys.settrace(call)
            target.put(found, again=True)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.fixture
def alone():
    """A process without threads, whose forks therefore cannot hang on a lock."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield lambda *arguments: pool.submit(*arguments).result()


@pytest.mark.parametrize(
    "every",
    [pytest.param(1, marks=pytest.mark.slow), 7],
    ids="every line,some".split(","),
)
def test_killed_at_a_line_it_is_old_or_new_and_never_half(course, writer, alone, every):
    """From a state with a graded submission and points by hand to the next one."""
    writer.put(result(points=2, text=b"old"))
    database = course.root / "gradebook.db"
    give_by_hand(database, "one", "why", manual_score=3, comment="Good.")
    saved = course.root.parent / "saved"
    shutil.copytree(course.root, saved)
    fresh = result(run="run two", key="key two", points=0, text=b"new")
    kills, states = 0, set()
    while alone(killed_at, 1 + every * kills, course.root, fresh):
        kills += 1
        marks = writer.marks()
        found = book(course)
        state = (marks["one"], found["one", "p2", "test-five"][0], tree(course))
        assert state[:2] in {
            (("key one", "run one"), 2.0),
            (("key two", "run two"), 0.0),
        }
        is_new = state[1] == 0
        states.add(is_new)
        place = {k: v for k, v in state[2].items() if not k.startswith("one/.")}
        assert place["one/ps1/p1.ipynb"] == (b"new" if is_new else b"old")
        assert found["one", "p1", "why"][1] == 3
        assert found["one", "p1", "comment why"][1] == "Good."
        db = sqlite3.connect(database)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
        assert writer.put(fresh, again=True) == (not is_new)  # the next run completes
        assert set(tree(course)) == {"one/ps1/p1.ipynb", "one/ps1/sub/data"}
        assert tree(course)["one/ps1/p1.ipynb"] == b"new"
        shutil.rmtree(course.root)
        shutil.copytree(saved, course.root)
    assert every * kills > 60
    assert states == {False, True}
