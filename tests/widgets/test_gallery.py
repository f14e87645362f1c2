"""The Python side of the gallery: what travels, in which order, what is refused."""

import re
import subprocess
import sys

import pytest
import traitlets

from course_utils.widgets.gallery import GalleryExplorer

CHECKS = {
    "shapes": "Shapes stay.",
    "causal": "No position sees a later one.",
    "golden_value": "The result is a plain layer's.",
}


def case(name="no mask", family="mask", **findings):
    """A case whose checks fire as named."""
    texts = {"symptom": f"the symptom of {name}", "code": f"class {name.title()}: ..."}
    return {"name": name, "family": family, **texts, "findings": findings}


CAUSAL = {"causal": ("random states", "0.5 at [0, 1]", "0.7")}
CASES = [case(f"bug {i}", f"family {i % 2}", **CAUSAL) for i in range(12)]


def names(gallery):
    return [hung["name"] for hung in gallery.cases]


def test_every_layer_hangs_once_in_an_order_that_the_seed_decides():
    orders = [names(GalleryExplorer(CASES, CHECKS, seed=seed)) for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]
    assert {frozenset(order) for order in orders} == {frozenset(names_of(CASES))}
    assert all(len(order) == len(CASES) for order in orders)
    assert orders[0] != names_of(CASES)  # or the catalogue's order would tell


def names_of(cases):
    return [each["name"] for each in cases]


def test_families_stand_in_the_order_of_the_catalogue_whatever_the_seed():
    for seed in range(5):
        gallery = GalleryExplorer(CASES, CHECKS, seed=seed)
        assert gallery.families == ["family 0", "family 1"]


def test_what_travels_is_text_with_findings_in_the_order_of_the_checks():
    found = {"golden_value": ("a", 1, 2.5), **CAUSAL}
    gallery = GalleryExplorer([case(**found)], CHECKS)
    [hung] = gallery.cases
    assert list(hung["findings"]) == ["causal", "golden_value"]
    assert hung["findings"]["golden_value"] == ["a", "1", "2.5"]
    assert hung["symptom"] == "the symptom of no mask"
    assert gallery.checks == [list(row) for row in CHECKS.items()]


def test_nothing_is_guessed_or_revealed_at_the_start():
    gallery = GalleryExplorer(CASES, CHECKS)
    assert gallery.case == 0
    assert gallery.firsts == gallery.guesses == [-1] * 12
    assert gallery.revealed == [0] * 12


def test_the_callers_cases_stay_as_they_were():
    given = [case(**CAUSAL)]
    GalleryExplorer(given, CHECKS).cases[0]["findings"].clear()
    assert given == [case(**CAUSAL)]


def test_a_layer_can_be_chosen_but_only_one_that_hangs():
    gallery = GalleryExplorer(CASES, CHECKS)
    gallery.case = 11
    for place in (-1, 12):
        with pytest.raises(traitlets.TraitError, match="from 0 to 11"):
            gallery.case = place
    assert gallery.case == 11


@pytest.mark.parametrize(
    ("cases", "checks", "says"),
    [
        ([], CHECKS, "at least one case and one check"),
        ([case()], {}, "at least one case and one check"),
        ([{"name": "a", "findings": {}}], CHECKS, "lacks family, symptom, code"),
        ([case(typo=("", "", ""))], CHECKS, "findings of unknown checks: ['typo']"),
        ([case(causal=("", ""))], CHECKS, "unlike those of ['causal']"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(cases, checks, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        GalleryExplorer(cases, checks)


def test_its_name_says_what_hangs():
    assert repr(GalleryExplorer(CASES, CHECKS)) == (
        "GalleryExplorer: 12 mystery layers, 3 checks, families family 0, family 1"
    )


def test_nothing_comes_from_the_network():
    gallery = GalleryExplorer(CASES, CHECKS)
    assert "://" not in gallery._esm + gallery._css


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.gallery; "
        "assert not {'torch', 'course_utils.layers', 'course_utils.bugs'} "
        "& set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
