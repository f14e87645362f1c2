"""Student versions are what nbgrader makes of the sources; they give nothing away."""

import shutil

import nbformat
import pytest

from tests.nbgrader.course import programs_first
from tests.test_notebooks import RELEASES, ROOT, SOURCES, each
from tools.release import release

SECRETS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "key=")


def files(folder):
    """Path below a folder -> text, of every file that git would keep."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A copy of the course whose assignments have just been generated."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions", root / "solutions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", programs_first())
        made = release(root)
        again = files(root / "assignments")
        assert release(root) == made  # a second time changes nothing
        assert files(root / "assignments") == again
    assert made == [path.parent.name for path in SOURCES]
    return root


def test_assignments_are_in_step_with_solutions(fresh):
    made, kept = files(fresh / "assignments"), files(ROOT / "assignments")
    assert sorted(made) == sorted(kept), "run `make release`"
    assert [name for name in made if made[name] != kept[name]] == [], "`make release`"


@each(RELEASES)
def test_nothing_is_given_away(path):
    cells = nbformat.read(path, 4).cells
    found = [(cell.id, s) for cell in cells for s in SECRETS if s in cell.source]
    assert found == []


@each(RELEASES)
def test_every_answer_cell_is_a_stub(path):
    assignment = path.parent.name.split("_")[0]
    for cell in nbformat.read(path, 4).cells:
        if cell.metadata["nbgrader"]["solution"] and cell.cell_type == "code":
            stub = f'raise NotImplementedError("{assignment} · '
            empty = all(
                row.startswith("#") or row.endswith(("[]", '""', "{}", "()"))
                for row in cell.source.splitlines()
            )
            assert stub in cell.source or empty, cell.id
