"""Text of outputs as HTML: escape sequences become colours or vanish."""

import re
from html import escape

LONGEST = 20_000  # characters of one output
# Written over, as in a terminal; tried at the start of a row alone, for rows are long.
ROWS = re.compile(r"^[^\n]*\r(?!\n)(?=[^\n\r])", re.MULTILINE)
SEQUENCE = re.compile(
    r"\x1b\[(?P<sgr>[0-9;]*)m"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"
    r"|\x1b.?",
    re.DOTALL,
)
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
COLOURS = "black red green yellow blue magenta cyan white".split()


def shorten(text: str, most: int = LONGEST) -> tuple[str, str]:
    """The text, and a sentence about what was cut off; "" if nothing was.

    >>> shorten("abcdef", 4)
    ('abcd', 'Cut here: 2 of 6 characters are not shown.')
    """
    if len(text) <= most:
        return text, ""
    said = f"Cut here: {len(text) - most:,} of {len(text):,} characters are not shown."
    return text[:most], said


def visible(text: str) -> str:
    r"""Marks that turn or hide text, by their names.

    >>> visible("a\u202eb")
    'a⟨U+202E⟩b'
    """
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def rewritten(text: str) -> str:
    r"""What a terminal shows where a row was written over.

    >>> rewritten("10 %\r20 %\r\nnext")
    '20 %\nnext'
    """
    return ROWS.sub("", text.replace("\r\n", "\n"))


def plain(text: str) -> str:
    r"""Without escape sequences.

    >>> plain("\x1b[31mred\x1b[0m")
    'red'
    """
    return visible(SEQUENCE.sub("", rewritten(text)))


def coloured(text: str) -> str:
    r"""HTML: all text escaped; of escape sequences, colour and bold are kept.

    >>> coloured("\x1b[31m<b>\x1b[0m")
    '<span class="ansi-red">&lt;b&gt;</span>'
    """
    text, rows, style, at = rewritten(text), [], set(), 0
    for found in [*SEQUENCE.finditer(text), None]:
        piece = text[at : found.start() if found else len(text)]
        if piece:
            inner = escape(visible(piece))
            names = " ".join(sorted(style))
            rows.append(f'<span class="{names}">{inner}</span>' if names else inner)
        if found:
            at = found.end()
            if found["sgr"] is not None:
                style = restyled(style, found["sgr"])
    return "".join(rows)


def restyled(style: set[str], codes: str) -> set[str]:
    """Classes after one sequence; a background or hidden text has none."""
    style, numbers = set(style), [int(code or 0) for code in codes.split(";")]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            style = set()
        elif code == 1:
            style.add("ansi-bold")
        elif 30 <= code <= 37 or 90 <= code <= 97 or code == 39:
            style = style & {"ansi-bold"}
            if code != 39:
                style.add(f"ansi-{COLOURS[code % 10]}")
        elif code in (38, 48):
            break
    return style
