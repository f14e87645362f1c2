"""Explorer of freezing: how many layers may change, what moves, what it brings.

Every training was run before, by tools/freeze_depth.py; here only its numbers are
shown, and the browser needs no kernel. The widget knows arrays, not models.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script

MEASURED = "freeze_depth.json"


@dataclass(frozen=True)
class Freezing:
    """One choice of what may change, and what came out with each of S seeds.

    Attributes:
        name: of the choice, for example "the top 2 layers and the head".
        trainable: how many numbers may change.
        seen, unseen: S accuracies, 0 to 1, on seen and on unseen phrases.
        drift: part -> S relative changes ‖θ̃ - θ̂‖ / ‖θ̂‖; all 0 if it is frozen.
    """

    name: str
    trainable: int
    seen: Sequence[float]
    unseen: Sequence[float]
    drift: Mapping[str, Sequence[float]]


def measured() -> dict[str, Any]:
    """The trainings that the course ships.

    Returns:
        "depths" and "policies", each name -> `Freezing`; "settings", a dict with the
        seeds; "total", the number of all parameters, head included; "note", the
        settings in a sentence.

    >>> list(measured()["depths"])[0]
    'the head alone'
    """
    path = files("course_utils").joinpath("data", MEASURED)
    found = json.loads(path.read_text(encoding="utf-8"))
    for kind in ("depths", "policies"):
        found[kind] = {run["name"]: Freezing(**run) for run in found[kind]}
    return found


class FreezeExplorer(anywidget.AnyWidget):
    """A slider over what may change; accuracy and the drift of every part follow.

    Dots are seeds, marks their mean. Parts whose drift is 0 with every seed are
    shown as frozen.

    Args:
        choices: from the fewest to the most trainable numbers; all with the same
            parts, from the input on, and the same number of seeds.
        total: the number of all parameters.
        title: shown above the charts.
        note: what was trained, in a sentence.

    Raises:
        ValueError: there is no choice, parts or seeds differ, or a number is not
            finite.

    Example:
        >>> still = Freezing("the head alone", 3, [0.5], [0.5], {"layer 1": [0.0]})
        >>> FreezeExplorer([still], total=10)
        FreezeExplorer: the head alone, 3 of 10 numbers may change
    """

    _esm = script("charts.js", "freeze_charts.js", "freeze.js")
    _css = FOLDER / "freeze.css"

    title = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    trainable = traitlets.List(traitlets.Int()).tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    parts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    seen = traitlets.Bytes().tag(sync=True)  # float32 (choices, seeds)
    unseen = traitlets.Bytes().tag(sync=True)  # float32 (choices, seeds)
    drift = traitlets.Bytes().tag(sync=True)  # float32 (choices, parts, seeds)
    choice = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        choices: Sequence[Freezing],
        total: int,
        *,
        title: str = "",
        note: str = "",
    ) -> None:
        choices = list(choices)
        if not choices:
            raise ValueError("There is nothing to show: give at least one choice.")
        parts = list(choices[0].drift)
        odd = [c.name for c in choices if list(c.drift) != parts]
        if odd:
            raise ValueError(f"{odd[0]}: its parts differ from those of the others.")
        seeds = len(choices[0].seen)
        super().__init__(
            title=title,
            note=note,
            names=[choice.name for choice in choices],
            trainable=[int(choice.trainable) for choice in choices],
            total=int(total),
            parts=parts,
            seen=as_bytes([as_runs(c.name, c.seen, seeds) for c in choices]),
            unseen=as_bytes([as_runs(c.name, c.unseen, seeds) for c in choices]),
            drift=as_bytes(
                [
                    [as_runs(c.name, runs, seeds) for runs in c.drift.values()]
                    for c in choices
                ]
            ),
        )

    @traitlets.validate("choice")
    def _inside(self, proposal: dict) -> int:
        value, last = proposal["value"], len(self.names) - 1
        if not 0 <= value <= last:
            raise traitlets.TraitError(f"choice goes from 0 to {last}, not {value}.")
        return value

    def __repr__(self) -> str:
        shown = f"{self.trainable[self.choice]:,} of {self.total:,} numbers"
        return f"FreezeExplorer: {self.names[self.choice]}, {shown} may change"


def as_runs(name: str, values: Sequence[float], count: int) -> np.ndarray:
    """One number a seed, (S,).

    Raises:
        ValueError: there are others than `count`, or one is not finite.
    """
    runs = np.asarray(values, dtype=np.float64)
    if runs.shape != (count,) or not count:
        raise ValueError(
            f"{name}: every number needs one value for each of {count} seeds, but "
            f"one has shape {runs.shape}."
        )
    if not np.isfinite(runs).all():
        raise ValueError(f"{name}: not every number is finite: {list(values)}.")
    return runs


def as_bytes(values: Any) -> bytes:
    """Numbers as the browser reads them: float32, little-endian, row by row."""
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
