"""Explorer of tied maps: H[l] = tanh(H[l-1] W + U), in two dimensions.

Every path is computed once, here, for each spectral norm of the slider; the browser
then needs no kernel. Beside it stand tied layers, whose states are handed in. The
widget knows arrays, not models.
"""

from collections.abc import Mapping
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script
from course_utils.widgets.explorer import as_bytes, as_states

STEPS = 40
NORMS = tuple(round(0.1 * i, 1) for i in range(2, 21))  # 0.2 … 2.0
TURN = np.radians(50)
# What W can do, each divided by its spectral norm before the slider multiplies it.
KINDS = {
    "turns": [[np.cos(TURN), -np.sin(TURN)], [np.sin(TURN), np.cos(TURN)]],
    "flips": [[-1.0, 0.0], [0.0, -0.7]],
    "stretches": [[0.8, 0.2], [0.2, 0.8]],
    "shears": [[0.3, 1.0], [0.0, 0.3]],
}
INPUT = (0.15, -0.1)  # U
STARTS = ((1.4, 0.4), (0.5, 1.5), (-0.9, 1.1), (-1.5, -0.3), (-0.4, -1.4), (1.1, -1.2))


class TiedExplorer(anywidget.AnyWidget):
    """Six states on their way through one map, by slider or keyboard.

    Three pictures: the paths in the plane, the change per step on a logarithmic
    scale with the bound for a spectral norm below 1, and the length of the rows of
    tied layers, whose change stands in the second picture as well.

    Args:
        layers: name -> states H[0] … H[40] of a tied layer, (41, T, d), or a list
            of 41 tables (T, d); at most two.
        title: shown above the pictures.

    Raises:
        ValueError: there are more than two layers, or states of another shape or
            not finite.

    Source: Bai et al. 2019, "Deep Equilibrium Models", arXiv 1909.01377.

    Example:
        >>> explorer = TiedExplorer({"drift": np.arange(41.0)[:, None, None]})
        >>> explorer
        TiedExplorer: W turns, spectral norm 0.7, 40 steps, 1 tied layer
        >>> explorer.step  # follows the selection
        10
    """

    _esm = script("tied_charts.js", "tied.js")
    _css = FOLDER / "tied.css"

    title = traitlets.Unicode().tag(sync=True)
    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    norms = traitlets.List(traitlets.Float()).tag(sync=True)
    layers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    steps = traitlets.Int(STEPS).tag(sync=True)
    points = traitlets.Bytes().tag(sync=True)  # float32 (kinds, norms, steps+1, S, 2)
    changes = traitlets.Bytes().tag(sync=True)  # float32 (kinds, norms, steps, S)
    lengths = traitlets.Bytes().tag(sync=True)  # float32 (layers, steps+1)
    layer_changes = traitlets.Bytes().tag(sync=True)  # float32 (layers, steps)
    kind = traitlets.Int(0).tag(sync=True)
    norm = traitlets.Int(NORMS.index(0.7)).tag(sync=True)  # its place in `norms`
    step = traitlets.Int(10).tag(sync=True)

    def __init__(
        self, layers: Mapping[str, Any] | None = None, *, title: str = ""
    ) -> None:
        runs = {name: as_run(states, name) for name, states in (layers or {}).items()}
        if len(runs) > 2:
            raise ValueError(f"There are {len(runs)} tied layers: show at most two.")
        path = np.stack([[paths(W, rho) for rho in NORMS] for W in KINDS.values()])
        self._last = {"kind": len(KINDS) - 1, "norm": len(NORMS) - 1, "step": STEPS}
        super().__init__(
            title=title,
            kinds=list(KINDS),
            norms=list(NORMS),
            layers=list(runs),
            points=as_bytes(path),
            changes=as_bytes(np.linalg.norm(np.diff(path, axis=2), axis=-1)),
            lengths=as_bytes(np.array([row_lengths(run) for run in runs.values()])),
            layer_changes=as_bytes(
                np.array([row_lengths(np.diff(run, axis=0)) for run in runs.values()])
            ),
        )

    @traitlets.validate("kind", "norm", "step")
    def _inside(self, proposal: dict) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        if not 0 <= value <= self._last[name]:
            raise traitlets.TraitError(
                f"{name} goes from 0 to {self._last[name]}, not {value}."
            )
        return value

    def __repr__(self) -> str:
        count = len(self.layers)
        return (
            f"TiedExplorer: W {self.kinds[self.kind]}, spectral norm "
            f"{self.norms[self.norm]}, {STEPS} steps, {count} tied "
            f"layer{'' if count == 1 else 's'}"
        )


def paths(W: Any, rho: float) -> np.ndarray:
    """States H[0] … H[40] from every start, (41, S, 2).

    Args:
        W: (2, 2); it is rescaled to spectral norm rho.
        rho: the spectral norm.

    >>> paths([[2.0, 0.0], [0.0, 1.0]], 1.0)[1, 0].round(3).tolist()  # W is halved
    [0.914, 0.1]
    """
    W = np.asarray(W, dtype=float)
    W = W * (rho / np.linalg.norm(W, 2))
    states = [np.array(STARTS)]
    for _ in range(STEPS):
        states.append(np.tanh(states[-1] @ W + np.array(INPUT)))
    return np.stack(states)


def row_lengths(states: np.ndarray) -> np.ndarray:
    """Mean length of the rows of each state: (N, T, d) -> (N,)."""
    return np.linalg.norm(states, axis=-1).mean(-1)


def as_run(states: Any, name: str) -> np.ndarray:
    """The states of one tied layer as float64 (41, T, d)."""
    run = as_states(states)
    if len(run) != STEPS + 1:
        raise ValueError(
            f"{name!r} has {len(run)} states, but the explorer shows {STEPS} steps: "
            f"give it the {STEPS + 1} states H[0] to H[{STEPS}]."
        )
    if not np.isfinite(run).all():
        raise ValueError(
            f"{name!r} holds numbers that are not finite. Has the layer overflowed?"
        )
    return run
