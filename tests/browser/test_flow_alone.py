"""The flow explorer on a bare page: no JupyterLab, no kernel, keys alone."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.flow import FlowExplorer
from tests.browser.explorer_page import show


def mix(rows: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """A layer: every row adds the mean of the rows that it may attend to."""
    return rows + seen @ rows / np.maximum(seen.sum(1, keepdims=True), 1)


@pytest.fixture
def flow() -> FlowExplorer:
    dice = np.random.default_rng(0)
    P = list(dice.normal(size=(3, 2, 4)))
    return FlowExplorer(dice.normal(size=(5, 4)), [mix] * 3, P, title="Three layers")


def readout(root: Locator) -> Locator:
    return root.get_by_role("status").nth(1)


def verdict(root: Locator) -> Locator:
    return root.get_by_role("status").first


def step(root: Locator, times: int) -> None:
    for _ in range(times):
        root.get_by_role("button", name="Step").click()


def blocks(root: Locator, column: int) -> list[str]:
    shown = root.get_by_role("img").locator("ol").nth(column)
    return shown.locator("li:not(.fe-gone)").all_text_contents()


def test_a_layer_takes_puts_together_runs_and_drops(page, flow, pictures: Path):
    root = show(page, flow)
    tokens = [f"t{t}" for t in range(5)]
    expect(readout(root)).to_contain_text("Step 1: take what was handed on")
    assert blocks(root, 0) == tokens
    assert blocks(root, 1) == []
    step(root, 1)
    expect(readout(root)).to_contain_text("put 2 prefix rows in front.")
    assert blocks(root, 1) == ["pP[0][0]", "pP[0][1]", *tokens]
    step(root, 1)
    expect(readout(root)).to_contain_text("turns 7 rows into 7; every row attends")
    step(root, 1)
    expect(readout(root)).to_have_text(
        "Layer 1 of 3: rows in 7, out 7, passed on 5. Step 4: drop 2 rows and hand on "
        "0 prefix rows, 5 token rows, to layer 2. Now the tokens' rows are those of "
        "prefix-tuning."
    )
    assert blocks(root, 3) == tokens
    expect(root.locator(".fe-scene .fe-gone")).to_have_count(2)
    root.screenshot(path=pictures / "flow-layer-1.png", animations="disabled")
    step(root, 1)
    expect(readout(root)).to_contain_text("Layer 2 of 3:")
    step(root, 7)
    expect(readout(root)).to_contain_text("to whoever called.")
    expect(root.get_by_role("button", name="Step")).to_be_disabled()


def test_words_of_a_choice_are_those_that_python_wrote(page, flow):
    root = show(page, flow)
    expect(verdict(root)).to_have_text(f"= {flow.way('own', 'each')['says']}")
    root.get_by_role("radio", name="P[0] for layer 1 alone").check()
    root.get_by_role("radio", name="after the last layer alone").check()
    expect(verdict(root)).to_have_text(f"≠ {flow.way('once', 'end')['says']}")
    root.get_by_role("radio", name="prefix rows are masked out").check()
    root.get_by_role("radio", name="behind the tokens").check()
    way = flow.way("once", "end", "hidden", "behind")
    expect(verdict(root)).to_have_text(f"≠ {way['says']}")
    step(root, 1)
    assert blocks(root, 1)[-2:] == ["pP[0][0]", "pP[0][1]"]
    expect(readout(root)).to_contain_text("put 2 prefix rows behind.")


def test_dropping_at_the_wrong_end_shows_which_rows_are_lost(page, flow, pictures):
    root = show(page, flow)
    root.get_by_role("radio", name="after every layer, at the wrong end").check()
    root.get_by_role("slider", name="Step").fill("11")
    expect(readout(root)).to_contain_text("5 prefix rows, 0 token rows, to whoever")
    expect(root.get_by_role("img")).to_have_accessible_name(
        "Layer 3, from the top: P[2][0], P[2][1], P[1][0], P[1][1], P[0][0], "
        "P[0][1] dropped, t0 dropped."
    )
    root.screenshot(path=pictures / "flow-wrong-end.png", animations="disabled")


@pytest.mark.parametrize("side", ["in front of the tokens", "behind the tokens"])
def test_a_token_stays_at_its_height_while_rows_come_and_go(page, flow, side):
    page.emulate_media(reduced_motion="reduce")
    root = show(page, flow)
    root.get_by_role("radio", name=side).check()
    step(root, 3)
    tokens = root.locator(".fe-scene li.fe-token").get_by_text("0", exact=True)
    heights = [token.bounding_box()["y"] for token in tokens.all()]
    assert len(heights) == 4
    assert max(heights) - min(heights) < 1  # pixel


def test_everything_can_be_done_by_keyboard(page: Page, flow):
    root = show(page, flow)
    root.get_by_role("radio", name="every layer its own").focus()
    page.keyboard.press("ArrowDown")
    expect(root.get_by_role("radio", name="P[0] for every layer")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(root.get_by_role("radio", name="after the last layer")).to_be_checked()
    for key in "sssb":
        page.keyboard.press(key)
    expect(readout(root)).to_contain_text("Layer 1 of 3: rows in 7, out 7, passed on 7")
    expect(readout(root)).to_contain_text("Step 3:")
    root.get_by_role("slider", name="Step").press("End")
    expect(readout(root)).to_contain_text("rows in 11, out 11, passed on 5")
    page.keyboard.press("s")  # there is no further step
    expect(readout(root)).to_contain_text("Layer 3 of 3")
    root.get_by_text("All layers in numbers").focus()
    page.keyboard.press("Enter")
    expect(root.get_by_role("table")).to_be_visible()


def test_it_plays_pauses_and_stops_at_the_end(page: Page, flow):
    page.clock.install()
    root = show(page, flow)
    play = root.get_by_role("button", name="Play")
    play.click()
    pause = root.get_by_role("button", name="Pause")
    expect(pause).to_be_visible()
    page.clock.run_for(3000)
    expect(readout(root)).to_contain_text("Step 3:")
    page.keyboard.press("p")
    expect(play).to_be_visible()
    page.clock.run_for(5000)
    expect(readout(root)).to_contain_text("Step 3:")
    play.click()
    page.clock.run_for(60_000)
    expect(readout(root)).to_contain_text("Layer 3 of 3")
    expect(play).to_be_visible()
    play.click()  # from the start again
    expect(readout(root)).to_contain_text("Layer 1 of 3")


def test_a_step_taken_by_hand_ends_playing(page: Page, flow):
    page.clock.install()
    root = show(page, flow)
    root.get_by_role("button", name="Play").click()
    step(root, 1)
    page.clock.run_for(10_000)
    expect(readout(root)).to_contain_text("Step 2:")


@pytest.mark.parametrize(
    ("wish", "name"), [("no-preference", "fe-arrive"), ("reduce", "none")]
)
def test_blocks_move_unless_less_motion_is_wished(page: Page, flow, wish, name):
    page.emulate_media(reduced_motion=wish)
    root = show(page, flow)
    step(root, 1)
    arriving = root.locator(".fe-arrives .fe-row").first
    expect(arriving).to_have_css("animation-name", name)


def test_the_table_has_a_row_for_every_layer(page, flow):
    root = show(page, flow)
    root.get_by_role("radio", name="after the last layer alone").check()
    root.get_by_text("All layers in numbers").click()
    rows = root.get_by_role("row")
    expect(rows).to_have_count(4)
    gaps = flow.way("own", "end")["gaps"]
    for l, counts in enumerate([(7, 7, 7, 5), (9, 9, 9, 5), (11, 11, 5, 5)]):
        found = rows.nth(l + 1).get_by_role("cell").all_text_contents()
        assert found == [*map(str, counts), gaps[l]]


def test_every_control_has_a_name(page, flow):
    root = show(page, flow)
    expect(root).to_have_accessible_name("Flow between the layers: Three layers")
    for name in (
        "Which prefix",
        "Prefix rows are dropped",
        "Mask",
        "Prefix rows stand",
    ):
        expect(root.get_by_role("group", name=name, exact=True)).to_have_count(1)
    expect(root.get_by_role("slider", name="Step")).to_have_attribute(
        "aria-valuetext", "layer 1, step 1 of 4"
    )


def test_a_changed_step_does_not_read_the_verdict_again(page: Page, flow):
    root = show(page, flow)
    verdict(root).evaluate("(p) => { p.firstChild.id = 'kept'; }")
    step(root, 1)
    expect(root.locator("#kept")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(page, flow, pictures, theme):
    page.set_viewport_size({"width": 360, "height": 900})
    root = show(page, flow)
    if theme == "dark":
        page.evaluate(
            "document.body.dataset.jpThemeLight = 'false';"
            "document.body.style = 'background:#111;"
            "--jp-content-font-color1:#eee; --jp-content-font-color2:#aaa;"
            "--jp-layout-color1:#111; --jp-border-color1:#555';"
        )
    root.get_by_role("radio", name="after the last layer alone").check()
    root.get_by_text("All layers in numbers").click()
    root.get_by_role("slider", name="Step").fill("11")
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    path = pictures / f"flow-360-{theme}.png"
    root.screenshot(path=path, animations="disabled")


def test_nothing_is_left_behind_when_the_view_goes(page: Page, flow):
    root = show(page, flow)
    root.get_by_role("button", name="Play").click()
    assert page.evaluate("window.stop_widget()") == 0
