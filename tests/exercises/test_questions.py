"""Retrieval questions: every file is whole, every answer gets its reason."""

import sys
from importlib.resources import files

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from course_utils.exercises import Feedback, ask
from course_utils.exercises.questions import load

WIDGET = "application/vnd.jupyter.widget-view+json"
FOLDER = files("course_utils.exercises").joinpath("questions")
LESSONS = sorted(p.name.removesuffix(".toml") for p in FOLDER.iterdir())


@pytest.mark.parametrize("lesson", LESSONS)
def test_questions_are_whole(lesson, capsys):
    entries = load(lesson)
    assert list(entries) == [str(n) for n in range(1, len(entries) + 1)]
    for number, entry in entries.items():
        assert set(entry) == {"text", "key", "options"}
        options = entry["options"]
        assert list(options) == list("abcdef"[: len(options)])
        assert len(options) >= 3
        assert entry["key"] in options
        texts = [text for text, _ in options.values()]
        reasons = [reason for _, reason in options.values()]
        assert len(set(texts)) == len(texts)
        assert all(map(str.strip, [entry["text"], *texts, *reasons]))
        for letter, (_, reason) in options.items():
            ask(f"{lesson}.{number}", f" {letter.upper()} ")
            out = capsys.readouterr().out
            assert ("✓ Right." in out) == (letter == entry["key"])
            assert ("✗ Not this one." in out) == (letter != entry["key"])
            assert reason in out


def test_unanswered_question_gives_nothing_away(capsys):
    ask("03.1")
    out = capsys.readouterr().out
    entry = load("03")["1"]
    assert entry["text"] in out
    assert "Write a letter" in out
    assert not any(reason in out for _, reason in entry["options"].values())


@pytest.mark.parametrize("answer", ["z", "ab", 3, None, ["a"]])
def test_answer_that_is_no_letter(answer):
    with pytest.raises(Feedback, match="one of a, b, c"):
        ask("03.1", answer)


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    yield shell
    shell.clear_instance()


def shown(*call):
    """The data of the one output of a question in a notebook."""
    with capture_output() as captured:
        ask(*call)
    [output] = captured.outputs
    assert (captured.stdout, captured.stderr) == ("", "")
    return output.data


def test_an_answer_in_the_call_is_shown_as_text(shell):
    data = shown("03.1", load("03")["1"]["key"])
    assert "✓ Right." in data["text/markdown"]
    assert set(data) == {"text/markdown", "text/plain"}


def test_an_open_question_is_a_widget_with_its_text_beside_it(shell):
    data = shown("03.1", "")
    assert WIDGET in data
    for kind in ("text/markdown", "text/plain"):
        assert load("03")["1"]["text"] in data[kind]
        assert "Write a letter" in data[kind]


def test_without_widgets_the_text_is_left(shell, monkeypatch):
    monkeypatch.setitem(sys.modules, "course_utils.widgets.quiz", None)
    assert set(shown("03.1", "")) == {"text/markdown", "text/plain"}
