"""Importing the package and asking `course` for help are light."""

import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "numpy",
    "matplotlib",
    "IPython",
    "nbformat",
    "nbclient",
    "tokenizers",
}
LOADED = "print('loaded', *sorted({name.split('.')[0] for name in sys.modules}))"


@pytest.mark.parametrize(
    "statement",
    ["import course_utils", "from course_utils.cli import main; main(['--help'])"],
)
def test_nothing_heavy_is_imported(statement):
    code = f"import sys, atexit\natexit.register(lambda: {LOADED})\n{statement}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    *_, last = run.stdout.splitlines()
    loaded = set(last.split())
    assert "course_utils" in loaded
    assert not HEAVY & loaded
