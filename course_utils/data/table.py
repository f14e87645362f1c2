"""A table of one's own: a CSV file with a text and a label in each row."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from course_utils.data.texts import DataError, Texts, deduplicate, normalised

DELIMITERS = ",;\t|"


class Report(NamedTuple):
    """What became of the rows of a table."""

    rows: int
    kept: int
    notes: list[str]  # one line for each kind of thing that was left out


def read_csv(
    path: str | Path,
    text: str = "text",
    label: str = "label",
    *,
    encoding: str | None = None,
) -> tuple[Texts, Report]:
    """Labelled texts out of a CSV file with a header.

    Empty texts, rows without a label, doubles and texts under two labels are left
    out, and the report says how many. Comma, semicolon, tab and bar are recognised
    as delimiters.

    Args:
        path: the file.
        text, label: names of the two columns; case and outer spaces do not matter.
        encoding: of the file; None tries UTF-8 and UTF-16.

    Returns:
        The texts, classes in alphabetical order, and the report.

    Raises:
        DataError: the file cannot be read, a column is missing, a row is broken, or
            there are fewer than two classes.
    """
    path = Path(path)
    rows = table(path, decoded(path, encoding))
    places = [column(path, rows[0], name) for name in (text, label)]
    pairs = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) <= max(places):
            raise DataError(
                f"{path}, row {number} has {len(row)} columns, but the header has "
                f"{len(rows[0])}. A text that holds the delimiter needs quotes."
            )
        pairs.append(tuple(row[place].strip() for place in places))
    return labelled(path, pairs)


def decoded(path: Path, encoding: str | None) -> str:
    """The file's text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    name = encoding or ("utf-16" if marked else "utf-8")
    try:
        return data.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not {name}: byte {error.start} cannot be read. Save it as "
            'UTF-8, or name its encoding, for example encoding="cp1252".'
        ) from None
    except LookupError:
        raise DataError(f"There is no encoding {name!r}.") from None


def table(path: Path, text: str) -> list[list[str]]:
    """Header and rows; empty lines are left out."""
    if "\0" in text:
        raise DataError(f"{path} is not a text file: it holds zero bytes.")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [row for row in reader if any(field.strip() for field in row)]
    except csv.Error as error:
        raise DataError(f"{path} is not a table that can be read: {error}.") from None
    if len(rows) < 2:
        raise DataError(f"{path} holds no rows. It needs a header and a row a text.")
    return rows


def column(path: Path, head: Sequence[str], name: str) -> int:
    """The place of a column."""
    names = [field.strip().casefold() for field in head]
    if name.strip().casefold() not in names:
        shown = ", ".join(field.strip()[:30] for field in head)
        raise DataError(
            f"{path} has no column {name!r}; its columns are: {shown}. Name the right "
            'ones, for example read_csv(path, text="message", label="kind").'
        )
    return names.index(name.strip().casefold())


def labelled(path: Path, pairs: list[tuple[str, str]]) -> tuple[Texts, Report]:
    """Texts and report of (text, label) pairs."""
    full = [(text, label) for text, label in pairs if text and label]
    classes = tuple(sorted({label for _, label in full}))
    texts, labels = [t for t, _ in full], [classes.index(label) for _, label in full]
    data = Texts(texts, labels, classes, f"{path.name}, brought by its user.")
    kept = deduplicate(data)
    of_one_label = {(normalised(t), label) for t, label in full}
    clashes = len(of_one_label) - len({t for t, _ in of_one_label})
    counts = {
        "without a text": sum(not text for text, _ in pairs),
        "without a label": sum(bool(text) and not label for text, label in pairs),
        "that stand there already, or under two labels": len(full) - len(kept.texts),
    }
    notes = [f"{n} row(s) {what} were left out." for what, n in counts.items() if n]
    if clashes:
        notes.append(f"{clashes} text(s) stand under two labels.")
    left = [name for name, count in kept.counts().items() if count]
    if len(left) < 2:
        what = f"only the class {left[0]!r}" if left else "no labelled text"
        raise DataError(
            f"{path} holds {what} (rows: {len(pairs)}). A classifier needs two or more "
            f"classes. {' '.join(notes)}".strip()
        )
    return kept, Report(len(pairs), len(kept.texts), notes)
