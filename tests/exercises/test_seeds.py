"""Seeds: one class, one exercise, the same numbers, whoever grades."""

import pytest

from course_utils.exercises import seeds


def draw(name="x"):
    return seeds.generator(name).integers(2**60, size=4).tolist()


@pytest.fixture(autouse=True)
def no_secret(monkeypatch):
    """Also takes back what set_class_secret puts into the environment."""
    monkeypatch.setenv(seeds.VARIABLE, "x")
    monkeypatch.delenv(seeds.VARIABLE)


def test_same_name_same_numbers():
    assert draw() == draw()
    assert draw("x") != draw("y")


def test_public_default_stays_from_version_to_version():
    assert draw()[0] == 20088874500872216


def test_secret_of_the_class(tmp_path):
    public = draw()
    seeds.set_class_secret(tmp_path)
    assert draw() == public
    (tmp_path / seeds.SECRET_FILE).write_text("  one class\n")
    seeds.set_class_secret(tmp_path)
    one = draw()
    (tmp_path / seeds.SECRET_FILE).write_text("one class")
    seeds.set_class_secret(tmp_path)
    assert draw() == one != public
    (tmp_path / seeds.SECRET_FILE).write_text("another class")
    seeds.set_class_secret(tmp_path)
    assert draw() not in (one, public)
