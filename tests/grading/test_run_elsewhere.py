"""Courses that are not this one, graded as nbgrader grades them."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbgrader
import pytest

from tests.grading.classroom import (
    NAME,
    RIGHT,
    command,
    contents,
    files,
    hand_in,
    make_course,
    step,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"


def graded_both_ways(root, students):
    """Gradebook and files from nbgrader, and from the command."""
    ours = shutil.copytree(root, root.with_name("ours"))
    for student in students:
        result = step(root, "autograde", NAME, student)
        assert result["success"], result["log"]
    process = command(ours, "--workers", "2")
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    return [(contents(r / "gradebook.db"), files(r)) for r in (root, ours)]


def test_nbgraders_own_example(tmp_path):
    """`nbgrader quickstart`, and the submissions of its documentation."""
    quick = [sys.executable, "-m", "nbgrader", "quickstart", "course"]
    subprocess.run(quick, cwd=tmp_path, check=True, capture_output=True)
    root = tmp_path / "course"
    shutil.rmtree(root / "release", ignore_errors=True)
    assert step(root, "generate_assignment", NAME)["success"]
    shutil.copytree(GUIDE / "submitted", root / "submitted")
    students = sorted(path.name for path in (root / "submitted").iterdir())
    assert students == ["bitdiddle", "hacker"]
    stock, ours = graded_both_ways(root, students)
    assert ours == stock
    assert len(stock[0]) > 30
    scores = [row[0] for key, row in stock[0].items() if key[0] == "hacker"]
    assert {0.0, None} < set(scores)


def test_figures_and_settings_by_import(tmp_path):
    """A figure drawn inline, a plug-in and a preprocessor that lie in the course."""
    config = """c = get_config()
import plugin
c.CourseDirectory.course_id = "elsewhere"
c.CourseDirectory.autograded_directory = "checked"
c.CourseDirectory.directory_structure = "{nbgrader_step}/{assignment_id}/{student_id}"
c.AssignLatePenalties.plugin_class = "plugin.Third"
c.Autograde.exclude_overwriting = {"ps1": ["helper.py"]}
c.Autograde.autograde_preprocessors = [
    plugin.Twice,
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "harmless"
import os
os.environ["FROM_SETTINGS"] = "7"
"""
    root = tmp_path / "stock"
    root.mkdir()
    (root / "plugin.py").write_text(PLUGIN)
    make_course(root, config, figure=True)
    late = "2026-01-02 06:00:00 UTC"
    # In one piece: what `print` writes in two may come as two outputs.
    noise = "import sys\nsys.stderr.write('harmless\\n')\n"
    for student, when in {"a": late, "b": "2026-01-01"}.items():
        answers = {**RIGHT, "square": noise + RIGHT["square"]}
        place = hand_in(root, student, answers, when=when)
        target = root / "submitted" / NAME / student
        shutil.copytree(place, target)
        shutil.rmtree(root / "submitted" / student)
        (target / "helper.py").chmod(0o644)
        (target / "helper.py").write_text("points = lambda f: 0.25")
    stock, ours = graded_both_ways(root, ["a", "b"])
    assert ours == stock
    assert stock[0]["a", "p1", "test-partly"][0] == 0.25  # the student's own helper
    assert stock[0]["a", "p1", ""][1] == pytest.approx((2 + 1 + 0.25 + 1) / 3)
    assert stock[0]["b", "p1", ""][1] is None
    assert any(name.startswith("ps1/a/") for name in ours[1])
    assert "image/png" in str(ours[1]["ps1/b/p2.ipynb"][1])


PLUGIN = """from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import Execute


class Third(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 3


class Twice(Execute):
    def preprocess(self, nb, resources):
        nb, resources = super().preprocess(nb, resources)
        nb.metadata["twice"] = True
        return nb, resources
"""
