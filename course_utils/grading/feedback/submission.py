"""What form grader shows of a submission, made inert before its template sees it."""

import re
from typing import Any

from jinja2 import pass_context
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from course_utils.grading.feedback.images import STARTS, picture
from course_utils.grading.feedback.markdown import markdown
from course_utils.grading.feedback.outputs import joined
from course_utils.grading.feedback.text import plain, shorten

NAME = re.compile(r"[\w.-]{1,200}")
MARKS = ("grade_id", "grade", "solution", "task", "locked", "points", "schema_version")


@pass_context
def safe_markdown(context: Any, source: str) -> str:
    """In place of nbconvert's filter `markdown2html`."""
    return markdown(source, context.get("cell", {}).get("attachments"))


class InertSubmission(Preprocessor):
    """Outputs become text and checked pictures; metadata only what grading needs."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        kept = nb.metadata.get("kernelspec", {}).get("language")
        nb.metadata = NotebookNode()
        if kept == "python":
            nb.metadata.language_info = NotebookNode(name="python")
        for cell in nb.cells:
            self.mend(cell)
        return nb, resources

    def mend(self, cell: NotebookNode) -> None:
        """One cell, in place."""
        marks = cell.metadata.get("nbgrader")
        cell.metadata = NotebookNode()
        if isinstance(marks, dict) and NAME.fullmatch(str(marks.get("grade_id", ""))):
            cell.metadata.nbgrader = NotebookNode(
                {key: marks[key] for key in MARKS if key in marks}
            )
        if cell.cell_type == "raw":
            cell.cell_type = "markdown"
            cell.source = "\n".join("    " + row for row in cell.source.splitlines())
        if cell.cell_type == "code":
            cell.outputs = [inert_output(output) for output in cell.outputs]


def inert_output(output: NotebookNode) -> NotebookNode:
    """A checked picture, or a stream of plain text."""
    kind, said = output.output_type, ""
    if kind == "stream":
        said = joined(output.get("text"))
    elif kind == "error":
        said = "\n".join(map(str, output.get("traceback") or []))
        said = said or f"{joined(output.get('ename'))}: {joined(output.get('evalue'))}"
    else:
        given = output.get("data") or {}
        for mime in STARTS:
            if mime in given and picture(mime, given[mime], "")[0]:
                only = NotebookNode({mime: joined(given[mime])})
                return NotebookNode(
                    output_type="display_data", data=only, metadata=NotebookNode()
                )
        said = joined(given.get("text/plain")) or "(an output that is no text)"
    text, cut = shorten(plain(said))
    return NotebookNode(output_type="stream", name="stdout", text=f"{text}\n{cut}")
