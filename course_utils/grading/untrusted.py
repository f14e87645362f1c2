"""Notebooks that may hold anything: read to plain cells, and their text made inert."""

import base64
import binascii
import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

from course_utils.grading.submissions import UnreadableError

MOST_BYTES = 25_000_000
MOST_CELLS = 5_000
MOST_DIGITS = 1_000
TAGS = ("raises-exception", "skip-execution")  # which running a notebook heeds
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
NEWEST = 5  # minor version of format 4 that is written

PLAIN = "b|br|code|em|hr|i|kbd|p|strong|sub|sup|u"  # bare, they only set text
TAG = re.compile(rf"<(?!/?(?:{PLAIN})\s?/?>)(?=[A-Za-z/!?])")
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>\"'`]*)>")
LINK = re.compile(r"(\]\(\s*|\]:\s*)([^\s)]+)")
# What lets a formula change the page around it.
MACRO = re.compile(
    r"\\(?=(?:href|url|require|style|class|cssId|csname|includegraphics"
    r"|html(?:Class|Data|Id|Style))(?![A-Za-z]))"
)
SCHEMES = ("", "attachment", "http", "https", "mailto")


@dataclass(frozen=True)
class Given:
    """A cell as it was handed in: what of it may count."""

    cell_type: str
    source: str
    id: str = ""
    marks: dict[str, Any] = field(default_factory=dict)  # nbgrader's
    tags: tuple[str, ...] = ()
    attachments: dict[str, Any] = field(default_factory=dict)

    @property
    def grade_id(self) -> str:
        name = self.marks.get("grade_id")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True)
class Book:
    """A notebook as it was handed in."""

    cells: tuple[Given, ...]
    minor: int
    kernel: str
    language: str
    notes: tuple[str, ...] = ()


def read_notebook(content: bytes) -> Book:
    """A notebook out of bytes that may be anything.

    Formats 3 and 4 are read, newer minor versions of 4 too.

    Raises:
        UnreadableError: it is none; the text says why.

    >>> read_notebook(b'{"nbformat": 4, "cells": []}').cells
    ()
    >>> read_notebook(b'{"nbformat": 4, "cells": [')
    Traceback (most recent call last):
    course_utils.grading.submissions.UnreadableError: not JSON (truncated at its end)
    """
    if len(content) > MOST_BYTES:
        raise UnreadableError(f"larger than {MOST_BYTES // 1_000_000} MB")
    notes: list[str] = []
    data = as_mapping(parsed(content, notes))
    version = data.get("nbformat")
    if version not in (3, 4) or isinstance(version, bool):
        text = version if isinstance(version, int) else "unknown"
        raise UnreadableError(f"its notebook format is {text}, not 4")
    cells = read_cells(data, version)
    minor = data.get("nbformat_minor")
    minor = minor if isinstance(minor, int) and minor >= 0 else 0
    if version == 3:
        notes.append("was in notebook format 3: read as format 4")
        minor = NEWEST
    if minor > NEWEST:
        notes.append(f"was in the newer notebook format 4.{minor}: read as 4.{NEWEST}")
    if any(faulty(cell.source) for cell in cells):
        notes.append(
            "held characters that are no text: shown as \N{REPLACEMENT CHARACTER}"
        )
        cells = [replaced(cell) for cell in cells]
    metadata = as_mapping(data.get("metadata"))
    return Book(
        tuple(cells),
        min(minor, NEWEST),
        name_in(metadata, "kernelspec"),
        name_in(metadata, "language_info"),
        tuple(notes),
    )


def parsed(content: bytes, notes: list[str]) -> Any:
    """JSON, strictly, but what editors are known to write is mended with a note."""

    def constant(name: str) -> None:
        if not any("NaN" in note for note in notes):
            notes.append("held NaN or Infinity, which is no JSON: taken as nothing")

    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8 (byte {error.start})") from None
    if text.startswith("\ufeff"):
        notes.append("began with a byte order mark: left out")
        text = text[1:]
    try:
        return json.loads(
            text,
            object_pairs_hook=without_duplicates,
            parse_constant=constant,
            parse_int=whole_number,
        )
    except json.JSONDecodeError as error:
        end = not text[error.pos :].strip() or error.msg.startswith("Unterminated")
        where = "truncated at its end" if end else f"line {error.lineno}"
        where = where if text.strip() else "empty"
        raise UnreadableError(f"not JSON ({where})") from None
    except RecursionError:
        raise UnreadableError("nested too deeply") from None


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise UnreadableError(f"the key {twice[:40]!r} stands twice in one object")
    return found


def whole_number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise UnreadableError(f"holds a number of {len(digits)} digits")
    return int(digits)


def as_mapping(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def name_in(metadata: dict[str, Any], key: str) -> str:
    name = as_mapping(metadata.get(key)).get("name")
    return name[:100] if isinstance(name, str) else ""


def read_cells(data: dict[str, Any], version: int) -> list[Given]:
    """The cells of either format; in format 3 they lie in worksheets."""
    found = data.get("cells") if version == 4 else []
    if version == 3:
        sheets = data.get("worksheets")
        for sheet in sheets if isinstance(sheets, list) else []:
            cells = as_mapping(sheet).get("cells")
            found = found + cells if isinstance(cells, list) else None
            if found is None:
                break
    if not isinstance(found, list):
        raise UnreadableError("it has no list of cells")
    if len(found) > MOST_CELLS:
        raise UnreadableError(f"it has {len(found)} cells, more than {MOST_CELLS}")
    return [read_cell(cell, place) for place, cell in enumerate(found, 1)]


def read_cell(cell: Any, place: int) -> Given:
    """One cell.

    Raises:
        UnreadableError: it is no cell, or has no text.
    """
    if not isinstance(cell, dict):
        raise UnreadableError(f"cell {place} is no cell")
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise UnreadableError(f"cell {place} has no text")
    kind, level = cell.get("cell_type"), cell.get("level")
    if kind == "heading":  # of format 3
        kind, level = "markdown", level if level in (1, 2, 3, 4, 5, 6) else 1
        source = f"{'#' * int(level)} {source}"
    metadata = as_mapping(cell.get("metadata"))
    tags = metadata.get("tags")
    name = cell.get("id")
    return Given(
        kind if kind in ("code", "markdown") else "raw",
        source,
        name if isinstance(name, str) else "",
        as_mapping(metadata.get("nbgrader")),
        tuple(tag for tag in TAGS if isinstance(tags, list) and tag in tags),
        as_mapping(cell.get("attachments")),
    )


def faulty(text: str) -> bool:
    """Whether it holds halves of characters, which cannot be written."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def replaced(cell: Given) -> Given:
    source = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", cell.source)
    return Given(**{**vars(cell), "source": source})


def inert(text: str) -> str:
    """Markdown in which no HTML is left but bare tags that set text.

    A space after `<` keeps every reader, of HTML and of Markdown, from seeing a
    tag, and does not change a formula; code looks a little wider.

    >>> inert("a<b, <br> and <img src=x onerror=alert(1)>")
    'a< b, <br> and < img src=x onerror=alert(1)>'
    >>> inert("[here](java&#115;cript:alert) and <https://example.org>")
    '[here](#) and https://example.org'
    """
    text = TAG.sub("< ", AUTOLINK.sub(r"\1", text))
    text = LINK.sub(lambda m: m[1] + (m[2] if harmless(m[2]) else "#"), text)
    return MACRO.sub("", text)


def harmless(target: str) -> bool:
    """Whether a link leads to a page, a mail or an attachment.

    >>> harmless("figure.png#x:y"), harmless("javascript:alert(1)")
    (True, False)
    """
    for _ in range(2):  # entities may name entities
        target = html.unescape(target)
    target = re.sub(r"[\x00-\x20\\<\x7f-\xa0]", "", target).lower()
    head = re.split(r"[/?#]", target, maxsplit=1)[0]
    scheme, colon, _ = head.partition(":")
    return not colon or scheme in SCHEMES


def images(attachments: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Those attachments that are images, which run nothing."""
    found = {}
    for name, bundle in attachments.items():
        kept = {
            kind: data
            for kind, data in as_mapping(bundle).items()
            if kind in IMAGES and isinstance(data, str) and is_base64(data)
        }
        if kept and kept == bundle and not faulty(name):
            found[name] = kept
    return found


def is_base64(data: str) -> bool:
    try:
        base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
