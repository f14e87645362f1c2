"""The course in a folder: its settings, its gradebook, its assignments."""

import os
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nbgrader.apps import AutogradeApp
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from traitlets.config import Config

from course_utils.commands import CommandError
from course_utils.grading.gradebook import assignment_rows
from course_utils.grading.job import File, Rows
from course_utils.grading.submissions import (
    UnreadableError,
    assignment_digest,
    read_folder,
)

OURS = "COURSE_"  # variables that kernels on every machine have to agree on


@dataclass(frozen=True)
class Course:
    """Where everything lies, and the variables that the settings set."""

    root: Path
    config: Config
    folders: CourseDirectory
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return self.folders.db_url

    def place(self, step: str, student: str, assignment: str) -> Path:
        """A folder of nbgrader's: source, submitted or autograded."""
        directory = getattr(self.folders, f"{step}_directory")
        return Path(self.folders.format_path(directory, student, assignment))


@dataclass(frozen=True)
class Assignment:
    """What is the same for every submission of an assignment."""

    name: str
    rows: Rows
    source: tuple[File, ...]
    digest: str


def open_course(root: Path, url: str | None = None) -> Course:
    """Read a course's settings as nbgrader itself does.

    Args:
        root: the folder with nbgrader_config.py.
        url: of the gradebook, in place of the one in the settings.

    Raises:
        CommandError: the settings cannot be read.
    """
    before, here = dict(os.environ), Path.cwd()
    os.chdir(root)
    try:
        app = AutogradeApp(log_level="ERROR", raise_config_file_errors=True)
        app.initialize([])
    except (Exception, SystemExit) as error:
        raise CommandError(
            f"{root / 'nbgrader_config.py'} cannot be used: {error}."
        ) from None
    finally:
        os.chdir(here)
    config = app.config
    if not config.CourseDirectory.get("root"):
        config.CourseDirectory.root = str(root)
    if url or config.CourseDirectory.get("db_url"):
        url = with_driver(url or config.CourseDirectory.db_url)
        config.CourseDirectory.db_url = url
    environment = {
        name: value
        for name, value in os.environ.items()
        if before.get(name) != value or name.startswith(OURS)
    }
    return Course(root, config, CourseDirectory(config=config), environment)


def with_driver(url: str) -> str:
    """An address of PostgreSQL with the driver that is installed, if it names none.

    What SQLAlchemy takes by default has changed between its versions.
    """
    scheme, found, rest = url.partition("://")
    installed = [name for name in ("psycopg", "psycopg2") if find_spec(name)]
    if scheme not in ("postgresql", "postgres") or not installed:
        return url
    return f"postgresql+{installed[0]}{found}{rest}"


def connected(url: str) -> Engine:
    """The gradebook behind an address.

    Raises:
        CommandError: there is none.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and not sqlite_exists(address):
            raise CommandError(
                f"There is no gradebook {address.database}. "
                "Run `nbgrader generate_assignment` first."
            )
        engine = create_engine(address)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except ArgumentError:
        example = "sqlite:////path/gradebook.db or postgresql://user@host/name"
        raise CommandError(
            f"{url!r} is no address of a gradebook: {example}."
        ) from None
    except (ImportError, NoSuchModuleError) as error:
        raise CommandError(
            f"The gradebook needs a package that is not installed: {error}. "
            "For PostgreSQL: pip install 'psycopg[binary]'."
        ) from None
    except SQLAlchemyError as error:
        raise CommandError(unreachable(url, error)) from None
    return engine


def sqlite_exists(address: Any) -> bool:
    return bool(address.database) and Path(address.database).is_file()


def unreachable(url: str, error: Exception) -> str:
    """That a gradebook cannot be used, without its password."""
    address = make_url(url)
    address = address.set(drivername=address.get_backend_name()).render_as_string()
    cause = getattr(error, "orig", None) or error
    first = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    return f"The gradebook {address} cannot be used: {first}."


def open_assignment(course: Course, name: str) -> Assignment:
    """The assignment of that name, or the only one that begins so.

    Raises:
        CommandError: there is none, or several, or it cannot be read.
    """
    engine = connected(course.url)
    try:
        name = full_name(engine, name)
        rows = assignment_rows(engine, name)
    except SQLAlchemyError as error:
        raise CommandError(unreachable(course.url, error)) from None
    finally:
        engine.dispose()
    place = course.place("source", ".", name)
    ignore = [*course.folders.ignore, "*.ipynb"]
    try:
        source, _ = read_folder(place, ignore) if place.is_dir() else ((), [])
    except UnreadableError as error:
        raise CommandError(f"{place} cannot be read: {error}.") from None
    spared = course.config.Autograde.get("exclude_overwriting", {}).get(name, [])
    return Assignment(name, rows, source, assignment_digest(rows, source, spared))


def full_name(engine: Engine, wanted: str) -> str:
    """The name of an assignment in the gradebook; its beginning may be enough.

    Raises:
        CommandError: none fits, or several do.
    """
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM assignment ORDER BY name"))
        names = [row[0] for row in found]
    wanted = Path(wanted).name
    fitting = [name for name in names if name.startswith(wanted)]
    if wanted in fitting:
        return wanted
    if len(fitting) > 1:
        choice = " or ".join(fitting)
        raise CommandError(f"{wanted!r} may be {choice}: write more of it.")
    if not fitting:
        close = get_close_matches(wanted, names, n=1)
        guess = f" Did you mean {close[0]}?" if close else ""
        there = f"There are: {', '.join(names)}." if names else "There is none yet."
        raise CommandError(
            f"The gradebook has no assignment {wanted!r}.{guess} {there} "
            "`nbgrader generate_assignment` puts one into it."
        )
    return fitting[0]
