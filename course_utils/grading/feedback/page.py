"""The page: an exporter for `nbgrader generate_feedback`."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from sqlalchemy import create_engine, inspect, text
from traitlets import default

from course_utils.grading.feedback.hidden import hidden_rows, shown
from course_utils.grading.feedback.markdown import markdown
from course_utils.grading.feedback.outputs import inert
from course_utils.grading.feedback.text import shorten, visible

HERE = Path(__file__).parent
MOST = 8_000_000  # characters of one page
SOURCES = """SELECT s.source FROM source_cell s JOIN base_cell b ON s.id = b.id
JOIN notebook n ON b.notebook_id = n.id JOIN assignment a ON n.assignment_id = a.id
WHERE n.name = :notebook AND a.name = :assignment"""
NOTES = """SELECT facts FROM course_grading
WHERE assignment = :assignment AND student = :student"""


def records(about: dict[str, Any]) -> tuple[list[str], list[str]]:
    """(sources of the instructor's cells, notes of grading) out of the gradebook."""
    if not about.get("db_url"):
        return [], []
    names = {key: about.get(key) for key in ("notebook", "assignment", "student")}
    engine = create_engine(about["db_url"])
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        sources, facts = [], None
        if "source_cell" in tables:
            sources = list(connection.execute(text(SOURCES), names).scalars())
        if "course_grading" in tables:
            facts = connection.execute(text(NOTES), names).scalar()
    engine.dispose()
    return [source or "" for source in sources], notes(facts)


def notes(facts: str | None) -> list[str]:
    """Sentences under the key `notes`.

    >>> notes('{"notes": ["A cell was put back."]}')
    ['A cell was put back.']
    """
    try:
        found = json.loads(facts or "{}").get("notes") or []
    except (ValueError, AttributeError):  # damaged
        return []
    return [shorten(visible(str(note)), 500)[0] for note in found[:50]]


class FeedbackExporter(Exporter):
    """A graded notebook as one HTML file without scripts or requests."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, Any]:
        book, resources = super().from_notebook_node(nb, resources, **kw)
        about = resources.get("nbgrader", {})
        sources, repairs = records(about)
        rows = hidden_rows([*sources, *(cell.source for cell in book.cells)])
        style = (HERE / "page.css").read_text(encoding="utf-8")
        digest = b64encode(sha256(style.encode()).digest()).decode()
        pages = Environment(loader=FileSystemLoader(HERE), autoescape=True)
        html = pages.get_template("page.html.j2").render(
            about=about,
            title=about.get("notebook") or resources["metadata"]["name"],
            cells=shown_cells(book.cells, rows),
            repairs=repairs,
            style=Markup(style),
            digest=digest,
        )
        return html, resources


def shown_cells(cells: list[NotebookNode], rows: set[str]) -> list[dict[str, Any]]:
    """What the template shows of each cell, up to the limit of a page."""
    found, length = [], 0
    for number, cell in enumerate(cells):
        about = shown_cell(cell, rows)
        about["anchor"] = f"cell-{number}"
        length += len(about["body"]) + len(about["outputs"])
        if length > MOST:
            about["body"] = Markup('<p class="note">Left out: the page is full.</p>')
            about["outputs"] = ""
        found.append(about)
    return found


def shown_cell(cell: NotebookNode, rows: set[str]) -> dict[str, Any]:
    """One cell: its marks, its text, its outputs."""
    marks = cell.metadata.get("nbgrader") or {}
    visible_source = shown(cell.source)
    code = cell.cell_type != "markdown"
    source, cut = shorten(visible(visible_source), 40_000)
    outputs = inert(cell.get("outputs"), rows, visible_source != cell.source)
    body = Markup("") if code else Markup(markdown(source, cell.get("attachments")))
    graded = bool(marks.get("grade") or marks.get("task"))
    return {
        "name": visible(str(marks.get("grade_id", "")))[:100],
        "code": source if code else "",
        "cut": cut,
        "body": body,
        "outputs": Markup(outputs),
        "answer": bool(marks.get("solution")),
        "graded": graded,
        "score": float(marks.get("score") or 0) if graded else 0,
        "points": float(marks.get("points") or 0) if graded else 0,
        "comment": Markup(markdown(marks.get("comment")))
        if marks.get("comment")
        else "",
    }
