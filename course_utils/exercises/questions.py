"""Retrieval questions of the lessons, with a reason for each option.

They live in questions/NN.toml beside this file, one table a question:

    [1]
    text = "How many states has a stack of 6 layers?"
    key = "b"
    [1.options]
    a = ["6", "That is the number of layers. H[0] counts as well."]
    b = ["7", "H[0] and one state for each layer."]
"""

import tomllib
from functools import cache
from importlib.resources import files

from course_utils.exercises.answers import page_cell
from course_utils.exercises.feedback import Feedback


@cache
def load(lesson: str) -> dict:
    """All questions of a lesson, by number; `lesson` is "00" to "10"."""
    text = files(__package__).joinpath("questions", f"{lesson}.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def ask(question: str, answer: str = "") -> None:
    """Show a question; once it is answered, say why the answer is right or wrong.

    In a notebook an open question can be answered by a click: the letter is written
    into this call, so that it is still there when the notebook is run again.

    Args:
        question: lesson and number, for example "03.1".
        answer: a letter, or "" to read the question first.

    Raises:
        Feedback: the answer is not one of the letters.
    """
    lesson, number = question.split(".")
    entry = load(lesson)[number]
    options = entry["options"]
    chosen = answer.strip().casefold() if isinstance(answer, str) else repr(answer)
    if chosen and chosen not in options:
        letters = ", ".join(options)
        raise Feedback(f"Question {number}", expected=f"one of {letters}", got=answer)
    text = as_markdown(entry, chosen)
    show_markdown(text, {} if chosen else widget_bundle(question, entry))


def as_markdown(entry: dict, chosen: str) -> str:
    """The question as text, with the reason for the letter that was chosen."""
    options = entry["options"]
    rows = [f"**{entry['text']}**", ""]
    for letter, (text, _) in options.items():
        rows.append(f"- {'→ ' if letter == chosen else ''}**{letter}** {text}")
    if chosen:
        verdict = "✓ Right." if chosen == entry["key"] else "✗ Not this one."
        rows += ["", f"{verdict} {options[chosen][1]}"]
    else:
        rows += ["", 'Write a letter between the quotes, `ask("…", "a")`, and run.']
    return "\n".join(rows)


def widget_bundle(question: str, entry: dict) -> dict:
    """The question as a widget, for a notebook; empty where there is none."""
    from IPython import get_ipython

    if get_ipython() is None:
        return {}
    try:
        from course_utils.widgets.quiz import Quiz
    except ImportError:
        return {}
    quiz = Quiz({question: entry}, answer_cell=page_cell() or "")
    data, _ = quiz._repr_mimebundle_()
    return data


def show_markdown(text: str, widget: dict) -> None:
    """Render Markdown in a notebook, or a widget with it; print it elsewhere.

    A page without widgets or without a kernel shows the text of the same output.
    """
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(text)
    else:
        plain = {"text/plain": text, "text/markdown": text}
        display({**widget, **plain}, raw=True)
