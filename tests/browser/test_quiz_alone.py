"""The quiz widget on a bare page: graded and practice, keys, what is not there."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course_utils.widgets.quiz import Quiz
from tests.browser.answer_page import DARK, show, source, trait

GRADED = {
    "Q1": {"text": "How *long* is it?", "options": {"a": "12", "b": "13, `L + 1`"}},
    "Q2": {
        "text": "Which?",
        "options": {"a": "$H^4$", "b": "<b>bold</b>", "c": "none"},
    },
}
PRACTICE = {
    "03.1": {
        "text": "How many states has a stack of 6 layers?",
        "key": "b",
        "options": {
            "a": ["6", "That is the number of *layers*."],
            "b": ["7", "$H^0$ and one for each layer."],
            "c": ["8", "One too many."],
        },
    }
}
CELL = [("x", '# letters\nQ1 = ""\nQ2 = ""', "questions")]
ASK = [("other", 'ask("03.2", "")'), ("mine", 'x = 1\nask("03.1", "")  # now')]
TEXTS = """## Title

**Why.** Two questions.

**Q1.** An encoder has
12 layers. How *long* is it?

- **a** 12
- **b** 13, `L + 1`

**Q2.** Which **one**?

- **a** $H^4$
- **b** `x` - **c** is no option here
- **c** none
"""


@pytest.fixture
def graded(page: Page) -> Locator:
    return show(page, Quiz(GRADED, answer_cell="questions"), CELL)


@pytest.fixture
def practice(page: Page) -> Locator:
    return show(page, Quiz(PRACTICE, answer_cell="mine"), ASK)


def radio(root: Locator, question: str, letter: str) -> Locator:
    return (
        root.get_by_role("group", name=question)
        .get_by_role("radio")
        .nth("abcdef".index(letter))
    )


class TestGraded:
    def test_a_click_writes_the_letter_and_nothing_else(self, graded, page):
        graded.get_by_text("none").click()
        assert source(page) == '# letters\nQ1 = ""\nQ2 = "c"'
        assert trait(page, "values") == {"Q1": "", "Q2": "c"}
        expect(graded).to_contain_text('In the answer cell: Q2 = "c" Still open: Q1.')
        radio(graded, "Which?", "a").click()
        radio(graded, "How long", "b").click()
        assert source(page) == '# letters\nQ1 = "b"\nQ2 = "a"'
        expect(graded).not_to_contain_text("Still open")

    def test_letters_of_the_cell_are_shown(self, page):
        cells = [("x", "Q1 = ' B'\nQ2 = 7", "questions")]
        root = show(page, Quiz(GRADED, {"Q1": "a"}, answer_cell="questions"), cells)
        expect(radio(root, "How long", "b")).to_be_checked()
        expect(root.get_by_role("radio", checked=True)).to_have_count(1)
        assert page.evaluate("cells[0].writes") == 0
        page.evaluate("cells[0].setSource('Q1 = \"a\"')")
        expect(radio(root, "How long", "a")).to_be_checked()

    def test_the_key_is_not_on_the_page_whatever_is_chosen(self, graded, page):
        before = graded.get_by_role("group").count()
        for letter in "abc":
            radio(graded, "Which?", letter).click()
            expect(graded).not_to_contain_text("Right")
            expect(graded).not_to_contain_text("Not this one")
        assert graded.get_by_role("group").count() == before
        assert "key" not in str(trait(page, "questions"))

    def test_texts_can_come_from_the_cell_that_prints_them(self, page):
        quiz = Quiz({"Q1": "ab", "Q2": "abc"}, answer_cell="q", text_cell="q-task")
        root = show(page, quiz, [("t", TEXTS, "q-task"), ("x", "", "q")])
        groups = root.get_by_role("group")
        assert [g.locator("legend").inner_text() for g in groups.all()] == [
            "Q1 An encoder has 12 layers. How long is it?",
            "Q2 Which one?",
        ]
        assert groups.nth(1).locator("label").all_inner_texts() == [
            "a\nH4",
            "b\nx - c is no option here",
            "c\nnone",
        ]
        root.get_by_text("none").click()
        assert source(page, 1) == 'Q2 = "c"'

    def test_without_texts_the_letters_can_be_chosen(self, page, pictures):
        root = show(page, Quiz({"Q1": "abcd", "Q2": "abcd"}, text_cell="gone"))
        root.get_by_role("group", name="Q2").get_by_role("radio").nth(3).click()
        expect(root).to_contain_text("Paste this into the answer cell")
        expect(root.locator(".answer-line")).to_have_text('Q2 = "d"')
        root.screenshot(path=pictures / "quiz-letters.png")

    def test_texts_are_shown_as_text(self, graded):
        expect(graded.get_by_text("<b>bold</b>")).to_be_visible()
        expect(graded.locator("sup")).to_have_text("4")
        expect(graded.locator("em")).to_have_text("long")


class TestPractice:
    def test_the_reason_comes_after_the_choice(self, practice, page):
        says = practice.locator(".quiz-reason")
        expect(says).to_have_text("")
        practice.get_by_text("8").click()
        expect(says).to_have_text("✗ Not this one. One too many.")
        practice.get_by_text("7", exact=True).click()
        expect(says).to_have_text("✓ Right. H0 and one for each layer.")
        expect(practice).not_to_contain_text("number of layers")

    def test_the_letter_is_written_into_the_call(self, practice, page):
        practice.get_by_text("8").click()
        assert source(page, 1) == 'x = 1\nask("03.1", "c")  # now'
        practice.get_by_text("7", exact=True).click()
        assert source(page, 1) == 'x = 1\nask("03.1", "b")  # now'
        assert source(page, 0) == 'ask("03.2", "")'

    @pytest.mark.parametrize(
        "call",
        [
            'ask("03.1")',
            "ask( '03.1', '' )",
            'ask("03.1", answer="a")',
            'ask("03.1", "",)',
        ],
    )
    def test_calls_in_other_words(self, page, call):
        root = show(page, Quiz(PRACTICE), [("a", "ask = 1"), ("b", f"{call};")])
        root.get_by_text("8").click()
        assert source(page, 1) == 'ask("03.1", "c");'
        expect(root).not_to_contain_text("To keep it")

    @pytest.mark.parametrize("cells", [None, [("mine", "ask(name)")]])
    def test_where_it_cannot_be_written_the_line_is_shown(self, page, cells):
        root = show(page, Quiz(PRACTICE, answer_cell="mine"), cells)
        root.get_by_text("8").click()
        expect(root.locator(".quiz-reason")).to_contain_text("One too many.")
        expect(root.locator(".answer-line")).to_have_text('ask("03.1", "c")')


class TestKeys:
    def test_arrows_move_and_give_nothing_away(self, practice, page):
        page.keyboard.press("Tab")
        for key, letter in [("ArrowDown", "b"), ("ArrowUp", "a"), ("ArrowLeft", "c")]:
            page.keyboard.press(key)
            expect(
                practice.get_by_role("radio").nth("abc".index(letter))
            ).to_be_focused()
        expect(practice.get_by_role("radio", checked=True)).to_have_count(0)
        expect(practice.locator(".quiz-reason")).to_have_text("")
        page.keyboard.press("Space")
        expect(practice.locator(".quiz-reason")).to_contain_text("One too many.")

    @pytest.mark.parametrize("key", ["b", "B"])
    def test_the_letter_chooses(self, practice, page, key):
        page.keyboard.press("Tab")
        page.keyboard.press(key)
        expect(practice.locator(".quiz-reason")).to_contain_text("✓ Right.")
        expect(practice.get_by_role("radio").nth(1)).to_be_focused()

    def test_no_key_reaches_the_page_but_those_that_are_meant_for_it(
        self, practice, page
    ):
        page.evaluate(
            "() => { window.heard = [];"
            "addEventListener('keydown', (event) => heard.push(event.key)); }"
        )
        practice.get_by_role("radio").first.focus()
        for key in ["a", "d", "x", "ArrowDown", "Enter", "Space"]:
            page.keyboard.press(key)
        assert page.evaluate("heard") == []
        for key in ["Control+s", "Shift+Enter", "Tab"]:
            page.keyboard.press(key)
        assert {"s", "Enter", "Tab"} <= set(page.evaluate("heard"))


def test_nothing_is_left_behind_when_the_view_goes(graded: Locator, page: Page):
    assert page.evaluate("cells[0].slots.size") == 1
    assert page.evaluate("left_behind()") == 0


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("theme", ["", DARK], ids=["light", "dark"])
def test_it_is_photographed(page: Page, pictures: Path, width: int, theme: str):
    page.set_viewport_size({"width": width, "height": 760})
    name = f"{'dark' if theme else 'light'}-{width}.png"
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    quiz = Quiz({"Q1": "ab", "Q2": "abc"}, answer_cell="q", text_cell="q-task")
    show(page, quiz, [("t", TEXTS, "q-task"), ("x", "Q1 = 'b'", "q")], theme)
    page.screenshot(path=pictures / f"quiz-graded-{name}", full_page=True)
    assert page.evaluate(wide) <= 0
    root = show(page, Quiz(PRACTICE), ASK, theme)
    root.get_by_role("radio").first.focus()
    page.keyboard.press("b")
    page.screenshot(path=pictures / f"quiz-practice-{name}", full_page=True)
    assert page.evaluate(wide) <= 0
