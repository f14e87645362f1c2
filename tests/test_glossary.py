"""The glossary: in order, and every lesson that it names explains the term."""

import re
from functools import cache

import nbformat
import pytest

from benchmarks.report import ROOT

GLOSSARY = ROOT / "notebooks" / "glossary.md"
ROW = re.compile(r"^\| \*\*(.+?)\*\* \| (.+) \| (\[.+) \|$", re.M)
ROWS = ROW.findall(GLOSSARY.read_text(encoding="utf-8"))
LINK = re.compile(r"\[(\d\d)\]\((\1_\w+\.ipynb)\)")


@cache
def prose(path):
    cells = nbformat.read(path, 4).cells
    return " ".join(c.source for c in cells if c.cell_type == "markdown").lower()


def stems(term):
    """What has to stand in a lesson, for any of the names of a term."""
    names = re.split(r", | and ", re.sub(r" of .+| \(.+\)", "", term))
    return [re.sub(r"(ing|s)$", "", name.lower()) for name in names]


def test_terms_are_in_order_and_stand_once():
    terms = [term.lower() for term, _, _ in ROWS]
    assert len(terms) > 40
    assert terms == sorted(set(terms))


@pytest.mark.parametrize(("term", "links"), [(t, links) for t, _, links in ROWS])
def test_the_lessons_named_explain_the_term(term, links):
    files = [file for _, file in LINK.findall(links)]
    assert len(files) == links.count("["), links
    for file in files:
        text = prose(GLOSSARY.parent / file)
        assert all(stem in text for stem in stems(term)), (file, stems(term))
