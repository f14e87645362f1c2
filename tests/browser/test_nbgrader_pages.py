"""nbgrader's own pages: the learner's Assignment List, the instructor's Formgrader."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Lab
from tests.browser.notebook_page import PATIENCE, choose


@pytest.fixture
def names(lab: Lab) -> list[str]:
    """All assignments of the course."""
    found = sorted(path.name for path in (lab.root / "assignments").iterdir())
    assert found
    return found


@pytest.fixture
def start(page: Page, lab: Lab) -> Page:
    """JupyterLab without a document."""
    page.goto(lab.page("lab"))
    expect(page.locator("#jp-main-dock-panel")).to_be_visible(timeout=PATIENCE)
    return page


def test_the_assignment_list_holds_every_assignment_of_the_learner(
    start: Page, names: list[str], pictures: Path
):
    choose(start, "Nbgrader", "Assignment List")
    mine = start.locator("#fetched_assignments_list")
    for name in names:
        expect(mine).to_contain_text(name, timeout=PATIENCE)
    expect(start.get_by_role("dialog")).to_have_count(0)
    start.screenshot(path=pictures / "assignment-list.png")


def test_the_formgrader_lists_every_assignment(
    start: Page, names: list[str], pictures: Path
):
    choose(start, "Nbgrader", "Formgrader")
    frame = start.frame_locator("iframe")
    table = frame.locator("table")
    for name in names:
        expect(table).to_contain_text(name, timeout=PATIENCE)
    expect(start.get_by_role("dialog")).to_have_count(0)
    start.screenshot(path=pictures / "formgrader.png")


def test_the_course_command_works_in_a_terminal(start: Page, lab: Lab):
    choose(start, "File", "New", "Terminal")
    start.locator(".jp-Terminal .xterm").click(timeout=PATIENCE)
    start.keyboard.type("course --help > said.txt; touch said\n", delay=5)
    deadline = time.monotonic() + PATIENCE / 1000
    while not (lab.root / "said").exists() and time.monotonic() < deadline:
        start.wait_for_timeout(200)
    assert "grade your answers" in (lab.root / "said.txt").read_text()
