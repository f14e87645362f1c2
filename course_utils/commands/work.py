"""The learner's copies in work/: made once, overwritten by nothing."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from course_utils.commands import CommandError, assignment_names


def start_missing(root: Path, names: list[str] | None = None) -> list[str]:
    """Copy what work/ does not hold yet; returns the assignments that gained files.

    Raises:
        CommandError: work/ cannot be written.
    """
    names = assignment_names(root) if names is None else names
    return [name for name in names if copy_missing(root, name)]


def copy_missing(root: Path, name: str) -> bool:
    """Copy the files of an assignment that work/NAME lacks, each whole or not at all.

    Returns:
        Whether there were any.
    """
    source, target = root / "assignments" / name, root / "work" / name
    files = [p.relative_to(source) for p in source.rglob("*") if p.is_file()]
    if all(os.path.lexists(target / file) for file in files):
        return False
    with fresh_copy(root, name) as fresh:
        if not os.path.lexists(target):
            os.rename(fresh, target)
            return True
        for file in files:
            if not os.path.lexists(target / file):
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                os.rename(fresh / file, target / file)
    return True


def replace(root: Path, name: str) -> Path | None:
    """Put a fresh copy in the place of work/NAME.

    Returns:
        Where the old folder is kept, or None if there was none.

    Raises:
        CommandError: work/ cannot be written; then the old folder is where it was.
    """
    target, kept = root / "work" / name, None
    with fresh_copy(root, name) as fresh:
        if os.path.lexists(target):
            kept = free_name(target)
            os.rename(target, kept)
        try:
            os.rename(fresh, target)
        except OSError:
            if kept:
                os.rename(kept, target)
            raise
    return kept


@contextmanager
def fresh_copy(root: Path, name: str) -> Iterator[Path]:
    """A writable copy of assignments/NAME inside work/, gone after the block."""
    work = root / "work"
    try:
        work.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=work, prefix=".copying-") as folder:
            fresh = Path(folder) / name
            shutil.copytree(root / "assignments" / name, fresh)
            for path in [fresh, *fresh.rglob("*")]:
                path.chmod(path.stat().st_mode | 0o200)
            yield fresh
    except OSError as error:  # shutil.Error is one, without a text of its own
        reason = error.strerror or error
        raise CommandError(
            f"{work / name} cannot be written: {reason}. Nothing of yours was changed."
        ) from None


def free_name(target: Path) -> Path:
    """A name beside a folder, with the time in it, that nothing has yet."""
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    free, count = target.with_name(f"{target.name}.{moment}"), 1
    while os.path.lexists(free):
        count += 1
        free = target.with_name(f"{target.name}.{moment}_{count}")
    return free
