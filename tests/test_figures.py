"""Figures: what is displayed, what it says in words and numbers."""

import base64
import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from course_utils import figure_html, figures

WORDS = {"title": "The message", "xlabel": "layer", "ylabel": "norm"}


class Page(HTMLParser):
    """The table's rows and the picture of one displayed figure."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.alt = self.source = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "img":
            self.alt, self.source = dict(attrs)["alt"], dict(attrs)["src"]
        if tag == "tr":
            self.rows.append([])

    def handle_data(self, data):
        if self.tags and self.rows and data.strip():
            self.rows[-1].append(data)

    @property
    def pixels(self) -> np.ndarray:
        from matplotlib.image import imread

        head, data = self.source.split(",")
        assert head == "data:image/png;base64"
        return imread(io.BytesIO(base64.b64decode(data)))


@pytest.fixture
def shown(monkeypatch):
    """Calls a figure function; gives what it displayed, exactly one page."""
    bundles: list[dict] = []
    monkeypatch.setattr(
        "IPython.display.display", lambda bundle, raw: bundles.append(bundle)
    )

    def call(function, *args, **kwargs):
        bundles.clear()
        assert function(*args, **kwargs) is None
        assert len(bundles) == 1
        return Page(bundles[0]["text/html"]), bundles[0]["text/plain"]

    return call


def test_heatmap_gives_every_number_under_its_names(shown):
    page, _ = shown(
        figures.heatmap,
        [[1.0, 0.123456], [-2.0, np.nan]],
        **WORDS,
        xticks=["a", "b"],
        yticks=["H[0]", "H[1]"],
        annotate=True,
    )
    assert page.rows == [
        ["norm \\ layer", "a", "b"],
        ["H[0]", "1", "0.1235"],
        ["H[1]", "-2", "nan"],
    ]


def test_lines_give_x_values_and_spread(shown):
    page, _ = shown(
        figures.lines,
        {"mean": [1, 2], "other": [3, 4]},
        x=[5, 6],
        spread={"mean": [0.1, 0.2]},
        **WORDS,
    )
    assert page.rows == [
        ["layer", "mean", "± mean", "other"],
        ["5", "1", "0.1", "3"],
        ["6", "2", "0.2", "4"],
    ]


def test_bars_give_heights_and_spread(shown):
    page, _ = shown(figures.bars, {"x": 1, "y": 2.5}, spread={"y": 0.5}, **WORDS)
    assert page.rows == [
        ["layer", "norm", "±"],
        ["x", "1", "0"],
        ["y", "2.5", "0.5"],
    ]


def test_every_figure_has_its_alternative_text_in_html_and_in_plain_text(shown):
    page, plain = shown(figures.bars, {"x": 1}, **WORDS, alt='One "bar" & no more')
    assert page.alt == 'One "bar" & no more'
    assert plain == 'Figure: One "bar" & no more'
    page, _ = shown(figures.bars, {"x": 1}, **WORDS)
    assert page.alt == "The message"


def test_names_cannot_break_the_page(shown):
    page, _ = shown(figures.bars, {"<script>": 1, "[SEP] & co": 2}, **WORDS)
    assert "script" not in page.tags
    assert [row[0] for row in page.rows] == ["layer", "<script>", "[SEP] & co"]


def test_the_picture_is_opaque_so_that_a_dark_theme_cannot_swallow_its_text(shown):
    page, _ = shown(figures.lines, {"a": [1, 2]}, **WORDS)
    assert np.all(page.pixels[..., 3] == 1)
    assert np.all(page.pixels[0, 0, :3] == 1)


def test_a_long_table_keeps_its_two_ends_and_counts_the_rest(shown):
    page, _ = shown(figures.lines, {"loss": np.arange(100.0)}, **WORDS)
    body = page.rows[1:]
    assert len(body) == figure_html.MOST_ROWS + 1
    assert body[0] == ["0", "0"]
    assert body[20] == ["… 60 rows left out …"]
    assert body[-1] == ["99", "99"]


def test_many_columns_get_few_ticks_but_all_numbers(shown):
    page, _ = shown(figures.heatmap, np.zeros((2, 100)), **WORDS)
    assert len(page.rows[1]) == 101


def test_tensors_that_need_gradients_are_drawn(shown):
    torch = pytest.importorskip("torch")
    page, _ = shown(figures.heatmap, torch.ones(1, 1, requires_grad=True), **WORDS)
    assert page.rows[1] == ["0", "1"]


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "says"),
    [
        (figures.heatmap, ([1, 2],), {}, "shape (2,)"),
        (figures.heatmap, ([[1, 2]],), {"xticks": ["a"]}, "1 names for 2 places"),
        (figures.lines, ({},), {}, "nothing to draw"),
        (figures.lines, ({"a": [1, 2], "b": [1]},), {}, "needs 2 values"),
        (figures.lines, ({"a": [1]},), {"x": [1, 2]}, "needs 2 values"),
        (figures.lines, ({"a": [1]},), {"spread": {"A": [1]}}, "spread has ['A']"),
        (figures.bars, ({},), {}, "nothing to draw"),
        (figures.bars, ({"a": 1},), {"spread": {"b": 1}}, "spread has ['b']"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(function, args, kwargs, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        function(*args, **WORDS, **kwargs)


def test_no_figure_stays_open_and_no_backend_is_chosen():
    code = (
        "import sys; from course_utils import figures; "
        "assert 'matplotlib' not in sys.modules; "
        "figures.bars({'a': 1}, title='t', xlabel='x', ylabel='y'); "
        "assert 'matplotlib' in sys.modules; "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
