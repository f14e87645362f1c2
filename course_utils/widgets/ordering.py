"""Blocks to be put in order; the order goes into the answer cell as a literal."""

from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from course_utils.widgets import script
from course_utils.widgets.answer import as_name, set_variable, style


class Ordering(anywidget.AnyWidget):
    """Blocks with labels, put in order by mouse, touch or keyboard.

    Every move writes ``NAME = ["C", "A", …]`` into the answer cell of the notebook,
    which stays the answer of record, and gives the kernel's variable the same value.
    The widget shows what the cell says. Where the document cannot be reached, it
    shows the line to paste.

    Args:
        name: the variable of the answer.
        blocks: the text of each block by its label, in the order shown first.
        value: the labels in the learner's order so far; empty for no answer yet.
            Upper and lower case and outer spaces do not matter. Blocks that it
            leaves out are set aside.
        answer_cell: grade_id or id of the answer cell; `name` by default.
        tray: whether blocks may be set aside as not part of the order.
        note: shown until the first move, for example why there is no value.

    Raises:
        ValueError: the name is no name, there are fewer than two blocks, or a label
            is unknown or stands there twice.

    Example:
        >>> Ordering("PASS", {"A": "embed", "B": "layer 1"}, ["b", "A"])
        Ordering of 2 blocks: PASS = ['B', 'A']
    """

    _esm = script("answer_cell.js", "rich_text.js", "ordering_drag.js", "ordering.js")
    _css = style("ordering.css")

    name = traitlets.Unicode().tag(sync=True)
    blocks = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    value = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answer_cell = traitlets.Unicode().tag(sync=True)
    tray = traitlets.Bool(False).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        name: str,
        blocks: Mapping[str, str],
        value: Sequence[str] = (),
        *,
        answer_cell: str = "",
        tray: bool = False,
        note: str = "",
    ) -> None:
        pairs = as_blocks(blocks)
        self._labels = [label for label, _ in pairs]
        super().__init__(
            name=as_name(name),
            blocks=pairs,
            value=as_order(value, self._labels),
            answer_cell=answer_cell or name,
            tray=tray,
            note=note,
        )
        self.observe(lambda change: set_variable(name, list(change["new"])), "value")

    @traitlets.validate("value")
    def _known(self, proposal: dict) -> list[str]:
        try:
            return as_order(proposal["value"], self._labels)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None

    def __repr__(self) -> str:
        return f"Ordering of {len(self.blocks)} blocks: {self.name} = {self.value}"


def as_blocks(blocks: Mapping[str, str]) -> list[list[str]]:
    """Label and text of each block, checked."""
    if not isinstance(blocks, Mapping):
        raise ValueError("blocks has to be a dict: the text of each block by its label")
    if len(blocks) < 2:
        raise ValueError(f"{len(blocks)} blocks cannot be ordered; give two or more")
    for label, text in blocks.items():
        if not isinstance(label, str) or not label.strip():
            raise ValueError(
                f"the label {label!r} is not a string with something in it"
            )
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"the text of block {label!r} is {text!r}, not a string")
    folded = [label.strip().casefold() for label in blocks]
    for label, fold in zip(blocks, folded, strict=True):
        if folded.count(fold) > 1:
            raise ValueError(f"two blocks have the label {label!r}")
    return [[label.strip(), text] for label, text in blocks.items()]


def as_order(value: Any, labels: Sequence[str]) -> list[str]:
    """Labels of blocks as they are printed.

    Raises:
        ValueError: not a list or tuple of labels, each at most once.

    >>> as_order(("b ", "A"), ["A", "B"])
    ['B', 'A']
    """
    if not isinstance(value, list | tuple):
        raise ValueError(f"{value!r} is not a list of labels")
    printed = {label.casefold(): label for label in labels}
    found: list[str] = []
    for item in value:
        label = printed.get(item.strip().casefold()) if isinstance(item, str) else None
        if label is None:
            known = ", ".join(labels)
            raise ValueError(f"the label {item!r} is unknown; there are {known}")
        if label in found:
            raise ValueError(f"the label {label!r} stands there twice")
        found.append(label)
    return found
