"""Assignments as a learner answers them: write, validate, read the verdict."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from course_utils.exercises.adapt_task import VARIABLE
from tests.browser.conftest import Lab, read_notebook
from tests.browser.notebook_page import PATIENCE, NotebookPage

NAMES = [
    "a2_layer_recurrence",
    "a3_sequential_flow",
    "a4_broken_layer_clinic",
    "a7_adapt_under_a_budget",
    "a8_context_memory",
]
SMALL = f'__import__("os").environ["{VARIABLE}"] = "1"\n\n\n'
MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.M)


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def assignment(browser, lab: Lab, browser_context_args: dict, name: str):
    """The learner's copy, which `course lab` made in work/."""
    context = browser.new_context(**browser_context_args)
    yield NotebookPage(context.new_page(), lab, f"work/{name}/{name}.ipynb")
    context.close()


@pytest.fixture(scope="module")
def answers(lab: Lab, name: str) -> dict[str, str]:
    """The instructor's answers in code, by cell id; the first asks for small encoders,
    so that no training takes longer than a page waits."""
    path = lab.root / "solutions" / name / f"{name}.ipynb"
    found = {
        cell["id"]: MARKS.sub("", "".join(cell["source"])).rstrip()
        for cell in read_notebook(path)["cells"]
        if cell["cell_type"] == "code" and cell["metadata"]["nbgrader"]["solution"]
    }
    first = next(iter(found))
    return found | {first: SMALL + found[first]}


def validate(assignment: NotebookPage) -> Locator:
    """Press nbgrader's Validate button; the dialog with the verdict."""
    page = assignment.page
    page.get_by_role("button", name="Validate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=PATIENCE)
    return dialog


def checks(assignment: NotebookPage) -> list[str]:
    """What the check cells of an assignment check, in their order."""
    return [
        cell["id"].removesuffix("-check")
        for cell in read_notebook(assignment.file)["cells"]
        if cell["cell_type"] == "code" and cell["metadata"]["nbgrader"]["grade"]
    ]


def has_written_answer(assignment: NotebookPage) -> bool:
    return any(
        cell["cell_type"] == "markdown" and cell["metadata"]["nbgrader"]["solution"]
        for cell in read_notebook(assignment.file)["cells"]
    )


def close(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Ok").click()
    expect(dialog).to_have_count(0)


def test_one_answer_passes_its_check_and_the_others_still_fail(
    assignment: NotebookPage, answers: dict[str, str], name: str, pictures: Path
):
    first = next(iter(answers))
    assignment.write(first, answers[first])
    dialog = validate(assignment)
    failed = re.findall(rf"✗ {name[:2]} · (\w+)", dialog.inner_text())
    checked = [n for n in checks(assignment) if n != first]
    assert failed == checked
    assignment.page.screenshot(path=pictures / f"{name[:2]}-verdict.png")
    close(dialog)


def test_all_answers_pass(assignment: NotebookPage, answers: dict[str, str]):
    for cell_id, answer in answers.items():
        assignment.write(cell_id, answer)
    dialog = validate(assignment)
    if has_written_answer(assignment):  # it is left open here: nothing else may fail
        expect(dialog).to_contain_text("You did not provide a response.")
        assert "✗" not in dialog.inner_text()
        assert dialog.inner_text().count("did not provide") == 1
    else:
        expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    close(dialog)


def test_the_answers_are_on_disk_as_they_were_written(
    assignment: NotebookPage, answers: dict[str, str]
):
    saved = {
        cell["id"]: "".join(cell["source"])
        for cell in read_notebook(assignment.file)["cells"]
    }
    assert {name: saved[name] for name in answers} == answers
