"""Explorer of budgets: which methods fit, and what each brings.

Every training was run before; here only its numbers are shown, and the browser needs
no kernel. The widget knows arrays, not models.
"""

from collections.abc import Mapping, Sequence

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script


class BudgetExplorer(anywidget.AnyWidget):
    """A slider over the budget of trainable numbers, and a choice of setting.

    Dots are seeds, marks their mean. Methods beyond the budget are hollow.

    Args:
        trainable: method -> how many numbers it trains, at least 1.
        accuracy: setting -> method -> S accuracies, 0 to 1; all settings with the
            methods of `trainable` and the same number of seeds.
        title: shown above the chart.
        note: what was trained, in a sentence.

    Raises:
        ValueError: there is nothing to show, methods or seeds differ, or a number is
            not finite.

    Example:
        >>> BudgetExplorer({"head": 770}, {"spam": {"head": [0.9, 0.95]}})
        BudgetExplorer: spam, 1 of 1 methods fit into 1,000 numbers
    """

    _esm = script("charts.js", "budget_chart.js", "budget.js")
    _css = FOLDER / "budget.css"

    title = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    trainable = traitlets.List(traitlets.Int()).tag(sync=True)
    settings = traitlets.List(traitlets.Unicode()).tag(sync=True)
    budgets = traitlets.List(traitlets.Int()).tag(sync=True)
    accuracy = traitlets.Bytes().tag(sync=True)  # float32 (settings, methods, seeds)
    setting = traitlets.Int(0).tag(sync=True)
    budget = traitlets.Int(0).tag(sync=True)  # a place in `budgets`

    def __init__(
        self,
        trainable: Mapping[str, int],
        accuracy: Mapping[str, Mapping[str, Sequence[float]]],
        *,
        title: str = "",
        note: str = "",
    ) -> None:
        if not trainable or not accuracy:
            raise ValueError("There is nothing to show: give a method and a setting.")
        names = sorted(trainable, key=lambda name: trainable[name])
        budgets = round_numbers([int(trainable[name]) for name in names])
        super().__init__(
            title=title,
            note=note,
            names=names,
            trainable=[int(trainable[name]) for name in names],
            settings=list(accuracy),
            budgets=budgets,
            accuracy=as_bytes(names, accuracy),
            budget=len(budgets) - 1,
        )

    @traitlets.validate("budget", "setting")
    def _inside(self, proposal: dict) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        last = len(self.budgets if name == "budget" else self.settings) - 1
        if not 0 <= value <= last:
            raise traitlets.TraitError(f"{name} goes from 0 to {last}, not {value}.")
        return value

    def __repr__(self) -> str:
        budget = self.budgets[self.budget]
        fit = sum(count <= budget for count in self.trainable)
        return (
            f"BudgetExplorer: {self.settings[self.setting]}, {fit} of "
            f"{len(self.names)} methods fit into {budget:,} numbers"
        )


def round_numbers(counts: Sequence[int]) -> list[int]:
    """Budgets 1, 2, 5, 10 … from where the first method fits to where all do.

    Raises:
        ValueError: a count is below 1.

    >>> round_numbers([770, 18_000])
    [1000, 2000, 5000, 10000, 20000]
    """
    if min(counts) < 1:
        raise ValueError(
            f"A method trains {min(counts)} numbers; it must be 1 or more."
        )
    found, scale = [], 1
    while not found or found[-1] < max(counts):
        steps = [scale * step for step in (1, 2, 5)]
        for step in steps:
            if step >= min(counts) and (not found or found[-1] < max(counts)):
                found.append(step)
        scale *= 10
    return found


def as_bytes(
    names: Sequence[str], accuracy: Mapping[str, Mapping[str, Sequence[float]]]
) -> bytes:
    """Accuracies as the browser reads them: float32, little-endian, row by row.

    Raises:
        ValueError: see `BudgetExplorer`.
    """
    first = next(iter(accuracy.values()))
    seeds = len(next(iter(first.values()), ()))
    table = []
    for setting, by_method in accuracy.items():
        if set(by_method) != set(names):
            raise ValueError(f"{setting}: give the methods {', '.join(names)}.")
        for name in names:
            runs = np.asarray(by_method[name], dtype=np.float64)
            if runs.shape != (seeds,) or not seeds:
                raise ValueError(
                    f"{setting}, {name}: every method needs one accuracy for each of "
                    f"{seeds} seeds, but this one has shape {runs.shape}."
                )
            if not np.isfinite(runs).all():
                raise ValueError(f"{setting}, {name}: not every number is finite.")
            table.append(runs)
    return np.ascontiguousarray(table, dtype="<f4").tobytes()
