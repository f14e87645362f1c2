"""The gallery on a bare page: no JupyterLab, no kernel, keys alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.gallery import GalleryExplorer
from tests.browser.explorer_page import show

CHECKS = {
    "shapes": "A layer keeps shape and dtype.",
    "silent_sublayers": "With sublayers that write zeros, pre-norm returns H.",
    "causal": "Under a causal mask no position sees a later one.",
    "golden_value": "The result is the one of a plain layer.",
}
FED = "random states (3, 5, 12), a causal mask; then new random rows"


def case(name: str, family: str, *fired: str) -> dict:
    return {
        "name": name,
        "family": family,
        "symptom": f"the symptom of {name}",
        "code": f"class Broken:\n    note = '<b>{name}</b>'" + " " * 90 + "# far right",
        "findings": {check: (FED, "0.5 at [0, 1, 2]", "0.7") for check in fired},
    }


CASES = [
    case("stream cut", "residual", "silent_sublayers", "golden_value"),
    case("stream doubled", "residual", "silent_sublayers", "golden_value"),
    case("mask turned", "mask", "causal", "golden_value"),
    case("mask forgotten", "mask", "causal", "golden_value"),
    case("rescaled", "scale or softmax", "golden_value"),
]


@pytest.fixture
def gallery() -> GalleryExplorer:
    return GalleryExplorer(CASES, CHECKS, title="Five layers")


def go_to(root: Locator, gallery: GalleryExplorer, name: str) -> None:
    place = [hung["name"] for hung in gallery.cases].index(name)
    root.get_by_role("combobox").select_option(str(place))


def verdict(root: Locator) -> Locator:
    return root.get_by_role("status").last


def test_a_panel_shows_what_fires_with_its_numbers_and_no_name(page, gallery):
    root = show(page, gallery)
    go_to(root, gallery, "mask turned")
    readout = root.get_by_role("status").first
    expect(readout).to_contain_text("2 of 4 checks fire (causal, golden value).")
    items = root.get_by_role("list", name="All checks").get_by_role("listitem")
    assert [text.split()[-1] for text in items.all_text_contents()] == [
        "holds", "holds", "fires", "fires",
    ]  # fmt: skip
    for text in (CHECKS["causal"], FED, "0.5 at [0, 1, 2]", "0.7"):
        expect(root).to_contain_text(text)
    text = root.text_content()
    assert not [c["name"] for c in CASES if c["name"] in text or c["symptom"] in text]


def test_wrong_guesses_are_answered_by_what_speaks_against_them(page, gallery):
    root = show(page, gallery)
    go_to(root, gallery, "mask turned")
    root.get_by_role("radio", name="residual").check()
    expect(verdict(root)).to_have_text(
        "✗ Not residual. “causal” fires here, and for no layer of the family "
        "residual in this gallery."
    )
    go_to(root, gallery, "rescaled")
    root.get_by_role("radio", name="mask").check()
    expect(verdict(root)).to_have_text(
        "✗ Not mask. “causal” fires for every layer of the family mask in this "
        "gallery, and holds here."
    )
    root.get_by_role("radio", name="scale or softmax").check()
    expect(verdict(root)).to_contain_text("✓ Right: scale or softmax.")
    expect(root).to_contain_text("Right at the first guess: 0 of 2.")


def test_no_layer_of_a_family_means_none_of_them(page):
    mixed = [
        case("leaky", "residual", "silent_sublayers", "causal"),
        case("flat", "residual", "silent_sublayers"),
        case("mask turned", "mask", "causal"),
    ]
    gallery = GalleryExplorer(mixed, CHECKS)
    root = show(page, gallery)
    go_to(root, gallery, "mask turned")
    root.get_by_role("radio", name="residual").check()
    expect(verdict(root)).to_contain_text("“silent sublayers” fires for every layer")


def test_a_guess_that_the_panel_does_not_refute_is_said_to_be_so(page):
    twins = [case("one", "residual", "causal"), case("two", "mask", "causal")]
    gallery = GalleryExplorer(twins, CHECKS)
    root = show(page, gallery)
    go_to(root, gallery, "one")
    root.get_by_role("radio", name="mask").check()
    expect(verdict(root)).to_contain_text("Nothing in this panel speaks against mask")


def test_keys_alone_walk_guess_and_reveal(page, gallery, pictures: Path):
    root = show(page, gallery)
    first, second = gallery.cases[:2]
    root.get_by_role("button", name="Next").press("n")
    readout = root.get_by_role("status").first
    expect(readout).to_contain_text("Mystery layer 2 of 5")
    page.keyboard.press("p")
    expect(readout).to_contain_text("Mystery layer 1 of 5")
    page.keyboard.press("p")  # there is none before
    expect(readout).to_contain_text("Mystery layer 1 of 5")
    page.keyboard.press(str(1 + gallery.families.index(first["family"])))
    expect(verdict(root)).to_contain_text("✓ Right")
    page.keyboard.press("r")
    answer = root.get_by_role("region", name="What is broken")
    expect(answer).to_be_focused()
    expect(answer).to_contain_text(f"{first['name']} · family: {first['family']}")
    expect(answer).to_contain_text("note = '<b>")  # code is text
    expect(root.get_by_role("button", name="Reveal")).to_be_disabled()
    root.screenshot(path=pictures / "gallery-revealed.png")
    page.keyboard.press("n")
    expect(answer).to_have_count(0)  # nor is an empty region read out
    expect(root).not_to_contain_text(second["symptom"])
    assert page.evaluate("window.widget_state().revealed") == [1, 0, 0, 0, 0]


def test_arrows_move_without_guessing_and_space_guesses(page, gallery):
    root = show(page, gallery)
    radios = root.get_by_role("radio")
    radios.first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(radios.last).to_be_focused()
    expect(root.get_by_role("radio", checked=True)).to_have_count(0)
    page.keyboard.press("Space")
    expect(radios.last).to_be_checked()
    expect(verdict(root)).not_to_be_empty()


def test_a_guess_after_the_name_does_not_count(page, gallery):
    root = show(page, gallery)
    root.get_by_role("button", name="Reveal").click()
    root.get_by_role("radio").first.check()
    expect(verdict(root)).not_to_be_empty()
    expect(root).not_to_contain_text("Right at the first guess")


def test_the_first_and_the_last_layer_end_the_walk(page, gallery):
    root = show(page, gallery)
    previous, following = (
        root.get_by_role("button", name=name) for name in ("Previous", "Next")
    )
    expect(previous).to_be_disabled()
    for _ in range(4):
        following.click()
    expect(root.get_by_role("status").first).to_contain_text("Mystery layer 5 of 5")
    expect(following).to_be_disabled()
    expect(previous).to_be_enabled()


def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(page, gallery, pictures):
    page.set_viewport_size({"width": 360, "height": 760})
    root = show(page, gallery)
    root.get_by_role("button", name="Reveal").click()
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    root.screenshot(path=pictures / "gallery-360.png")


def test_nothing_is_left_behind_when_the_view_goes(page: Page, gallery):
    show(page, gallery)
    assert page.evaluate("window.stop_widget()") == 0
