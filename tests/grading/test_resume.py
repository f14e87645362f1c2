"""Killed anywhere, the next run completes: nothing is lost or graded twice."""

import json
import random
import shutil
import sqlite3
import time

import pytest

from tests.grading.classroom import (
    NAME,
    RIGHT,
    WRONG,
    command,
    contents,
    files,
    give_by_hand,
    hand_in,
    make_course,
)
from tests.grading.processes import dask_workers, kill, scheduler, wait_for, worker
from tests.servers import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
SEEDS = range(6)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course in which four students handed one notebook in."""
    root = make_course(tmp_path_factory.mktemp("template") / "course")
    for number in range(4):
        answers = {**RIGHT, **(WRONG if number % 2 else {})}
        place = hand_in(root, f"s{number}", answers, without=("p2.ipynb",))
        (place / "helper.py").unlink()
    return root


@pytest.fixture
def root(template, tmp_path):
    return shutil.copytree(template, tmp_path / "course")


@pytest.fixture(scope="module")
def whole(template, tmp_path_factory):
    """Gradebook and files of a run that nothing disturbed."""
    root = tmp_path_factory.mktemp("whole") / "course"
    shutil.copytree(template, root)
    process = command(root, "--workers", "2", "--json")
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out)["graded"] == 4
    return contents(root / "gradebook.db"), files(root)


def marks(root):
    """When each submission was marked as done."""
    with sqlite3.connect(root / "gradebook.db") as db:
        names = "SELECT name FROM sqlite_master WHERE name = 'course_grading'"
        if not db.execute(names).fetchall():
            return {}
        return dict(db.execute("SELECT student, graded_at FROM course_grading"))


def complete(root, *arguments):
    """Run to the end; what the command says of it."""
    before = marks(root)
    process = command(root, "--json", *(arguments or ("--workers", "2")))
    out, err = process.communicate()
    assert process.returncode == 0, err
    data = json.loads(out)
    after = marks(root)
    assert {s: after[s] for s in before} == before  # none of them again
    assert data["done_before"] == len(before)
    assert data["graded"] == 4 - len(before)
    return data


def is_sound(root):
    with sqlite3.connect(root / "gradebook.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    hidden = [p for p in (root / "autograded").rglob(".*")]
    assert hidden == []


def test_killed_command_goes_on_where_it_was(root):
    process = command(root, "--workers", "1")
    wait_for(lambda: marks(root), "the first score")
    kill(process)
    assert 0 < len(marks(root)) < 4
    (student,) = list(marks(root))[:1]
    given = {"manual_score": 3, "comment": "Good."}
    give_by_hand(root / "gradebook.db", student, "why", **given)
    complete(root, "--workers", "1")
    is_sound(root)
    book = contents(root / "gradebook.db")
    assert book[student, "p1", "why"] == (None, 3, None, 0)
    assert book[student, "p1", "comment why"] == (None, "Good.")
    scores = [book[f"s{number}", "p1", "test-partly"][0] for number in range(4)]
    assert scores == [3, 1.5, 3, 1.5]


@pytest.mark.parametrize("seed", SEEDS)
def test_command_killed_at_random_points(root, whole, seed):
    draw = random.Random(seed)
    for _ in range(2):
        process = command(root, "--workers", "2")
        end = time.monotonic() + draw.uniform(2, 14)
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        kill(process)
    complete(root)
    is_sound(root)
    assert (contents(root / "gradebook.db"), files(root)) == whole


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_killed_workers_do_not_matter(root, whole, seed):
    """One of the command's own workers dies in the middle; the run itself completes."""
    draw = random.Random(seed)
    process = command(root, "--workers", "2", "--json")
    wait_for(lambda: marks(root), "the first score")
    draw.choice(dask_workers(process.pid)).kill()
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out)["graded"] == 4
    is_sound(root)
    assert (contents(root / "gradebook.db"), files(root)) == whole


def test_killed_scheduler_ends_the_command_and_a_new_one_completes(
    root, whole, tmp_path
):
    port = free_port()
    address = ("--scheduler", f"tcp://127.0.0.1:{port}")
    with worker(port, tmp_path / "w"), scheduler(port, tmp_path / "s") as first:
        process = command(root, *address)
        wait_for(lambda: marks(root), "the first score")
        first.kill()
        _, err = process.communicate()
        assert process.returncode == 2
        assert "The scheduler is gone" in err.splitlines()[-1]
        assert f"run `course grade {NAME}` again" in err
        assert "Traceback" not in err
        assert 0 < len(marks(root)) < 4
    port = free_port()
    with worker(port, tmp_path / "w"), scheduler(port, tmp_path / "s"):
        complete(root, "--scheduler", f"tcp://127.0.0.1:{port}")
    is_sound(root)
    assert (contents(root / "gradebook.db"), files(root)) == whole
