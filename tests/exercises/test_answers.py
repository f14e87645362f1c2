"""Widgets below answer cells: silent where nobody looks, and no answer breaks them."""

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course_utils.exercises import answers
from course_utils.exercises.answers import INSTEAD, arrange, choose
from course_utils.widgets.ordering import Ordering
from course_utils.widgets.quiz import Quiz

BLOCKS = {"A": "one", "B": "two"}
CALLS = """
from course_utils.exercises.answers import arrange, choose
arrange("ORDER", {"A": "one", "B": "two"})
choose("Q1", "Q2", cell="questions", texts="questions-task")
"""
SPARE = """import sys
assert not {"anywidget", "ipywidgets", "torch"} & set(sys.modules)"""


@pytest.fixture
def shell(monkeypatch):
    """A notebook on a page, whose widgets are collected instead of shown."""
    shell = InteractiveShell.instance()
    monkeypatch.setattr(answers, "page_cell", lambda: "cell-id")
    yield shell
    shell.clear_instance()


def shown(monkeypatch, call):
    """The one widget that a call displays."""
    made = []
    monkeypatch.setattr("IPython.display.display", made.append)
    with capture_output() as said:
        call()
    assert (said.stdout, said.stderr) == ("", "")
    [widget] = made
    return widget


def test_a_script_hears_nothing(capsys):
    exec(CALLS, {})
    assert capsys.readouterr() == ("", "")


def test_grading_gets_one_line_each_and_loads_no_widgets():
    cells = [new_code_cell(CALLS + SPARE)]
    book = NotebookClient(new_notebook(cells=cells), kernel_name="python3").execute()
    [output] = book.cells[0].outputs
    assert (output.name, output.text) == ("stdout", f"{INSTEAD}\n{INSTEAD}\n")


def test_loading_it_is_light():
    code = f"import course_utils.exercises.answers\n{SPARE}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_widgets_a_line_stands_there(shell, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "course_utils.widgets.ordering", None)
    arrange("ORDER", BLOCKS)
    assert capsys.readouterr() == (f"{INSTEAD}\n", "")


def test_the_answer_so_far_is_shown(shell, monkeypatch):
    shell.user_ns.update(ORDER=("b", "A"), Q1=" C", Q2="")
    ordering = shown(monkeypatch, lambda: arrange("ORDER", BLOCKS, cell="x", tray=True))
    assert isinstance(ordering, Ordering)
    assert (ordering.value, ordering.note) == (["B", "A"], "")
    assert (ordering.answer_cell, ordering.tray) == ("x", True)
    quiz = shown(monkeypatch, lambda: choose("Q1", "Q2", cell="q", texts="t"))
    assert isinstance(quiz, Quiz)
    assert quiz.values == {"Q1": "c", "Q2": ""}
    assert (quiz.answer_cell, quiz.text_cell) == ("q", "t")


def test_no_answer_yet(shell, monkeypatch):
    assert shown(monkeypatch, lambda: arrange("ORDER", BLOCKS)).value == []
    quiz = shown(monkeypatch, lambda: choose("Q1", cell="q", texts="t"))
    assert quiz.values == {"Q1": ""}


@pytest.mark.parametrize("answer", ["AB", 3, None, ["X"], ["A", "A"], {"A": 1}])
def test_a_malformed_answer_is_named(shell, monkeypatch, answer):
    shell.user_ns.update(ORDER=answer, Q1=answer, Q2="z")
    ordering = shown(monkeypatch, lambda: arrange("ORDER", BLOCKS))
    assert ordering.value == []
    assert "cannot be shown" in ordering.note
    quiz = shown(monkeypatch, lambda: choose("Q1", "Q2", cell="q", texts="t"))
    assert quiz.values == {"Q1": "", "Q2": ""}
    assert shell.user_ns["ORDER"] is answer
