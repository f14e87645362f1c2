"""Explorer of error propagation: one state is disturbed, how far are the later ones?

Every run was made before, here only its numbers are shown; the browser needs no
kernel. The widget knows arrays, not models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script


@dataclass(frozen=True)
class Propagation:
    """Relative change of every state, for each disturbed state and noise level.

    Attributes:
        levels: the N noise levels, each the change at once, as a share (0.05 is 5 %).
        mean: (L, N, L+1): entry [k-1, n, l] is the change of H[l] when H[k] was
            disturbed at level n, the mean over runs; array or tensor.
        spread: as `mean`, the standard deviation over runs.
        note: what was run and how often, for example "10 seeds".
    """

    levels: Sequence[float]
    mean: Any
    spread: Any
    note: str = ""


class PropagationExplorer(anywidget.AnyWidget):
    """A line chart of relative change over the states, with sliders for the fault.

    Sliders choose the disturbed state H[k] and the noise level, a list the model.
    The band is one standard deviation to both sides.

    Args:
        models: name -> `Propagation`, at least one.
        title: shown above the chart.

    Raises:
        ValueError: there is no model, shapes do not fit, or a level is not positive.

    Example:
        >>> mean = np.array([[[0, 0.05, 0.04]], [[0, 0, 0.05]]])  # (L, N, L+1)
        >>> runs = Propagation([0.05], mean, 0 * mean, "one run")
        >>> PropagationExplorer({"two layers": runs})
        PropagationExplorer: two layers (H[1] to H[2])
    """

    _esm = script("charts.js", "propagation.js")
    _css = FOLDER / "propagation.css"

    title = traitlets.Unicode().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    depths = traitlets.List(traitlets.Int()).tag(sync=True)
    levels = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    means = traitlets.Bytes().tag(sync=True)  # float32, model after model
    spreads = traitlets.Bytes().tag(sync=True)
    model = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int(1).tag(sync=True)
    level = traitlets.Int(0).tag(sync=True)

    def __init__(self, models: Mapping[str, Propagation], *, title: str = "") -> None:
        if not models:
            raise ValueError("There is nothing to show: give at least one model.")
        runs = [as_table(name, given) for name, given in models.items()]
        super().__init__(
            title=title,
            names=[str(name) for name in models],
            notes=[given.note for given in models.values()],
            depths=[len(mean) for mean, _ in runs],
            levels=[[float(x) for x in given.levels] for given in models.values()],
            means=b"".join(as_bytes(mean) for mean, _ in runs),
            spreads=b"".join(as_bytes(spread) for _, spread in runs),
        )

    @traitlets.validate("model", "layer", "level")
    def _inside(self, proposal: dict) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        first, last = {
            "model": (0, len(self.names) - 1),
            "layer": (1, max(self.depths)),
            "level": (0, max(map(len, self.levels)) - 1),
        }[name]
        if not first <= value <= last:
            raise traitlets.TraitError(
                f"{name} goes from {first} to {last}, not {value}."
            )
        return value

    def __repr__(self) -> str:
        shown = zip(self.names, self.depths, strict=True)
        parts = [f"{name} (H[1] to H[{depth}])" for name, depth in shown]
        return f"PropagationExplorer: {', '.join(parts)}"


def as_table(name: str, given: Propagation) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread as float64 (L, N, L+1), both checked.

    Raises:
        ValueError: as in `PropagationExplorer`; names the model.
    """
    mean, spread = (as_array(values) for values in (given.mean, given.spread))
    count = len(given.levels)
    if mean.ndim != 3 or not mean.size or mean.shape[2] != len(mean) + 1:
        raise ValueError(
            f"{name}: mean must be (L, N, L+1), one row for each disturbed state "
            f"H[1] to H[L], but has shape {mean.shape}."
        )
    if spread.shape != mean.shape or mean.shape[1] != count:
        raise ValueError(
            f"{name}: mean has shape {mean.shape}, spread {spread.shape}, and there "
            f"are {count} levels. They do not fit."
        )
    if not all(level > 0 for level in given.levels):
        raise ValueError(f"{name}: levels must be above 0, but are {given.levels}.")
    return mean, spread


def as_array(values: Any) -> np.ndarray:
    """An array or tensor as float64."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().double().numpy()
    return np.asarray(values, dtype=np.float64)


def as_bytes(values: np.ndarray) -> bytes:
    """Numbers as the browser reads them: float32, little-endian, row by row."""
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
