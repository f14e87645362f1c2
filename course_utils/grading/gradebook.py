"""Rows of nbgrader's gradebook: taken from one, put into another."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Base
from sqlalchemy import Engine, create_engine, event, insert, select
from sqlalchemy.engine import Connection

from course_utils.grading.job import Job, Rows, Scored

TABLES = Base.metadata.tables


def taken(
    connection: Connection, table: str, column: str, values: Iterable[Any]
) -> list[dict[str, Any]]:
    """Rows of a table that hold one of the values in a column."""
    chosen = TABLES[table]
    query = select(chosen).where(chosen.c[column].in_(list(values)))
    return [dict(row._mapping) for row in connection.execute(query)]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def assignment_rows(engine: Engine, name: str) -> Rows:
    """All that the gradebook holds of an assignment, without submissions.

    Empty if there is no such assignment.
    """
    with engine.connect() as connection:
        found: Rows = {"assignment": taken(connection, "assignment", "name", [name])}
        if not found["assignment"]:
            return {}
        courses = {row["course_id"] for row in found["assignment"]}
        found["course"] = taken(connection, "course", "id", courses)
        of = ids(found["assignment"])
        found["notebook"] = taken(connection, "notebook", "assignment_id", of)
        for table in ("base_cell", "source_cell"):
            of = ids(found["notebook"])
            found[table] = taken(connection, table, "notebook_id", of)
        for table in ("grade_cells", "solution_cells", "task_cells"):
            found[table] = taken(connection, table, "id", ids(found["base_cell"]))
    return found


def student_rows(engine: Engine, assignment: Rows, student: str) -> Rows:
    """What it holds of one student's work on that assignment; may be nothing."""
    of = ids(assignment["assignment"])
    with engine.connect() as connection:
        found: Rows = {"student": taken(connection, "student", "id", [student])}
        every = taken(connection, "submitted_assignment", "student_id", [student])
        every = [row for row in every if row["assignment_id"] in of]
        found["submitted_assignment"] = every
        table = "submitted_notebook"
        found[table] = taken(connection, table, "assignment_id", ids(every))
        for table in ("grade", "comment"):
            of = ids(found["submitted_notebook"])
            found[table] = taken(connection, table, "notebook_id", of)
    return found


def write_gradebook(url: str, rows: Rows) -> None:
    """A gradebook that holds these rows alone.

    nbgrader asks another program for the version of the tables, but only where
    there are none: here they are made beforehand.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        for table in Base.metadata.sorted_tables:
            if rows.get(table.name):
                connection.execute(insert(table), rows[table.name])
    engine.dispose()


@contextmanager
def unsafe_but_quick() -> Iterator[None]:
    """SQLite does not wait for the disk: for gradebooks that are thrown away."""

    def connected(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)


def scored(url: str, job: Job) -> tuple[Any, dict[str, Scored]]:
    """Timestamp and scores of the one submission in a gradebook."""
    engine = create_engine(url)
    rows = student_rows(engine, job.rows, job.student)
    engine.dispose()
    names = {row["id"]: row["name"] for row in job.rows["base_cell"]}
    notebooks = {row["id"]: row["name"] for row in job.rows["notebook"]}
    found = {}
    for notebook in rows["submitted_notebook"]:
        mine = {
            table: [r for r in rows[table] if r["notebook_id"] == notebook["id"]]
            for table in ("grade", "comment")
        }
        found[notebooks[notebook["notebook_id"]]] = Scored(
            notebook["late_submission_penalty"],
            {
                names[row["cell_id"]]: (row["auto_score"], row["needs_manual_grade"])
                for row in mine["grade"]
            },
            {names[r["cell_id"]]: r["auto_comment"] for r in mine["comment"]},
        )
    return rows["submitted_assignment"][0]["timestamp"], found


def manual_scores(rows: Rows) -> dict[tuple[str, str], float | None]:
    """Scores that a person gave: {(notebook, cell): score}."""
    names = {row["id"]: row["name"] for row in rows["base_cell"]}
    notebooks = {row["id"]: row["name"] for row in rows["notebook"]}
    handed_in = {
        row["id"]: notebooks[row["notebook_id"]]
        for row in rows.get("submitted_notebook", [])
    }
    return {
        (handed_in[row["notebook_id"]], names[row["cell_id"]]): row["manual_score"]
        for row in rows.get("grade", [])
    }
