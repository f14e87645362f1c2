"""A learner's notebook, read with care and put together with its tests."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_utils.commands import CommandError


def read_notebook(path: Path) -> NotebookNode:
    """A notebook of format 4.

    Raises:
        CommandError: the file is missing, not JSON, not a notebook, or of
            another format.
    """
    try:
        text = path.read_text(encoding="utf-8")
        book = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        if book.nbformat != 4:
            raise ValueError(f"its format is {book.nbformat}, not 4")
        nbformat.validate(book)
    except FileNotFoundError:
        raise CommandError(
            f"{path} does not exist. Run `course start {path.parent.name}`."
        ) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(
            f"{path} is not text, so not a notebook. {remedy(path)}"
        ) from None
    except (nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        first = str(error).splitlines()[0][:90]
        raise CommandError(
            f"{path} is not a notebook ({first}). {remedy(path)}"
        ) from None
    except (AttributeError, ValueError, TypeError, KeyError) as error:
        raise CommandError(
            f"{path} is not a notebook: {error}. {remedy(path)}"
        ) from None
    return book


def remedy(path: Path) -> str:
    name = path.parent.name
    return f"Restore it, or run `course reset {name}`: your file is kept beside it."


def graded_cells(book: NotebookNode) -> dict[str, NotebookNode]:
    """Cells that nbgrader knows, by grade_id."""
    marked = [c for c in book.cells if isinstance(c.metadata.get("nbgrader"), dict)]
    return {c.metadata["nbgrader"].get("grade_id", ""): c for c in marked}


def with_tests(learner: NotebookNode, source: NotebookNode, path: Path) -> NotebookNode:
    """The learner's notebook with every locked cell as it is in the source.

    Cells that the learner added stay; outputs go.

    Raises:
        CommandError: a cell of the source is missing or stands there twice.
    """
    wanted, found = graded_cells(source), {}
    result = nbformat.from_dict({**learner, "cells": []})
    for cell in learner.cells:
        cell = nbformat.from_dict(cell)
        marks = cell.metadata.get("nbgrader")
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        if name in found:
            raise CommandError(
                f"{path} holds the cell {name!r} twice. Delete one of the two."
            )
        if name in wanted:
            original = found[name] = wanted[name]
            cell.metadata["nbgrader"] = dict(original.metadata["nbgrader"])
            cell.cell_type = original.cell_type
            if original.metadata["nbgrader"]["locked"]:
                cell.source = original.source
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
        result.cells.append(cell)
    check_complete(wanted, found, path)
    return result


def check_complete(wanted: dict, found: dict, path: Path) -> None:
    """Every cell that carries an answer or points has to be there."""
    for name, cell in wanted.items():
        marks = cell.metadata["nbgrader"]
        if name not in found and (marks["grade"] or marks["solution"]):
            raise CommandError(
                f"{path} lacks the cell {name!r}. Copy it back from "
                f"assignments/{path.name}, or run `course reset {path.parent.name}`: "
                "your file is kept beside it."
            )
