"""The recall explorer on a bare page: no JupyterLab, no kernel."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.recall import Recall, RecallExplorer
from tests.browser.explorer_page import show

RUNS = [
    Recall(1, [[0.2, 0.5], [0.4, 0.5]], [[0.1, 0.2, 0.6], [0.1, 0.2, 0.8]]),
    Recall(2, [[0.6, 0.7], [0.6, 0.9]], [[0.2, 0.3, 0.7], [0.2, 0.5, 0.9]]),
    Recall(8, [[0.9, 1.0], [0.9, 1.0]], [[0.5, 0.6, 0.9], [0.3, 0.6, 0.9]]),
]


@pytest.fixture
def root(page: Page) -> Locator:
    return show(page, RecallExplorer(RUNS, 0.125, title="Made up", note="Two seeds."))


def slider(root: Locator) -> Locator:
    return root.get_by_role("slider", name="Memory vectors, κ")


def test_the_readout_follows_the_slider(root: Locator):
    words = root.get_by_role("status")
    expect(words).to_have_text(
        "1 memory vector, 2 segments: recall 0.30 ± 0.14 of the first segment, "
        "0.50 ± 0.00 of the last, 0.40 on average."
    )
    slider(root).press("ArrowRight")
    expect(words).to_contain_text("2 memory vectors, 2 segments: recall 0.60 ± 0.00")
    assert slider(root).get_attribute("aria-valuetext") == "2 memory vectors"
    slider(root).press("End")
    expect(words).to_contain_text("8 memory vectors, 2 segments: recall 0.90 ± 0.00")


def test_longer_texts_are_a_key_away(root: Locator, page: Page):
    slider(root).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    words = root.get_by_role("status")
    expect(words).to_have_text(
        "1 memory vector, 3 segments: recall 0.10 ± 0.00 of the first segment, "
        "0.70 ± 0.14 of the last, 0.33 on average."
    )
    expect(root.locator(".re-mark")).to_have_count(3)
    page.keyboard.press("Space")
    expect(root.locator(".re-mark")).to_have_count(2)


def test_every_seed_is_a_dot_at_its_height(root: Locator):
    root.get_by_role("checkbox").check()
    slider(root).press("End")
    dots = root.locator(".re-dot")
    expect(dots).to_have_count(6)
    heights = [float(dot.get_attribute("cy")) for dot in dots.all()]
    shares = [share for pair in zip(*RUNS[2].longer, strict=True) for share in pair]
    # On a linear scale differences are in proportion.
    unit = (heights[1] - heights[0]) / (shares[0] - shares[1])
    for height, share in zip(heights, shares, strict=True):
        assert height == pytest.approx(heights[0] - unit * (share - 0.5), abs=0.01)
    assert unit > 100
    # The chosen curve stands out; the others stay in sight.
    expect(root.locator(".re-line")).to_have_count(1)
    expect(root.locator(".re-other")).to_have_count(2)
    expect(root.locator(".re-chance")).to_have_count(1)


def test_the_folded_table_has_every_kappa(root: Locator, page: Page):
    root.get_by_role("checkbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rows = root.get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(2).get_by_role("rowheader")).to_have_text("2")
    assert rows.nth(2).get_by_role("cell").all_inner_texts() == [
        "0.60 ± 0.00",
        "0.80 ± 0.14",
    ]
    root.get_by_role("checkbox").check()
    expect(rows.nth(2).get_by_role("cell")).to_have_count(3)


def test_one_seed_has_no_spread(page: Page):
    alone = Recall(1, [[0.5, 0.25]], [[0.5, 0.5, 0.5]])
    root = show(page, RecallExplorer([alone], 0.125))
    expect(root.get_by_role("status")).to_have_text(
        "1 memory vector, 2 segments: recall 0.50 of the first segment, 0.25 of the "
        "last, 0.38 on average."
    )


def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(page: Page, pictures: Path):
    page.set_viewport_size({"width": 360, "height": 760})
    root = show(page, RecallExplorer(RUNS, 0.125, title="Made up", note="Two seeds."))
    slider(root).press("End")
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    root.screenshot(path=pictures / "recall-360.png")


def test_nothing_is_left_behind_when_the_view_goes(root: Locator, page: Page):
    expect(root).to_be_visible()
    assert page.evaluate("window.stop_widget()") == 0
