"""Dask's workers: as many processes as there are cores, or those of a scheduler."""

import json
import logging
import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from typing import IO, TYPE_CHECKING

import cloudpickle

from course_utils.commands import CommandError
from course_utils.grading.job import Job, Result, differences, versions
from course_utils.grading.preload import KERNELS, without_grammar

if TYPE_CHECKING:
    from distributed import Client, Future

PREFIX = "course-grade-"
ANSWER = 10  # seconds in which a scheduler has to answer
JOIN = 60  # seconds in which a first worker has to be there
AHEAD = 2  # submissions given out per worker: one runs, one waits
LOOK = 5  # seconds between two looks at the workers


class LostError(Exception):
    """The scheduler is gone."""


def grade_packed(packed: bytes) -> bytes:
    """A job's result, both as bytes: a scheduler only passes them on."""
    with without_grammar():
        from course_utils.grading.worker import grade_submission

    return pickle.dumps(grade_submission(pickle.loads(packed)))


@contextmanager
def workers(
    scheduler: str | None, count: int, environment: dict[str, str] | None = None
) -> Iterator["Client"]:
    """A connection to workers, local ones if no scheduler is named.

    Args:
        scheduler: its address, such as tcp://127.0.0.1:8786.
        count: how many local workers.
        environment: variables of kernels, so that local workers prepare for them.

    Raises:
        CommandError: the scheduler does not answer, has no workers, or some of
            them have other versions than this process.
    """
    import dask
    import distributed  # noqa: F401  # sets its own defaults, once

    quiet = {
        "distributed.admin.large-graph-warning-threshold": "1GiB",
        "distributed.comm.timeouts.connect": f"{ANSWER}s",
        "distributed.scheduler.http.routes": [],  # no pages
        "distributed.worker.http.routes": [],
    }
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.startswith(("distributed", "tornado")):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set(quiet):
        if scheduler is None:
            with scratch() as folder, local(count, folder, environment or {}) as client:
                yield client
        else:
            with remote(scheduler) as client:
                refuse_other_versions(client)
                yield client


@contextmanager
def local(count: int, folder: Path, environment: dict[str, str]) -> Iterator["Client"]:
    """Processes of this machine, one thread each; nothing listens outside of it."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            worker_dashboard_address=None,
            local_directory=str(folder),
            memory_limit=0,  # kernels are other processes
            silence_logs=logging.CRITICAL,
            env={"TMPDIR": str(folder), KERNELS: json.dumps(environment)},
            preload=["course_utils.grading.preload"],
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def remote(address: str) -> Iterator["Client"]:
    from distributed import Client

    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CommandError(
            f"The scheduler {address} does not answer: {error}. Start it with "
            "`dask scheduler --host 127.0.0.1 --no-dashboard`."
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=JOIN)
        except TimeoutError:
            raise CommandError(
                f"The scheduler {address} has no workers. Start one with "
                f"`dask worker {address} --nthreads 1 --no-dashboard`."
            ) from None
        yield client


def refuse_other_versions(client: "Client") -> None:
    """Scores may depend on versions: all have to be those of this process."""
    ours = versions()
    for address, theirs in client.run(versions).items():
        if wrong := differences(ours, theirs):
            raise CommandError(
                f"The worker {address} has other versions: {wrong}. Install there "
                "what is installed here, and start it again."
            )


def cores() -> int:
    """How many this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for all temporary files; those of killed commands go now.

    A lock that its process holds tells which ones are in use.
    """
    top = Path(tempfile.gettempdir())
    for path in top.glob(f"{PREFIX}*/lock"):
        with suppress(OSError), path.open() as handle:
            if locked(handle):
                shutil.rmtree(path.parent, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with (folder / "lock").open("w") as handle:
            locked(handle)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def locked(handle: IO) -> bool | None:
    """Lock an open file until it is closed.

    Returns:
        False if another process has it, None where files cannot be locked.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def results(
    client: "Client", jobs: Iterator[Job], ahead: int = AHEAD
) -> Iterator[tuple[Job, Result | BaseException]]:
    """Grade jobs on the workers; each with its result, or why there is none.

    Only a few are given out at a time, so that a class need not fit into memory.

    Args:
        client: the connection to the workers.
        jobs: read one by one, when a worker is free.
        ahead: jobs given out per worker; 0 for one in all.

    Raises:
        LostError: the scheduler is gone.
    """
    ended: Queue[Future] = Queue()
    running: dict[str, tuple[Job, Future]] = {}
    jobs, most, looked = iter(jobs), 1, 0.0
    while True:
        if ahead and time.monotonic() - looked > LOOK:
            most, looked = max(1, ahead * worker_count(client)), time.monotonic()
        while len(running) < most and (job := next(jobs, None)):
            name = f"{job.student}-{job.run}-{'alone' if job.alone else 'first'}"
            future = client.submit(
                grade_packed, cloudpickle.dumps(job), key=name, pure=False
            )
            running[name] = (job, future)
            future.add_done_callback(ended.put)
        if not running:
            return
        with suppress(Empty):
            job, future = running.pop(ended.get(timeout=1).key)
            yield job, outcome(future)
        if client.status != "running":
            raise LostError("the scheduler is gone")


def worker_count(client: "Client") -> int:
    try:
        return len(client.nthreads())
    except (OSError, TimeoutError) as error:
        raise LostError(str(error)) from error


def outcome(future: "Future") -> Result | BaseException:
    """What a task gave; its result is forgotten on the worker.

    Raises:
        LostError: the task was given up because the scheduler is gone.
    """
    if future.cancelled():
        raise LostError("the scheduler is gone")
    error = future.exception()
    found = error if error is not None else pickle.loads(future.result())
    future.release()
    return found
