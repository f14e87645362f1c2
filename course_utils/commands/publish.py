"""Assignments into nbgrader's exchange, where the Assignment List finds them."""

import hashlib
from pathlib import Path

from course_utils.commands import CommandError, assignment_names


def publish(root: Path) -> list[str]:
    """Release the assignments that changed since their last release.

    nbgrader is loaded only if there is one.

    Returns:
        Their names.

    Raises:
        CommandError: nbgrader could not release them, or .nbgrader/ cannot be written.
    """
    digests = {
        name: digest(root / "assignments" / name) for name in assignment_names(root)
    }
    changed = [name for name in digests if recorded(root, name) != digests[name]]
    if changed:
        release(root, changed)
    for name in changed:
        record = record_of(root, name)
        try:
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(digests[name], encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"{record} cannot be written: {error.strerror}."
            ) from None
    return changed


def digest(folder: Path) -> str:
    """SHA-256 of the names and contents of all files in a folder."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder)} {content}\n".encode())
    return whole.hexdigest()


def recorded(root: Path, name: str) -> str:
    """Digest of the release that the exchange holds; empty if it holds none."""
    released = (root / ".nbgrader" / "exchange").glob(f"*/outbound/{name}")
    record = record_of(root, name)
    if not any(released) or not record.is_file():
        return ""
    return record.read_text(encoding="utf-8")


def record_of(root: Path, name: str) -> Path:
    return root / ".nbgrader" / "published" / name


def release(root: Path, names: list[str]) -> None:
    """Let nbgrader copy assignments into the exchange, over what is there.

    Raises:
        CommandError: it could not.
    """
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeError, ExchangeFactory
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    place = root / ".nbgrader" / "exchange"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{place} cannot be made: {error.strerror}.") from None
    for name in names:
        course = CourseDirectory(config=config, assignment_id=name)
        exchange = ExchangeFactory(config=config)
        try:
            exchange.ReleaseAssignment(
                coursedir=course, config=config, force=True
            ).start()
        except (ExchangeError, OSError) as error:
            raise CommandError(f"nbgrader could not release {name}: {error}") from None
