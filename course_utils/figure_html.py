"""A matplotlib figure as HTML: picture, alternative text, folded table."""

import base64
import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCREEN = 96  # pixels an inch, as browsers count
MOST_ROWS = 40  # of a table; the middle of a longer one is left out


def show(figure: "Figure", alt: str, head: list, rows: list) -> None:
    """Display a figure with its alternative text and a folded table."""
    from IPython.display import display

    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=2 * SCREEN)  # sharp on dense screens
    data = base64.b64encode(file.getvalue()).decode()
    picture = (
        f'<img alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{data}"'
        f' width="{figure.get_figwidth() * SCREEN:.0f}"'
        ' style="max-width:100%;height:auto;border-radius:4px">'
    )
    page = f"<figure style='margin:0'>{picture}{table_html(head, rows)}</figure>"
    display({"text/html": page, "text/plain": f"Figure: {alt}"}, raw=True)


def table_html(head: list, rows: list) -> str:
    """The numbers behind a figure, folded; the middle of a long table is left out."""
    names = "".join(f"<th scope='col'>{html.escape(str(name))}</th>" for name in head)
    lines = [row_html(row) for row in rows]
    left_out = len(lines) - MOST_ROWS
    if left_out > 0:
        gap = f"<tr><td colspan='{len(head)}'>… {left_out} rows left out …</td></tr>"
        half = MOST_ROWS // 2
        lines = [*lines[:half], gap, *lines[-half:]]
    return (
        "<details><summary>The same in numbers</summary>"
        f"<div style='overflow-x:auto'><table><thead><tr>{names}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div></details>"
    )


def row_html(row: Sequence) -> str:
    """One line of the table, its first field the line's name."""
    name, *fields = map(field, row)
    cells = "".join(f"<td>{text}</td>" for text in fields)
    return f"<tr><th scope='row'>{name}</th>{cells}</tr>"


def field(value: Any) -> str:
    """A number with four digits, text as it is."""
    return html.escape(value) if isinstance(value, str) else f"{float(value):.4g}"
