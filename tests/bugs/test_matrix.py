"""Which invariant finds which bug: measured, and as matrix.txt says."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from course_utils.bugs import BUGS, bugs_of, matrix
from course_utils.tracing import panel

WRITTEN = (Path(__file__).parent / "matrix.txt").read_text().splitlines()
KINDS = ["layers", "stacks", "prefixes", "training"]
# No bug of the catalogue breaks these; other tests show that they can find one.
IDLE = {
    "layers": {"shapes", "mixing"},
    "stacks": {"untouched"},
    "prefixes": {"inputs_untouched"},
    "training": set(),
}


def written(kind):
    """The lines under one heading."""
    start = WRITTEN.index(f"[{kind}]") + 1
    end = next((i for i in range(start, len(WRITTEN)) if not WRITTEN[i]), len(WRITTEN))
    return WRITTEN[start:end]


@pytest.fixture(scope="module", params=KINDS)
def measured(request):
    return request.param, matrix(request.param)


def test_measured_as_written(measured):
    kind, table = measured
    assert table.lines() == written(kind)


def test_every_bug_is_found_and_every_invariant_finds_one(measured):
    kind, table = measured
    assert table.found.any(1).all()
    columns = zip(table.invariants, table.found.any(0), strict=True)
    assert {name for name, hit in columns if not hit} == IDLE[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_measurement_does_not_depend_on_the_seed(kind):
    assert matrix(kind, seed=1).lines() == written(kind)


@pytest.mark.parametrize("bug", bugs_of("layers"), ids=lambda bug: bug.name)
def test_every_broken_layer_is_found_at_another_size_and_in_single_precision(bug):
    torch.manual_seed(1)
    layer = bug.load()(64, 4).eval()
    assert any(panel(layer, seed=4).values())


def test_a_table_has_a_row_for_each_bug(measured):
    _, table = measured
    rows = table.markdown().splitlines()
    assert len(rows) == 2 + len(table.bugs)
    assert {row.count("|") for row in rows} == {len(table.invariants) + 2}
    assert sum(row.count("✗") for row in rows) == table.found.sum()


def test_numbers_and_names_of_the_catalogue():
    numbers = {bug.number for bug in BUGS.values()}
    assert numbers == set(range(1, 59))
    assert all(bug.name == name and bug.symptom for name, bug in BUGS.items())
    assert all(callable(bug.load()) for bug in BUGS.values())
    assert [bug for kind in KINDS for bug in bugs_of(kind)] == list(BUGS.values())


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be"):
        matrix("heads")


def test_the_catalogue_is_light_to_import():
    code = "import sys, course_utils.bugs; print({'torch', 'numpy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout.strip()) == (0, "set()")
