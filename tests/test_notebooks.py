"""What holds for every notebook: clean files, right marks, limits, and it runs."""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata

from course_utils.exercises.questions import load

ROOT = Path(__file__).parent.parent
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
SOURCES = sorted(ROOT.glob("solutions/*/*.ipynb"))
RELEASES = sorted(ROOT.glob("assignments/*/*.ipynb"))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("notebooks/*.md")])

MOST_CELLS, MOST_WORDS, MOST_LINES = 60, 2000, 25
MOST_BYTES = 2e9
LINK = re.compile(r"""\]\(([^)\s]+)|(?:src|href)=["']([^"']+)""")
CODE = re.compile(r"<code>.*?</code>|```.*?```|`[^`\n]+`", re.S)
NO_WORDS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|<[^>]+>", re.S)  # formulas, tags
PROGRESS = re.compile(r"\d+%\|.*\| *\d+/\d+")
ASK = re.compile(r"""ask\(\s*["'](\d\d)\.(\d+)["']""")

# Runs before a lesson: an attempt to reach the network is an error in its cell.
OFFLINE = """
def _no_network(event, args):
    import socket
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        if args[0] not in (None, "", "localhost", "127.0.0.1", "::1"):
            raise RuntimeError(f"network: {event} {args[0]}")
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if args[0].family in (socket.AF_INET, socket.AF_INET6):
            if args[1] is None or args[1][0] not in ("127.0.0.1", "::1"):
                raise RuntimeError(f"network: {event} {args[1]}")

__import__("sys").addaudithook(_no_network)
del _no_network
"""
PEAK = "print(__import__('resource').getrusage(0).ru_maxrss)"


def each(paths):
    """One test for each file, under its name."""
    ids = [str(path.relative_to(ROOT)) for path in paths]
    return pytest.mark.parametrize("path", paths, ids=ids)


def read(path):
    return nbformat.read(path, nbformat.NO_CONVERT)


def code_cells(book):
    return [cell for cell in book.cells if cell.cell_type == "code"]


def graded(book):
    """nbgrader's metadata of all cells that carry points."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in book.cells]
    return [m for m in marks if m.get("grade")]


class TestFiles:
    """As they lie in the repository."""

    @each(LESSONS + SOURCES + RELEASES)
    def test_format_is_valid_and_ids_are_unique(self, path):
        book = read(path)
        nbformat.validate(book, relax_add_props=False)
        assert (book.nbformat, book.nbformat_minor) >= (4, 5)
        ids = [cell.id for cell in book.cells]
        assert len(set(ids)) == len(ids)
        assert book.metadata.kernelspec.name == "python3"

    @each(LESSONS + SOURCES + RELEASES)
    def test_no_outputs(self, path):
        book = read(path)
        left = [c.id for c in code_cells(book) if c.outputs or c.execution_count]
        assert left == []
        assert "widgets" not in book.metadata
        assert [c.id for c in book.cells if c.get("attachments")] == []

    @each(LESSONS + SOURCES + RELEASES + PAGES)
    def test_links_lead_somewhere(self, path):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = [c for c in read(path).cells if c.cell_type == "markdown"]
            text = "\n".join(cell.source for cell in cells)
        text = CODE.sub("", text)
        links = [first or second for first, second in LINK.findall(text)]
        files = [link.split("#")[0] for link in links if "://" not in link]
        dead = [f for f in files if f and not (path.parent / f).exists()]
        assert [f for f in dead if not f.startswith("mailto:")] == []


class TestMarks:
    """nbgrader's metadata."""

    @each(SOURCES + RELEASES)
    def test_nbgrader_accepts_them(self, path):
        book = copy.deepcopy(read(path))
        MetadataValidator().validate_nb(book)
        CheckCellMetadata().preprocess(book, {})
        marked = [c for c in book.cells if "nbgrader" in c.metadata]
        names = [cell.metadata["nbgrader"]["grade_id"] for cell in marked]
        assert names == [cell.id for cell in marked]
        assert len(set(names)) == len(names)

    @each(SOURCES + RELEASES)
    def test_points_sum_to_100(self, path):
        assert sum(marks["points"] for marks in graded(read(path))) == 100

    @each(SOURCES + RELEASES)
    def test_only_answers_can_be_edited(self, path):
        for cell in read(path).cells:
            marks = cell.metadata["nbgrader"]
            assert marks["locked"] != marks["solution"], cell.id

    @each(LESSONS)
    def test_lessons_have_none(self, path):
        assert [c.id for c in read(path).cells if "nbgrader" in c.metadata] == []


class TestLimits:
    """Lessons stay short."""

    @each(LESSONS)
    def test_cells_words_and_lines(self, path):
        book = read(path)
        assert len(book.cells) <= MOST_CELLS
        prose = [c.source for c in book.cells if c.cell_type == "markdown"]
        words = NO_WORDS.sub(" ", "\n".join(prose)).split()
        assert sum(any(map(str.isalpha, word)) for word in words) <= MOST_WORDS
        lines = {c.id: len(c.source.splitlines()) for c in code_cells(book)}
        assert {k: n for k, n in lines.items() if n > MOST_LINES} == {}

    @each(LESSONS)
    def test_questions_are_there(self, path):
        code = "\n".join(cell.source for cell in code_cells(read(path)))
        asked = ASK.findall(code)
        assert {lesson for lesson, _ in asked} <= {path.name[:2]}
        for lesson, number in asked:
            assert number in load(lesson)


def run_all(book, folder):
    """Run a notebook offline in a fresh kernel; (book, peak memory in bytes)."""
    first, last = new_code_cell(OFFLINE), new_code_cell(PEAK)
    book.cells = [first, *book.cells, last]
    path = {"metadata": {"path": str(folder)}}
    client = NotebookClient(book, timeout=600, kernel_name="python3", resources=path)
    client.execute()
    [peak] = book.cells.pop().outputs
    del book.cells[0]
    return book, int(peak.text) * 1024


@each(LESSONS)
def test_lesson_runs_from_top_to_bottom(path):
    book, peak = run_all(read(path), path.parent)
    for cell in code_cells(book):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                rows = re.split(r"[\r\n]+", output.text.strip())
                assert [r for r in rows if not PROGRESS.search(r)] == [], cell.id
    assert peak < MOST_BYTES


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80))",
        "import urllib.request as r; r.urlopen('https://example.org')",
        "import socket as s; s.socket(2, 2).sendto(b'x', ('192.0.2.1', 53))",
    ],
)
def test_a_lesson_that_reaches_for_the_network_is_found_out(code, tmp_path):
    book = nbformat.v4.new_notebook(cells=[new_code_cell(code)])
    with pytest.raises(Exception, match="network: socket"):
        run_all(book, tmp_path)
