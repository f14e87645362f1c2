"""Explorer of the flow between layers in prefix-tuning, and of what can go wrong.

All flows are run before the explorer is shown; the browser needs no kernel. The widget
knows arrays and what maps arrays to arrays, not models.
"""

from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script
from course_utils.widgets.flow_ways import CHOICES, Layers, all_ways

LEGENDS = {
    "prefix": "Which prefix",
    "drop": "Prefix rows are dropped",
    "mask": "Mask",
    "side": "Prefix rows stand",
}
PHASES = 4  # take, put together, run, drop and hand on


class FlowExplorer(anywidget.AnyWidget):
    """Rows as blocks, step by step through the layers, the right way or a wrong one.

    Four choices: which prefix a layer gets, where rows are dropped, the mask, and on
    which side the prefix stands. For each of them a line says how many rows go in,
    come out and are passed on, and what becomes of shape and result.

    Args:
        H0, layers, prefixes: as of `trace`; at least one layer.
        title: shown above.

    Attributes:
        prefix, drop, mask, side: the choice shown, names in `CHOICES`.
        step: 0 to 4 L - 1; four steps a layer.

    Raises:
        ValueError: there is no layer, or not as many prefixes as layers, or their
            widths differ.

    Example:
        >>> FlowExplorer(np.zeros((3, 2)), [lambda rows, seen: rows], [np.ones((2, 2))])
        FlowExplorer: 3 tokens, 1 layer, 2 prefix rows each, 54 ways
    """

    _esm = script("flow.js")
    _css = FOLDER / "flow.css"

    title = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.Int().tag(sync=True)
    depth = traitlets.Int().tag(sync=True)
    choices = traitlets.List().tag(sync=True)  # [name, legend, [[value, label], ...]]
    ways = traitlets.List(traitlets.Dict()).tag(sync=True)
    prefix = traitlets.Enum(list(CHOICES["prefix"]), "own").tag(sync=True)
    drop = traitlets.Enum(list(CHOICES["drop"]), "each").tag(sync=True)
    mask = traitlets.Enum(list(CHOICES["mask"]), "none").tag(sync=True)
    side = traitlets.Enum(list(CHOICES["side"]), "front").tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        H0: Any,
        layers: Layers,
        prefixes: Sequence[Any],
        *,
        title: str = "",
    ) -> None:
        H0, prefixes = np.asarray(H0), [np.asarray(P) for P in prefixes]
        if not layers or len(prefixes) != len(layers):
            raise ValueError(
                f"There are {len(layers)} layers and {len(prefixes)} prefixes, but the "
                "explorer needs at least one layer, and one prefix for each."
            )
        widths = [P.shape[1:] for P in (H0, *prefixes)]
        if len(set(widths)) > 1:
            raise ValueError(f"Rows of tokens and prefixes differ in width: {widths}.")
        self._k = [len(P) for P in prefixes]
        super().__init__(
            title=title,
            tokens=len(H0),
            depth=len(layers),
            choices=[
                [name, LEGENDS[name], [list(pair) for pair in options.items()]]
                for name, options in CHOICES.items()
            ],
            ways=all_ways(H0, layers, prefixes),
        )

    def way(self, prefix: str, drop: str, mask: str = "none", side: str = "front"):
        """What is shown of one combination: names of rows, kept rows, gaps, words."""
        chosen = dict(zip(CHOICES, (prefix, drop, mask, side), strict=True))
        return next(way for way in self.ways if chosen.items() <= way.items())

    @traitlets.validate("step")
    def _inside(self, proposal: dict) -> int:
        value, last = proposal["value"], PHASES * self.depth - 1
        if not 0 <= value <= last:
            raise traitlets.TraitError(f"step goes from 0 to {last}, not {value}.")
        return value

    def __repr__(self) -> str:
        k = " or ".join(map(str, sorted(set(self._k))))
        return (
            f"FlowExplorer: {self.tokens} tokens, {self.depth} "
            f"layer{'s'[: self.depth != 1]}, {k} prefix rows each, "
            f"{len(self.ways)} ways"
        )
