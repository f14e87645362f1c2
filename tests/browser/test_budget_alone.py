"""The budget explorer on a bare page: no JupyterLab, no kernel."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.budget import BudgetExplorer
from tests.browser.explorer_page import show

TRAINABLE = {"head": 770, "prompt": 8_450, "LoRA": 74_498, "full": 22_566_146}
ACCURACY = {
    "easy": {
        "head": [0.9, 0.8],
        "prompt": [0.7, 0.95],
        "LoRA": [0.92, 0.9],
        "full": [1.0, 0.85],
    },
    "hard": {
        "head": [0.5, 0.4],
        "prompt": [0.5, 0.6],
        "LoRA": [0.7, 0.8],
        "full": [0.6, 0.7],
    },
}
LAST = 14  # budgets 1,000 … 50,000,000


@pytest.fixture
def root(page: Page) -> Locator:
    return show(page, BudgetExplorer(TRAINABLE, ACCURACY, title="Made up", note="Two."))


def slider(root: Locator) -> Locator:
    return root.get_by_role("slider", name="Budget of trainable numbers")


def data(root: Locator) -> Locator:
    return root.get_by_role("combobox", name="Data")


def test_the_readout_follows_slider_and_data(root: Locator):
    words = root.get_by_role("status")
    expect(words).to_have_text(
        "Budget 50,000,000 numbers: 4 of 4 methods fit; the highest mean has full, "
        "0.93 ± 0.11."
    )
    assert slider(root).get_attribute("aria-valuetext") == "50,000,000 numbers"
    slider(root).press("Home")
    expect(words).to_have_text(
        "Budget 1,000 numbers: 1 of 4 methods fit; the highest mean has head, "
        "0.85 ± 0.07."
    )
    data(root).select_option("hard")
    expect(words).to_contain_text("the highest mean has head, 0.45 ± 0.07.")
    slider(root).fill("6")
    expect(words).to_contain_text("Budget 100,000 numbers: 3 of 4 methods fit;")
    expect(words).to_contain_text("the highest mean has LoRA, 0.75 ± 0.07.")


def test_the_table_says_what_fits_and_compares_seed_by_seed(root: Locator):
    slider(root).fill("6")
    rows = root.get_by_role("row")
    expect(rows).to_have_count(5)
    cells = [rows.nth(i).get_by_role("cell").all_inner_texts() for i in range(1, 5)]
    assert cells == [
        ["770", "yes", "0.85 ± 0.07", "-0.06 ± 0.06"],
        ["8,450", "yes", "0.82 ± 0.18", "-0.09 ± 0.19"],
        ["74,498", "yes", "0.91 ± 0.01", "best that fits"],
        ["22,566,146", "no", "0.93 ± 0.11", "–"],
    ]


def test_every_seed_is_a_dot_at_its_height_and_marks_stand_in_order(root: Locator):
    picture = root.locator(".be-picture svg")
    dots = picture.locator(".be-seed")
    heights = [float(dot.get_attribute("cy")) for dot in dots.all()]
    shares = [share for runs in ACCURACY["easy"].values() for share in runs]
    unit = (heights[1] - heights[0]) / (shares[0] - shares[1])
    for height, share in zip(heights, shares, strict=True):
        assert height == pytest.approx(heights[0] + unit * (0.9 - share), abs=0.01)
    across = [float(dot.get_attribute("cx")) for dot in dots.all()][::2]
    # On a logarithmic scale equal factors lie equally far apart.
    decade = (across[3] - across[0]) / 4.467  # log10(22,566,146 / 770)
    assert across[1] - across[0] == pytest.approx(1.040 * decade, abs=0.5)
    expect(picture.locator(".be-mark")).to_have_count(4)


def test_methods_beyond_the_budget_are_marked_in_picture_and_table(root: Locator):
    slider(root).fill("6")
    expect(root.locator("g.be-out")).to_have_count(1)
    expect(root.locator("tr.be-out")).to_have_count(1)
    expect(root.locator("g.be-best")).to_have_count(1)
    slider(root).fill(str(LAST))
    expect(root.locator("g.be-out")).to_have_count(0)


def test_the_keyboard_reaches_everything(root: Locator, page: Page):
    data(root).focus()
    page.keyboard.press("ArrowDown")
    expect(data(root)).to_have_value("1")
    page.keyboard.press("Tab")
    expect(slider(root)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(root.get_by_role("status")).to_contain_text("Budget 20,000,000 numbers: 3")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(
    page: Page, pictures: Path, look: str
):
    page.set_viewport_size({"width": 360, "height": 900})
    root = show(page, BudgetExplorer(TRAINABLE, ACCURACY, title="Made up", note="Two."))
    if look == "dark":
        page.evaluate(
            "document.body.dataset.jpThemeLight = 'false';"
            "document.body.style.cssText = 'background:#111;"
            "--jp-content-font-color1:#eee;--jp-content-font-color2:#bbb;"
            "--jp-layout-color0:#111;--jp-layout-color1:#111;"
            "--jp-border-color1:#555'"
        )
    slider(root).fill("6")
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    root.screenshot(path=pictures / f"budget-360-{look}.png")
    page.set_viewport_size({"width": 900, "height": 900})
    root.screenshot(path=pictures / f"budget-900-{look}.png")


def test_nothing_is_left_behind_when_the_view_goes(root: Locator, page: Page):
    expect(root).to_be_visible()
    assert page.evaluate("window.stop_widget()") == 0
