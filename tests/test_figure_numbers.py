"""The figure of accuracy against trainable numbers: what is drawn, and where."""

import re

import pytest

from course_utils import figure_numbers
from course_utils.figure_numbers import accuracy_by_numbers

TRAINABLE = {"head": 770, "full": 22_566_146}
ACCURACY = {
    "easy": {"full": [0.9, 1.0], "head": [0.8, 0.9], "words": [0.7, 0.7]},
    "hard": {"full": [0.7, 0.9], "head": [0.5, 0.5], "words": [0.5, 0.5]},
}


@pytest.fixture
def drawn(monkeypatch):
    """What `show` gets, instead of showing it."""
    calls = []
    monkeypatch.setattr(figure_numbers, "show", lambda *given: calls.append(given))
    return calls


def draw(**options):
    accuracy_by_numbers(TRAINABLE, ACCURACY, title="t", alt="a", **options)


def test_a_mark_stands_at_its_numbers_and_mean_with_a_bar_of_one_deviation(drawn):
    draw()
    [(figure, alt, head, rows)] = drawn
    assert alt == "a"
    assert [axes.get_title("left") for axes in figure.axes] == ["easy", "hard"]
    for axes, by_method in zip(figure.axes, ACCURACY.values(), strict=True):
        assert axes.get_xscale() == "log"
        assert len(axes.containers) == len(TRAINABLE)  # no mark for what has no count
        for bar, (method, count) in zip(
            axes.containers, TRAINABLE.items(), strict=True
        ):
            mark, _, [line] = bar.lines
            [x], [y] = mark.get_data()
            low, high = line.get_segments()[0][:, 1]
            first, second = by_method[method]
            deviation = abs(first - second) / 2**0.5
            assert x == count
            assert y == pytest.approx((first + second) / 2)
            assert y - low == pytest.approx(deviation)
            assert high == pytest.approx(min(1, y + deviation))
    assert head == ["setting, method", "numbers", "mean", "±"]
    assert [row[0] for row in rows] == [
        "easy, head",
        "easy, full",
        "hard, head",
        "hard, full",
    ]
    assert rows[3][1:] == [22_566_146, pytest.approx(0.8), pytest.approx(0.02**0.5)]


def test_marks_and_colours_differ_and_the_legend_names_them(drawn):
    many = {f"m{i}": 10**i for i in range(1, 9)}
    runs = {"one": {name: [0.5, 0.6] for name in many}}
    accuracy_by_numbers(many, runs, title="t", alt="a")
    [(figure, *_)] = drawn
    [axes] = figure.axes
    looks = [bar.lines[0] for bar in axes.containers]
    assert len({look.get_marker() for look in looks}) == len(many)
    assert len({look.get_color() for look in looks}) == len(many)
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(many)


def test_a_level_is_a_dashed_line_with_its_name(drawn):
    draw(lines={"hard": {"single words": 0.55}})
    [(figure, *_)] = drawn
    easy, hard = figure.axes
    dashed = [line for line in hard.get_lines() if line.get_linestyle() == "--"]
    assert [line.get_ydata()[0] for line in dashed] == [0.55]
    assert "single words" in [text.get_text() for text in hard.texts]
    assert not [line for line in easy.get_lines() if line.get_linestyle() == "--"]


def test_more_methods_than_marks_are_refused(drawn):
    for many in ({}, {str(i): i for i in range(1, 10)}):
        with pytest.raises(ValueError, match=re.escape("1 to 8 methods")):
            accuracy_by_numbers(many, ACCURACY, title="t", alt="a")
    assert drawn == []


def test_an_odd_number_of_settings_leaves_no_empty_panel(drawn):
    three = {str(i): ACCURACY["easy"] for i in range(3)}
    accuracy_by_numbers(TRAINABLE, three, title="t", alt="a")
    [(figure, *_)] = drawn
    assert len(figure.axes) == 3
