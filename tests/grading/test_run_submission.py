"""Grading one submission: a pure function with budgets, and a reason for each end."""

import os
from dataclasses import replace

import pytest

from course_utils.grading import submissions
from course_utils.grading.course import open_assignment, open_course
from course_utils.grading.execute import DEAD, DEAF, LATE
from course_utils.grading.job import File, versions
from course_utils.grading.run import Grading, Options
from course_utils.grading.submissions import (
    UnreadableError,
    assignment_digest,
    digest,
    read_folder,
    students,
)
from course_utils.grading.worker import WrongVersionsError, grade_submission
from tests.grading.classroom import CONFIG, NAME, RIGHT, hand_in, make_course

# From nbgrader's own way of building a submission.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which a cell may take two seconds."""
    root = tmp_path_factory.mktemp("course")
    make_course(root, CONFIG.replace("timeout = 3", "timeout = 2"))
    opened = open_course(root)
    os.environ.pop("FROM_SETTINGS")
    return opened


@pytest.fixture(scope="module")
def grading(course):
    return Grading(course, open_assignment(course, NAME), Options())


def job(grading, answers=None, **options):
    """A job for a fresh submission."""
    hand_in(grading.course.root, "someone", {**RIGHT, **(answers or {})}, **options)
    return grading.job("someone")


def scores(result, notebook="p1"):
    return {
        name: score for name, (score, _) in result.notebooks[notebook].grades.items()
    }


def stops(result):
    return {cell.name: cell.stopped for cell in result.cells if cell.stopped}


def test_same_job_same_result(grading):
    one = job(grading)
    first, second = grade_submission(one), grade_submission(one)
    assert first.notebooks == second.notebooks
    assert first.notebooks["p1"].grades["test-partly"] == (3, False)
    assert [f.path for f in first.autograded] == [f.path for f in second.autograded]
    assert first.folders == second.folders == {".": 0o755}
    assert not any(b"/course-grade-" in file.content for file in first.autograded)
    assert not first.contended
    assert first.reason == ""
    assert {cell.name for cell in first.cells} > {"load", "square", "test-five", "#3"}
    assert first.wall > 0 < first.cpu


def test_dead_kernel_keeps_what_was_scored_and_says_where(grading):
    kill = "import os\nprint('mine', flush=True)\nos._exit(1)"
    result = grade_submission(job(grading, {"free": kill}))
    assert result.reason == ""
    assert stops(result) == {"free": DEAD}
    assert scores(result)["test-square"] == 2
    assert scores(result, "p2")["test-five"] == 2
    assert result.contended  # it may have been killed for memory of others
    early = grade_submission(job(grading, {"square": kill}))
    assert scores(early)["test-square"] == 0
    book = next(f.content.decode() for f in early.autograded if f.path == "p1.ipynb")
    assert "This cell did not run: the kernel died in the cell 'square'." in book


def test_sleeper_is_run_again_alone_and_a_busy_cell_is_not(grading):
    asleep = {"square": "import time\nsquare = lambda x: x * x\ntime.sleep(9)"}
    result = grade_submission(job(grading, asleep))
    assert stops(result) == {"square": LATE}
    assert result.contended
    assert result.cpu < 2  # most of its time it waited


def test_used_up_cpu_decides(grading):
    """Two processes compute, so that CPU runs out before the clock does."""
    busy = """import subprocess, sys
square = lambda x: x * x
loop = "import time\\nwhile time.process_time() < 4: pass"
two = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(2)]
[process.wait() for process in two]"""
    result = grade_submission(job(grading, {"square": busy}))
    cell = next(cell for cell in result.cells if cell.name == "square")
    assert cell.stopped == LATE
    assert result.contended == (cell.cpu < 0.97 * 2)


def test_cell_that_ignores_its_interrupt_costs_itself_and_the_rest(grading):
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    deaf += "while True: pass"
    result = grade_submission(job(grading, {"free": deaf}))
    assert stops(result) == {"free": DEAF}
    assert scores(result)["test-square"] == 2
    assert scores(result, "p2")["test-five"] == 2


@pytest.mark.parametrize(
    "lay",
    [
        "os.symlink({outside!r}, 'p1.ipynb')",
        "os.link({outside!r}, 'p1.ipynb')",
        "os.mkfifo('p1.ipynb')",
    ],
    ids="link,hard link,pipe".split(","),
)
def test_what_a_cell_lays_in_the_place_of_its_notebook_is_not_written_through(
    grading, lay
):
    outside = grading.course.root / "outside.txt"
    outside.write_text("untouched")
    lay = lay.format(outside=str(outside))
    answers = {"free": f"import os\nos.remove('p1.ipynb')\n{lay}"}
    result = grade_submission(job(grading, answers))
    assert scores(result)["test-square"] == 2
    assert "p1.ipynb" in {file.path for file in result.autograded}
    assert outside.read_text() == "untouched"


def test_folder_in_the_place_of_a_notebook_is_a_reason(grading):
    answers = {"free": "import os\nos.remove('p1.ipynb')\nos.mkdir('p1.ipynb')"}
    result = grade_submission(job(grading, answers))
    assert result.reason == (
        "p1.ipynb: a cell put something else where it is to be saved"
    )


def test_budget_of_the_whole_submission(grading):
    slow = {"square": "square = lambda x: x * x\nwhile True: pass"}
    result = grade_submission(replace(job(grading, slow), seconds=1.5))
    assert stops(result) == {"square": LATE}
    assert scores(result)["test-square"] == 0
    assert scores(result, "p2")["test-five"] == 0


def test_kernels_have_one_thread_and_the_settings_of_the_course(grading, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    shown = "import os\nassert os.environ['OMP_NUM_THREADS'] == '1'\n"
    shown += "assert os.environ['FROM_SETTINGS'] == '7'\n"
    shown += "assert os.environ['PYTHONHASHSEED'] == '0'\n"
    answers = {"square": shown + RIGHT["square"]}
    result = grade_submission(job(grading, answers))
    assert scores(result)["test-square"] == 2


def test_other_versions_are_refused(grading):
    other = {**versions(), "torch": "1.0"}
    with pytest.raises(WrongVersionsError, match=r"torch .* instead of 1\.0"):
        grade_submission(replace(job(grading), versions=other))


def broken(file, content):
    return replace(file, content=content)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("p1.ipynb", b"", "p1.ipynb: not JSON"),
        ("p1.ipynb", b"\xff\xfe", "p1.ipynb: UnicodeDecodeError: "),
        ("p1.ipynb", b'{"cells": 3}', "p1.ipynb: TypeError: "),
        ("p1.ipynb", b"[" * 100_000, "p1.ipynb: RecursionError"),
        ("timestamp.txt", b"soon", "timestamp.txt holds no date"),
    ],
)
def test_unreadable_submission_has_a_reason_and_is_not_tried_again(
    grading, name, content, reason
):
    given = job(grading)
    files = tuple(
        replace(f, content=content) if f.path == name else f for f in given.submitted
    )
    result = grade_submission(replace(given, submitted=files))
    assert reason in result.reason
    assert "/course-grade-" not in result.reason
    assert (result.notebooks, result.contended) == ({}, False)


def test_wrong_schema_version_has_a_reason(grading):
    given = job(grading)
    old, new = b'"schema_version": 3', b'"schema_version": 9'
    files = tuple(
        replace(f, content=f.content.replace(old, new)) for f in given.submitted
    )
    result = grade_submission(replace(given, submitted=files))
    assert "p1.ipynb: SchemaTooNewError: Schema version is too new" in result.reason


def test_pipes_and_links_are_left_out(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/hostname")
    (tmp_path / "folder").symlink_to("/etc")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("b")
    files, notes = read_folder(tmp_path, ["__pycache__"])
    assert [file.path for file in files] == ["a.txt"]
    assert [note.split()[0] for note in notes] == ["'folder'", "'link'", "'pipe'"]


def test_too_much_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(UnreadableError, match="too large at 'a'"):
        read_folder(tmp_path, most=4)
    assert read_folder(tmp_path, most=5)[0][0].content == b"12345"
    deep = tmp_path
    for _ in range(30):
        deep = deep / "d"
    deep.mkdir(parents=True)
    with pytest.raises(UnreadableError, match="nested deeper"):
        read_folder(tmp_path)


def test_folder_of_very_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_FILES", 3)
    for number in range(3):
        (tmp_path / str(number)).touch()
    assert len(read_folder(tmp_path)[0]) == 3
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="more than 3 files"):
        read_folder(tmp_path)


def test_key_tells_contents_and_names_apart():
    one, other = File("a", 0o644, b"1"), File("b", 0o644, b"1")
    keys = {digest((one,)), digest((other,)), digest((broken(one, b"2"),))}
    assert len(keys) == 3
    assert digest((replace(one, mode=0o600),)) in keys


def test_version_of_the_assignment_is_what_its_cells_say(course, grading):
    rows = grading.assignment.rows
    same = {**rows, "source_cell": rows["source_cell"][::-1]}
    assert assignment_digest(same, (), []) == assignment_digest(rows, (), [])
    cells = [dict(row) for row in rows["grade_cells"]]
    cells[0]["max_score"] += 1
    more = {**rows, "grade_cells": cells}
    assert assignment_digest(more, (), []) != assignment_digest(rows, (), [])
    helper = (File("helper.py", 0o644, b""),)
    assert assignment_digest(rows, helper, []) != assignment_digest(rows, (), [])


def test_students_with_odd_names_are_found(course):
    for name in ("a b", "ü.x", "[odd]"):
        hand_in(course.root, name)
    (course.root / "submitted" / "none" / "other").mkdir(parents=True)
    assert {"a b", "ü.x", "[odd]"} < set(students(course.folders, NAME))
    assert "none" not in students(course.folders, NAME)


def test_odd_name_is_graded(grading, course):
    hand_in(course.root, "[odd] ü", RIGHT)
    result = grade_submission(grading.job("[odd] ü"))
    assert result.reason == ""
    assert scores(result)["test-square"] == 2
