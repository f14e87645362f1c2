"""An order that is arranged on the page, from the first drag to the gradebook."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import expect

from tests import bank
from tests.browser.conftest import Lab, own_home, read_notebook
from tests.browser.notebook_page import PATIENCE, NotebookPage, choose
from tests.browser.test_answers import (
    MARKS,
    drag,
    order,
    ordering,
    reload_and_run_all,
    run_cells,
    sources,
)
from tests.browser.test_assignments import close, validate

pytestmark = pytest.mark.slow

NAME, EXERCISE = "a5_adapting_an_encoder", "ADAPTATION_ORDER"
DRAGS = ["NB", "RB", "WE", "PM", "CM", "FU"]  # each drops the first above the second
BY_MOUSE = list("NRBWEKPCMSFUY")  # U stands too late, Y does not belong to it
BY_KEYS = list("NRBWEKPUCMSF")


@pytest.fixture(scope="module")
def assignment(browser, lab: Lab, browser_context_args: dict):
    """The learner's copy with its first answer, so that nothing is trained.

    Run All stops at the first check that fails, which then comes behind the order.
    """
    right = sources(read_notebook(lab.root / "solutions" / NAME / f"{NAME}.ipynb"))
    path = lab.root / "work" / NAME / f"{NAME}.ipynb"
    book = read_notebook(path)
    (cell,) = (cell for cell in book["cells"] if cell["id"] == "pool")
    cell["source"] = MARKS.sub("", right["pool"]).rstrip()
    path.write_text(json.dumps(book), encoding="utf-8")
    context = browser.new_context(**browser_context_args)
    yield NotebookPage(context.new_page(), lab, f"work/{NAME}/{NAME}.ipynb")
    context.close()


def submit(opened: NotebookPage) -> None:
    """Press Submit in nbgrader's Assignment List."""
    page = opened.page
    choose(page, "Nbgrader", "Assignment List")
    mine = page.locator("#fetched_assignments_list .list_item").filter(has_text=NAME)
    with page.expect_response("**/assignments/submit*", timeout=PATIENCE) as answer:
        mine.get_by_role("button", name="Submit").click(timeout=PATIENCE)
    assert answer.value.json()["success"]
    handed_in = page.locator("#submitted_assignments_list")
    expect(handed_in).to_contain_text(NAME, timeout=PATIENCE)


def grade(lab: Lab, home: Path) -> float:
    """Collect and autograde what was submitted; the order's score in the gradebook."""
    for step in (["collect", "--update"], ["autograde"]):
        command = [sys.executable, "-m", "nbgrader", *step, NAME]
        done = subprocess.run(
            command, cwd=lab.root, env=own_home(home), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{lab.root / 'gradebook.db'}") as book:
        (found,) = book.assignment_submissions(NAME)
        scores = {grade.name: grade.auto_score for grade in found.notebooks[0].grades}
    assert scores.pop("pool-check") == 15
    score = scores.pop(f"{EXERCISE}-check")
    assert set(scores.values()) <= {0, None}  # of stubs, and of what a person grades
    return score


def worth(labels: list[str]) -> float:
    """What the course's own score of an order comes to."""
    verdict = bank.judge(NAME, f"{EXERCISE} = {labels}", frozenset({EXERCISE}))
    assert verdict.most == 15
    return verdict.points


def test_an_order_made_by_mouse_is_submitted_and_earns_a_part(
    assignment: NotebookPage, lab: Lab, tmp_path: Path, pictures: Path
):
    run_cells(assignment, "setup", EXERCISE, f"{EXERCISE}-arrange")
    widget = ordering(assignment)
    for label, below in DRAGS:
        drag(assignment, widget, label, below)
    widget.locator("li[data-label='H']").click()
    widget.get_by_role("button", name="Set aside").click()
    assert order(widget) == [*BY_MOUSE, "H"]  # in the list, then beside it
    widget.locator("li[data-label='N']").focus()
    saved = sources(assignment.save())
    assert saved[EXERCISE].endswith(f"{EXERCISE} = {json.dumps(BY_MOUSE)}")
    submit(assignment)
    assert grade(lab, tmp_path) == worth(BY_MOUSE) == 10.35


def test_put_right_by_keyboard_it_survives_a_restart_and_earns_all(
    assignment: NotebookPage, lab: Lab, tmp_path: Path, pictures: Path
):
    page = assignment.page
    page.get_by_role("tab", name=f"{NAME}.ipynb").click()
    widget = ordering(assignment)
    widget.locator("li[data-label='N']").focus()
    for key in ["u", *["Alt+ArrowUp"] * 4, "y", "Alt+ArrowRight"]:
        page.keyboard.press(key)
    assert order(widget) == [*BY_KEYS, "H", "Y"]
    assignment.save()
    reload_and_run_all(assignment, until="set_trainable-check")
    widget = ordering(assignment)
    assert order(widget) == [*BY_KEYS, "H", "Y"]
    expect(page.get_by_text("12 of 14 labels are recorded")).to_be_visible()
    for theme in ("Dark", "Light"):
        assignment.theme(f"JupyterLab {theme}")
        widget.screenshot(path=pictures / f"graded-order-{theme.lower()}.png")
    dialog = validate(assignment)
    expect(dialog).to_contain_text("✗ a5 · set_trainable")
    expect(dialog).not_to_contain_text(EXERCISE)
    page.screenshot(path=pictures / "graded-order-verdict.png")
    close(dialog)
    submit(assignment)
    assert grade(lab, tmp_path) == worth(BY_KEYS) == 15
