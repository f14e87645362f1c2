"""The Python side of the propagation explorer: what travels, what is refused."""

import re
import subprocess
import sys

import numpy as np
import pytest
import traitlets

from course_utils.widgets.propagation import Propagation, PropagationExplorer

# Two models: 2 layers at 3 levels, 3 layers at 1 level; every number is different.
SIZES = {"small": (2, [0.01, 0.05, 0.2]), "deep": (3, [0.1])}


def runs(name, first):
    L, levels = SIZES[name]
    mean = first + np.arange(L * len(levels) * (L + 1)).reshape(L, len(levels), L + 1)
    return Propagation(levels, mean, mean / 7, f"{name}, 10 seeds")


@pytest.fixture
def explorer():
    return PropagationExplorer({"small": runs("small", 0), "deep": runs("deep", 100)})


def test_the_browser_gets_every_number_model_after_model(explorer):
    expected = [*range(18), *range(100, 112)]
    means, spreads = (
        np.frombuffer(b, "<f4") for b in (explorer.means, explorer.spreads)
    )
    np.testing.assert_array_equal(means, np.array(expected, dtype=np.float32))
    np.testing.assert_array_equal(spreads, (np.array(expected) / 7).astype(np.float32))
    assert explorer.depths == [2, 3]
    assert explorer.levels == [[0.01, 0.05, 0.2], [0.1]]
    assert explorer.names == ["small", "deep"]
    assert explorer.notes == ["small, 10 seeds", "deep, 10 seeds"]
    assert repr(explorer) == (
        "PropagationExplorer: small (H[1] to H[2]), deep (H[1] to H[3])"
    )


def test_tensors_give_the_same():
    torch = pytest.importorskip("torch")
    given = runs("small", 0)
    tensors = Propagation(
        given.levels,
        torch.tensor(given.mean, dtype=torch.float64, requires_grad=True),
        torch.tensor(given.spread),
    )
    arrays, other = (PropagationExplorer({"m": g}) for g in (given, tensors))
    assert (arrays.means, arrays.spreads) == (other.means, other.spreads)


OK = np.zeros((2, 1, 3))


@pytest.mark.parametrize(
    ("models", "says"),
    [
        ({}, "give at least one model"),
        ({"m": Propagation([0.1], OK[0], OK[0])}, "m: mean must be (L, N, L+1)"),
        ({"m": Propagation([0.1], OK[:, :, :2], OK[:, :, :2])}, "has shape (2, 1, 2)"),
        ({"m": Propagation([0.1], OK[:0, :, :1], OK[:0, :, :1])}, "has shape (0, 1, 1"),
        ({"m": Propagation([0.1], OK, OK[:1])}, "spread (1, 1, 3)"),
        ({"m": Propagation([0.1, 0.2], OK, OK)}, "there are 2 levels"),
        ({"m": Propagation([0.0], OK, OK)}, "levels must be above 0"),
        ({"m": Propagation([np.nan], OK, OK)}, "levels must be above 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(models, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        PropagationExplorer(models)


@pytest.mark.parametrize(
    ("name", "first", "last"), [("model", 0, 1), ("layer", 1, 3), ("level", 0, 2)]
)
def test_the_choice_can_be_set_but_only_in_its_range(explorer, name, first, last):
    for value in (first, last):
        setattr(explorer, name, value)
    for value in (first - 1, last + 1):
        with pytest.raises(traitlets.TraitError, match=f"from {first} to {last}"):
            setattr(explorer, name, value)
    assert getattr(explorer, name) == last


def test_nothing_comes_from_the_network(explorer):
    # The only address is the name of SVG's vocabulary, which is never fetched.
    addresses = set(re.findall(r"https?://[^\"' ]+", explorer._esm + explorer._css))
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.propagation; "
        "assert not {'torch', 'course_utils.encoder', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
