"""A class graded: what is to do, who does it, what came of it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from course_utils.commands import CommandError
from course_utils.grading.cluster import LostError, cores, locked, results, workers
from course_utils.grading.course import Assignment, Course, connected, unreachable
from course_utils.grading.gradebook import student_rows
from course_utils.grading.job import Cell, File, Job, Result, versions
from course_utils.grading.submissions import (
    UnreadableError,
    digest,
    notebooks,
    read_folder,
)
from course_utils.grading.writer import WriteError, Writer

GRADED, KEPT, FAILED = "graded", "kept", "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one submission."""

    student: str
    state: str  # GRADED, KEPT (it was done before) or FAILED
    reason: str = ""  # of a failure
    notes: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    alone: bool = False  # whether it was run a second time, alone


@dataclass(frozen=True)
class Options:
    """How to grade; the defaults are those of the command."""

    workers: int | None = None
    scheduler: str | None = None
    regrade: bool = False
    seconds: float | None = None


class Grading:
    """One run over submissions of an assignment."""

    def __init__(self, course: Course, assignment: Assignment, options: Options):
        self.course = course
        self.assignment = assignment
        self.options = options
        self.run = secrets.token_hex(16)
        self.engine = connected(course.url)
        self.notes: dict[str, tuple[str, ...]] = {}
        self.contended: list[Job] = []

    def grade(
        self, students: list[str], tell: Callable[[Outcome], Any]
    ) -> list[Outcome]:
        """Grade what is not done yet; `tell` hears of each submission in turn.

        Raises:
            CommandError: the gradebook cannot be written or the scheduler is gone;
                what is done until then stays.
        """
        outcomes = []

        def note(outcome: Outcome) -> None:
            outcomes.append(outcome)
            tell(outcome)

        try:
            with one_at_a_time(self.course.root):
                self.writer = Writer(self.course, self.assignment.name)
                todo = self.plan(students, note)
                self.work_off(todo, note)
        except (WriteError, LostError, SQLAlchemyError) as error:
            name, text = self.assignment.name, str(error).rstrip(".")
            if isinstance(error, SQLAlchemyError):
                text = unreachable(self.course.url, error).rstrip(".")
            done = sum(outcome.state != FAILED for outcome in outcomes)
            raise CommandError(
                f"{text[:1].upper()}{text[1:]}. {done} of {len(students)} are "
                f"done and stay so; for the others run `course grade {name}` again."
            ) from None
        finally:
            self.engine.dispose()
        return sorted(outcomes, key=lambda outcome: outcome.student)

    def plan(self, students: list[str], note: Callable[[Outcome], None]) -> list[str]:
        """Who is to be graded: neither done already nor unreadable."""
        marks, todo = self.writer.marks(), []
        for student in students:
            try:
                files = self.read(student)
            except UnreadableError as error:
                note(Outcome(student, FAILED, str(error)))
                continue
            done = marks.get(student, ("", ""))[0] == self.key(files)
            if done and not self.options.regrade:
                note(Outcome(student, KEPT))
            else:
                todo.append(student)
        return todo

    def read(self, student: str) -> tuple[File, ...]:
        """The files of a submission.

        Raises:
            UnreadableError: they cannot be read, or there is no notebook.
        """
        place = self.course.place("submitted", student, self.assignment.name)
        files, notes = read_folder(place, self.course.folders.ignore)
        notebooks(files)
        self.notes[student] = tuple(notes)
        return files

    def key(self, files: tuple[File, ...]) -> str:
        return digest(files, self.assignment.digest)

    def job(self, student: str) -> Job:
        """All that grading a submission needs, read now."""
        files = self.read(student)
        rows = self.assignment.rows
        return Job(
            student=student,
            assignment=self.assignment.name,
            key=self.key(files),
            run=self.run,
            rows={**rows, **student_rows(self.engine, rows, student)},
            submitted=files,
            source=self.assignment.source,
            config=self.course.config,
            environment=self.course.environment,
            versions=versions(),
            seconds=self.options.seconds,
        )

    def work_off(self, todo: list[str], note: Callable[[Outcome], None]) -> None:
        """Grade in parallel, then alone what others may have kept from a score."""

        def jobs() -> Iterator[Job]:
            for student in todo:
                try:
                    yield self.job(student)
                except UnreadableError as error:
                    note(Outcome(student, FAILED, str(error)))

        if not todo:
            return
        count = min(len(todo), self.options.workers or cores())
        environment = self.course.environment
        with workers(self.options.scheduler, count, environment) as client:
            for job, result in results(client, jobs()):
                if isinstance(result, Result) and result.contended:
                    self.contended.append(replace(job, alone=True))
                else:
                    note(self.take(job, result))
            for job, result in results(client, iter(self.contended), ahead=0):
                note(self.take(job, result))

    def scores(self) -> dict[str, dict[str, Any]]:
        """What the gradebook holds now: {student: score, max_score and the like}."""
        with self.writer.book() as book:
            found = book.submission_dicts(self.assignment.name)
        return {row["student"]: row for row in found}

    def take(self, job: Job, result: Result | BaseException) -> Outcome:
        """Write a result down.

        Raises:
            WriteError: the gradebook or the folder cannot be written.
        """
        student, notes = job.student, self.notes.get(job.student, ())
        if isinstance(result, BaseException):
            return Outcome(student, FAILED, reason(result), notes, alone=job.alone)
        notes = (*notes, *result.notes)
        if result.reason:
            return Outcome(
                student, FAILED, result.reason, notes, result.cells, job.alone
            )
        self.writer.put(result, again=self.options.regrade)
        return Outcome(student, GRADED, "", notes, result.cells, job.alone)


def reason(error: BaseException) -> str:
    """Why a worker gave no result, in one line."""
    if type(error).__name__ == "KilledWorker":
        return "the worker that graded it died several times"
    if type(error).__name__ == "WrongVersionsError":
        return f"a worker has other versions: {error}"
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """One command writes into a course at a time.

    Raises:
        CommandError: another one is at work, or the folder cannot be written.
    """
    path = root / ".nbgrader" / "grading.lock"
    try:
        path.parent.mkdir(exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    with handle:
        if locked(handle) is False:
            raise CommandError("Another `course grade` is at work in this course.")
        yield
