"""Hidden tests: their source is left out, wherever it turns up."""

import re
from collections.abc import Iterable

BLOCK = re.compile(
    r"^[^\n]*BEGIN (?:HIDDEN TESTS|MARK SCHEME).*?"
    r"(?:^[^\n]*END (?:HIDDEN TESTS|MARK SCHEME)[^\n]*(?:\n|\Z)|\Z)",
    re.DOTALL | re.MULTILINE,
)
SHORTEST = 8  # characters of a row that gives something away


def shown(source: str) -> str:
    """The part of a cell that students have.

    >>> shown("a\\n### BEGIN HIDDEN TESTS\\nb\\n### END HIDDEN TESTS\\nc")
    'a\\nc'
    """
    return BLOCK.sub("", source)


def hidden_rows(sources: Iterable[str]) -> set[str]:
    """Rows that only hidden tests have."""
    sources = list(sources)
    open_rows = {row.strip() for text in sources for row in shown(text).splitlines()}
    blocks = [found[0] for text in sources for found in BLOCK.finditer(text)]
    rows = {row.strip() for block in blocks for row in block.splitlines()}
    return {row for row in rows - open_rows if len(row) >= SHORTEST}


def masked(text: str, rows: set[str]) -> str:
    """Rows of an output in which a row of a hidden test stands, left out."""
    if not rows:
        return text
    kept = [
        "(a row of the grading's own tests)" if any(r in row for r in rows) else row
        for row in text.split("\n")
    ]
    return "\n".join(kept)
