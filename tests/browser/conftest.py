"""JupyterLab in a real browser, on a scratch copy of the course.

One server a session, on 127.0.0.1, with a home and settings of its own: the checkout
and the user's Jupyter are untouched. Without Chromium these tests are skipped, on a
CI machine (CI=true) they fail.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.servers import free_port, stop

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
COPIED = ("labconfig", "notebooks", "solutions", "nbgrader_config.py")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, token, and the scratch course."""

    url: str
    token: str
    root: Path

    def page(self, path: str) -> str:
        """Address of a page, with a fresh workspace."""
        return f"{self.url}/{path}?token={self.token}&reset"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


def find_chromium() -> str:
    """Path of Chromium; skips without one, or fails on a CI machine."""
    names = ["/usr/bin/chromium", "chromium-browser", "google-chrome"]
    for name in (os.environ.get("CHROMIUM", ""), *names):
        if name and (found := shutil.which(name)):
            return found
    reason = "There is no Chromium: install it, or name it in the variable CHROMIUM."
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    flags = [*FLAGS, "--no-sandbox"] if IS_ROOT else FLAGS
    return {"executable_path": find_chromium(), "args": flags}


@pytest.fixture(scope="session")
def browser_context_args() -> dict:
    return {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 2}


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course with its assignments made anew from solutions/."""
    find_chromium()  # before anything is copied
    root = tmp_path_factory.mktemp("course")
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, root / name)
    run_quietly([sys.executable, str(ROOT / "tools/release.py"), str(root)], root)
    return root


@pytest.fixture(scope="session")
def lab(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`course lab` on the copy, until the session ends."""
    home, token, port = tmp_path_factory.mktemp("home"), "for-tests", free_port()
    log = home / "server.log"
    command = [sys.executable, "-m", "course_utils.cli", "lab", "--no-browser", "--"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={token}"]
    with log.open("w") as out:
        server = subprocess.Popen(
            command, cwd=course, env=own_home(home), stdout=out, stderr=out
        )
    try:
        running = Lab(f"http://127.0.0.1:{port}", token, course)
        wait_until_up(running, server, log)
        yield running
    finally:
        stop(server)


def own_home(home: Path) -> dict[str, str]:
    """An environment in which Jupyter reads and writes under `home` alone."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
    return {
        **kept,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]]),
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "OMP_NUM_THREADS": "1",
    }


def wait_until_up(lab: Lab, server: subprocess.Popen, log: Path) -> None:
    """Return when the server answers; fail with its log when it ends or hangs."""
    direct = build_opener(ProxyHandler({}))  # urlopen keeps proxies of other tests
    for _ in range(1800):
        if server.poll() is not None:
            break
        try:
            with direct.open(f"{lab.url}/api?token={lab.token}", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()[-3000:]}")


def run_quietly(command: list[str], folder: Path) -> None:
    """Run a program to its end; fail with what it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go: test-results/, ignored by git."""
    folder = ROOT / "test-results"
    folder.mkdir(exist_ok=True)
    return folder


def read_notebook(path: Path) -> dict:
    """A notebook as it lies on disk."""
    return json.loads(path.read_text(encoding="utf-8"))
