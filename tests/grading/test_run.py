"""`course grade` against nbgrader's own autograde: the same gradebook and files."""

import json
import shutil
from types import SimpleNamespace

import pytest

from course_utils.cli import main
from tests.grading.classroom import (
    NAME,
    RIGHT,
    command,
    contents,
    files,
    give_by_hand,
    hand_in,
    hand_in_class,
    make_course,
    step,
)

STUDENTS = ["blank", "looping", "raising", "right", "wrong-late"]

# From nbgrader's own way of building a submission.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def grade(root, *arguments):
    """Run the command; what it printed."""
    process = command(root, *arguments)
    out, err = process.communicate()
    return SimpleNamespace(status=process.returncode, out=out, err=err)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """One class graded by nbgrader and by the command, twice.

    The second time somebody has graded by hand, and one student has handed in again.
    """
    stock, ours = (tmp_path_factory.mktemp(name) / "c" for name in ("stock", "ours"))
    make_course(stock)
    assert hand_in_class(stock) == STUDENTS
    shutil.copytree(stock, ours)
    for student in STUDENTS:
        assert step(stock, "autograde", NAME, student)["success"]
    (hand_in(ours, "torn", RIGHT) / "p1.ipynb").write_text("{")
    (hand_in(ours, "empty", RIGHT) / "p1.ipynb").rename(ours / "other.ipynb")
    (ours / "submitted" / "empty" / NAME / "p2.ipynb").unlink()
    first = grade(ours, "--workers", "2", "--json")
    found = [(contents(r / "gradebook.db"), files(r)) for r in (stock, ours)]
    for root in (stock, ours):
        book = root / "gradebook.db"
        give_by_hand(book, "right", "why", manual_score=3.5, comment="Well said.")
        give_by_hand(book, "right", "test-square", manual_score=1, extra_credit=0.5)
        give_by_hand(book, "raising", "why", manual_score=2)
        hand_in(root, "right", {**RIGHT, "five": "five = 6"}, when="2026-01-03")
    assert step(stock, "autograde", NAME, "right")["success"]
    five = [part for student in STUDENTS for part in ("--student", student)]
    second = grade(ours, "--workers", "1", "--json", *five)
    found += [(contents(r / "gradebook.db"), files(r)) for r in (stock, ours)]
    return SimpleNamespace(
        roots=(stock, ours),
        books=[book for book, _ in found],
        files=[tree for _, tree in found],
        first=first,
        second=second,
    )


def test_gradebook_is_the_same_cell_by_cell(both):
    stock, ours = both.books[:2]
    assert ours == stock
    scores = {key: row[0] for key, row in ours.items() if key[2].startswith("test-")}
    assert scores["right", "p1", "test-hidden"] == 1
    assert scores["wrong-late", "p1", "test-partly"] == 1.5  # partial credit
    assert scores["looping", "p1", "test-square"] == 2  # the cell that loops is cut off
    assert scores["raising", "p1", "test-hidden"] is None  # deleted
    assert scores["raising", "p2", "test-five"] == 0  # the notebook is missing
    assert ours["wrong-late", "p2", ""][1] == ours["wrong-late", "p1", ""][1] - 2.5


def test_autograded_files_are_the_same(both):
    stock, ours = both.files[:2]
    assert ours == stock
    assert "raising/ps1/made.txt" in ours
    assert "wrong-late/ps1/extra/notes.txt" in ours
    assert {mode & 0o777 for mode, content in ours.values() if content} == {0o444}


def test_what_people_gave_survives_a_second_submission(both):
    stock, ours = both.books[2:]
    assert ours == stock
    assert ours["right", "p1", "why"] == (None, 3.5, None, 1)  # to be looked at again
    assert ours["right", "p1", "comment why"][1] == "Well said."
    assert ours["right", "p1", "test-square"] == (2, 1, 0.5, 1)
    assert ours["right", "p2", "test-five"][0] == 0
    assert ours["raising", "p1", "why"] == (None, 2, None, 0)  # was not graded again
    assert both.files[3] == both.files[2]


def test_json_tells_of_each_submission(both):
    assert both.first.status == 1, both.first.err  # two of them have no score
    data = json.loads(both.first.out)
    assert (data["graded"], data["done_before"], data["failed"]) == (5, 0, 2)
    rows = {row["student"]: row for row in data["submissions"]}
    assert list(rows) == sorted([*STUDENTS, "torn", "empty"])
    assert rows["looping"]["notes"] == ["cell 'square' ran out of time"]
    assert rows["torn"]["reason"] == "p1.ipynb: not JSON"
    assert rows["empty"]["reason"] == "it holds no notebook"
    assert rows["right"]["score"] == 2 + 1 + 3 + 1 + 2
    assert rows["right"]["needs_manual_grade"]
    assert data["slowest_cells"][0]["student"] == "looping"


def test_only_what_changed_is_graded_again(both):
    assert both.second.status == 0, both.second.err
    data = json.loads(both.second.out)
    assert (data["graded"], data["done_before"], data["failed"]) == (1, 4, 0)


def test_bar_counts(both):
    last = both.first.err.strip().splitlines()[-1]
    assert "5 graded, 2 failed, 0 remaining" in last


def test_feedback_can_be_made(both):
    result = step(both.roots[1], "generate_feedback", NAME, "right")
    assert result["success"], result["log"]
    page = both.roots[1] / "feedback" / "right" / NAME / "p1.html"
    assert "Well said." in page.read_text()


def test_summary_ends_with_what_to_do_next(both, capsys, monkeypatch):
    monkeypatch.chdir(both.roots[1] / "source")  # above it is the course
    chosen = ["--student", "empty", "--student", "blank"]
    assert main(["grade", NAME, *chosen]) == 1
    out = capsys.readouterr().out
    assert "empty    it holds no notebook" in out
    assert "ps1: 0 graded, 1 done before, 1 failed." in out
    assert out.rstrip().endswith("again; only those are graded.")
    assert main(["grade", NAME, *chosen[2:]]) == 0
    assert "1 of 1 wait for points by hand" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["ps"], "ps1: 0 graded, 1 done before"),
        (["psi1"], "no assignment 'psi1'. Did you mean ps1? There are: ps1."),
        ([NAME, "--student", "rihgt"], "rihgt has not handed in ps1"),
        ([NAME, "--db", "sqlite:///none.db"], "There is no gradebook none.db. Run"),
        ([NAME, "--db", "nonsense"], "'nonsense' is no address of a gradebook"),
        ([NAME, "--db", "sqlite:////dev/null/x.db"], "There is no gradebook /dev/null"),
        ([NAME, "--regrade", "--scheduler", "tcp://127.0.0.1:9"], "does not answer"),
    ],
)
def test_errors_say_what_to_do(both, capsys, monkeypatch, arguments, text):
    monkeypatch.chdir(both.roots[1])
    monkeypatch.setattr("course_utils.grading.cluster.ANSWER", 1)
    if "--student" not in arguments:
        arguments = [*arguments, "--student", "blank"]
    assert main(["grade", *arguments]) in (0, 2)
    printed = capsys.readouterr()
    assert text in printed.out + printed.err
    assert "Traceback" not in printed.err


def test_nothing_handed_in_and_no_course(tmp_path, both, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["grade", NAME]) == 2
    assert "no nbgrader_config.py here or above" in capsys.readouterr().err
    for name in ("nbgrader_config.py", "gradebook.db"):
        shutil.copy(both.roots[1] / name, tmp_path)
    assert main(["grade", NAME]) == 2
    assert "Nobody has handed in ps1" in capsys.readouterr().err
    (tmp_path / "nbgrader_config.py").write_text("c.Nothing = = 1")
    assert main(["grade", NAME]) == 2
    assert "nbgrader_config.py cannot be used" in capsys.readouterr().err
