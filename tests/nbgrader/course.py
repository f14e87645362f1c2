"""A scratch course graded by nbgrader itself, in one long-lived process."""

import csv
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
from nbgrader.utils import temp_attrs
from nbgrader.validator import Validator
from traitlets.config import Application

from tests.commands.demo import ROOT


class Course:
    """nbgrader on a folder with solutions/ and the course's own settings."""

    def __init__(self, root: Path):
        self.root = root
        shutil.copy(ROOT / "nbgrader_config.py", root)
        app = NbGrader()
        Application.load_config_file(app, "nbgrader_config", path=[str(root)])
        self.config = app.config
        Path(self.config.Exchange.root).mkdir(parents=True)
        folder = CourseDirectory(config=self.config)
        self.api = NbGraderAPI(folder, config=self.config)

    def step(self, name: str, *arguments: str, **options: object) -> dict:
        """One step of the programming interface, which has to succeed."""
        result = getattr(self.api, name)(*arguments, **options)
        assert result["success"], f"{name}: {result.get('error')}\n{result['log']}"
        return result

    def exchange(self, name: str, assignment: str, student: str) -> None:
        """A step of a student: FetchAssignment, Submit or FetchFeedback."""
        names = {"assignment_id": assignment, "student_id": student}
        with temp_attrs(self.api.coursedir, **names):
            step = getattr(self.api.exchange, name)
            step(
                coursedir=self.api.coursedir,
                authenticator=self.api.authenticator,
                config=self.config,
            ).start()

    def work(self, assignment: str) -> Path:
        """The notebook that students fetch and answer in."""
        return self.root / "work" / assignment / f"{assignment}.ipynb"

    def fetch(self, assignment: str, student: str) -> nbformat.NotebookNode:
        """A fresh copy of the released notebook."""
        shutil.rmtree(self.work(assignment).parent, ignore_errors=True)
        self.exchange("FetchAssignment", assignment, student)
        return nbformat.read(self.work(assignment), 4)

    def validate(self, assignment: str) -> dict:
        """What is wrong with the notebook in work/; empty if nothing."""
        here = os.getcwd()
        os.chdir(self.work(assignment).parent)
        try:
            found = Validator(config=self.config).validate(f"{assignment}.ipynb")
        finally:
            os.chdir(here)
        return {kind: cells for kind, cells in found.items() if cells}

    def grades(self, assignment: str, student: str) -> SimpleNamespace:
        """What the gradebook holds about a submission, cell by cell."""
        with Gradebook(self.api.coursedir.db_url) as book:
            found = book.find_submission(assignment, student)
            cells = {
                grade.name: (grade.auto_score, grade.max_score)
                for notebook in found.notebooks
                for grade in notebook.grades
            }
            return SimpleNamespace(score=found.score, most=found.max_score, cells=cells)

    def export(self) -> dict[tuple[str, str], float]:
        """(assignment, student) -> score, out of nbgrader's CSV export."""
        path = self.root / "grades.csv"
        with Gradebook(self.api.coursedir.db_url) as book:
            CsvExportPlugin(to=str(path)).export(book)
        with path.open() as file:
            return {
                (row["assignment"], row["student_id"]): float(row["score"])
                for row in csv.DictReader(file)
            }


def programs_first() -> str:
    """A search path on which nbgrader finds its helper alembic."""
    return os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
