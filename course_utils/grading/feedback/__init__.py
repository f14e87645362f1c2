"""Feedback pages in which nothing of a submission can run: inert, without a script."""

from pathlib import Path
from typing import Any


def use_inert_pages(c: Any) -> None:
    """Settings for a course's nbgrader_config.py, where `c` is what they are put into.

    For the pages of `nbgrader generate_feedback`, and for what form grader shows.
    """
    c.GenerateFeedback.exporter_class = f"{__name__}.page.FeedbackExporter"
    c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
    c.HTMLExporter.preprocessors = [f"{__name__}.submission.InertSubmission"]
    page = Path(__file__).parent / "course_formgrade.html.j2"
    c.HTMLExporter.template_file = str(page)
    c.HTMLExporter.filters = {"markdown2html": f"{__name__}.submission.safe_markdown"}
