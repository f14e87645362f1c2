"""What goes to a worker and what comes back: data alone, nothing that is open."""

import platform
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from course_utils import __version__

# Row by row, what the gradebook holds: {table: [{column: value}]}.
Rows = dict[str, list[dict[str, Any]]]
PACKAGES = ("nbgrader", "nbclient", "ipykernel", "distributed", "numpy", "torch")


@dataclass(frozen=True)
class File:
    """A regular file: where it lies in its folder, its mode, its content."""

    path: str
    mode: int
    content: bytes


@dataclass(frozen=True)
class Job:
    """One submission, and all that its score depends on.

    Attributes:
        student, assignment: their names in the gradebook.
        key: digest of the submission and of the assignment's version.
        run: names this run of the command; a result of the same run comes once.
        rows: the assignment in the gradebook, and what it holds of this student.
        submitted: files of the submission.
        source: files beside the instructor's notebooks, which replace the student's.
        config: nbgrader's settings, as the course's own file leaves them.
        environment: variables that the settings set, for kernels.
        versions: of the client; a worker with others refuses.
        seed: of string hashing in kernels.
        seconds: what all cells together may use, by the clock and of the processor;
            None stands for ten times the limit of a cell.
        alone: whether nothing else is graded meanwhile.
    """

    student: str
    assignment: str
    key: str
    run: str
    rows: Rows
    submitted: tuple[File, ...]
    source: tuple[File, ...]
    config: Any
    environment: dict[str, str]
    versions: dict[str, str]
    seed: int = 0
    seconds: float | None = None
    alone: bool = False


@dataclass(frozen=True)
class Cell:
    """How long a cell ran, and what stopped it, if anything did."""

    notebook: str
    name: str
    wall: float
    cpu: float
    stopped: str = ""


@dataclass(frozen=True)
class Scored:
    """What nbgrader found in one notebook, by the names of its cells."""

    late_penalty: float | None
    grades: dict[str, tuple[float | None, bool]]  # auto_score, needs_manual_grade
    comments: dict[str, str | None]  # auto_comment


@dataclass(frozen=True)
class Result:
    """What grading a submission gave.

    Attributes:
        reason: why there is no score; empty if there is one.
        contended: whether it ran out of time or memory that others may have used;
            then it is run again alone before its score stands.
        timestamp: of the submission, as the gradebook has to hold it.
        manual: hand-given scores that were known: {(notebook, cell): score}.
        autograded: files of the folder that nbgrader calls autograded.
        folders: modes of that folder ("." is itself) and of those in it.
        wall, cpu: seconds in cells; start-up is apart.
    """

    student: str
    assignment: str
    key: str
    run: str
    reason: str = ""
    contended: bool = False
    timestamp: Any = None
    notebooks: dict[str, Scored] = field(default_factory=dict)
    manual: dict[tuple[str, str], float | None] = field(default_factory=dict)
    autograded: tuple[File, ...] = ()
    folders: dict[str, int] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    notes: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def wall(self) -> float:
        return sum(cell.wall for cell in self.cells)

    @property
    def cpu(self) -> float:
        return sum(cell.cpu for cell in self.cells)


def versions() -> dict[str, str]:
    """What scores may depend on, of this process."""
    found = {"course": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def differences(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """How versions differ, in words; empty if they do not.

    >>> differences({"python": "3.11.7", "torch": "2.13"}, {"python": "3.12.1"})
    'python 3.12.1 instead of 3.11.7, torch absent instead of 2.13'
    """
    return ", ".join(
        f"{name} {theirs.get(name, 'absent')} instead of {version}"
        for name, version in ours.items()
        if theirs.get(name, "absent") != version
    )
