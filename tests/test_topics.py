"""Every topic is taught in a lesson and graded in an assignment, under its name."""

import re
import tomllib

import nbformat
import pytest

from benchmarks.report import ROOT

FILE = ROOT / "course_utils" / "exercises" / "topics.toml"
TOPICS = tomllib.loads(FILE.read_text(encoding="utf-8"))["topic"]
LESSONS = {path.name[:2]: path for path in ROOT.glob("notebooks/*.ipynb")}
SOURCES = {path.name[:2]: path for path in ROOT.glob("solutions/*/*.ipynb")}
RELEASES = {path.name[:2]: path for path in ROOT.glob("assignments/*/*.ipynb")}


def read(path):
    return nbformat.read(path, 4)


def graded(path):
    """Ids of the cells that carry points."""
    marks = [cell.metadata["nbgrader"] for cell in read(path).cells]
    return {m["grade_id"].removesuffix("-check") for m in marks if m["grade"]}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic["name"])
def test_lessons_and_assignments_print_the_name(topic):
    taught = [LESSONS[number] for number in topic["lessons"]]
    names = topic.keys() - {"name", "lessons"}
    assert taught, "no lesson teaches it"
    assert names, "no assignment grades it"
    for path in [*taught, *(SOURCES[n] for n in names), *(RELEASES[n] for n in names)]:
        first = " ".join(read(path).cells[0].source.split())
        assert topic["name"] in first, path


@pytest.mark.parametrize("assignment", sorted(SOURCES))
def test_every_exercise_stands_under_one_topic(assignment):
    exercises = [name for topic in TOPICS for name in topic.get(assignment, ())]
    assert len(set(exercises)) == len(exercises)
    cells = graded(SOURCES[assignment])
    # A cell of its own says how accurate adapt and predict_with are.
    assert {re.sub("_?accuracy$", "", cell) for cell in cells} - {""} == set(exercises)


def test_the_readme_lists_them():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for topic in TOPICS:
        taught = ", ".join(topic["lessons"])
        names = ", ".join(sorted(topic.keys() - {"name", "lessons"}))
        assert f"| {topic['name']} | {taught} | {names} |" in lines
