"""Processes for tests: a Dask cluster, a PostgreSQL server, and ends of both."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

import psutil

from tests.servers import free_port, stop

# Nothing listens for other machines.
HERE = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
PATIENCE = 120  # seconds; only a broken run comes near


def wait_for(true: Callable[[], object], what: str) -> None:
    """Return when something holds; fail if it never does."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def kill(process: subprocess.Popen) -> None:
    """kill -9, and nothing is left of it."""
    if process.poll() is not None:
        process.communicate()
        return
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(map(runs, family)), "the end of its children")


def dask_workers(command: int) -> list[psutil.Process]:
    """Workers that a `course grade` started for itself; Dask names them if it can."""
    family = psutil.Process(command).children(recursive=True)
    titles = ("spawn_main", "dask worker")
    return [p for p in family if any(t in " ".join(p.cmdline()) for t in titles)]


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def started(
    module: str, *arguments: str, folder: Path, **environment: str
) -> Iterator[subprocess.Popen]:
    """A module in a process of its own with a folder of its own; ended afterwards."""
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        stop(process)


def scheduler(port: int, folder: Path) -> object:
    """A scheduler that listens on this machine alone."""
    module = "distributed.cli.dask_scheduler"
    return started(module, "--port", str(port), "--no-show", *HERE, folder=folder)


def worker(port: int, folder: Path, *more: str) -> object:
    """A worker in a folder of its own, with a copy of nothing."""
    module, address = "distributed.cli.dask_worker", f"tcp://127.0.0.1:{port}"
    return started(module, address, "--nthreads", "1", *HERE, *more, folder=folder)


def postgres_programs() -> Path | None:
    """The newest PostgreSQL of this machine; None if there is none."""
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"))
    found += [path] if (path := shutil.which("initdb")) else []
    return Path(found[0]).parent if found else None


class Postgres:
    """A server on a free port, under an account without rights, in a folder."""

    def __init__(self, folder: Path):
        self.programs = postgres_programs()
        self.folder = folder
        self.port = free_port()
        self.url = f"postgresql://grader@127.0.0.1:{self.port}/postgres"
        self.account = {}
        if os.geteuid() == 0:  # which the server refuses
            nobody = pwd.getpwnam("nobody")
            self.account = {"user": nobody.pw_uid, "group": nobody.pw_gid}
            for path in (folder, *folder.parents):  # so that it can get there
                if path.stat().st_uid == 0 and not path.stat().st_mode & 0o001:
                    path.chmod(path.stat().st_mode | 0o011)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        data = str(folder / "data")
        trust = ("-A", "trust", "-U", "grader", "-E", "UTF8", "--no-sync")
        self.call("initdb", "-D", data, *trust)
        self.start()

    def call(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, **self.account
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        options = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        self.server = subprocess.Popen(
            [
                str(self.programs / "postgres"),
                "-D",
                str(self.folder / "data"),
                *options,
            ],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.account,
        )
        ready = [str(self.programs / "pg_isready"), "-h", "127.0.0.1", "-q"]
        ready += ["-p", str(self.port)]
        wait_for(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL")

    def kill(self) -> None:
        """kill -9 of the server and of all that serve connections."""
        family = psutil.Process(self.server.pid).children(recursive=True)
        self.server.kill()
        self.server.wait()
        for process in family:
            if runs(process):
                process.kill()
        wait_for(lambda: not any(map(runs, family)), "the end of PostgreSQL")

    def stop(self) -> None:
        self.server.send_signal(signal.SIGINT)
        self.server.wait()
