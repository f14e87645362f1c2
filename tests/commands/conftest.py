"""A small course in a temporary folder, and the command run inside it."""

import pytest

from course_utils.cli import main
from tests.commands.demo import write_course


@pytest.fixture
def course(tmp_path, monkeypatch, capsys):
    """Folder of a small course; the working directory for the test."""
    monkeypatch.chdir(write_course(tmp_path))
    # `course check` sets this for its kernel, from a file of the class.
    monkeypatch.setenv("COURSE_CLASS_SECRET", "hidden states")
    return tmp_path


@pytest.fixture
def run(course, capsys):
    """Runs `course ...`; returns its exit status, output and errors."""

    def run(*arguments):
        status = main(list(arguments))
        return (status, *capsys.readouterr())

    return run
