"""Widgets that write answers, in JupyterLab: what they write is saved and counts."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Lab, own_home, read_notebook
from tests.browser.notebook_page import PATIENCE, NotebookPage, choose, errors

NAME = "a2_layer_recurrence"
LESSON = "notebooks/03_layer_recurrence.ipynb"
MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.M)
RIGHT = ["U", "P", "S", "K", "W", "Z", "M", "R"]
LETTERS = {"Q1": "c", "Q2": "b", "Q3": "d", "Q4": "c", "Q5": "a"}
OPEN = ("STATE_ORDER", "questions")  # left to the widgets


def sources(book: dict) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in book["cells"]}


@pytest.fixture(scope="module")
def assignment(browser, lab: Lab, browser_context_args: dict):
    """The learner's copy with all answers in it but those that the widgets write."""
    right = sources(read_notebook(lab.root / "solutions" / NAME / f"{NAME}.ipynb"))
    book = read_notebook(lab.root / "assignments" / NAME / f"{NAME}.ipynb")
    for cell in book["cells"]:
        if cell["metadata"]["nbgrader"]["solution"] and cell["id"] not in OPEN:
            cell["source"] = MARKS.sub("", right[cell["id"]]).rstrip()
    path = lab.root / "work" / NAME / f"{NAME}.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    context = browser.new_context(**browser_context_args)
    yield NotebookPage(context.new_page(), lab, str(path.relative_to(lab.root)))
    context.close()


def run_cells(opened: NotebookPage, *names: str) -> None:
    """Run cells one by one, as a learner does with Shift+Enter."""
    ids = [cell["id"] for cell in read_notebook(opened.file)["cells"]]
    for name in names:
        cell = opened.page.locator(".jp-Notebook .jp-Cell").nth(ids.index(name))
        cell.locator(".jp-InputPrompt").click()
        opened.page.keyboard.press("Shift+Enter")
        prompt = cell.locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)


def reload_and_run_all(opened: NotebookPage, until: str | None = None) -> None:
    """Load the page anew, then restart the kernel and run every cell.

    Args:
        until: id of the cell that ends it by an error; None if none does.
    """
    page = opened.page
    page.reload()
    opened.wait_until_idle()
    choose(page, "Kernel", "Restart Kernel and Run All Cells")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    cells = read_notebook(opened.file)["cells"]
    coded = [cell["id"] for cell in cells if cell["cell_type"] == "code"]
    last = page.locator(".jp-CodeCell").nth(coded.index(until) if until else -1)
    prompt = last.locator(".jp-InputPrompt")
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)
    opened.wait_until_idle()


def ordering(opened: NotebookPage) -> Locator:
    found = opened.page.locator(".answer-ordering")
    expect(found).to_be_visible(timeout=PATIENCE)
    found.scroll_into_view_if_needed()
    return found


def quiz(opened: NotebookPage) -> Locator:
    found = opened.page.locator(".answer-quiz").first
    expect(found).to_be_visible(timeout=PATIENCE)
    found.scroll_into_view_if_needed()
    return found


def order(widget: Locator) -> list[str]:
    return [li.get_attribute("data-label") for li in widget.locator("li").all()]


def drag(opened: NotebookPage, widget: Locator, label: str, onto: str) -> None:
    """Drop one block just above another."""
    start, end = (
        widget.locator(f"li[data-label='{name}']").bounding_box()
        for name in (label, onto)
    )
    mouse = opened.page.mouse
    mouse.move(start["x"] + 200, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(end["x"] + 200, end["y"] + 4, steps=6)
    mouse.up()


def test_an_order_is_made_by_mouse_and_is_in_the_answer_cell(
    assignment: NotebookPage, pictures: Path
):
    run_cells(assignment, "STATE_ORDER", "STATE_ORDER-arrange")
    widget = ordering(assignment)
    assert order(widget) == sorted(RIGHT)
    for label, onto in [("U", "K"), ("P", "K"), ("S", "K")]:
        drag(assignment, widget, label, onto)
    assert order(widget) == ["U", "P", "S", "K", "M", "R", "W", "Z"]
    saved = sources(assignment.save())  # the block that was dropped has the focus
    assert saved["STATE_ORDER"].endswith(
        'STATE_ORDER = ["U", "P", "S", "K", "M", "R", "W", "Z"]'
    )
    assert saved["STATE_ORDER"].startswith("# Eight labels, the first thing first")


def test_the_rest_of_it_by_keyboard_and_the_kernel_knows(assignment: NotebookPage):
    widget = ordering(assignment)
    page = assignment.page
    cells = page.locator(".jp-Cell").count()
    widget.locator("li[data-label='M']").focus()
    for key in ["m", "Alt+End", "r", "Alt+End", "x", "d", "d"]:
        page.keyboard.press(key)
    assert order(widget) == RIGHT
    expect(widget.locator("li[data-label='R']")).to_be_focused()
    expect(page.locator(".jp-Cell")).to_have_count(cells)  # JupyterLab took no key
    run_cells(assignment, "STATE_ORDER-check")  # the answer cell has not run again
    expect(page.get_by_text("8 of 8 labels are recorded")).to_be_visible()


def test_letters_are_chosen_by_mouse_and_keyboard(assignment: NotebookPage):
    run_cells(assignment, "questions", "questions-choose")
    widget = quiz(assignment)
    groups = widget.get_by_role("group")
    expect(groups).to_have_count(5)
    expect(groups.first).to_contain_text("How long is the tuple")
    for number, letter in enumerate(LETTERS.values()):
        radio = groups.nth(number).get_by_role("radio").nth("abcd".index(letter))
        if number % 2:
            radio.focus()
            assignment.page.keyboard.press("Space")
        else:
            radio.click()
        expect(radio).to_be_checked()
    saved = sources(assignment.save())
    rows = [f'{name} = "{letter}"' for name, letter in LETTERS.items()]
    assert saved["questions"].splitlines()[1:] == rows


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_they_are_photographed_in_the_theme(
    assignment: NotebookPage, theme: str, pictures: Path
):
    assignment.theme(theme)
    name = theme.split()[-1].lower()
    ordering(assignment).screenshot(path=pictures / f"answers-ordering-{name}.png")
    quiz(assignment).screenshot(path=pictures / f"answers-quiz-{name}.png")


def test_everything_is_there_after_a_reload_and_restart(
    assignment: NotebookPage, pictures: Path
):
    reload_and_run_all(assignment)
    assert order(ordering(assignment)) == RIGHT
    chosen = quiz(assignment).get_by_role("radio", checked=True)
    assert [radio.input_value() for radio in chosen.all()] == list(LETTERS.values())
    chosen.first.focus()
    saved = assignment.save()
    assert errors(saved) == []
    assert f"STATE_ORDER = {json.dumps(RIGHT)}" in sources(saved)["STATE_ORDER"]
    expect(assignment.page.get_by_role("dialog")).to_have_count(0)


def test_the_check_gives_all_points(assignment: NotebookPage, lab: Lab, tmp_path: Path):
    command = [sys.executable, "-m", "course_utils.cli", "check", "a2", "--json"]
    done = subprocess.run(
        command, cwd=lab.root, env=own_home(tmp_path), capture_output=True, text=True
    )
    report = json.loads(done.stdout)[NAME]
    assert (report["points"], report["notes"], done.stderr) == (100, [], "")


@pytest.fixture(scope="module")
def lesson(browser, lab: Lab, browser_context_args: dict):
    """A lesson, none of its cells run."""
    context = browser.new_context(**browser_context_args)
    yield NotebookPage(context.new_page(), lab, LESSON)
    context.close()


def test_a_question_of_a_lesson_is_answered_by_a_click(
    lesson: NotebookPage, pictures: Path
):
    before = sources(read_notebook(lesson.file))
    imports = next(
        i for i, code in before.items() if re.search(r"import .*\bask\b", code)
    )
    run_cells(lesson, imports, "q2")
    widget = quiz(lesson)
    widget.get_by_text("It returns zeros").click()
    expect(widget).to_contain_text("✗ Not this one. The sublayers write zeros")
    widget.screenshot(path=pictures / "answers-lesson.png")
    widget.evaluate("(root) => { root.style.width = '340px'; }")
    widget.screenshot(path=pictures / "answers-lesson-narrow.png")
    widget.get_by_role("radio").nth(1).focus()
    lesson.page.keyboard.press("b")
    expect(widget).to_contain_text("✓ Right.")
    saved = sources(lesson.save())
    changed = {name: saved[name] for name in saved if saved[name] != before[name]}
    assert changed == {"q2": 'ask("03.2", "b")'}
    run_cells(lesson, "q2")
    expect(lesson.page.locator(".jp-RenderedMarkdown").last).to_be_visible()
    expect(lesson.page.get_by_text("✓ Right.").last).to_be_visible()


def test_names_of_questions_need_not_be_numbers(page: Page, lab: Lab):
    # A copy of its own: other tests answer the learner's.
    name, path = "a3_sequential_flow", "work/questions.ipynb"
    shutil.copy(lab.root / "assignments" / name / f"{name}.ipynb", lab.root / path)
    opened = NotebookPage(page, lab, path)
    run_cells(opened, "questions", "questions-choose")
    groups = quiz(opened).get_by_role("group")
    expect(groups).to_have_count(4)
    expect(groups.first).to_contain_text("What can layers 6 to 12 do about it?")
    groups.first.get_by_role("radio").nth(2).click()
    groups.last.get_by_role("radio").nth(3).click()
    rows = sources(opened.save())["questions"].splitlines()
    assert rows[1:] == ['SEQUENTIAL = "c"', 'Q2 = ""', 'Q3 = ""', 'Q4 = "d"']
