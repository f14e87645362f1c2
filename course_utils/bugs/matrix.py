"""Which invariant finds which bug, measured."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from course_utils.bugs.catalogue import Bug, bugs_of

if TYPE_CHECKING:
    import numpy as np


class Matrix(NamedTuple):
    """Bugs by invariants.

    Fields:
        bugs: rows.
        invariants: columns, in the order of diagnosis.
        found: bool array (rows, columns), True where the invariant fails.
    """

    bugs: list[Bug]
    invariants: list[str]
    found: "np.ndarray"

    def lines(self) -> list[str]:
        """One line for each bug: its number, its name, what finds it."""
        rows = zip(self.bugs, self.found, strict=True)
        return [
            f"{bug.number} {bug.name}: {', '.join(self.names(row))}"
            for bug, row in rows
        ]

    def names(self, row: "np.ndarray") -> list[str]:
        """The invariants that are True in a row."""
        return [name for name, hit in zip(self.invariants, row, strict=True) if hit]

    def markdown(self) -> str:
        """A Markdown table with a cross where an invariant fails."""
        head = ["bug", *(name.replace("_", " ") for name in self.invariants)]
        body = [
            [f"{bug.number} {bug.name}", *("✗" if hit else "" for hit in row)]
            for bug, row in zip(self.bugs, self.found, strict=True)
        ]
        rule = ["---"] * len(head)
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def judge_of(kind: str) -> Callable[[Any, int], Mapping[str, Any]]:
    """What examines one loaded bug of a kind: (bug, seed) -> findings by name."""
    if kind == "layers":
        from course_utils.tracing.panels import panel

        return lambda bug, seed: panel(fresh(bug, seed), seed)
    if kind == "stacks":
        from course_utils.tracing.recurrence import recurrence_panel

        return recurrence_panel
    if kind == "prefixes":
        from course_utils.bugs.prefix_panel import prefix_panel

        return prefix_panel
    if kind == "training":
        from course_utils.bugs.training_panel import training_panel

        return training_panel
    raise ValueError(
        f"kind must be 'layers', 'stacks', 'prefixes' or 'training', not {kind!r}."
    )


def fresh(layer: Callable[..., Any], seed: int, d: int = 12, n_heads: int = 3) -> Any:
    """A new layer of a class in float64 and eval mode, its parameters by seed."""
    import torch

    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return layer(d, n_heads).double().eval()


def matrix(kind: str = "layers", seed: int = 0) -> Matrix:
    """Run every invariant on every bug.

    Args:
        kind: "layers", "stacks", "prefixes" or "training".
        seed: of parameters and probes.

    Raises:
        ValueError: the kind is unknown.

    >>> measured = matrix("stacks")
    >>> measured.found.shape == (len(measured.bugs), len(measured.invariants))
    True
    """
    import numpy as np

    judge, bugs = judge_of(kind), bugs_of(kind)
    rows = [judge(bug.load(), seed) for bug in bugs]
    found = [[finding is not None for finding in row.values()] for row in rows]
    return Matrix(bugs, list(rows[0]), np.array(found))
