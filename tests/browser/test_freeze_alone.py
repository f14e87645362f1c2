"""The freeze explorer on a bare page: no JupyterLab, no kernel."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.freeze import FreezeExplorer, Freezing
from tests.browser.explorer_page import show

PARTS = ["embeddings", "layer 1", "layer 2"]


def choice(count: int, accuracy: list[float]) -> Freezing:
    """The top `count` parts have moved, by 4 % ± 1.41 % (3 % and 5 %)."""
    names = ["the head alone", "the top layer and the head", "all layers", "everything"]
    moved = {p: [0.03, 0.05] if i >= 3 - count else [0, 0] for i, p in enumerate(PARTS)}
    seen = [share + 0.1 for share in accuracy]
    return Freezing(names[count], 1000 * count + 2, seen, accuracy, moved)


CHOICES = [
    choice(0, [0.5, 0.5]),
    choice(1, [0.6, 0.7]),
    choice(2, [0.8, 0.86]),
    choice(3, [0.7, 0.9]),
]


@pytest.fixture
def root(page: Page) -> Locator:
    return show(page, FreezeExplorer(CHOICES, 3002, title="Made up", note="Two seeds."))


def slider(root: Locator) -> Locator:
    return root.get_by_role("slider", name="What may change")


def test_the_readout_follows_the_slider(root: Locator):
    words = root.get_by_role("status")
    expect(words).to_have_text(
        "The head alone: 2 of 3,002 numbers may change (0.067 %); accuracy "
        "0.60 ± 0.00 on seen and 0.50 ± 0.00 on unseen phrases."
    )
    slider(root).press("ArrowRight")
    expect(words).to_have_text(
        "The top layer and the head: 1,002 of 3,002 numbers may change (33.4 %); "
        "accuracy 0.75 ± 0.07 on seen and 0.65 ± 0.07 on unseen phrases."
    )
    assert slider(root).get_attribute("aria-valuetext") == "the top layer and the head"
    slider(root).press("End")
    expect(words).to_contain_text("3,002 of 3,002 numbers may change (100 %)")


def test_frozen_parts_are_named_and_free_ones_have_a_bar(root: Locator):
    picture = root.locator(".fe-picture svg").first
    expect(picture.get_by_text("frozen")).to_have_count(3)
    expect(picture.locator(".fe-bar")).to_have_count(0)
    assert "nothing of the encoder moved" in picture.get_attribute("aria-label")
    slider(root).fill("2")
    expect(picture.get_by_text("frozen")).to_have_count(1)
    expect(picture.locator(".fe-bar")).to_have_count(2)
    expect(picture.locator(".fe-seed")).to_have_count(4)  # two seeds each
    said = picture.get_attribute("aria-label")
    assert said.endswith("layer 1 4.00 ± 1.41 %, layer 2 4.00 ± 1.41 %")
    names = picture.locator("text[text-anchor=end]").all_text_contents()
    assert names == ["head", "layer 2", "layer 1", "embeddings"]


def test_every_seed_is_a_dot_at_its_height(root: Locator):
    picture = root.locator(".fe-picture svg").last
    dots = picture.locator(".fe-dot.fe-unseen")
    heights = [float(dot.get_attribute("cy")) for dot in dots.all()]
    shares = [share for choice in CHOICES for share in choice.unseen]
    # On a linear scale equal shares lie equally high and differences are in proportion.
    unit = (heights[0] - heights[2]) / (shares[2] - shares[0])
    for height, share in zip(heights, shares, strict=True):
        assert height == pytest.approx(heights[0] - unit * (share - 0.5), abs=0.01)
    expect(picture.locator(".fe-mark")).to_have_count(8)
    # The scale begins below the lowest share, and the line of guessing stands out.
    expect(picture.locator(".fe-chance")).to_have_count(1)


def test_the_folded_table_has_all_choices(root: Locator, page: Page):
    slider(root).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rows = root.get_by_role("row")
    expect(rows).to_have_count(5)
    cells = rows.nth(2).get_by_role("cell").all_inner_texts()
    unseen, free = "0.65 ± 0.07", "4.00 ± 1.41 %"
    assert cells == ["1,002", "0.75 ± 0.07", unseen, "frozen", "frozen", free]


def test_one_seed_has_no_spread(page: Page):
    alone = Freezing("alone", 1, [0.5], [0.25], {"layer 1": [0.02]})
    root = show(page, FreezeExplorer([alone], 2))
    expect(root.get_by_role("status")).to_have_text(
        "Alone: 1 of 2 numbers may change (50.0 %); accuracy 0.50 on seen and 0.25 on "
        "unseen phrases."
    )


def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(page: Page, pictures: Path):
    page.set_viewport_size({"width": 360, "height": 760})
    root = show(page, FreezeExplorer(CHOICES, 3002, title="Made up", note="Two seeds."))
    slider(root).press("End")
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    root.screenshot(path=pictures / "freeze-360.png")


def test_nothing_is_left_behind_when_the_view_goes(root: Locator, page: Page):
    expect(root).to_be_visible()
    assert page.evaluate("window.stop_widget()") == 0
