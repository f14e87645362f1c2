"""A learner's notebook, read with care and put together with its tests."""

import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_utils.commands import CommandError


def read_notebook(path: Path) -> NotebookNode:
    """A notebook of format 4, with an id for every cell.

    Raises:
        CommandError: the file is missing, not JSON, not a notebook, or of
            another format.
    """
    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():  # cells without ids, or with equal ones
            warnings.simplefilter("ignore")
            book = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
            if book.nbformat != 4:
                raise ValueError(f"its format is {book.nbformat}, not 4")
            nbformat.validate(book)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not text. {remedy(path)}") from None
    except nbformat.reader.NotJSONError:
        raise CommandError(f"{path} is not JSON. {remedy(path)}") from None
    except (
        nbformat.ValidationError,
        AttributeError,
        KeyError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:90]
        text = f"{path} is not a notebook that can be read: {first}. {remedy(path)}"
        raise CommandError(text) from None
    return book


def remedy(path: Path) -> str:
    """What to do about a notebook that cannot be used."""
    name, place = path.parent.name, path.parent.parent.name
    if place != "work":
        return f"Restore it: `git checkout {place}/{name}`."
    return f"Restore it, or run `course reset {name}`: your file is kept beside it."


def marks_of(cell: NotebookNode) -> dict:
    """nbgrader's metadata of a cell, empty if it has none that can be used."""
    marks = cell.metadata.get("nbgrader")
    usable = isinstance(marks, dict) and isinstance(marks.get("grade_id"), str)
    return marks if usable else {}


def with_tests(
    learner: NotebookNode, source: NotebookNode, path: Path
) -> tuple[NotebookNode, list[str]]:
    """The learner's notebook with every locked cell as it is in the source.

    Cells that the learner added stay; outputs go.

    Returns:
        The notebook, and notes on locked cells that are not there.

    Raises:
        CommandError: a cell for an answer or points is missing or there twice.
    """
    wanted = {marks_of(c)["grade_id"]: c for c in source.cells if marks_of(c)}
    book, found = nbformat.from_dict({**learner, "cells": []}), set()
    for cell in map(nbformat.from_dict, learner.cells):
        name = marks_of(cell).get("grade_id")
        if name in found:
            raise CommandError(
                f"{path} holds the cell {name!r} twice. Delete one of the two."
            )
        if name in wanted:
            found.add(name)
            restore(cell, wanted[name])
        else:
            cell.metadata.pop("nbgrader", None)
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        book.cells.append(cell)
    missing = [name for name in wanted if name not in found]
    check_complete([name for name in missing if counts(wanted[name])], path)
    return book, [
        f"The cell {name!r} is missing, which other cells may need."
        for name in missing
        if wanted[name].cell_type == "code"
    ]


def restore(cell: NotebookNode, original: NotebookNode) -> None:
    """Give a cell the kind and metadata of the source, a locked one its text too."""
    cell.cell_type = original.cell_type
    cell.metadata = nbformat.from_dict(original.metadata)
    if marks_of(original)["locked"]:
        cell.source = original.source


def counts(cell: NotebookNode) -> bool:
    """Whether a cell carries an answer or points."""
    return marks_of(cell)["grade"] or marks_of(cell)["solution"]


def check_complete(missing: list[str], path: Path) -> None:
    """Every cell that carries an answer or points has to be there."""
    if not missing:
        return
    name, names = path.parent.name, ", ".join(map(repr, missing))
    raise CommandError(
        f"{path} lacks the cell{'s' * (len(missing) > 1)} {names}. Copy what is "
        f"missing back from assignments/{name}/{path.name}, or run "
        f"`course reset {name}`: your file is kept beside it."
    )
