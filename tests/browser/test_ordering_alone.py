"""The ordering widget on a bare page: mouse, touch, keys, tray, words."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.ordering import Ordering
from tests.browser.answer_page import DARK, show, source, trait

BLOCKS = {
    "K": "what the *feed-forward* part adds",
    "M": "the attention weights",
    "P": "$H^0$, the embeddings",
    "R": "`    H = layer(H)`",
}
CELL = [("order", "# labels\nORDER = []", "ORDER")]
CENTRE = 0.5


@pytest.fixture
def root(page: Page) -> Locator:
    """Four blocks, an empty answer cell, a tray."""
    return show(page, Ordering("ORDER", BLOCKS, tray=True), CELL)


def order(root: Locator) -> str:
    """Labels from top to bottom."""
    return "".join(labels(root, "Your order, the first on top"))


def tray(root: Locator) -> str:
    return "".join(labels(root, "Not part of it"))


def labels(root: Locator, name: str) -> list[str]:
    options = root.get_by_label(name).locator("li")
    return [option.get_attribute("data-label") for option in options.all()]


def block(root: Locator, label: str) -> Locator:
    return root.locator(f"li[data-label='{label}']")


def says(root: Locator) -> Locator:
    return root.get_by_role("status")


def centre(place: Locator, x: float = CENTRE, y: float = CENTRE) -> tuple[float, float]:
    box = place.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, start: Locator, end: Locator, y: float) -> None:
    """Drag by mouse to a place within the height of another element."""
    page.mouse.move(*centre(start))
    page.mouse.down()
    page.mouse.move(*centre(end, y=y), steps=5)
    page.mouse.up()


def test_blocks_stand_in_the_given_order_and_nothing_is_recorded(root, page):
    assert (order(root), tray(root)) == ("KMPR", "")
    expect(root).to_contain_text("Nothing is recorded yet")
    assert source(page) == "# labels\nORDER = []"


class TestMouse:
    @pytest.mark.parametrize(
        ("moving", "onto", "y", "after"),
        [
            ("R", "K", 0.2, "RKMP"),
            ("K", "R", 0.8, "MPRK"),
            ("K", "P", 0.8, "MPKR"),
            ("P", "K", 0.8, "KPMR"),
        ],
    )
    def test_dropping_a_block(self, root, page, moving, onto, y, after):
        drag(page, block(root, moving), block(root, onto), y)
        assert order(root) == after
        written = ", ".join(f'"{label}"' for label in after)
        assert source(page) == f"# labels\nORDER = [{written}]"
        assert trait(page, "value") == list(after)

    def test_dropped_where_it_was_nothing_is_recorded(self, root, page):
        drag(page, block(root, "M"), block(root, "M"), 0.9)
        page.mouse.move(0, 0)
        assert (order(root), source(page)) == ("KMPR", "# labels\nORDER = []")

    def test_a_line_shows_where_it_would_drop_and_escape_gives_up(self, root, page):
        mark = root.locator(".ord-mark")
        page.mouse.move(*centre(block(root, "R")))
        page.mouse.down()
        page.mouse.move(*centre(block(root, "K"), y=0.1), steps=5)
        expect(mark).to_be_visible()
        gap = mark.bounding_box()["y"] - block(root, "K").bounding_box()["y"]
        assert -8 < gap < 2
        page.keyboard.press("Escape")
        page.mouse.up()
        expect(mark).not_to_be_visible()
        assert order(root) == "KMPR"

    def test_into_the_tray_and_out_again(self, root, page):
        drag(page, block(root, "M"), root.locator(".ord-tray"), 0.7)
        assert (order(root), tray(root)) == ("KPR", "M")
        assert source(page) == '# labels\nORDER = ["K", "P", "R"]'
        drag(page, block(root, "M"), block(root, "R"), 0.1)
        assert (order(root), tray(root)) == ("KPMR", "")


class TestTouch:
    """A finger drags by the dots alone, so that a swipe still scrolls the page."""

    @pytest.fixture
    def page(self, browser, browser_context_args):
        size = {"width": 400, "height": 760}
        context = browser.new_context(
            **{**browser_context_args, "has_touch": True, "viewport": size}
        )
        yield context.new_page()
        context.close()

    def swipe(self, page: Page, start: tuple, end: tuple) -> None:
        session = page.context.new_cdp_session(page)
        (x0, y0), (x1, y1) = start, end
        kinds = ["touchStart", *["touchMove"] * 6]
        for k, kind in enumerate(kinds):
            point = {"x": x0 + (x1 - x0) * k / 6, "y": y0 + (y1 - y0) * k / 6}
            event = {"type": kind, "touchPoints": [point]}
            session.send("Input.dispatchTouchEvent", event)
        event = {"type": "touchEnd", "touchPoints": []}
        session.send("Input.dispatchTouchEvent", event)

    def test_dragging_by_the_dots(self, root, page):
        grip = block(root, "R").locator(".ord-grip")
        self.swipe(page, centre(grip), centre(block(root, "K"), y=0.1))
        assert order(root) == "RKMP"
        assert trait(page, "value") == list("RKMP")

    def test_a_swipe_over_the_text_moves_nothing(self, root, page):
        text = block(root, "R").locator(".ord-text")
        self.swipe(page, centre(text), centre(block(root, "K"), y=0.1))
        assert order(root) == "KMPR"

    def test_tap_and_buttons(self, root):
        block(root, "P").tap()
        root.get_by_role("button", name="Up").tap()
        root.get_by_role("button", name="Up").tap()
        assert order(root) == "PKMR"
        root.get_by_role("button", name="Down").tap()
        assert order(root) == "KPMR"
        root.get_by_role("button", name="Set aside").tap()
        assert (order(root), tray(root)) == ("KMR", "P")
        root.get_by_role("button", name="Put into the order").tap()
        assert order(root) == "KMRP"

    def test_targets_are_large_enough_for_fingers(self, root):
        for button in root.get_by_role("button").all():
            box = button.bounding_box()
            assert min(box["width"], box["height"]) >= 44
        assert block(root, "K").bounding_box()["height"] >= 44
        assert block(root, "K").locator(".ord-grip").bounding_box()["width"] >= 44

    def test_nothing_is_wider_than_the_phone(self, root, page, pictures):
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert page.evaluate(wide) <= 0
        page.screenshot(path=pictures / "ordering-400.png", full_page=True)


class TestKeys:
    def test_one_stop_for_the_list_and_arrows_move_the_focus(self, root, page):
        page.keyboard.press("Tab")
        for key, label in [
            ("ArrowDown", "M"),
            ("End", "R"),
            ("ArrowDown", "R"),
            ("ArrowUp", "P"),
            ("Home", "K"),
            ("r", "R"),
            ("K", "K"),
        ]:
            page.keyboard.press(key)
            expect(block(root, label)).to_be_focused()
            expect(root.get_by_role("option", selected=True)).to_have_count(1)
            expect(block(root, label)).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Tab")
        expect(root.get_by_role("button", name="Up")).to_be_focused()
        assert order(root) == "KMPR"

    def test_alt_and_arrows_move_the_block_and_keep_the_focus(self, root, page):
        block(root, "R").focus()
        for key, after, words in [
            ("Alt+ArrowUp", "KMRP", "R is now at place 3 of 4, after M and before P."),
            ("Alt+Home", "RKMP", "R is now at place 1 of 4, before K."),
            ("Alt+ArrowUp", "RKMP", "R stays at place 1 of 4."),
            ("Alt+End", "KMPR", "R is now at place 4 of 4, after P."),
            ("Alt+ArrowDown", "KMPR", "R stays at place 4 of 4."),
        ]:
            page.keyboard.press(key)
            assert order(root) == after
            expect(says(root)).to_have_text(words)
            expect(block(root, "R")).to_be_focused()
        assert trait(page, "value") == list("KMPR")

    def test_alt_and_sideways_arrows_use_the_tray(self, root, page):
        block(root, "M").focus()
        page.keyboard.press("Alt+ArrowRight")
        assert (order(root), tray(root)) == ("KPR", "M")
        expect(says(root)).to_have_text("M is set aside; 3 blocks are in the order.")
        expect(block(root, "M")).to_be_focused()
        page.keyboard.press("Alt+ArrowLeft")
        assert (order(root), tray(root)) == ("KPRM", "")
        expect(block(root, "M")).to_be_focused()

    def test_the_last_block_cannot_be_set_aside(self, root, page):
        for label in "KMPR":
            block(root, label).focus()
            page.keyboard.press("Alt+ArrowRight")
        assert (order(root), tray(root)) == ("R", "KMP")
        expect(says(root)).to_contain_text("at least one block")

    def test_no_key_reaches_the_page_but_those_that_are_meant_for_it(self, root, page):
        page.evaluate(
            "() => { window.heard = [];"
            "addEventListener('keydown', (event) => heard.push(event.key)); }"
        )
        block(root, "K").focus()
        for key in ["a", "d", "x", "ArrowDown", "Enter", "Delete", "Control+z"]:
            page.keyboard.press(key)
        assert set(page.evaluate("heard")) <= {"Control"}
        for key in ["Control+s", "Shift+Enter", "Tab"]:
            page.keyboard.press(key)
        assert {"s", "Enter", "Tab"} <= set(page.evaluate("heard"))


class TestUndo:
    def test_step_by_step_back_to_the_empty_literal(self, root, page):
        undo = root.get_by_role("button", name="Undo")
        expect(undo).to_have_attribute("aria-disabled", "true")
        block(root, "R").focus()
        page.keyboard.press("Alt+Home")
        page.keyboard.press("Alt+ArrowRight")
        undo.click()
        assert source(page) == '# labels\nORDER = ["R", "K", "M", "P"]'
        block(root, "R").press("Control+z")
        assert source(page) == "# labels\nORDER = []"
        expect(undo).to_have_attribute("aria-disabled", "true")

    def test_start_again_can_be_taken_back(self, root, page):
        block(root, "R").focus()
        page.keyboard.press("Alt+Home")
        root.get_by_role("button", name="Start again").click()
        assert (order(root), source(page)) == ("KMPR", "# labels\nORDER = []")
        expect(says(root)).to_contain_text("Undo brings your order back")
        root.get_by_role("button", name="Undo").click()
        assert order(root) == "RKMP"
        assert source(page) == '# labels\nORDER = ["R", "K", "M", "P"]'


class TestAnswerCell:
    @pytest.mark.parametrize(
        ("literal", "shown", "aside"),
        [
            ('["R", "P", "M", "K"]', "RPMK", ""),
            ("(' r', \"p\",)", "RP", "KM"),
            ("[\n    'P',  # first\n    'K',\n]", "PK", "MR"),
            ("[]", "KMPR", ""),
        ],
    )
    def test_the_literal_is_shown(self, page, literal, shown, aside):
        cells = [("x", f"ORDER = {literal}", "ORDER")]
        root = show(page, Ordering("ORDER", BLOCKS, tray=True), cells)
        assert (order(root), tray(root)) == (shown, aside)
        assert page.evaluate("cells[0].writes") == 0  # looking changes nothing

    @pytest.mark.parametrize(
        "literal", ["'KMPR'", "['K', 'K']", "['X']", "sorted('KMPR')", "3", "{'K'}"]
    )
    def test_what_is_no_order_is_said_and_kept_until_a_block_moves(self, page, literal):
        cells = [("x", f"ORDER = {literal}  # mine\nprint(1)", "ORDER")]
        root = show(page, Ordering("ORDER", BLOCKS), cells)
        expect(root).to_contain_text("holds something else than a list of these labels")
        assert literal in source(page)
        block(root, "M").press("Alt+ArrowUp")
        assert source(page) == 'ORDER = ["M", "K", "P", "R"]  # mine\nprint(1)'
        expect(root).not_to_contain_text("something else")

    def test_what_is_typed_into_the_cell_is_shown_at_once(self, root, page):
        page.evaluate('cells[0].setSource(\'ORDER = ["P", "K"]\')')
        assert (order(root), tray(root)) == ("PK", "MR")
        assert trait(page, "value") == []  # the kernel's variable waits for a run

    def test_left_out_blocks_can_be_put_in_without_a_tray(self, page):
        cells = [("x", 'ORDER = ["P", "K"]', "ORDER")]
        root = show(page, Ordering("ORDER", BLOCKS), cells)
        assert labels(root, "Left out") == ["M", "R"]
        block(root, "M").click()
        root.get_by_role("button", name="Put into the order").click()
        assert source(page) == 'ORDER = ["P", "K", "M"]'
        block(root, "R").press("Alt+ArrowLeft")
        expect(root.get_by_text("Left out")).not_to_be_visible()

    def test_without_a_document_the_line_can_be_copied(self, page):
        root = show(page, Ordering("ORDER", BLOCKS, ["R", "K", "M", "P"]))
        assert order(root) == "RKMP"
        block(root, "R").press("Alt+End")
        expect(root).to_contain_text("Paste this line into the answer cell")
        line = 'ORDER = ["K", "M", "P", "R"]'
        expect(root.locator(".answer-line")).to_have_text(line)
        root.get_by_role("button", name="Copy").click()
        selected = page.evaluate("getSelection().toString()")
        assert selected == line or root.get_by_role("button", name="Copied").count()

    def test_a_missing_cell_counts_as_no_document(self, page):
        root = show(page, Ordering("ORDER", BLOCKS), [("x", "ORDER = []", "OTHER")])
        block(root, "K").press("Alt+End")
        expect(root).to_contain_text("Paste this line into the answer cell")
        assert source(page) == "ORDER = []"


def test_texts_are_shown_as_text(page: Page):
    html = "<img src=x onerror=alert(1)>"
    blocks = {"A": html, "B": "`<b>` & *so on*", "C": "$H_{l-1}$"}
    root = show(page, Ordering("X", blocks), [])
    expect(block(root, "A")).to_contain_text(html)
    expect(block(root, "B").locator("code")).to_have_text("<b>")
    expect(block(root, "B").locator("em")).to_have_text("so on")
    expect(block(root, "C").locator("sub")).to_have_text("l−1")
    expect(root.locator("img")).to_have_count(0)


def test_roles_and_names(root: Locator):
    box = root.get_by_role("listbox", name="Your order, the first on top")
    expect(box.get_by_role("option")).to_have_count(4)
    help_text = root.locator(".ord-quiet").last.inner_text()
    expect(box).to_have_accessible_description(help_text)
    expect(root.get_by_role("toolbar", name="Move the selected block")).to_be_visible()
    ids = root.locator("[id]").evaluate_all("(all) => all.map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_nothing_is_left_behind_when_the_view_goes(root: Locator, page: Page):
    assert page.evaluate("cells[0].slots.size") == 1
    assert page.evaluate("left_behind()") == 0


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("theme", ["", DARK], ids=["light", "dark"])
def test_it_is_photographed(page: Page, pictures: Path, width: int, theme: str):
    page.set_viewport_size({"width": width, "height": 760})
    blocks = {**BLOCKS, "S": "$H^0$ plus what the attention of layer 1 adds, and so on"}
    cells = [("x", 'ORDER = ["P", "S", "K", "M"]', "ORDER")]
    root = show(page, Ordering("ORDER", blocks, tray=True), cells, theme)
    page.keyboard.press("Tab")
    page.keyboard.press("Alt+ArrowDown")
    name = f"ordering-{'dark' if theme else 'light'}-{width}.png"
    page.screenshot(path=pictures / name, full_page=True)
    assert order(root) == "SPKM"


def test_forced_colors_leave_the_selection_a_border(page: Page, pictures: Path):
    page.emulate_media(forced_colors="active")
    root = show(page, Ordering("ORDER", BLOCKS, tray=True), CELL)
    block(root, "M").click()
    widths = [
        block(root, label).evaluate("(b) => getComputedStyle(b).borderTopWidth")
        for label in "MK"
    ]
    assert widths == ["3px", "1px"]
    page.screenshot(path=pictures / "ordering-forced-colors.png", full_page=True)
