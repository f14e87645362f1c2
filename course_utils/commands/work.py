"""The learner's copies in work/: made once, overwritten by nothing."""

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from course_utils.commands import assignment_names


def start_missing(root: Path, names: list[str] | None = None) -> list[str]:
    """Copy assignments that work/ does not hold yet; returns the new ones."""
    names = assignment_names(root) if names is None else names
    missing = [name for name in names if not (root / "work" / name).exists()]
    for name in missing:
        copy_assignment(root, name)
    return missing


def copy_assignment(root: Path, name: str) -> None:
    """Copy assignments/NAME to work/NAME, whole or not at all."""
    work = root / "work"
    work.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix=".copying-") as folder:
        fresh = Path(folder) / name
        shutil.copytree(root / "assignments" / name, fresh)
        for path in fresh.rglob("*"):
            path.chmod(path.stat().st_mode | 0o200)
        os.rename(fresh, work / name)  # fails rather than overwrites


def set_aside(root: Path, name: str) -> Path | None:
    """Rename work/NAME to a name with the time in it; None if there is none."""
    old = root / "work" / name
    if not old.exists():
        return None
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    kept, count = old.with_name(f"{name}.{moment}"), 1
    while kept.exists():
        count += 1
        kept = old.with_name(f"{name}.{moment}_{count}")
    old.rename(kept)
    return kept
