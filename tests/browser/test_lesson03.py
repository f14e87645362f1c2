"""Lesson 03 as a learner meets it, with the explorer of hidden states."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Lab
from tests.browser.notebook_page import NotebookPage, choose, errors

LESSON = "notebooks/03_layer_recurrence.ipynb"
ROW = 28  # height of a field of the map, as in explorer_map.js


@pytest.fixture(scope="module")
def lesson(browser, lab: Lab, browser_context_args: dict):
    """The lesson, run from top to bottom."""
    context = browser.new_context(**browser_context_args)
    opened = NotebookPage(context.new_page(), lab, LESSON)
    opened.run_all()
    yield opened
    context.close()


@pytest.fixture
def explorer(lesson: NotebookPage) -> Locator:
    """The explorer with token 0 of H[0] selected and the norm shown."""
    found = lesson.page.locator(".state-explorer")
    found.scroll_into_view_if_needed()
    found.get_by_role("radio", name="norm").check()
    found.get_by_role("combobox").select_option("0")
    found.get_by_role("slider").fill("0")
    expect(readout(found)).to_contain_text("Token 0 “[CLS]” in H[0]")
    return found


def readout(explorer: Locator) -> Locator:
    return explorer.get_by_role("status")


def field(explorer: Locator, layer: int, token: int) -> dict:
    """Where a field of the map lies, relative to the map."""
    box = explorer.get_by_role("application").bounding_box()
    tokens = explorer.get_by_role("combobox").locator("option").count()
    scale = explorer.evaluate("(root) => root.querySelector('.se-scroll').clientWidth")
    cell = max(32, min(64, (scale - 6) // tokens))
    rows = int(explorer.get_by_role("slider").get_attribute("max")) + 1
    head = box["height"] - 3 - rows * ROW
    return {"x": (token + 0.5) * cell, "y": head + (layer + 0.5) * ROW}


def test_the_lesson_runs_from_top_to_bottom(lesson: NotebookPage):
    lesson.page.locator(".jp-Notebook").click(position={"x": 5, "y": 5})
    saved = lesson.save()
    assert errors(saved) == []
    code = [c for c in saved["cells"] if c["cell_type"] == "code"]
    assert all(c["execution_count"] for c in code if "".join(c["source"]).strip())


def test_jupyterlab_asks_no_questions_meanwhile(lesson: NotebookPage):
    expect(lesson.page.locator(".Toastify__toast")).to_have_count(0)
    expect(lesson.page.get_by_role("dialog")).to_have_count(0)


def test_a_click_selects_a_field(explorer: Locator):
    explorer.get_by_role("application").click(position=field(explorer, 4, 2))
    expect(readout(explorer)).to_contain_text("Token 2 “bank” in H[4], after layer 4")
    expect(explorer).to_contain_text("Tokens nearest to 2 “bank” in H[4]")
    expect(explorer.get_by_role("slider")).to_have_value("4")


def test_dragging_moves_the_selection(explorer: Locator, lesson: NotebookPage):
    box = explorer.get_by_role("application").bounding_box()
    start, end = field(explorer, 1, 1), field(explorer, 3, 5)
    mouse = lesson.page.mouse
    mouse.move(box["x"] + start["x"], box["y"] + start["y"])
    mouse.down()
    expect(readout(explorer)).to_contain_text("Token 1 “the” in H[1]")
    mouse.move(box["x"] + end["x"], box["y"] + end["y"])
    mouse.up()
    expect(readout(explorer)).to_contain_text("Token 5 “rates” in H[3]")


def test_keys_move_the_selection_and_choose_the_measure(explorer: Locator):
    chart = explorer.get_by_role("application")
    for key, says in [
        ("ArrowRight", "Token 1 “the” in H[0], before layer 1: norm ="),
        ("ArrowDown", "in H[1], after layer 1: norm ="),
        ("2", "in H[1], after layer 1: change by layer 1"),
        ("ArrowUp", "no change: H[0] is what layer 1 receives"),
        (
            "3",
            "Token 1 “the” in H[0], before layer 1: cosine to the first state = 1.000",
        ),
        ("4", "cosine to the last state"),
        ("End", "“[SEP]”"),
        ("ArrowRight", "“[SEP]”"),
        ("Home", "Token 0 “[CLS]” in H[0]"),
        ("ArrowLeft", "Token 0 “[CLS]” in H[0]"),
        ("1", "Token 0 “[CLS]” in H[0], before layer 1: norm ="),
    ]:
        chart.press(key)
        expect(readout(explorer)).to_contain_text(says)


def test_jupyterlab_takes_no_key_from_the_explorer(
    explorer: Locator, lesson: NotebookPage
):
    cells = lesson.page.locator(".jp-Cell").count()
    for key in ["a", "b", "d", "d", "x", "m", "ArrowDown"]:
        explorer.get_by_role("application").press(key)
    expect(readout(explorer)).to_contain_text("in H[1]")
    expect(lesson.page.locator(".jp-Cell")).to_have_count(cells)
    expect(explorer.get_by_role("application")).to_be_focused()


def test_ctrl_s_saves_while_the_explorer_has_the_focus(
    explorer: Locator, lesson: NotebookPage
):
    explorer.get_by_role("application").press("ArrowRight")
    saved = lesson.save()
    cell = next(c for c in saved["cells"] if c["id"] == "explorer")
    assert "application/vnd.jupyter.widget-view+json" in cell["outputs"][0]["data"]


def test_the_slider_and_the_list_move_the_selection(explorer: Locator):
    explorer.get_by_role("slider").press("ArrowRight")
    explorer.get_by_role("combobox").select_option("3")
    expect(readout(explorer)).to_contain_text("Token 3 “raised” in H[1]")


def test_the_folded_table_follows_the_measure(explorer: Locator):
    explorer.get_by_text("The map in numbers").click()
    table = explorer.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(8)
    explorer.get_by_role("radio", name="cosine to the first state").check()
    first = table.get_by_role("row").nth(1).get_by_role("cell")
    assert set(first.all_text_contents()) == {"1.000"}
    explorer.get_by_text("The map in numbers").click()


def test_every_control_has_a_role_and_a_name(explorer: Locator):
    found = explorer.aria_snapshot()
    nameless = re.findall(
        r"- (?:radio|slider|combobox|option|application|img|button|list)\b(?! \")",
        found,
    )
    assert nameless == []
    for role, name in [
        ("group", "Measure"),
        ("radio", "change per layer"),
        ("slider", "State, from H[0] to the last"),
        ("combobox", "Token"),
        ("application", "Map of tokens and states"),
        ("img", "Colours of norm"),
    ]:
        expect(explorer.get_by_role(role, name=name)).to_have_count(1)
    ids = explorer.locator("[id]").evaluate_all("(all) => all.map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_every_figure_says_in_words_and_numbers_what_it_shows(lesson: NotebookPage):
    shown = lesson.page.locator(".jp-OutputArea-output figure").all()
    assert len(shown) == 4
    for figure in shown:
        assert len(figure.locator("img").get_attribute("alt")) > 20
        figure.locator("summary").click()
        expect(figure.get_by_role("table")).to_be_visible()
        assert len(figure.get_by_role("row").all()) > 2
        figure.locator("summary").click()
        expect(figure.get_by_role("table")).not_to_be_visible()


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_figures_are_photographed_in_the_theme(
    lesson: NotebookPage, theme: str, pictures: Path
):
    lesson.theme(theme)
    figure = lesson.page.locator(".jp-OutputArea-output figure").first
    figure.locator("summary").click()
    expect(figure.get_by_role("table")).to_be_visible()
    figure.screenshot(path=pictures / f"figure-{theme.split()[-1].lower()}.png")
    figure.locator("summary").click()


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_the_map_is_drawn_in_the_colours_of_the_theme(
    explorer: Locator, lesson: NotebookPage, theme: str, pictures: Path
):
    lesson.theme(theme)
    ink = explorer.evaluate("(root) => getComputedStyle(root).color")
    rgb = [int(n) for n in re.findall(r"\d+", ink)[:3]]
    assert (sum(rgb) > 384) == ("Dark" in theme)
    expect_ink(lesson.page, explorer, rgb)
    name = theme.split()[-1].lower()
    explorer.screenshot(path=pictures / f"explorer-{name}.png")


def expect_ink(page: Page, explorer: Locator, rgb: list[int]) -> None:
    """The row labels, on their own canvas, are written in this colour."""
    page.wait_for_timeout(100)  # one frame of the browser
    strongest = explorer.locator("canvas").first.evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height);
          let best = [0, 0, 0, 0];
          for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] > best[3]) best = Array.from(data.slice(i, i + 4));
          return best;
        }"""
    )
    assert strongest[3] > 200
    assert all(abs(a - b) <= 8 for a, b in zip(strongest, rgb, strict=False))


def test_on_a_phone_the_map_scrolls_inside_and_nothing_is_cut_off(
    explorer: Locator, lesson: NotebookPage, pictures: Path
):
    explorer.evaluate("(root) => { root.style.width = '340px'; }")
    explorer.get_by_role("application").press("End")
    wide = explorer.evaluate("(root) => root.scrollWidth - root.clientWidth")
    assert wide <= 0
    moved = explorer.locator(".se-scroll").evaluate("(box) => box.scrollLeft")
    assert moved > 0  # the selected token is in view
    explorer.screenshot(path=pictures / "explorer-narrow.png")
    explorer.evaluate("(root) => { root.style.width = ''; }")


def test_the_explorer_works_on_without_a_kernel(
    explorer: Locator, lesson: NotebookPage
):
    choose(lesson.page, "Kernel", "Shut Down Kernel")
    expect(lesson.page.locator("#jp-main-statusbar")).to_contain_text("No Kernel")
    explorer.get_by_role("application").press("ArrowRight")
    expect(readout(explorer)).to_contain_text("Token 1 “the” in H[0]")
