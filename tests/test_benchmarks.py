"""The benchmarks' reports: tables, sections in place, runs in turn."""

import json
import re
import subprocess
import sys

import pytest

from benchmarks import __main__ as command
from benchmarks import lessons, report, startup, timing
from benchmarks.report import ROOT


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A file of results of the test's own."""
    path = tmp_path / "results.md"
    monkeypatch.setattr(report, "RESULTS", path)
    return path


def test_a_table_has_numbers_to_the_right():
    assert report.table(["run", "a", "b"], [["x", "1", "2"], ["y", "3", "4"]]) == (
        "| run | a | b |\n|---|--:|--:|\n| x | 1 | 2 |\n| y | 3 | 4 |"
    )


def test_a_table_without_rows_has_its_header():
    assert report.table(["run"], []) == "| run |\n|---|"


def test_the_first_section_makes_the_file(results):
    report.write_section("One", "text\n\n")
    assert results.read_text() == report.INTRODUCTION + "\n## One\n\ntext\n"


def test_a_section_takes_the_place_of_the_one_of_its_title(results):
    for title in ("One", "Two", "Three"):
        report.write_section(title, f"{title.lower()}\n\n### Below\n\n# no section")
    report.write_section("Two", "new")
    assert re.findall(r"(?m)^## (.+)$", results.read_text()) == ["One", "Two", "Three"]
    assert "\n## Two\n\nnew\n\n## Three\n\nthree\n\n### Below\n" in results.read_text()
    before = results.read_text()
    report.write_section("Two", "new")
    assert results.read_text() == before


def test_the_committed_results_are_written_as_they_stand(results):
    kept = (ROOT / "benchmarks" / "results.md").read_text()
    results.write_text(kept)
    title, text = re.search(r"(?ms)^## (.+?)\n\n(.+?)(?=^## |\Z)", kept).groups()
    report.write_section(title, text)
    assert results.read_text() == kept


def test_between_marks_the_text_is_replaced(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("before\n<!-- x -->\nold\n<!-- /x -->\nafter\n<!-- y -->\n")
    for _ in range(2):
        report.write_between(path, "x", "new")
        assert path.read_text() == (
            "before\n<!-- x -->\nnew\n<!-- /x -->\nafter\n<!-- y -->\n"
        )


@pytest.mark.parametrize("text", ["", "<!-- x -->\n", "<!-- /x -->", "<!-- z -->"])
def test_without_both_marks_nothing_is_written(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text)
    report.write_between(path, "x", "new")
    assert path.read_text() == text


def test_the_machine_is_one_line_that_names_versions(monkeypatch):
    monkeypatch.setattr(report, "version", {"torch": "1.2", "transformers": "3"}.get)
    line = report.machine()
    assert re.search(r", \d+ cores; .+; Python 3\.\d+\.\d+; torch 1\.2; ", line)
    assert re.search(r"; transformers 3; \d{4}-\d\d-\d\d$", line)
    assert "\n" not in line


def test_a_missing_package_is_absent():
    assert report.installed("no-such-package") == "absent"


@pytest.mark.parametrize(
    ("values", "form", "wanted"),
    [
        ([3.0, 1.0, 2.0], ".2f", ["1.00", "2.00", "3.00"]),
        ([1.0, 4.0], ".1f", ["1.0", "2.5", "4.0"]),
        ([7.4], ".0f", ["7", "7", "7"]),
    ],
)
def test_the_spread_is_least_median_and_most(values, form, wanted):
    assert timing.spread(values, form) == wanted


@pytest.fixture
def clock(monkeypatch):
    """CPU time that only passes when a run says so."""
    now = [0.0]
    monkeypatch.setattr(timing, "process_time", lambda: now[0])

    def passing(seconds):
        now[0] += seconds

    return passing


def test_two_runs_alternate_and_take_turns_to_begin(clock):
    order = []

    def first():
        order.append("a")
        clock(0.2)

    def second():
        order.append("b")
        clock(0.1)

    pairs = timing.in_turn(first, second, rounds=4)
    warming_up = "abb" + "a"  # the last one is timed, to find the repeats
    assert "".join(order) == warming_up + "ab" + "ba" + "ab" + "ba"
    assert pairs == [(pytest.approx(0.2), pytest.approx(0.1))] * 4


def test_short_runs_are_repeated_and_averaged(clock):
    counts = [0, 0]

    def run(which, seconds):
        counts[which] += 1
        clock(seconds)

    pairs = timing.in_turn(lambda: run(0, 0.01), lambda: run(1, 0.03), rounds=2)
    repeats = round(timing.LEAST_SECONDS / 0.01)
    assert counts == [2 + 2 * repeats, 2 + 2 * repeats]
    assert pairs == [(pytest.approx(0.01), pytest.approx(0.03))] * 2


def test_startup_compares_every_process_with_a_bare_one(monkeypatch):
    """Seconds (wall, CPU) by the command: 1 and 2 for the bare interpreter."""
    calls = []

    def run(made):
        calls.append(made)
        bare = made[-1] == "pass"
        return (1.0, 2.0) if bare else (1.5, 2.25)

    monkeypatch.setattr(startup, "run", run)
    title, text = startup.measure()
    assert title == "Start-up"
    assert len(calls) == 3 * (startup.ROUNDS + 1)
    assert [c[-1] for c in calls[:3]] == [c[-1] for c in calls[3:6]]  # in turn
    last = text.splitlines()[-1]
    assert last == (
        "| `import course_utils` over a bare interpreter "
        "| 500 | 500 | 500 | 250 | 250 | 250 |"
    )


def test_a_process_that_fails_stops_the_measuring():
    with pytest.raises(subprocess.CalledProcessError):
        startup.run([sys.executable, "-c", "raise SystemExit(1)"])


def test_lessons_write_their_table_into_the_readme_too(monkeypatch, tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_first.ipynb").touch()
    (tmp_path / "README.md").write_text("<!-- lessons -->\n<!-- /lessons -->")
    done = subprocess.CompletedProcess([], 0, json.dumps([12.4, 20.6, 1.234e9]), "")
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    monkeypatch.setattr(lessons.subprocess, "run", lambda *_, **__: done)
    title, text = lessons.measure()
    assert title == "Lessons"
    assert text.endswith(
        "| 01_first | 12 | 21 | 1.23 |\n| all lessons | 12 | 21 | 1.23 |"
    )
    readme = (tmp_path / "README.md").read_text()
    assert "| all lessons | 12 | 21 | 1.23 |\n<!-- /lessons -->" in readme
    done.returncode, done.stderr = 1, "it broke"
    with pytest.raises(SystemExit, match=r"01_first\.ipynb does not run:\nit broke"):
        lessons.measure()


def test_all_lessons_together_take_the_sum_and_the_highest_peak():
    text = lessons.report({"01_a": (10.4, 8.4, 1e9), "02_b": (20.4, 30.4, 5e8)})
    assert text.endswith("| all lessons | 31 | 39 | 1.00 |")


def test_a_lessons_kernel_is_measured(tmp_path):
    from nbformat import v4, write

    path = tmp_path / "lesson.ipynb"
    write(v4.new_notebook(cells=[v4.new_code_cell("x = bytearray(10)")]), path)
    command = [sys.executable, "-m", "benchmarks.lessons", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    wall, cpu, memory = json.loads(done.stdout)
    assert cpu > 0
    assert wall > 0
    assert 1e7 < memory < 1e9  # bytes: a kernel without torch


def test_the_command_refuses_unknown_names_before_it_measures(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "startup", "fly"])
    monkeypatch.setattr(command, "import_module", lambda _: pytest.fail("measures"))
    with pytest.raises(SystemExit) as stopped:
        command.main()
    assert stopped.value.code == 2
    there = ", ".join(command.NAMES)
    assert f"no benchmark 'fly'; there are {there}" in capsys.readouterr().err


def test_every_benchmark_that_is_offered_has_a_module():
    assert [
        n for n in command.NAMES if not (ROOT / f"benchmarks/{n}.py").is_file()
    ] == []
