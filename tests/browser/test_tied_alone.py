"""The tied explorer on a bare page: no JupyterLab, no kernel."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.tied import KINDS, NORMS, STEPS, TiedExplorer, paths
from tests.browser.test_explorer_alone import PAGE as EXPLORER_PAGE

BUFFERS = ["points", "changes", "lengths", "layer_changes"]
PAGE = EXPLORER_PAGE.replace('["values", "near"]', json.dumps(BUFFERS))
l = np.arange(STEPS + 1.0)[:, None, None]
LAYERS = {
    "tied pre-norm layer": 4 + 1.5 * l,  # length 4, then 1.5 more each step
    "tied post-norm layer": 4 - 0.9**l,
}


def show(page: Page, explorer: TiedExplorer) -> Locator:
    """The explorer, rendered on an empty page from its traits alone."""
    kept = [n for n in explorer.trait_names(sync=True) if not n.startswith("_")]
    state = {name: getattr(explorer, name) for name in kept}
    for name in BUFFERS:
        state[name] = base64.b64encode(state[name]).decode()
    state = {name: v for name, v in state.items() if isinstance(v, str | int | list)}
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        PAGE.format(
            css=explorer._css, state=json.dumps(state), esm=json.dumps(explorer._esm)
        )
    )
    root = page.locator(".tied-explorer")
    expect(root).to_be_visible()
    assert problems == []
    return root


@pytest.fixture
def explorer(page: Page) -> Locator:
    return show(page, TiedExplorer(LAYERS, title="Tied maps"))


def readout(explorer: Locator) -> Locator:
    return explorer.get_by_role("status")


def choose(explorer: Locator, kind: str, rho: float, step: int) -> None:
    explorer.get_by_role("radio", name=kind).check()
    norm = explorer.get_by_role("slider", name="Spectral norm of W")
    norm.fill(str(NORMS.index(rho)))
    explorer.get_by_role("slider", name="Step").fill(str(step))


def test_words_say_what_numpy_computes(explorer: Locator):
    for kind, rho, step in [("turns", 0.5, 3), ("flips", 0.9, 40), ("shears", 0.2, 1)]:
        choose(explorer, kind, rho, step)
        states = paths(KINDS[kind], rho)
        moved = np.linalg.norm(np.diff(states, axis=0), axis=-1).max(-1)
        words = f"W {kind}, spectral norm {rho}, step {step}:"
        expect(readout(explorer)).to_contain_text(words)
        found = readout(explorer).inner_text()
        change, bound = re.findall(r"change (\S+),|allows (\S+)\.", found)
        two_digits = dict(rtol=0.06, atol=0)
        np.testing.assert_allclose(float(change[0]), moved[step - 1], **two_digits)
        allowed = moved[0] * rho ** (step - 1)
        np.testing.assert_allclose(float(bound[1]), allowed, **two_digits)


@pytest.mark.parametrize(
    ("kind", "rho", "says"),
    [
        ("turns", 0.7, "all in one place"),
        ("stretches", 1.5, "in 2 places"),
        ("shears", 2.0, "all in one place"),
        ("flips", 1.2, "no bound from 1 on"),
        ("turns", 1.0, "no bound from 1 on"),
    ],
)
def test_where_forty_steps_lead(explorer: Locator, kind: str, rho: float, says: str):
    choose(explorer, kind, rho, STEPS)
    expect(readout(explorer)).to_contain_text(says)


def test_before_the_first_step_nothing_has_changed(explorer: Locator):
    choose(explorer, "turns", 0.7, 0)
    expect(readout(explorer)).to_contain_text("step 0: no step yet, 6 starts.")
    expect(explorer).to_contain_text("tied pre-norm layer: length of a row 4.00 ·")


def test_tied_layers_are_read_out_at_the_same_step(explorer: Locator):
    choose(explorer, "turns", 0.7, 20)
    expect(explorer).to_contain_text(
        "tied pre-norm layer: length of a row 34.0, change 1.50"
    )
    moved = 0.9**19 - 0.9**20
    expect(explorer).to_contain_text(
        f"tied post-norm layer: length of a row {4 - 0.9**20:.2f}, change {moved:.4f}"
    )


def test_everything_can_be_done_by_keyboard(explorer: Locator, page: Page):
    explorer.get_by_role("radio", name="turns").focus()
    page.keyboard.press("ArrowRight")  # the next kind
    expect(readout(explorer)).to_contain_text("W flips, spectral norm 0.7, step 10")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(readout(explorer)).to_contain_text("W flips, spectral norm 0.8, step 10")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    expect(readout(explorer)).to_contain_text("spectral norm 0.8, step 40")
    page.keyboard.press("4")
    expect(readout(explorer)).to_contain_text("W shears, spectral norm 0.8, step 40")
    page.keyboard.press("9")  # there is no ninth
    expect(readout(explorer)).to_contain_text("W shears")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(explorer.get_by_role("table")).to_be_visible()


def test_a_click_on_a_picture_of_steps_chooses_the_step(explorer: Locator, page: Page):
    for picture in ("Change per step", "tied pre-norm layer: length from 4.00 to 64.0"):
        box = explorer.get_by_role("img", name=picture).bounding_box()
        for share, step in [(0.75, 30), (0.25, 10)]:
            x = box["x"] + 44 + share * (box["width"] - 54)
            page.mouse.click(x, box["y"] + 100)
            expect(readout(explorer)).to_contain_text(f"step {step}:")


def test_the_folded_table_has_a_row_for_every_state(explorer: Locator):
    choose(explorer, "stretches", 1.5, 5)
    explorer.get_by_text("This setting in numbers").click()
    rows = explorer.get_by_role("row")
    expect(rows).to_have_count(STEPS + 2)
    first = rows.nth(1).get_by_role("cell").all_text_contents()
    assert first == ["6", "", "", "", "4.00", "", "3.00"]
    last = rows.last.get_by_role("cell").all_text_contents()
    assert (last[0], last[2]) == ("2", "none")  # places; no bound above 1
    choose(explorer, "stretches", 0.5, 5)
    expect(rows.last.get_by_role("cell").first).to_have_text("1")


def test_every_control_has_a_name(explorer: Locator):
    found = explorer.aria_snapshot()
    assert re.findall(r"- (?:radio|slider|img|region)\b(?! \")", found) == []
    for role, name in [
        ("group", "W"),
        ("slider", "Spectral norm of W"),
        ("slider", "Step"),
        ("img", "Paths of six states in the plane up to step 10"),
    ]:
        expect(explorer.get_by_role(role, name=name)).to_have_count(1)
    expect(explorer).to_have_accessible_name("Explorer of tied maps: Tied maps")
    norm = explorer.get_by_role("slider", name="Spectral norm of W")
    expect(norm).to_have_attribute("aria-valuetext", "0.7")


def test_pictures_are_as_sharp_as_the_screen(explorer: Locator, page: Page):
    for canvas in explorer.locator("canvas").all():
        ratio = canvas.evaluate("(c) => c.width / parseFloat(c.style.width)")
        assert ratio == page.evaluate("window.devicePixelRatio") == 2


def test_without_layers_there_are_two_pictures(page: Page):
    root = show(page, TiedExplorer())
    expect(root.get_by_role("img")).to_have_count(2)
    root.get_by_text("This setting in numbers").click()
    expect(root.get_by_role("columnheader")).to_have_count(4)


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_no_width_needs_sideways_scrolling(page: Page, width: int, pictures: Path):
    page.set_viewport_size({"width": width, "height": 900})
    root = show(page, TiedExplorer(LAYERS, title="Tied maps"))
    root.get_by_text("This setting in numbers").click()
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    root.get_by_text("This setting in numbers").click()
    root.screenshot(path=pictures / f"tied-{width}.png")


def test_nothing_is_left_behind_when_the_view_goes(explorer: Locator, page: Page):
    assert page.evaluate("window.stop_explorer()") == 0
