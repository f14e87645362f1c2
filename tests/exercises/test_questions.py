"""Retrieval questions: every file is whole, every answer gets its reason."""

from importlib.resources import files

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from course_utils.exercises import Feedback, ask
from course_utils.exercises.questions import load

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


def test_notebook_shows_markdown():
    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            ask("03.1", load("03")["1"]["key"])
        [shown] = captured.outputs
        assert "✓ Right." in shown.data["text/markdown"]
    finally:
        shell.clear_instance()
