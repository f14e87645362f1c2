"""The same on PostgreSQL, which the tests start themselves where it is installed."""

import json
import sqlite3

import pytest
from nbgrader.api import Base
from sqlalchemy import create_engine, func, insert, select

from course_utils.grading.course import open_assignment, open_course, with_driver
from course_utils.grading.writer import MARKS, Writer
from tests.grading.classroom import (
    NAME,
    RIGHT,
    WRONG,
    command,
    contents,
    hand_in,
    make_course,
)
from tests.grading.processes import Postgres, postgres_programs, wait_for
from tests.grading.test_writer import result

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.skipif(
        postgres_programs() is None,
        reason="PostgreSQL is not installed (Debian: apt-get install postgresql)",
    ),
]
ROWS = """SELECT s.student_id, n.name, c.name, auto_score, needs_manual_grade
    FROM grade g JOIN submitted_notebook sn ON g.notebook_id = sn.id
    JOIN submitted_assignment s ON sn.assignment_id = s.id
    JOIN notebook n ON sn.notebook_id = n.id JOIN base_cell c ON g.cell_id = c.id"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def root(tmp_path_factory, server):
    """A course with three submissions, its assignment in the server's gradebook."""
    root = make_course(tmp_path_factory.mktemp("course") / "course")
    for number in range(3):
        answers = {**RIGHT, **(WRONG if number % 2 else {})}
        hand_in(root, f"s{number}", answers, without=("p2.ipynb",))
    copy(f"sqlite:///{root / 'gradebook.db'}", server.url)
    return root


def copy(source, target):
    """All rows of one gradebook into another, which is empty."""
    old, new = create_engine(source), create_engine(with_driver(target))
    Base.metadata.create_all(new)
    with old.connect() as reader, new.begin() as writer:
        for table in Base.metadata.sorted_tables:
            rows = [dict(row._mapping) for row in reader.execute(select(table))]
            if rows:
                writer.execute(insert(table), rows)
    old.dispose()
    new.dispose()


def count(server):
    """How many submissions the server's gradebook holds as done."""
    engine = create_engine(with_driver(server.url))
    try:
        with engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(MARKS)).scalar()
    except Exception:  # not there, or not yet
        return 0
    finally:
        engine.dispose()


def grades(server):
    engine = create_engine(with_driver(server.url))
    with engine.connect() as connection:
        found = connection.exec_driver_sql(ROWS).fetchall()
    engine.dispose()
    return {tuple(row[:3]): (row[3], int(row[4])) for row in found}


def test_writer_and_late_duplicates(root, server, monkeypatch):
    monkeypatch.setenv("FROM_SETTINGS", "")
    course = open_course(root, server.url)
    assert open_assignment(course, NAME).name == NAME
    writer = Writer(course, NAME)
    assert writer.put(result("extra"))
    assert not writer.put(result("extra", run="run two", points=0))
    assert writer.marks() == {"extra": ("key one", "run one")}
    assert grades(server)["extra", "p2", "test-five"] == (2, 0)
    with sqlite3.connect(root / "gradebook.db") as db:
        assert db.execute("SELECT count(*) FROM grade").fetchone() == (0,)


def test_server_killed_in_the_middle_and_started_again(root, server):
    before = count(server)
    process = command(root, "--db", server.url, "--workers", "1")
    wait_for(lambda: count(server) > before, "the first score")
    server.kill()
    _, err = process.communicate()
    assert process.returncode == 2
    assert "run `course grade ps1` again" in err
    assert "Traceback" not in err
    server.start()
    done = count(server)
    assert before < done < before + 3
    process = command(root, "--db", server.url, "--workers", "1", "--json")
    out, err = process.communicate()
    assert process.returncode == 0, err
    data = json.loads(out)
    assert (data["done_before"], data["graded"]) == (done - before, 3 - done + before)
    same = command(root, "--workers", "1")
    same.communicate()
    assert same.returncode == 0
    lite = {
        key: (row[0], row[3])
        for key, row in contents(root / "gradebook.db").items()
        if len(row) == 4 and key[2] in {cell for _, _, cell in grades(server)}
    }
    assert {k: v for k, v in grades(server).items() if k[0] != "extra"} == lite


def test_unreachable_server_is_said_without_the_password(root):
    url = "postgresql://teacher:secret@127.0.0.1:9/grades"
    process = command(root, "--db", url)
    _, err = process.communicate()
    assert process.returncode == 2
    assert "postgresql://teacher:***@127.0.0.1:9/grades cannot be used: " in err
    assert "secret" not in err
