"""Multiple-choice questions; the letters go into the answer cell as literals."""

from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from course_utils.widgets import script
from course_utils.widgets.answer import as_name, set_variable, style


class Quiz(anywidget.AnyWidget):
    """One question or several, answered by a click or a key.

    Graded: a choice writes ``Q1 = "b"`` into the answer cell, which stays the answer
    of record, and gives the kernel's variable the same value. No key and no reasons
    are part of the widget, so the page does not hold them.

    Practice: every question has a key and a reason for each option. The reason is
    shown after the choice, and the letter is written into the call of `ask`.

    Args:
        questions: by name. A graded one is a dict of "text" and "options" (letter
            -> text), or only its letters, "abcd"; then the texts are read from
            `text_cell`. One for practice has a "key" as well, and options letter
            -> (text, reason).
        values: the letters chosen so far, by name; "" for none.
        answer_cell: grade_id or id of the cell that the letters are written into.
        text_cell: grade_id or id of the Markdown cell that prints the questions, as
            ``**Q1.** text`` and ``- **a** text``.

    Raises:
        ValueError: a question is not whole, a key or reasons stand in one without
            the other, or a letter is none of its options.

    Example:
        >>> quiz = Quiz({"Q1": "abc", "Q2": "abcd"}, {"Q1": " B"}, answer_cell="q")
        >>> quiz
        Quiz: Q1 = 'b', Q2 is open
        >>> quiz.values
        {'Q1': 'b', 'Q2': ''}
    """

    _esm = script("answer_cell.js", "rich_text.js", "quiz.js")
    _css = style("quiz.css")

    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    practice = traitlets.Bool(False).tag(sync=True)
    answer_cell = traitlets.Unicode().tag(sync=True)
    text_cell = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        questions: Mapping[str, Any],
        values: Mapping[str, str] | None = None,
        *,
        answer_cell: str = "",
        text_cell: str = "",
    ) -> None:
        entries = [as_question(name, entry) for name, entry in questions.items()]
        if not entries:
            raise ValueError("a quiz needs at least one question")
        practice = {"key" in entry for entry in entries}
        if len(practice) > 1:
            raise ValueError("some questions have a key and some have none")
        self._letters = {e["name"]: [o[0] for o in e["options"]] for e in entries}
        super().__init__(
            questions=entries,
            values=as_letters(values or {}, self._letters),
            practice=practice.pop(),
            answer_cell=answer_cell,
            text_cell=text_cell,
        )
        if not self.practice:
            self.observe(self._keep_in_step, "values")

    @traitlets.validate("values")
    def _known(self, proposal: dict) -> dict[str, str]:
        try:
            return as_letters(proposal["value"], self._letters)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None

    def _keep_in_step(self, change: dict) -> None:
        for name, letter in change["new"].items():
            if letter != change["old"].get(name):
                set_variable(name, letter)

    def __repr__(self) -> str:
        said = [f"{k} = {v!r}" if v else f"{k} is open" for k, v in self.values.items()]
        return f"Quiz: {', '.join(said)}"


def as_question(name: str, entry: Any) -> dict:
    """One question as the browser reads it, checked."""
    if isinstance(entry, str):
        entry = {"text": "", "options": dict.fromkeys(entry, "")}
    if not isinstance(entry, Mapping) or not {"text", "options"} <= set(entry):
        raise ValueError(f"question {name!r} needs a text and options, or only letters")
    practice, options = "key" in entry, entry["options"]
    if not practice:
        as_name(name)
    if not isinstance(options, Mapping) or len(options) < 2:
        raise ValueError(f"question {name!r} needs two options or more, by letter")
    for letter, option in options.items():
        if not isinstance(letter, str) or len(letter) != 1 or letter != letter.lower():
            raise ValueError(f"question {name!r}: {letter!r} is not one small letter")
        wanted = "a text and a reason" if practice else "a text, without a reason"
        if isinstance(option, str) is practice or (practice and len(option) != 2):
            raise ValueError(f"question {name!r}, option {letter!r} needs {wanted}")
    pairs = [[k, *([v] if isinstance(v, str) else v)] for k, v in options.items()]
    question = {"name": name, "text": entry["text"], "options": pairs}
    if not practice:
        return question
    if entry["key"] not in options:
        raise ValueError(f"question {name!r}: the key {entry['key']!r} is no option")
    return {**question, "key": entry["key"]}


def as_letters(values: Mapping[str, str], known: Mapping[str, list[str]]) -> dict:
    """A letter for each question, "" for none.

    Raises:
        ValueError: a name or a letter is unknown.
    """
    if unknown := [name for name in values if name not in known]:
        raise ValueError(f"there is no question {unknown[0]!r}")
    found = {}
    for name, letters in known.items():
        value = values.get(name, "")
        letter = value.strip().casefold() if isinstance(value, str) else None
        if letter not in ["", *letters]:
            raise ValueError(f"{name} = {value!r}: one of {', '.join(letters)}")
        found[name] = letter
    return found
