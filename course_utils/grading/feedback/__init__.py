"""Feedback pages in which nothing of a submission can run: inert, without a script."""

from pathlib import Path

FORMGRADE = str(Path(__file__).parent / "course_formgrade.html.j2")
