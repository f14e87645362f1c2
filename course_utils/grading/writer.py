"""The one that writes: a result into the gradebook, its files to their place.

Scores and a mark that says what was graded go into the gradebook in one transaction.
"""

import json
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy import Column, DateTime, MetaData, String, Table, Text, select
from sqlalchemy.exc import IntegrityError, OperationalError, SAWarning, SQLAlchemyError
from sqlalchemy.orm import Session

from course_utils.commands import CommandError
from course_utils.grading.course import Course, unreachable
from course_utils.grading.job import Result
from course_utils.grading.places import Mark, Places, remove

MARKS = Table(
    "course_grading",
    MetaData(),
    Column("assignment", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("key", String(64), nullable=False),  # of what was graded
    Column("run", String(32), nullable=False),  # of the command that graded it
    Column("graded_at", DateTime(), nullable=False),
    Column("facts", Text(), nullable=False),  # JSON: versions, seconds, notes
)
PAUSES = (0.2, 1, 3)  # seconds before a busy gradebook is asked again


class WriteError(CommandError):
    """A result could not be written; the text says why."""


class Writer:
    """Puts results of one assignment where nbgrader expects them."""

    def __init__(self, course: Course, assignment: str):
        self.course = course
        self.assignment = assignment
        self.places = Places(course, assignment)
        with self.book() as book:
            MARKS.create(book.engine, checkfirst=True)

    @contextmanager
    def book(self) -> Iterator[Gradebook]:
        """The gradebook; what fails there is a WriteError."""
        try:
            with Gradebook(self.course.url, self.course.folders.course_id) as book:
                yield book
        except (SQLAlchemyError, InvalidEntry) as error:
            raise WriteError(unreachable(self.course.url, error)) from error
        except KeyError as error:
            raise WriteError(
                f"The assignment was changed while it was graded: {error}."
            ) from error

    def marks(self) -> dict[str, Mark]:
        """{student: (key, run)} of all that is done, files and scores.

        Mends first what an earlier run left half done.
        """
        with self.book() as book, book.db() as session:
            query = select(MARKS).where(MARKS.c.assignment == self.assignment)
            rows = session.execute(query).all()
            marks = {row.student: (row.key, row.run) for row in rows}
            submissions = book.assignment_submissions(self.assignment)
            there = {submission.student_id for submission in submissions}
        for student in marks:
            with self.filing(student):
                self.places.mend(student, marks[student])
        return {
            student: mark
            for student, mark in marks.items()
            if student in there and self.places.place(student).is_dir()
        }

    def put(self, result: Result, again: bool = False) -> bool:
        """Write one result, whole or not at all.

        Args:
            result: with scores.
            again: whether one of the same submission may be there already.

        Returns:
            Whether it was written; a late duplicate is not.

        Raises:
            WriteError: it could not be written.
        """
        with self.filing(result.student):
            self.places.mend(result.student, None)
            staged = self.places.stage(result)
            try:
                written = self.record(result, again)
            except WriteError:
                remove(staged)
                raise
            if written:
                self.places.publish(staged, result.student)
            else:
                remove(staged)
            return written

    @contextmanager
    def filing(self, student: str) -> Iterator[None]:
        """Work on files; what fails there is a WriteError."""
        try:
            yield
        except OSError as error:
            where = error.filename or self.places.place(student)
            raise WriteError(f"{where} cannot be written: {error.strerror}.") from error

    def record(self, result: Result, again: bool) -> bool:
        """Scores and mark in one transaction; False for a late duplicate."""
        for pause in (*PAUSES, None):
            try:
                with self.book() as book, transaction(book) as session:
                    if self.is_duplicate(session, result, again):
                        return False
                    write_scores(book, result)
                    self.write_mark(session, result)
                return True
            except WriteError as error:
                if isinstance(error.__cause__, IntegrityError):
                    return False  # another one was quicker
                full = "full" in str(error)
                busy = isinstance(error.__cause__, OperationalError) and not full
                if pause is None or not busy:
                    raise
                time.sleep(pause)
        raise AssertionError("the last pause is None")

    def is_duplicate(self, session: Session, result: Result, again: bool) -> bool:
        query = select(MARKS).where(
            MARKS.c.assignment == self.assignment, MARKS.c.student == result.student
        )
        mark = session.execute(query.with_for_update()).one_or_none()
        if mark is None:
            return False
        return mark.run == result.run or (mark.key == result.key and not again)

    def write_mark(self, session: Session, result: Result) -> None:
        stopped = {c.name: c.stopped for c in result.cells if c.stopped}
        facts = {
            "versions": result.versions,
            "wall": round(result.wall, 3),
            "cpu": round(result.cpu, 3),
            "stopped": stopped,
            "notes": list(result.notes),
        }
        here = (MARKS.c.assignment == self.assignment) & (
            MARKS.c.student == result.student
        )
        session.execute(MARKS.delete().where(here))
        row = {"assignment": self.assignment, "student": result.student}
        row |= {"key": result.key, "run": result.run, "facts": json.dumps(facts)}
        now = datetime.now(UTC).replace(tzinfo=None)
        session.execute(MARKS.insert().values(**row, graded_at=now))


@contextmanager
def transaction(book: Gradebook) -> Iterator[Session]:
    """One transaction, though nbgrader's functions commit at every step."""
    session = book.db()
    commit, session.commit = session.commit, session.flush
    try:
        yield session
        commit()
    except BaseException:
        session.rollback()
        raise


def write_scores(book: Gradebook, result: Result) -> None:
    """What autograding decides, and nothing that a person gave.

    A cell that got a score by hand while the submission was being graded is to be
    looked at again, as nbgrader has it for one that got it before.
    """
    with warnings.catch_warnings():  # nbgrader's own way of building a submission
        warnings.simplefilter("ignore", SAWarning)
        book.update_or_create_student(result.student)
        names = (result.assignment, result.student)
        submission = book.update_or_create_submission(*names)
    submission.timestamp = result.timestamp
    for notebook in submission.notebooks:
        found = result.notebooks[notebook.name]
        notebook.late_submission_penalty = found.late_penalty
        for grade in notebook.grades:
            score, needed = found.grades[grade.name]
            known = result.manual.get((notebook.name, grade.name))
            news = grade.manual_score is not None and grade.manual_score != known
            grade.auto_score, grade.needs_manual_grade = score, needed or news
        for comment in notebook.comments:
            comment.auto_comment = found.comments[comment.name]
