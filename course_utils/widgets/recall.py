"""Explorer of recall: how many memory vectors, and what they keep of every segment.

Every training was run before, by tools/train_memory.py; here only its numbers are
shown, and the browser needs no kernel. The widget knows arrays, not models.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script

MEASURED = "recall.json"


@dataclass(frozen=True)
class Recall:
    """What memories of κ vectors have kept, with each of S seeds.

    Attributes:
        kappa: number of memory vectors.
        trained: (S, N) recall, 0 to 1, by segment, on texts as long as in training.
        longer: (S, M) the same on texts with more segments, M.
    """

    kappa: int
    trained: Sequence[Sequence[float]]
    longer: Sequence[Sequence[float]]


def measured() -> dict[str, Any]:
    """The trainings that the course ships.

    Returns:
        "runs", κ -> `Recall`; "settings", a dict with the seeds; "chance", what
        guessing gives; "note", the settings in a sentence.

    >>> list(measured()["runs"])
    [1, 2, 4, 8]
    """
    path = files("course_utils").joinpath("data", MEASURED)
    found = json.loads(path.read_text(encoding="utf-8"))
    found["runs"] = {run["kappa"]: Recall(**run) for run in found["runs"]}
    return found


class RecallExplorer(anywidget.AnyWidget):
    """A slider over κ and two lengths of text; recall by segment follows.

    Dots are seeds, large marks their mean.

    Args:
        runs: from the fewest to the most memory vectors, all with the same segments
            and the same number of seeds.
        chance: what guessing gives.
        title: shown above the chart.
        note: what was trained, in a sentence.

    Raises:
        ValueError: there is no run, they differ in seeds or segments, or a number is
            not between 0 and 1.

    Example:
        >>> RecallExplorer([Recall(2, [[0.5, 0.9]], [[0.1, 0.2, 0.8]])], chance=0.1)
        RecallExplorer: κ = 2, recall 0.50 to 0.90 in 2 segments
    """

    _esm = script("charts.js", "recall.js")
    _css = FOLDER / "recall.css"

    title = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    kappas = traitlets.List(traitlets.Int()).tag(sync=True)
    chance = traitlets.Float().tag(sync=True)
    segments = traitlets.List(traitlets.Int()).tag(sync=True)  # of both lengths
    trained = traitlets.Bytes().tag(sync=True)  # float32 (runs, seeds, segments)
    longer = traitlets.Bytes().tag(sync=True)  # float32 (runs, seeds, segments)
    choice = traitlets.Int(0).tag(sync=True)
    long = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        runs: Sequence[Recall],
        chance: float,
        *,
        title: str = "",
        note: str = "",
    ) -> None:
        runs = list(runs)
        if not runs:
            raise ValueError("There is nothing to show: give at least one run.")
        self.shares = {
            name: as_shares(name, [getattr(run, name) for run in runs])
            for name in ("trained", "longer")
        }
        seeds = {name: shares.shape[1] for name, shares in self.shares.items()}
        if len(set(seeds.values())) > 1:
            raise ValueError(f"Both lengths need the same seeds, but have {seeds}.")
        super().__init__(
            title=title,
            note=note,
            kappas=[int(run.kappa) for run in runs],
            chance=float(chance),
            segments=[shares.shape[2] for shares in self.shares.values()],
            **{
                name: np.ascontiguousarray(shares, dtype="<f4").tobytes()
                for name, shares in self.shares.items()
            },
        )

    @traitlets.validate("choice")
    def _inside(self, proposal: dict) -> int:
        value, last = proposal["value"], len(self.kappas) - 1
        if not 0 <= value <= last:
            raise traitlets.TraitError(f"choice goes from 0 to {last}, not {value}.")
        return value

    def __repr__(self) -> str:
        shares = self.shares["longer" if self.long else "trained"][self.choice].mean(0)
        return (
            f"RecallExplorer: κ = {self.kappas[self.choice]}, recall "
            f"{shares.min():.2f} to {shares.max():.2f} in {len(shares)} segments"
        )


def as_shares(name: str, runs: Sequence) -> np.ndarray:
    """Recall of all runs as one array (runs, seeds, segments).

    Raises:
        ValueError: runs differ in seeds or segments, or a share is not in 0..1.
    """
    shapes = {np.shape(run) for run in runs}
    if len(shapes) > 1 or len(min(shapes)) != 2 or 0 in min(shapes):
        raise ValueError(
            f"{name}: every run needs the same shape (seeds, segments), but they "
            f"have {sorted(shapes, key=str)}."
        )
    shares = np.asarray(runs, dtype=np.float64)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"{name}: recall lies between 0 and 1, but one does not.")
    return shares
