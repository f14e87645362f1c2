"""Which modules of the package a submission reaches."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_utils.exercises import Check, Feedback
from course_utils.exercises.sources import executed_sources, imported_answers

TRACING, LAYERS = "course_utils.tracing", "course_utils.layers"


@pytest.mark.parametrize(
    "source",
    [
        "from course_utils.tracing import run_stack",
        "from course_utils.tracing import *",
        "import course_utils.tracing",
        "import course_utils.tracing as t",
        "import numpy, course_utils.tracing",
        "from course_utils import tracing",
        "from course_utils import layers, tracing as t",
        "def f():\n    from course_utils.tracing import run_stack",
        "import course_utils\ncourse_utils.tracing.run_stack",
        "import course_utils as c\nc.tracing.run_stack",
        "from importlib import import_module\nimport_module('course_utils.tracing')",
        "__import__('course_utils.tracing')",
        "import sys\nsys.modules['course_utils.tracing']",
        "exec('from course_utils.tracing import run_stack')",
        "eval(\"__import__('course_utils.tracing')\")",
        "exec('''\nimport course_utils\nr = course_utils.tracing.run_stack\n''')",
        "from course_utils.tracing import run_stack\ndef (",
        "%%time\nfrom course_utils.tracing import run_stack",
    ],
)
def test_reached(source):
    assert imported_answers([LAYERS, TRACING], [source, "x = 1"]) in (LAYERS, TRACING)
    assert imported_answers([TRACING], ["x = 1", source]) == TRACING


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np",
        "from course_utils.layers import Layer",
        "import course_utils",
        "import course_utils\ncourse_utils.layers.Layer",
        "from course_utils.tracing_tools import x",
        "tracing = 1\ntracing.run_stack",
        "# course_utils.tracing has this",
        '"""Like course_utils.tracing, but my own."""',
        "from . import tracing",
        "from other.course_utils.tracing import x",
        "x = c.course_utils.tracing",
        "",
        "def (",
        "x = '\x00'",
    ],
)
def test_not_reached(source):
    assert imported_answers([TRACING], [source]) is None


def test_cells_of_this_kernel():
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("a = 1", store_history=True)
        shell.run_cell("def (", store_history=True)
        assert executed_sources()[-2:] == ["a = 1", "def ("]
    finally:
        InteractiveShell.clear_instance()


def test_outside_a_kernel_there_is_none():
    assert executed_sources() == []


def test_check_tells_what_to_do(monkeypatch):
    source = "from course_utils.tracing import run_stack"
    monkeypatch.setattr(
        "course_utils.exercises.check.executed_sources", lambda: [source]
    )
    with Check("t1 · thing", answers_in=["layers"]):
        pass
    with pytest.raises(Feedback) as caught, Check("t1 · thing", answers_in=["tracing"]):
        pass
    text = " ".join(str(caught.value).split())
    assert "course_utils.tracing, which holds the finished answer" in text
    assert "restart the kernel" in text
