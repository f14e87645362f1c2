"""What a student's code prints, warns or logs stays away from the verdict."""

import subprocess
import sys

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course_utils.exercises.quiet import quiet

NOISE = {
    "print": "print('x', file=sys.stderr)",
    "warning": "warnings.warn('x')",
    "warning as error text": "warnings.showwarning('x', UserWarning, 'f', 1)",
    "log": "logging.warning('x')",
    "log set up before": "LOG.warning('x')",
    "stream kept": "print('x', file=ERR); OUT.write('x'); ERR.flush()",
    "descriptor": "os.write(2, b'x'); os.write(1, b'x')",
    "program": "subprocess.run('echo x; echo x >&2', shell=True)",
    "torch": "torch.tensor(torch.ones(1))",
    "numpy": "numpy.array([1.0]) / 0",
}
BEFORE = """
import logging, os, subprocess, sys, warnings, numpy, torch
ERR, OUT = sys.stderr, sys.stdout
LOG = logging.getLogger("mine")
LOG.addHandler(logging.StreamHandler())
def run(code):
    exec(code)
"""


@pytest.fixture(scope="module")
def outputs():
    """Outputs of a kernel's cells that run each kind of noise inside quiet()."""
    cells = [new_code_cell(BEFORE)]
    for code in NOISE.values():
        quietly = f"with quiet():\n    run({code!r})\nprint('after')"
        source = f"from course_utils.exercises.quiet import quiet\n{quietly}"
        cells.append(new_code_cell(source))
    book = new_notebook(cells=cells)
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return dict(zip(NOISE, (cell.outputs for cell in book.cells[1:]), strict=True))


@pytest.mark.parametrize("kind", NOISE)
def test_nothing_reaches_the_cell(outputs, kind):
    found = [(o.output_type, o.get("name"), o.get("text")) for o in outputs[kind]]
    assert found == [("stream", "stdout", "after\n")]


def test_nothing_reaches_a_terminal():
    code = f"""{BEFORE}
from course_utils.exercises.quiet import quiet
for kind, noise in {NOISE!r}.items():
    with quiet():
        run(noise)
    print("after", kind)
    print("after", kind, file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    text = "".join(f"after {kind}\n" for kind in NOISE)
    assert (run.returncode, run.stdout, run.stderr) == (0, text, text)


def test_streams_come_back_after_an_error(capfd):
    before = sys.stdout, sys.stderr
    with pytest.raises(ZeroDivisionError), quiet():
        print(1 / (len("inside") - 6))
    assert (sys.stdout, sys.stderr) == before
    print("after")
    print("after", file=sys.stderr)
    assert capfd.readouterr() == ("after\n", "after\n")


def test_calls_inside_calls(capfd):
    with quiet():
        with quiet():
            print("inside")
        print("between")
    print("after")
    assert capfd.readouterr() == ("after\n", "")


def test_what_was_written_before_is_kept():
    source = "print('before', end='')\nwith quiet():\n    print('x')\nprint('after')"
    setup = "from course_utils.exercises.quiet import quiet"
    book = new_notebook(cells=[new_code_cell(f"{setup}\n{source}")])
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    assert [o.text for o in book.cells[0].outputs] == ["beforeafter\n"]
