"""The Python side of the tied explorer: paths, what travels, what is refused."""

import re
import subprocess
import sys

import numpy as np
import pytest
import traitlets

from course_utils.widgets.tied import (
    INPUT,
    KINDS,
    NORMS,
    STARTS,
    STEPS,
    TiedExplorer,
    paths,
    row_lengths,
)

# A tied layer whose every row grows by (3, 4), so by 5 a step.
DRIFT = np.arange(STEPS + 1)[:, None, None] * np.array([[3.0, 4.0], [3.0, 4.0]])


@pytest.fixture
def explorer() -> TiedExplorer:
    return TiedExplorer({"drift": DRIFT, "still": np.ones((STEPS + 1, 3, 4))})


def numbers(sent: bytes, *shape: int) -> np.ndarray:
    return np.frombuffer(sent, "<f4").reshape(shape)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rho", NORMS)
def test_every_state_is_the_map_of_the_one_before(kind: str, rho: float):
    W = np.array(KINDS[kind])
    W = W * rho / np.linalg.svd(W, compute_uv=False).max()
    states = paths(KINDS[kind], rho)
    np.testing.assert_array_equal(states[0], STARTS)
    expected = np.tanh(states[:-1] @ W + INPUT)
    np.testing.assert_allclose(states[1:], expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rho", [rho for rho in NORMS if rho < 1])
def test_below_1_states_come_closer_by_the_spectral_norm_or_more(kind: str, rho: float):
    states = paths(KINDS[kind], rho)
    apart = np.linalg.norm(states[:, 0] - states[:, 3], axis=-1)
    rounding = 4e-16  # of differences between numbers below 1
    assert np.all(apart[1:] <= rho * apart[:-1] + rounding)


def places(states: np.ndarray) -> int:
    """How many different points there are, rounded to two digits."""
    return len({tuple(point) for point in states.round(2) + 0.0})


def test_above_1_each_kind_does_what_its_name_says():
    last = {kind: paths(W, 1.5)[-2:] for kind, W in KINDS.items()}
    moved = {kind: np.abs(H[1] - H[0]).max() for kind, H in last.items()}
    assert moved["turns"] > 0.1  # goes round
    assert moved["flips"] > 0.1  # jumps to and fro
    assert moved["stretches"] < 1e-6
    assert moved["shears"] < 1e-6
    assert places(last["stretches"][1]) == 2
    assert places(last["shears"][1]) == 1
    again = paths(KINDS["flips"], 1.5)[-3]
    np.testing.assert_allclose(last["flips"][1], again, rtol=0, atol=1e-3)


def test_the_browser_gets_every_path_and_every_change(explorer: TiedExplorer):
    shape = len(KINDS), len(NORMS), STEPS
    points = numbers(explorer.points, *shape[:2], STEPS + 1, len(STARTS), 2)
    changes = numbers(explorer.changes, *shape, len(STARTS))
    for k, W in enumerate(KINDS.values()):
        for n, rho in enumerate(NORMS):
            path = paths(W, rho)
            np.testing.assert_array_equal(points[k, n], path.astype("f4"))
            moved = np.linalg.norm(path[1:] - path[:-1], axis=-1)
            np.testing.assert_array_equal(changes[k, n], moved.astype("f4"))


def test_lengths_and_changes_of_tied_layers_by_hand(explorer: TiedExplorer):
    lengths = numbers(explorer.lengths, 2, STEPS + 1)
    np.testing.assert_array_equal(lengths, [5 * np.arange(41), [2] * 41])
    changes = numbers(explorer.layer_changes, 2, STEPS)
    np.testing.assert_array_equal(changes, [[5] * 40, [0] * 40])
    assert explorer.layers == ["drift", "still"]


def test_a_length_is_the_mean_over_the_rows():
    assert row_lengths(np.array([[[3.0, 4.0], [0.0, 1.0]]])).tolist() == [3.0]


def test_tensors_and_lists_give_the_same(explorer: TiedExplorer):
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(DRIFT, requires_grad=True)
    for states in (tensor, list(tensor), list(DRIFT)):
        found = TiedExplorer({"drift": states})
        assert found.lengths == explorer.lengths[: len(found.lengths)]


def test_it_can_stand_alone():
    explorer = TiedExplorer(title="only the map")
    assert (explorer.layers, explorer.lengths) == ([], b"")
    assert "0 tied layers" in repr(explorer)


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ({"a": DRIFT[:-1]}, "'a' has 40 states, but the explorer shows 40 steps"),
        ({"a": DRIFT[:, 0]}, "needs states (L+1, T, d), but got (41, 2)"),
        ({"a": DRIFT[:, None]}, "Take one of the batch: states[:, 0]"),
        ({"a": np.full((41, 2, 3), np.inf)}, "'a' holds numbers that are not finite"),
        (dict.fromkeys("abc", DRIFT), "There are 3 tied layers: show at most two"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(layers: dict, says: str):
    with pytest.raises(ValueError, match=re.escape(says)):
        TiedExplorer(layers)


def test_the_selection_can_be_set_but_only_inside(explorer: TiedExplorer):
    explorer.kind, explorer.norm, explorer.step = 3, 18, 40
    for name, last in [("kind", 3), ("norm", 18), ("step", 40)]:
        for value in (-1, last + 1):
            with pytest.raises(traitlets.TraitError, match=f"from 0 to {last}"):
                setattr(explorer, name, value)
        assert getattr(explorer, name) == last
    assert "W shears, spectral norm 2.0" in repr(explorer)


def test_nothing_comes_from_the_network(explorer: TiedExplorer):
    assert "://" not in explorer._esm + explorer._css


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.tied; "
        "assert not {'torch', 'course_utils.encoder', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
