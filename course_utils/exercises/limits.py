"""Stop a learner's code that takes too long, without stopping the kernel.

In the main thread of Linux and macOS timers of the system do it; elsewhere a thread
that watches the clock. Code that stays inside one call of a C function, as a wait
without an end, is stopped when that call returns.
"""

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE = 0.05  # seconds after which code that swallowed the exception gets it again


class TooSlow(BaseException):
    """Raised in code that ran too long; no ``except Exception`` holds it up."""


@contextmanager
def limited(cpu: float, wall: float) -> Iterator[None]:
    """Raise `TooSlow` inside the block when its time is over.

    Args:
        cpu: seconds of computing that the block has, in all threads.
        wall: seconds that it has by the clock; more than `cpu`, so that other
            programs on the machine cost it nothing.

    Raises:
        TooSlow: one of the two is over.

    >>> with limited(cpu=5.0, wall=60.0):
    ...     print("quick")
    quick
    """
    main = threading.current_thread() is threading.main_thread()
    by = by_timers if main and hasattr(signal, "setitimer") else by_thread
    with by(cpu, wall):
        yield


@contextmanager
def by_timers(cpu: float, wall: float) -> Iterator[None]:
    """`limited` by the system's timers; those that ran before go on afterwards."""

    def stop(number, frame):
        raise TooSlow

    timers = (
        (signal.ITIMER_PROF, signal.SIGPROF, cpu),
        (
            signal.ITIMER_REAL,
            signal.SIGALRM,
            wall,
        ),
    )
    before = [(signal.signal(number, stop), number) for _, number, _ in timers]
    left = [signal.setitimer(timer, after, PAUSE) for timer, _, after in timers]
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for handler, number in before:
            signal.signal(number, handler)
        for (timer, _, _), (delay, interval) in zip(timers, left, strict=True):
            signal.setitimer(timer, delay, interval)


@contextmanager
def by_thread(cpu: float, wall: float) -> Iterator[None]:
    """`limited` by a thread that raises the exception in the one that waits."""
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    caller, over = ctypes.c_ulong(threading.get_ident()), threading.Event()
    ends = time.process_time() + cpu, time.monotonic() + wall

    def watch() -> None:
        while not over.wait(PAUSE):
            if time.process_time() > ends[0] or time.monotonic() > ends[1]:
                raise_in(caller, ctypes.py_object(TooSlow))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        raise_in(caller, None)  # one that has not been raised yet
