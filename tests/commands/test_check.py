"""`course check`: points, feedback, and a line for every notebook it cannot use."""

import json
import os
import shutil
import signal
import subprocess
import sys

import nbformat
import pytest
from nbformat import v4
from traitlets.config import PyFileConfigLoader

from course_utils.commands import kernel
from tests.commands.demo import NAME, ROOT, hand_in, notebook, released

ANSWERS = {
    "double": "def double(x):\n    return x + x",
    "ORDER": 'ORDER = ["A", "B", "D", "C"]',
}


def answered(**change):
    """The student version with answers in it."""
    book = released()
    for cell in book.cells:
        cell.source = {**ANSWERS, **change}.get(cell.id, cell.source)
    return book


def points_of(out):
    """Exercise -> points, out of the JSON report."""
    cells = json.loads(out)[NAME]["cells"]
    return {cell["name"]: cell["points"] for cell in cells}


@pytest.fixture
def check(course, run):
    """Hands a notebook in and checks it; returns (status, report, errors)."""

    def check(book):
        hand_in(course, book)
        status, out, err = run("check", NAME, "--json")
        return status, json.loads(out)[NAME], err

    return check


class TestReport:
    """What is printed for whom."""

    def test_full_marks(self, course, run):
        hand_in(course, notebook())
        status, out, err = run("check")
        assert (status, err) == (0, "")
        rows = [" ".join(row.split()) for row in out.splitlines() if row]
        assert rows == [
            NAME,
            "✓ double 6 of 6",
            "✓ ORDER 3 of 3",
            "✎ WHY graded by hand, 1 points",
            "together 9 of 9 points",
        ]

    def test_feedback_of_partial_and_no_credit(self, course, run):
        hand_in(course, answered(double="def double(x):\n    return 2"))
        status, out, err = run("check", "d1")
        assert (status, err) == (1, "")
        assert "✗ double" in out
        assert "tried     double(5)" in out
        assert "◐ ORDER" in out
        assert "moved  1 block(s)" in out
        assert "\x1b" not in out

    def test_json(self, course, run):
        hand_in(course, answered())
        status, out, err = run("check", "--json")
        assert (status, err) == (1, "")
        report = json.loads(out)[NAME]
        assert (report["most"], report["hidden_tests"], report["notes"]) == (
            9,
            True,
            [],
        )
        assert report["points"] == sum(points_of(out)[name] for name in ANSWERS)
        assert points_of(out)["WHY"] is None
        assert points_of(out)["double"] == 6

    def test_student_version_gets_nothing(self, check):
        status, report, _ = check(released())
        assert (status, report["points"], report["most"]) == (1, 0, 9)

    def test_without_solutions_the_visible_tests_run(self, course, run):
        shutil.rmtree(course / "solutions")
        hand_in(course, answered(double="def double(x):\n    return 2"))
        status, out, _ = run("check")
        assert status == 0
        assert "Only the visible tests ran" in out
        assert "9 of 9 points" in out

    def test_failed_answer_cells_are_named(self, check):
        book = answered(double="def double(:")
        book.cells.append(v4.new_code_cell("1 / 0"))
        _, report, _ = check(book)
        syntax, own = report["notes"]
        assert syntax.startswith("The cell 'double' ended with an error: SyntaxError")
        assert own.endswith(
            "number 8 ended with an error: ZeroDivisionError: division by zero"
        )
        feedback = report["cells"][0]["feedback"]
        assert "finding the name double" in feedback

    def test_progress_bar_on_a_terminal(self, course, run, monkeypatch):
        hand_in(course, notebook())
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        assert f"{NAME}: " in run("check")[2]
        assert run("check", "--json")[2] == ""


class TestWhatRuns:
    """The learner's answers against the instructor's tests, in a copy."""

    def test_nothing_in_the_folder_changes(self, course, check):
        code = "open('made.txt', 'w').write(open('table.csv').read())"
        table = course / "work" / NAME / "table.csv"
        table.parent.mkdir(parents=True)
        table.write_text("1,2")
        book = answered(ORDER=f"{code}\n{ANSWERS['ORDER']}")
        path = hand_in(course, book)
        before = path.read_bytes()
        _, report, _ = check(book)
        assert report["notes"] == []
        assert path.read_bytes() == before
        assert sorted(os.listdir(path.parent)) == [f"{NAME}.ipynb", "table.csv"]

    def test_kernel_has_one_thread_and_this_python(self, course, check, monkeypatch):
        monkeypatch.setenv("JUPYTER_PATH", str(broken_kernel(course)))
        code = """
import os, sys
assert os.environ["OMP_NUM_THREADS"] == "1"
assert sys.executable == {!r}
assert "torch" not in globals() and "numpy" not in globals()
"""
        book = answered(ORDER=code.format(sys.executable) + ANSWERS["ORDER"])
        assert check(book)[1]["notes"] == []

    def test_prints_and_warnings_cost_nothing(self, check):
        code = """
import sys, warnings
warnings.warn("loading")
print("loading", file=sys.stderr)
def double(x):
    print("working", file=sys.stderr)
    warnings.warn("slow")
    return 2 * x"""
        assert check(answered(double=code))[1]["cells"][0]["points"] == 6

    def test_changed_cells_are_restored(self, check):
        book = answered(double="def double(x):\n    return 0")
        by_id = {cell.id: cell for cell in book.cells}
        by_id["double-check"].source = "6"
        by_id["double-check"].metadata["tags"] = ["skip-execution"]
        by_id["double-check"].metadata["nbgrader"]["points"] = 60
        by_id["ORDER-check"].metadata["nbgrader"]["grade"] = False
        by_id["setup"].source = "raise SystemExit"
        by_id["setup"].metadata["nbgrader"]["locked"] = False
        status, report, _ = check(book)
        assert (status, report["notes"], report["most"]) == (1, [], 9)
        assert report["cells"][0]["points"] == 0

    def test_answer_in_a_cell_of_another_kind_counts(self, check):
        book = answered()
        cell = v4.new_raw_cell(ANSWERS["double"], id="double")
        cell.metadata = book.cells[2].metadata
        book.cells[2] = cell
        assert check(book)[1]["cells"][0]["points"] == 6

    def test_outputs_in_the_file_do_not_count(self, check):
        book = released()
        data = {"text/plain": "3"}
        book.cells[5].outputs = [
            v4.new_output("execute_result", data, execution_count=1)
        ]
        assert check(book)[1]["points"] == 0

    def test_own_cells_run_in_their_place(self, check):
        book = answered(double="double = helper")
        book.cells.insert(2, v4.new_code_cell("def helper(x):\n    return 2 * x"))
        assert check(book)[1]["cells"][0]["points"] == 6

    def test_foreign_marks_are_no_points(self, check):
        book = answered()
        extra = v4.new_code_cell("1")
        extra.metadata["nbgrader"] = {
            **book.cells[3].metadata["nbgrader"],
            "grade_id": "x",
        }
        book.cells.append(extra)
        assert [cell["name"] for cell in check(book)[1]["cells"]] == [
            "double",
            "ORDER",
            "WHY",
        ]

    @pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
    def test_notebook_without_cell_ids_or_with_equal_ones(self, check):
        book = answered()
        for cell in book.cells:
            cell.id = "same"
        _, report, err = check(book)
        assert (report["cells"][0]["points"], err) == (6, "")
        for cell in book.cells:
            del cell["id"]
        book.nbformat_minor = 4
        _, report, err = check(book)
        assert (report["cells"][0]["points"], err) == (6, "")

    def test_deleted_set_up_cell_is_noted(self, check):
        book = answered()
        del book.cells[1]
        _, report, _ = check(book)
        assert report["notes"] == [
            "The cell 'setup' is missing, which other cells may need."
        ]

    def test_secret_of_the_class_reaches_the_kernel(self, course, check):
        (course / ".class_secret").write_text("of our class\n")
        code = "import os\nassert os.environ['COURSE_CLASS_SECRET'] == 'of our class'\n"
        assert check(answered(ORDER=code + ANSWERS["ORDER"]))[1]["notes"] == []


def broken_kernel(folder):
    """A place with a kernel "python3" that does not start."""
    place = folder / "jupyter" / "kernels" / "python3"
    place.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "Broken", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec))
    return place.parent.parent


class TestTrouble:
    """Kernels that die or hang, and Ctrl-C."""

    def test_dead_kernel(self, course):
        hand_in(course, answered(ORDER="import os; os._exit(1)"))
        command = [sys.executable, "-m", "course_utils.cli", "check", "--json"]
        done = subprocess.run(command, cwd=course, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (1, "")
        report = json.loads(done.stdout)[NAME]
        assert [cell["points"] for cell in report["cells"]] == [6, 0, None]
        assert report["notes"] == [kernel.DIED]
        assert report["cells"][1]["feedback"] == f"It did not run. {kernel.DIED}"

    def test_exit_in_an_answer(self, check):
        status, report, err = check(answered(ORDER="exit()"))
        assert (status, err) == (1, "")
        assert report["cells"][0]["points"] == 6

    def test_cell_that_takes_too_long(self, check, monkeypatch):
        monkeypatch.setattr(kernel, "CELL_SECONDS", 1)
        code = "def double(x):\n    while True: pass"
        status, report, err = check(answered(double=code))
        assert (status, err) == (1, "")
        late = "Stopped: the cell ran for more than 1 seconds."
        assert report["cells"][0]["feedback"] == late
        assert report["cells"][1]["points"] > 0

    def test_cell_that_cannot_be_interrupted(self, check, monkeypatch):
        monkeypatch.setattr(kernel, "CELL_SECONDS", 1)
        code = "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass"
        status, report, err = check(answered(ORDER=code))
        assert (status, err) == (1, "")
        assert [cell["points"] for cell in report["cells"]] == [6, 0, None]
        assert "could not be interrupted" in report["notes"][0]

    def test_limit_is_the_one_of_nbgrader(self):
        loader = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT))
        assert loader.load_config().ExecutePreprocessor.timeout == kernel.CELL_SECONDS

    def test_control_c(self, course, tmp_path):
        mark = tmp_path / "kernel.pid"
        code = f"""
import os, time
with open({str(mark) + "~"!r}, "w") as file:
    file.write(str(os.getpid()))
os.rename({str(mark) + "~"!r}, {str(mark)!r})
time.sleep(600)"""
        hand_in(course, answered(ORDER=code))
        command = [sys.executable, "-m", "course_utils.cli", "check"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=course, text=True, **pipes) as process:
            while not mark.exists():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
        assert (process.returncode, out, err) == (130, "", "\nStopped.\n")
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)


def damaged(kind):
    """The text of a notebook file that cannot be checked."""
    book = released()
    if kind == "without a cell":
        del book.cells[3]
    elif kind == "without two cells":
        del book.cells[2:4]
    elif kind == "a cell twice":
        book.cells.append(nbformat.from_dict(book.cells[3]))
    elif kind == "format 3":
        return json.dumps(
            {"nbformat": 3, "nbformat_minor": 0, "worksheets": [], "metadata": {}}
        )
    elif kind == "no cells":
        return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    elif kind == "a cell of no kind":
        book.cells[1].cell_type = "video"
    elif kind == "cells without source":
        del book.cells[1]["source"]
    return json.dumps(book)


BROKEN = {
    "cut off": '{"cells": [',
    "empty": "",
    "not JSON": "hello",
    "a list": "[]",
    "a number": "3",
    "an object": "{}",
    "deep": "[" * 100_000,
}
KINDS = {
    "without a cell": "lacks the cell 'double-check'. Copy what is missing back",
    "without two cells": "lacks the cells 'double', 'double-check'. Copy what",
    "a cell twice": "holds the cell 'double-check' twice. Delete one of the two",
    "format 3": "not a notebook that can be read: its format is 3, not 4",
    "no cells": "not a notebook that can be read",
    "a cell of no kind": "not a notebook that can be read",
    "cells without source": "not a notebook that can be read",
}


class TestBadInput:
    """One line that names the thing and the remedy."""

    def one_line(self, outcome):
        status, out, err = outcome
        assert (status, out) == (2, "")
        assert err.startswith("course: ")
        assert err.count("\n") == 1
        return err

    @pytest.mark.parametrize("kind", [*BROKEN, *KINDS])
    def test_damaged_notebook(self, course, run, kind):
        path = hand_in(course, released())
        path.write_text(BROKEN[kind] if kind in BROKEN else damaged(kind))
        err = self.one_line(run("check"))
        assert str(path) in err
        assert KINDS.get(kind, "is not") in err
        assert f"`course reset {NAME}`" in err or "Delete one" in err

    def test_binary_file(self, course, run):
        path = hand_in(course, released())
        path.write_bytes(b"\xff\xfe\x00")
        assert f"{path} is not text." in self.one_line(run("check"))

    def test_missing_notebook(self, course, run):
        err = self.one_line(run("check", NAME))
        assert err.endswith(
            f"{NAME}.ipynb does not exist. Run `course start {NAME}`.\n"
        )

    def test_nothing_started(self, run):
        err = self.one_line(run("check"))
        assert err == "course: work/ holds no assignment yet. Run `course start`.\n"

    def test_damaged_solution(self, course, run):
        hand_in(course, released())
        (course / "solutions" / NAME / f"{NAME}.ipynb").write_text("{}")
        err = self.one_line(run("check"))
        assert f"`git checkout solutions/{NAME}`" in err

    def test_something_that_is_no_file_in_the_folder(self, course, run):
        path = hand_in(course, released())
        os.mkfifo(path.parent / "pipe")
        assert "pipe" in self.one_line(run("check"))

    def test_kernel_that_does_not_start(self, course, run, monkeypatch):
        hand_in(course, released())
        monkeypatch.setattr(kernel.sys, "executable", shutil.which("false"))
        err = self.one_line(run("check"))
        assert err == "course: The kernel did not start. Run `course doctor`.\n"

    def test_one_bad_notebook_does_not_stop_the_others(self, course, run):
        for folder in ("solutions", "assignments", "work"):
            place = course / folder / "d2_other"
            shutil.copytree(course / "solutions" / NAME, place)
            (place / f"{NAME}.ipynb").rename(place / "d2_other.ipynb")
        hand_in(course, released()).write_text("hello")
        status, out, err = run("check")
        assert status == 2
        assert "9 of 9 points" in out
        assert err.count("\n") == 1
        status, out, _ = run("check", "--json")
        found = json.loads(out)
        assert "is not JSON" in found[NAME]["error"]
        assert found["d2_other"]["points"] == 9


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))
)
def test_real_assignments(course, run, name):
    """The solution has full marks, the student version none."""
    for folder in ("solutions", "assignments"):
        shutil.copytree(ROOT / folder / name, course / folder / name)
    shutil.copytree(course / "solutions" / name, course / "work" / name)
    status, out, err = run("check", name, "--json")
    report = json.loads(out)[name]
    assert (status, err, report["notes"]) == (0, "", [])
    by_hand = sum(c["most"] for c in report["cells"] if c["points"] is None)
    assert report["points"] == 100 - by_hand
    assert run("reset", name)[0] == 0
    status, out, err = run("check", name, "--json")
    report = json.loads(out)[name]
    assert (status, err, report["points"]) == (1, "", 0)
