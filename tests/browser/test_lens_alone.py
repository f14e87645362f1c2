"""The explorer of the lens on a bare page."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.lens import LensExplorer
from tests.browser.explorer_page import show

WORDS = ["cat", "dog", "end", "<b>"]


def certain(l: int, t: int, word: int, share: float, logits: np.ndarray) -> None:
    """One word gets `share`, the others the rest in equal parts."""
    rest = (1 - share) / (logits.shape[-1] - 1)
    logits[l, t] = np.log(rest)
    logits[l, t, word] = np.log(share)


@pytest.fixture
def root(page: Page) -> Locator:
    logits = np.zeros((3, 2, 4))
    certain(0, 0, 3, 0.4, logits)
    certain(1, 0, 1, 0.7, logits)
    certain(2, 0, 1, 0.97, logits)
    certain(2, 1, 2, 0.94, logits)
    return show(page, LensExplorer(logits, ["the", "<s>"], WORDS, title="Words"))


def words(root: Locator) -> Locator:
    return root.get_by_role("status")


def field(root: Locator, l: int, t: int) -> Locator:
    return root.get_by_role("grid").get_by_role("row").nth(l + 1).locator("td").nth(t)


def test_the_grid_holds_the_top_words(root: Locator):
    rows = root.get_by_role("grid").get_by_role("row").all_inner_texts()
    assert [row.split() for row in rows] == [
        ["reads", "0", "the", "1", "<s>"],
        ["H[0]", "<b>", "40", "%", "cat", "25", "%"],
        ["H[1]", "dog", "70", "%", "cat", "25", "%"],
        ["H[2]", "dog", "97", "%", "end", "94", "%"],
    ]


def test_keys_move_the_selection_and_stop_at_the_edges(root: Locator):
    field(root, 0, 0).click()
    for key, l, t in [
        ("ArrowUp", 0, 0),
        ("ArrowLeft", 0, 0),
        ("ArrowDown", 1, 0),
        ("ArrowRight", 1, 1),
        ("ArrowRight", 1, 1),
        ("ArrowDown", 2, 1),
        ("ArrowDown", 2, 1),
        ("Home", 2, 0),
        ("End", 2, 1),
    ]:
        root.page.keyboard.press(key)
        expect(words(root)).to_contain_text(f"H[{l}] at position {t}")
        expect(field(root, l, t)).to_be_focused()
        expect(root.locator("[aria-selected=true]")).to_have_count(1)
        assert field(root, l, t).get_attribute("aria-selected") == "true"
    expect(root.locator("td[tabindex='0']")).to_have_count(1)


def test_the_selected_field_is_read_out_with_bars(root: Locator):
    expect(words(root)).to_have_text(
        "H[0] at position 0 “the” reads “<b>” with 40.0 %; the last state’s word, "
        "“dog”, has 20.0 % here."
    )
    bars = root.get_by_role("listitem")
    assert [bar.split() for bar in bars.all_inner_texts()] == [
        ["<b>", "40.0", "%"],
        ["cat", "20.0", "%"],
        ["dog", "20.0", "%"],
        ["end", "20.0", "%"],
    ]
    widths = root.locator(".le-bar").evaluate_all(
        "(all) => all.map((b) => b.style.width)"
    )
    shares = [float(w.removesuffix("%")) for w in widths]
    np.testing.assert_allclose(shares, [40, 20, 20, 20], rtol=1e-5)
    field(root, 1, 0).click()
    expect(words(root)).to_contain_text("70.0 %; the same word as in the last state.")


def test_the_measure_changes_numbers_and_colours_but_not_words(root: Locator):
    before = field(root, 0, 0).evaluate("(f) => f.style.background")
    field(root, 0, 0).click()
    root.page.keyboard.press("2")
    expect(root.get_by_role("radio", name="the final word")).to_be_checked()
    expect(field(root, 0, 0)).to_have_text("<b>20 %")
    assert field(root, 0, 0).evaluate("(f) => f.style.background") != before
    root.get_by_role("radio", name="the top word").check()
    expect(field(root, 0, 0)).to_have_text("<b>40 %")


def test_the_table_follows_the_position(root: Locator):
    root.get_by_text("This position in numbers").click()
    table = root.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table).to_contain_text("dog 97.0 %")
    field(root, 2, 1).click()
    expect(table).to_contain_text("end 94.0 %")


def test_every_control_has_a_role_and_a_name(root: Locator):
    for role, name, count in [
        ("group", "Lens explorer: Words", 1),
        ("group", "Colour: probability of", 1),
        ("radio", "the final word", 1),
        ("grid", "Words read in each state", 1),
        ("gridcell", "H[2], position 1 <s>: end, 94.0 %", 1),
        ("rowheader", "H[1]", 1),
        ("list", "Most probable words", 1),
    ]:
        expect(root.page.get_by_role(role, name=name)).to_have_count(count)


@pytest.mark.parametrize(("L", "T"), [(0, 1), (4, 31), (30, 20)])
def test_small_and_large_grids_can_be_walked_to_the_end(
    page: Page, L: int, T: int, pictures: Path
):
    logits = np.random.default_rng(0).normal(size=(L + 1, T, 300)) * 3
    names = [f"a long word {i}" for i in range(300)]
    root = show(page, LensExplorer(logits, [f"token{t}" for t in range(T)], names))
    field(root, 0, 0).click()
    for key in ["End", *["ArrowDown"] * (L + 1)]:
        page.keyboard.press(key)
    expect(words(root)).to_contain_text(f"H[{L}] at position {T - 1} “token{T - 1}”")
    assert root.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    in_view = root.locator("[aria-selected=true]").evaluate(
        "(f) => f.getBoundingClientRect().right <="
        " f.closest('.le-scroll').getBoundingClientRect().right"
    )
    assert in_view
    root.screenshot(path=pictures / f"lens-{L}-{T}.png")


def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(page: Page, pictures: Path):
    page.set_viewport_size({"width": 360, "height": 760})
    logits = np.random.default_rng(1).normal(size=(5, 14, 9)) * 2
    names = "one two three four five six seven eight saturday".split()
    root = show(page, LensExplorer(logits, [f"word{t}" for t in range(14)], names))
    field(root, 2, 1).click()
    page.keyboard.press("End")
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    root.screenshot(path=pictures / "lens-360.png")


def test_nothing_is_left_behind_when_the_view_goes(root: Locator, page: Page):
    assert page.evaluate("window.stop_widget()") == 0
