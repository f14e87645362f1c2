"""Folders of files, read without following links; what identifies their content."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from course_utils.grading.job import File, Rows

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # opening a FIFO returns at once
DEEPEST = 20
MOST_FILES = 2000  # nbgrader's search for files to ignore is quadratic in them


class UnreadableError(Exception):
    """A folder that cannot be read; the text says why."""


def students(course: "CourseDirectory", assignment: str) -> list[str]:
    """Who handed an assignment in, sorted."""
    step = course.submitted_directory
    found = re.compile(course.format_path(step, "(?P<id>.*)", assignment, escape=True))
    folders = glob(course.format_path(step, "*", assignment))
    matches = [found.fullmatch(f) for f in folders if os.path.isdir(f)]
    left_out = course.student_id_exclude.split(",")
    return sorted(m["id"] for m in matches if m and m["id"] not in left_out)


def read_folder(
    folder: Path, ignore: Iterable[str] = (), most: int = 100_000_000
) -> tuple[tuple[File, ...], list[str]]:
    """All regular files in a folder, and notes on what else is there.

    Args:
        folder: where to look; may itself be a link.
        ignore: patterns of names of files and folders to pass over.
        most: bytes that it may hold in all.

    Raises:
        UnreadableError: it cannot be read, or holds too much.
    """
    files, notes, left = [], [], most
    try:
        found = entries(folder, "", list(ignore), notes)
        for number, (path, name) in enumerate(found):
            if number == MOST_FILES:
                raise UnreadableError(f"it holds more than {MOST_FILES} files")
            file = read_file(path, name, left)
            if file is None:
                notes.append(f"{name!r} was left out: not a regular file")
                continue
            left -= len(file.content)
            files.append(file)
    except OSError as error:
        where = os.path.relpath(error.filename, folder) if error.filename else folder
        raise UnreadableError(f"{where}: {error.strerror}") from None
    return tuple(files), notes


def entries(
    folder: Path, prefix: str, ignore: list[str], notes: list[str]
) -> Iterator[tuple[Path, str]]:
    """Every file below a folder, links to folders not followed, in a fixed order."""
    if prefix.count("/") > DEEPEST:
        raise UnreadableError(f"its folders are nested deeper than {DEEPEST}")
    with os.scandir(folder) as found:
        items = sorted(found, key=lambda item: item.name)
    for item in items:
        name = prefix + item.name
        if any(fnmatch(item.name, pattern) for pattern in ignore):
            continue
        if item.is_dir(follow_symlinks=False):
            yield from entries(Path(item.path), f"{name}/", ignore, notes)
        else:
            yield Path(item.path), name


def read_file(path: Path, name: str, most: int) -> File | None:
    """One file; None if it is a link, a pipe or the like.

    Raises:
        OSError: it cannot be read.
        UnreadableError: it is larger than `most`, or its name is no text.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UnreadableError(f"the name of the file {name!r} is not text") from None
    handle = os.open(path, os.O_RDONLY | NO_FOLLOW | NO_WAIT)
    with open(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            return None
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadableError(f"too large at {name!r}")
    return File(name, stat.S_IMODE(state.st_mode), content)


def notebooks(files: Iterable[File]) -> list[str]:
    """Names of the notebooks of a submission; those in its folders do not count.

    Raises:
        UnreadableError: there are none.
    """
    names = [file.path for file in files]
    found = [name for name in names if name.endswith(".ipynb") and "/" not in name]
    if not found:
        raise UnreadableError("it holds no notebook")
    return found


def digest(*parts: object) -> str:
    """SHA-256 of data that JSON can say; files count by name and content."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, tuple):
            part = [[f.path, hashlib.sha256(f.content).hexdigest()] for f in part]
        whole.update(json.dumps(part, sort_keys=True).encode() + b"\n")
    return whole.hexdigest()


def assignment_digest(rows: Rows, source: tuple[File, ...], spared: list[str]) -> str:
    """What identifies the version of an assignment: its cells and files, not its ids.

    Args:
        rows: the assignment in the gradebook.
        source: files beside the instructor's notebooks.
        spared: names of those that do not replace the student's.
    """
    notebooks = {row["id"]: row["name"] for row in rows["notebook"]}
    base = {row["id"]: row for row in rows["base_cell"]}
    columns = ("name", "cell_type", "locked", "source", "checksum")
    cells = [
        [notebooks[row["notebook_id"]], *(row[name] for name in columns)]
        for row in rows["source_cell"]
    ]
    for table in ("grade_cells", "solution_cells", "task_cells"):
        for row in rows[table]:
            cell = base[row["id"]]
            place = [notebooks[cell["notebook_id"]], cell["name"], table]
            cells.append([*place, row.get("max_score"), row.get("cell_type")])
    kernels = sorted([row["name"], row["kernelspec"]] for row in rows["notebook"])
    return digest(kernels, sorted(map(json.dumps, cells)), source, sorted(spared))
