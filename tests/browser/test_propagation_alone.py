"""The explorer of error propagation on a bare page."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.propagation import Propagation, PropagationExplorer
from tests.browser.explorer_page import show


def decay(L: int, levels: list[float], rate: float) -> Propagation:
    """Each layer multiplies the change by `rate`; the spread is a tenth of it."""
    mean = np.zeros((L, len(levels), L + 1))
    for k in range(1, L + 1):
        for n, level in enumerate(levels):
            mean[k - 1, n, k:] = level * rate ** np.arange(L + 1 - k)
    return Propagation(levels, mean, mean / 10, "made up")


MODELS = {"deep": decay(12, [0.01, 0.05, 0.2], 0.9), "flat": decay(3, [0.1], 1.25)}


@pytest.fixture
def root(page: Page) -> Locator:
    return show(page, PropagationExplorer(MODELS, title="Two models"))


def words(root: Locator) -> Locator:
    return root.get_by_role("status")


def sliders(root: Locator) -> tuple[Locator, Locator]:
    return tuple(
        root.get_by_role("slider", name=n) for n in ("Disturbed state", "Noise level")
    )


def test_the_readout_follows_sliders_and_list(root: Locator):
    layer, level = sliders(root)
    expect(words(root)).to_contain_text("1.00 % put into H[1] of deep arrive at H[12]")
    level.press("ArrowRight")
    layer.press("End")
    layer.press("ArrowLeft")
    expect(words(root)).to_have_text(
        "5.00 % put into H[11] of deep arrive at H[12] as 4.50 % ± 0.45 %: 0.90 times "
        "as much, a gain of 0.900 per layer. H[0] to H[10] are unchanged."
    )
    layer.press("ArrowRight")
    expect(words(root)).to_contain_text("H[12] of deep, the last state: no layer")
    assert layer.get_attribute("aria-valuetext") == "H[12], what layer 12 wrote"


def test_another_model_brings_its_own_depth_and_levels(root: Locator, page: Page):
    layer, level = sliders(root)
    layer.press("End")
    level.press("End")
    root.get_by_role("combobox", name="Model").select_option("flat")
    expect(words(root)).to_contain_text("10.0 % put into H[3] of flat, the last state")
    assert (layer.get_attribute("max"), level.get_attribute("max")) == ("3", "0")
    layer.press("Home")
    expect(words(root)).to_contain_text("gain of 1.250 per layer. H[0] is unchanged.")
    state = page.evaluate("window.widget_state()")
    assert [state[n] for n in ("model", "layer", "level")] == [1, 1, 0]


def test_every_state_has_a_mark_and_the_table_its_number(root: Locator):
    layer, _ = sliders(root)
    layer.fill("4")
    expect(root.locator("svg rect.pe-before")).to_have_count(4)
    expect(root.locator("svg circle.pe-after")).to_have_count(9)
    root.get_by_text("The chart in numbers").click()
    rows = root.get_by_role("row").all_inner_texts()
    assert len(rows) == 14
    assert rows[1].split("\t") == ["H[0]", "0.00 %", "0.00 %"]
    assert rows[6].split("\t") == ["H[5]", "0.90 %", "0.09 %"]
    layer.press("ArrowRight")
    expect(root.get_by_role("row").nth(6)).to_contain_text("1.00 %")


def test_marks_stand_where_the_numbers_say(root: Locator):
    """Heights above zero are proportional to the change."""
    marks = root.locator("svg circle.pe-after").evaluate_all(
        "(all) => all.map((c) => Number(c.getAttribute('cy')))"
    )
    base = root.locator("svg line.pe-grid").first.get_attribute("y1")
    heights = float(base) - np.array(marks)
    np.testing.assert_allclose(heights / heights[0], 0.9 ** np.arange(12), rtol=1e-5)


def test_a_change_that_is_not_finite_is_named_and_left_out(page: Page):
    mean = np.array([[[0, 0.1, np.nan]], [[0, 0, np.inf]]])
    root = show(page, PropagationExplorer({"broken": Propagation([0.1], mean, mean)}))
    expect(words(root)).to_contain_text("arrive at H[2] as no number ± no number.")
    expect(root.locator("svg circle.pe-after")).to_have_count(1)
    assert "NaN" not in root.inner_html()


def test_every_control_has_a_role_and_a_name(root: Locator):
    for role, name in [
        ("group", "Error propagation: Two models"),
        ("combobox", "Model"),
        ("slider", "Disturbed state H[k]"),
        ("slider", "Noise level"),
        ("img", "Relative change of H[0] to H[12]"),
    ]:
        expect(root.page.get_by_role(role, name=name)).to_have_count(1)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_cut_off(page: Page, pictures: Path, width: int):
    page.set_viewport_size({"width": width, "height": 760})
    root = show(page, PropagationExplorer(MODELS, title="Two models"))
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    inside = root.locator("svg").evaluate(
        "(svg) => [...svg.querySelectorAll('text')].every((t) => {"
        " const a = t.getBoundingClientRect(), b = svg.getBoundingClientRect();"
        " return a.left >= b.left - 1 && a.right <= b.right + 1; })"
    )
    assert inside
    root.screenshot(path=pictures / f"propagation-{width}.png")


def test_nothing_is_left_behind_when_the_view_goes(root: Locator, page: Page):
    assert page.evaluate("window.stop_widget()") == 0
