"""Lesson 00, the first page that anybody sees."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.commands.lab import FIRST_PAGE
from tests.browser.conftest import Lab
from tests.browser.notebook_page import PATIENCE, NotebookPage, errors

MENDED = '''def centre(H):
    """Subtract from each row of H, (T, d), its own mean over the d features."""
    return H - H.mean(axis=1, keepdims=True)'''


@pytest.fixture(scope="module")
def lesson(browser, lab: Lab, browser_context_args: dict):
    """The lesson, run from top to bottom."""
    context = browser.new_context(**browser_context_args)
    opened = NotebookPage(context.new_page(), lab, FIRST_PAGE)
    opened.run_all()
    yield opened
    context.close()


def cell(lesson: NotebookPage, cell_id: str) -> Locator:
    ids = [c["id"] for c in lesson.save()["cells"]]
    return lesson.page.locator(".jp-Notebook .jp-Cell").nth(ids.index(cell_id))


def test_it_runs_from_top_to_bottom_and_finds_nothing_to_mend(
    lesson: NotebookPage, pictures: Path
):
    lesson.page.locator(".jp-Notebook").click(position={"x": 5, "y": 5})
    assert errors(lesson.save()) == []
    expect(cell(lesson, "doctor")).to_contain_text("0 to mend")
    lesson.page.screenshot(path=pictures / "lesson00.png")


def test_a_wrong_answer_is_explained_and_a_mended_one_passes(lesson: NotebookPage):
    check = cell(lesson, "example-check")
    expect(check).to_contain_text("✗ example · centre")
    expect(check).to_contain_text("the means run over the positions")
    lesson.write("example-answer", MENDED)
    lesson.page.keyboard.press("Shift+Enter")
    lesson.page.keyboard.press("Shift+Enter")
    expect(check).to_contain_text("✓ example · centre", timeout=PATIENCE)


def test_a_prediction_is_compared_when_it_runs(lesson: NotebookPage):
    run = cell(lesson, "axis-run")
    expect(run).to_contain_text("No prediction yet.")
    lesson.write("axis-prediction", "prediction = 3")
    lesson.page.keyboard.press("Shift+Enter")
    lesson.page.keyboard.press("Shift+Enter")
    expect(run).to_contain_text("You foresaw it: 3.", timeout=PATIENCE)


def test_a_click_on_an_option_says_why(lesson: NotebookPage):
    question = cell(lesson, "q1")
    question.scroll_into_view_if_needed()
    question.get_by_role("radio").first.check()
    expect(question.get_by_role("status").first).not_to_be_empty(timeout=PATIENCE)


def test_the_glossary_opens_as_a_page(page: Page, lab: Lab, pictures: Path):
    page.goto(lab.page("lab/tree/notebooks/00_welcome.ipynb"))
    page.get_by_role("link", name="glossary").click()
    table = page.locator(".jp-MarkdownViewer table")
    expect(table.get_by_text("Residual stream", exact=True)).to_be_visible()
    # The formulas are typeset, and no bar inside one has cut a row.
    expect(table.locator("mjx-container").first).to_be_attached()
    cells = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(r => r.cells.length)"
    )
    assert set(cells) == {3}
    page.screenshot(path=pictures / "glossary.png")
