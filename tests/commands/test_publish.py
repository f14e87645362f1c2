"""Releases into nbgrader's exchange: only what changed, and errors by name."""

import shutil

import pytest

from course_utils.commands import CommandError, publish
from tests.commands.demo import NAME


@pytest.fixture
def published(course):
    """The course's assignment is in the exchange."""
    assert publish.publish(course) == [NAME]
    return course


def exchange(course):
    return course / ".nbgrader" / "exchange" / "hidden-states" / "outbound"


def test_an_assignment_is_released_as_it_stands(published):
    made = exchange(published) / NAME / f"{NAME}.ipynb"
    kept = published / "assignments" / NAME / f"{NAME}.ipynb"
    assert made.read_bytes() == kept.read_bytes()


def test_nothing_is_released_twice(published, monkeypatch):
    monkeypatch.setattr(publish, "release", lambda *_: pytest.fail("released"))
    assert publish.publish(published) == []


def test_a_changed_assignment_is_released_over_the_old_one(published):
    path = published / "assignments" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("# Demo", "# Changed"))
    assert publish.publish(published) == [NAME]
    made = exchange(published) / NAME / f"{NAME}.ipynb"
    assert made.read_bytes() == path.read_bytes()
    assert publish.publish(published) == []


def test_a_new_file_is_a_change(published):
    (published / "assignments" / NAME / "data.csv").write_text("1,2")
    assert publish.publish(published) == [NAME]
    assert (exchange(published) / NAME / "data.csv").is_file()


def test_only_the_changed_one_of_several_is_released(published, monkeypatch):
    source = published / "assignments" / NAME
    shutil.copytree(source, source.with_name("d2_more"))
    (source.with_name("d2_more") / f"{NAME}.ipynb").rename(
        source.with_name("d2_more") / "d2_more.ipynb"
    )
    assert publish.publish(published) == ["d2_more"]


@pytest.mark.parametrize("lost", ["exchange", "published"])
def test_what_was_lost_is_released_again(published, lost):
    shutil.rmtree(published / ".nbgrader" / lost)
    assert publish.publish(published) == [NAME]


def test_a_course_without_assignments_says_so(course):
    shutil.rmtree(course / "assignments")
    with pytest.raises(CommandError, match="holds no assignment"):
        publish.publish(course)


@pytest.mark.parametrize("name", ["exchange", "published"])
def test_a_place_that_cannot_be_written_is_named(course, name):
    (course / ".nbgrader").mkdir()
    (course / ".nbgrader" / name).touch()
    with pytest.raises(CommandError, match=f"{name}.* cannot be (made|written)"):
        publish.publish(course)


def test_nbgraders_error_names_the_assignment(course):
    (course / ".nbgrader" / "exchange" / "hidden-states").mkdir(parents=True)
    (course / ".nbgrader" / "exchange" / "hidden-states" / "outbound").touch()
    with pytest.raises(CommandError, match=f"nbgrader could not release {NAME}: "):
        publish.publish(course)
    assert publish.recorded(course, NAME) == ""


def test_a_digest_sees_names_and_contents_alone(tmp_path):
    for folder, names in {"one": "ab", "same": "ba", "other": "ac"}.items():
        (tmp_path / folder / "in").mkdir(parents=True)
        for name in names:
            (tmp_path / folder / "in" / name).write_text("text")
    (tmp_path / "same" / "empty").mkdir()
    digest = {path.name: publish.digest(path) for path in tmp_path.iterdir()}
    assert digest["one"] == digest["same"] != digest["other"]
    (tmp_path / "one" / "in" / "a").write_text("texts")
    assert publish.digest(tmp_path / "one") != digest["same"]
