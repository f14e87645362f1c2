"""A scheduler and workers of their own: they share nothing but the network."""

import json
import shutil

import psutil
import pytest

from tests.grading.classroom import (
    NAME,
    RIGHT,
    command,
    contents,
    hand_in,
    make_course,
)
from tests.grading.processes import scheduler, wait_for, worker
from tests.servers import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
OTHER = """import course_utils.grading.job
course_utils.grading.job.__version__ = "0.0.1"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course in which two students handed in."""
    root = make_course(tmp_path_factory.mktemp("course") / "course")
    for student in ("one", "two"):
        hand_in(root, student, RIGHT, without=("p2.ipynb",))
    return root


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """Of a scheduler with one worker."""
    port, top = free_port(), tmp_path_factory.mktemp("cluster")
    with scheduler(port, top / "s"), worker(port, top / "w") as only:
        yield port
        assert listeners(only.pid) <= {"127.0.0.1"}
        left = [p.name for p in top.rglob("*") if p.name.endswith(".ipynb")]
        assert left == []  # nothing of a submission stays


def listeners(pid):
    """Addresses at which a process and its children accept connections."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    found = [c for p in family for c in p.net_connections("tcp")]
    return {c.laddr.ip for c in found if c.status == psutil.CONN_LISTEN}


def test_submissions_travel_as_bytes(root, port):
    process = command(root, "--scheduler", f"tcp://127.0.0.1:{port}", "--json")
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out)["graded"] == 2
    found = contents(root / "gradebook.db")
    for student in ("one", "two"):
        assert found[student, "p1", "test-partly"][0] == 3  # its helper went along
        assert found[student, "p1", "test-data"][0] == 1  # and its data and variables
        assert (root / "autograded" / student / NAME / "p1.ipynb").is_file()


def test_local_workers_listen_on_this_machine_alone(root):
    process = command(root, "--workers", "1", "--regrade", "--student", "one")
    wait_for(lambda: listeners(process.pid), "a port")
    seen = set()
    while process.poll() is None:
        try:
            seen |= listeners(process.pid)
        except psutil.Error:
            break
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert seen == {"127.0.0.1"}
    assert "graded" in err  # the bar, and no word of Dask
    assert "distributed" not in err


def test_worker_with_other_versions_is_refused(root, tmp_path):
    port, other = free_port(), tmp_path / "other.py"
    other.write_text(OTHER)
    more = ("--preload", str(other))
    course = shutil.copytree(root, tmp_path / "course")
    with scheduler(port, tmp_path / "s"), worker(port, tmp_path / "w", *more):
        address = ("--scheduler", f"tcp://127.0.0.1:{port}")
        process = command(course, *address, "--regrade")
        _, err = process.communicate()
    assert process.returncode == 2
    assert "has other versions: course 0.0.1 instead of " in err
    assert "Traceback" not in err


def test_lost_worker_is_replaced_by_another(root, tmp_path):
    port = free_port()
    course = shutil.copytree(root, tmp_path / "course")
    first = worker(port, tmp_path / "w1", "--no-nanny")
    with scheduler(port, tmp_path / "s"), first as lost:
        address = ("--scheduler", f"tcp://127.0.0.1:{port}")
        process = command(course, *address, "--regrade", "--json")
        kernels = lambda: psutil.Process(lost.pid).children(recursive=True)  # noqa: E731
        wait_for(kernels, "a kernel")
        lost.kill()
        with worker(port, tmp_path / "w2"):
            out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out)["graded"] == 2
