"""Outputs of code cells as inert HTML."""

from html import escape
from typing import Any

from course_utils.grading.feedback.hidden import masked
from course_utils.grading.feedback.images import STARTS, picture
from course_utils.grading.feedback.text import coloured, plain, shorten

MOST = 50  # outputs of one cell


def joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def note(said: str) -> str:
    return f'<p class="note">{escape(said)}</p>' if said else ""


def block(text: str, label: str, rows: set[str]) -> str:
    """Escaped text in a block that the keyboard can scroll."""
    if rows:
        text = masked(plain(text), rows)
    text, cut = shorten(text.rstrip("\n"))
    name = escape(label)
    return (
        f'<pre class="{name.lower().replace(" ", "-")}" tabindex="0" role="region" '
        f'aria-label="{name}">{coloured(text)}</pre>{note(cut)}'
    )


def error(output: Any, rows: set[str], hides: bool) -> str:
    """What an error says; the traceback only where no hidden test can be in it."""
    name, value = joined(output.get("ename")), joined(output.get("evalue"))
    own = name == "Feedback"  # the checks' own: their message is all
    html = block(value if own and value else f"{name}: {value}", "Message", rows)
    trace = "\n".join(map(str, output.get("traceback") or []))
    if hides or own or not trace:
        return html
    inner = block(trace, "Traceback", rows)
    return f"{html}<details><summary>Where it happened</summary>{inner}</details>"


def data(output: Any, rows: set[str]) -> str:
    """A picture if there is a sound one, else plain text, else a sentence."""
    given, said = output.get("data") or {}, ""
    text = plain(joined(given.get("text/plain")))
    for kind in STARTS:
        if kind in given:
            html, said = picture(
                kind, given[kind], masked(text[:200], rows) or "Figure"
            )
            if html:
                return f"<figure>{html}</figure>"
    if text:
        return block(text, "Result", rows) + note(said)
    kinds = ", ".join(sorted(map(str, given)))[:200]
    return note(said or f"An output is left out: pages show no {kinds or 'such'}.")


def inert(outputs: Any, rows: set[str] = frozenset(), hides: bool = False) -> str:
    """HTML of a cell's outputs.

    Args:
        outputs: as in a notebook.
        rows: of hidden tests, which are left out wherever they stand.
        hides: the cell has hidden tests.
    """
    found = []
    for output in list(outputs or [])[:MOST]:
        kind = output.get("output_type")
        if kind == "stream":
            found.append(block(joined(output.get("text")), "Output", rows))
        elif kind == "error":
            found.append(error(output, rows, hides))
        else:
            found.append(data(output, rows))
    left = len(outputs or []) - MOST
    return "".join(found) + note(f"{left} more outputs are not shown." * (left > 0))
