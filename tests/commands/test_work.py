"""Learners' copies: made once, set aside on request, never overwritten."""

import os
import re
import shutil

import pytest

from course_utils.commands import work
from tests.commands.demo import NAME, hand_in, notebook

COPY = f"work/{NAME}/{NAME}.ipynb"


def files(folder):
    """Path and content of every file below a folder."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_start_copies_what_is_missing(course, run):
    (course / "assignments" / NAME / "data").mkdir()
    (course / "assignments" / NAME / "data" / "table.csv").write_text("1,2")
    assert run("start") == (0, f"{COPY}: ready\n", "")
    assert files(course / "work" / NAME) == files(course / "assignments" / NAME)
    assert os.listdir(course / "work") == [NAME]


def test_copies_of_read_only_files_can_be_written(course, run):
    for path in (course / "assignments").rglob("*"):
        path.chmod(path.stat().st_mode & ~0o222)
    run("start")
    copies = [course / "work" / NAME, course / COPY]
    assert [path.stat().st_mode & 0o200 for path in copies] == [0o200, 0o200]


def test_start_never_overwrites(course, run):
    path = hand_in(course, notebook())
    (path.parent / "notes.txt").write_text("mine")
    before = files(course / "work")
    for arguments in (["start"], ["start", NAME], ["start", "d1"]):
        status, out, err = run(*arguments)
        assert (status, out, err) == (0, f"{COPY}: already there, left as it is\n", "")
    assert files(course / "work") == before


def test_start_adds_a_file_that_was_deleted(course, run):
    path = hand_in(course, notebook())
    path.rename(path.with_name("mine.ipynb"))
    assert run("start")[:2] == (0, f"{COPY}: ready\n")
    assert sorted(os.listdir(path.parent)) == [f"{NAME}.ipynb", "mine.ipynb"]
    released = course / "assignments" / NAME / f"{NAME}.ipynb"
    assert path.read_bytes() == released.read_bytes()


def test_reset_keeps_everything_also_within_a_second(course, run):
    path = hand_in(course, notebook())
    kept = []
    for text in ("first", "second", "third"):
        (path.parent / "notes.txt").write_text(text)
        status, out, err = run("reset", "d1")
        assert (status, err) == (0, "")
        folder = re.search(r"kept in (work/\S+)\.\n", out)[1]
        assert re.fullmatch(rf"work/{NAME}\.\d{{4}}(-\d\d){{2}}_\d\d.*", folder)
        kept.append((course / folder / "notes.txt").read_text())
        assert files(path.parent) == files(course / "assignments" / NAME)
    assert kept == ["first", "second", "third"]
    assert len(os.listdir(course / "work")) == 4


def test_reset_of_what_was_never_started(course, run):
    assert run("reset", NAME) == (0, f"{COPY}: fresh\n", "")


def test_set_aside_copies_are_no_assignments(course, run):
    hand_in(course, notebook())
    run("reset", NAME)
    run("start")
    assert len(os.listdir(course / "work")) == 2


@pytest.mark.parametrize("arguments", [["start", NAME], ["reset", NAME]])
def test_interrupted_copy_leaves_nothing_half_done(course, run, monkeypatch, arguments):
    path = hand_in(course, notebook()) if arguments[0] == "reset" else None
    before = files(course / "work") if path else {}

    def interrupted(source, target):
        target.mkdir()
        (target / "half.ipynb").write_text("{")
        raise KeyboardInterrupt

    monkeypatch.setattr(work.shutil, "copytree", interrupted)
    assert run(*arguments) == (130, "", "\nStopped.\n")
    assert files(course / "work") == before


@pytest.mark.parametrize("arguments", [["start", NAME], ["reset", NAME]])
def test_folder_that_cannot_be_written(course, run, arguments):
    (course / "work").write_text("in the way")
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"work/{NAME} cannot be written: File exists." in err


def test_failure_in_the_middle_of_a_reset_puts_the_old_folder_back(
    course, run, monkeypatch
):
    hand_in(course, notebook())
    before, rename = files(course / "work"), os.rename

    def full_disk(source, target):
        if ".copying-" in str(source):
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(work.os, "rename", full_disk)
    status, _, err = run("reset", NAME)
    assert status == 2
    assert "No space left on device. Nothing of yours was changed." in err
    assert files(course / "work") == before


@pytest.mark.parametrize("command", ["start", "reset", "check"])
class TestNames:
    """What the commands say about names that do not fit."""

    def test_unknown(self, run, command):
        status, out, err = run(command, "zzz")
        assert (status, out) == (2, "")
        assert err == f"course: There is no assignment 'zzz'. There are: {NAME}.\n"

    def test_nearly_right(self, run, command):
        assert f"Did you mean {NAME}?" in run(command, "d1_dmo")[2]

    def test_beginning_of_several(self, course, run, command):
        other = course / "assignments" / "d1_other" / "d1_other.ipynb"
        other.parent.mkdir()
        shutil.copy(course / "assignments" / NAME / f"{NAME}.ipynb", other)
        status, _, err = run(command, "d1")
        assert status == 2
        assert err == f"course: 'd1' may be {NAME} or d1_other: write more of it.\n"

    def test_no_assignment_at_all(self, course, run, command):
        shutil.rmtree(course / "assignments")
        status, out, err = run(command, NAME)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "assignments holds no assignment" in err

    def test_outside_the_course(self, run, command, tmp_path_factory, monkeypatch):
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        status, out, err = run(command, NAME)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "is not inside the course" in err


@pytest.mark.parametrize("form", ["d1", f"work/{NAME}", f"work/{NAME}/", COPY])
def test_forms_of_a_name(run, form):
    assert run("start", form) == (0, f"{COPY}: ready\n", "")
