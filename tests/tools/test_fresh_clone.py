"""A bare machine: clone, `make setup`, and the course opens. Real, so it takes long.

The clone and a home of its own lie in a folder with a space and an umlaut in its
name; all of it goes in the end.
"""

import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.commands.demo import ROOT

pytestmark = pytest.mark.slow

MADE = ("MAKE", "JUPYTER", "VIRTUAL_ENV", "PYTHONPATH", "PYTEST", "CI", "OMP_")
NOWHERE = "http://127.0.0.1:9"
OFFLINE = {
    "PIP_FIND_LINKS": "",
    "PIP_CONFIG_FILE": os.devnull,
    **{f"{name}_proxy": NOWHERE for name in ("http", "https", "all")},
    **{f"{name}_PROXY": NOWHERE for name in ("HTTP", "HTTPS", "ALL")},
    "no_proxy": "",
    "NO_PROXY": "",
}
STEPS = [f"[{number}/6]" for number in range(1, 7)]


class Clone:
    """A clone of the last commit, and programs that run in it."""

    def __init__(self, place: Path) -> None:
        self.root, self.home = place / "Kurs für alle", place / "home"
        self.home.mkdir()
        source = ["git", "-c", "safe.directory=*", "clone", "-q", str(ROOT)]
        subprocess.run([*source, str(self.root)], check=True)

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        own = str(Path(sys.executable).parent)
        path = [p for p in os.environ["PATH"].split(os.pathsep) if p != own]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(MADE)}
        places = {"PATH": os.pathsep.join(path), "HOME": str(self.home)}
        return {**kept, **places, "OMP_NUM_THREADS": "1", **more}

    def start(
        self, *command: str, stdin: int = subprocess.DEVNULL, **more: str
    ) -> subprocess.Popen:
        """A program, with its children in a group of their own."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment(more),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def make(self, target: str, **more: str) -> subprocess.Popen:
        python = getattr(sys, "_base_executable", sys.executable)
        return self.start("make", target, f"PYTHON={python}", **more)

    def course(self, *arguments: str, **given) -> subprocess.Popen:
        return self.start(str(self.root / ".venv/bin/course"), *arguments, **given)


def ended(process: subprocess.Popen, seconds: int = 60) -> tuple[int, list[str]]:
    """Exit status and rows of a program; what outstays its time is ended."""
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return process.returncode, out.splitlines()


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this copy of the course is no git checkout")
    with tempfile.TemporaryDirectory(prefix="course-") as place:
        yield Clone(Path(place))


@pytest.fixture(scope="module")
def alone(clone: Clone) -> tuple[int, list[str]]:
    """Status and rows of a first set-up without a network."""
    return ended(clone.make("setup", **OFFLINE))


@pytest.fixture(scope="module")
def begun(clone: Clone, alone: object) -> list[str]:
    """Rows of a set-up that Ctrl-C ended while pip installed the packages."""
    setup, rows = clone.make("setup"), []
    for row in setup.stdout:
        rows.append(row.rstrip("\n"))
        if row.startswith(STEPS[2]):
            break
    time.sleep(4)  # into the installing: any moment will do
    os.killpg(setup.pid, signal.SIGINT)
    status, rest = ended(setup)
    assert status != 0
    return rows + rest


@pytest.fixture(scope="module")
def finished(clone: Clone, begun: list[str]) -> list[str]:
    """Rows of the set-up that continued."""
    status, rows = ended(clone.make("setup"), 300)
    assert status == 0, rows
    return rows


def test_a_first_run_without_a_network_says_so_in_one_line(alone):
    status, rows = alone
    assert status != 0
    rows = [row for row in rows if not row.startswith(("[", "make: ", "make[1]: "))]
    assert rows == [
        "Setting up the course in .venv: once, for some minutes.",
        "Set-up stopped: the package index cannot be reached. Check the network or the "
        "proxy and run the same command again: it continues.",
    ]


def test_ctrl_c_is_no_error(begun: list[str]):
    assert "Interrupted. Run the same command again: it continues." in begun
    assert not any("Traceback" in row for row in begun)


def test_the_set_up_continues_where_it_was(
    alone: tuple, begun: list[str], finished: list[str]
):
    done = [
        [row.split()[0] for row in rows if ": done in " in row]
        for rows in (alone[1], begun, finished)
    ]
    assert done == [STEPS[:1], STEPS[1:2], STEPS[2:]]


def test_again_it_does_nothing_and_needs_no_network(clone: Clone, finished: list[str]):
    assert ended(clone.make("setup", **OFFLINE)) == (0, [])


def test_everything_is_in_order(clone: Clone, finished: list[str]):
    status, rows = ended(clone.course("doctor", **OFFLINE))
    states = {row[1:5].strip() for row in rows if row.startswith("[")}
    assert (status, states - {"OK", "INFO"}) == (0, set()), rows


def test_nothing_in_the_home_or_the_checkout_was_touched(
    clone: Clone, finished: list[str]
):
    assert not (clone.home / ".local" / "lib").exists()
    done = subprocess.run(
        ["git", "-C", str(clone.root), "status", "--porcelain"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


class Server:
    """A JupyterLab that `course lab` started, on a port that it found itself."""

    def __init__(self, clone: Clone, taken: int) -> None:
        options = ["lab", "--no-browser", "--", f"--ServerApp.port={taken}"]
        # Without a terminal Ctrl-C would end it at once, with no question.
        self.terminal = pty.openpty()
        self.process = clone.course(*options, stdin=self.terminal[1], **OFFLINE)
        folder = clone.home / ".local" / "share" / "jupyter" / "runtime"
        self.entry = folder / f"jpserver-{self.process.pid}.json"
        for _ in range(300):
            if self.process.poll() is not None or self.answers():
                break
            time.sleep(0.2)
        else:
            pytest.fail(f"no answer: {self.end(signal.SIGKILL)}")

    def answers(self) -> bool:
        try:
            self.url, self.token = map(self.info().get, ("url", "token"))
            return bool(self.get("api/status"))
        except (OSError, ValueError):
            return False

    def info(self) -> dict:
        return json.loads(self.entry.read_text())

    def get(self, path: str) -> str:
        headers = {"Authorization": f"token {self.token}"}
        request = Request(self.url + path, headers=headers)
        with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
            return answer.read().decode()

    def end(self, *signals: int) -> tuple[int, list[str]]:
        for number in signals:
            if self.process.poll() is None:
                self.process.send_signal(number)
                time.sleep(1)
        return ended(self.process)


@pytest.fixture
def server(clone: Clone, finished: list[str]) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = Server(clone, other.getsockname()[1])
        server.taken = other.getsockname()[1]
        yield server
    if server.process.poll() is None:
        server.end(signal.SIGTERM)
    for end in server.terminal:
        os.close(end)


def test_lab_opens_beside_a_taken_port_and_once_alone(clone: Clone, server: Server):
    assert server.info()["port"] != server.taken
    assert server.info()["root_dir"] == str(clone.root)
    plugin = "lab/api/settings/@jupyterlab/apputils-extension:notification"
    schema = json.loads(server.get(plugin))["schema"]["properties"]
    assert schema["fetchNews"]["default"] == "false"
    assert "nbgrader" in server.get("formgrader").lower()
    for name in os.listdir(clone.root / "assignments"):
        assert name in server.get("assignments?course_id=hidden-states")

    status, rows = ended(clone.course("lab", "--no-browser", **OFFLINE))
    assert status == 0
    said = f"JupyterLab is already running: {server.url}lab"
    assert len(rows) == 1
    assert rows[0].startswith(said)
    assert rows[0].endswith(f"?token={server.token}")

    status, rows = server.end(signal.SIGTERM)
    assert status == 0
    assert not any("Traceback" in row for row in rows)
    assert not server.entry.exists()


def test_two_ctrl_c_end_the_lab(clone: Clone, server: Server):
    status, rows = server.end(signal.SIGINT, signal.SIGINT)
    assert status == 0
    assert not any("Traceback" in row for row in rows)
    assert not server.entry.exists()


def test_a_moved_course_works_without_a_network(clone: Clone, finished: list[str]):
    place = clone.root.with_name("anderswo")
    clone.root.rename(place)
    clone.root = place
    status, rows = ended(clone.make("doctor", **OFFLINE))
    assert (status, [row for row in rows if "FAIL" in row]) == (0, [])
    done = [row for row in rows if ": done in " in row]
    assert [row.split(":")[0] for row in done] == ["[4/6] the course's own package"]
    alembic = (place / ".venv" / "bin" / "alembic").read_text()
    assert re.search(f'"?{re.escape(str(place))}/.venv/bin/python', alembic)
    assert ended(clone.make("setup", **OFFLINE)) == (0, [])
