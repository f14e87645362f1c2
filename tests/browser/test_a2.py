"""Assignment a2 as a learner answers it: write, validate, read the verdict."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lab, read_notebook
from tests.browser.notebook_page import PATIENCE, NotebookPage

NAME = "a2_layer_recurrence"
MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.M)


@pytest.fixture(scope="module")
def assignment(browser, lab: Lab, browser_context_args: dict):
    """The learner's copy, which `course lab` made in work/."""
    context = browser.new_context(**browser_context_args)
    yield NotebookPage(context.new_page(), lab, f"work/{NAME}/{NAME}.ipynb")
    context.close()


@pytest.fixture(scope="module")
def answers(lab: Lab) -> dict[str, str]:
    """The instructor's answers, by cell id."""
    path = lab.root / "solutions" / NAME / f"{NAME}.ipynb"
    return {
        cell["id"]: MARKS.sub("", "".join(cell["source"])).rstrip()
        for cell in read_notebook(path)["cells"]
        if cell["cell_type"] == "code" and cell["metadata"]["nbgrader"]["solution"]
    }


def validate(assignment: NotebookPage) -> Locator:
    """Press nbgrader's Validate button; the dialog with the verdict."""
    page = assignment.page
    page.get_by_role("button", name="Validate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=PATIENCE)
    return dialog


def close(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Ok").click()
    expect(dialog).to_have_count(0)


def test_one_answer_passes_its_check_and_the_others_still_fail(
    assignment: NotebookPage, answers: dict[str, str], pictures: Path
):
    assignment.write("run_stack", answers["run_stack"])
    dialog = validate(assignment)
    failed = re.findall(r"✗ a2 · (\w+)", dialog.inner_text())
    checked = [
        cell["id"].removesuffix("-check")
        for cell in read_notebook(assignment.file)["cells"]
        if cell["metadata"]["nbgrader"]["grade"]
    ]
    assert failed == [name for name in checked if name != "run_stack"]
    assignment.page.screenshot(path=pictures / "a2-verdict.png")
    close(dialog)


def test_all_answers_pass(assignment: NotebookPage, answers: dict[str, str]):
    for cell_id, answer in answers.items():
        assignment.write(cell_id, answer)
    dialog = validate(assignment)
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
