"""One step of the set-up: run a program, show the time, explain a failure.

Like tools/setup.py in the standard library alone and readable by Python 3.6.
"""

import contextlib
import os
import re
import subprocess
import sys
import threading
import time

NO_NETWORK = re.compile(
    "NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError"
    "|name resolution|Name or service not known|nodename nor servname"
    "|Network is unreachable|No route to host|Connection refused|Connection reset"
    "|RemoteDisconnected|Failed to establish a new connection|IncompleteRead"
    "|Temporary failure resolving|Could not resolve",
    re.IGNORECASE,
)
NO_VENV = re.compile("ensurepip is not|No module named '?(venv|ensurepip)")
NO_BUILD = re.compile(r"No matching distribution found for (\S+)")
TOO_FEW_RIGHTS = re.compile(r"\[Errno 13\] Permission denied: (.+)")
NO_SPACE = re.compile(r"No space left on device|\[Errno 28\]|Disk quota exceeded")
ERROR = re.compile(r"[\w.]*(error|exception):\s+", re.IGNORECASE)
DAMAGED = re.compile("DO NOT MATCH THE HASHES|BadZipFile")
PATIENCE = 5  # seconds that an interrupted program has to clear away


class SetupError(Exception):
    """Something that the user can mend; its text is one line that says how."""


def run_step(title: str, command: list, log: str) -> None:
    """Run a program with a clock; what it prints goes to the end of a log.

    Raises:
        SetupError: it failed; the text says why and what to do.
    """
    with open(log, "a", encoding="utf-8") as out:
        out.write("\n" + title + "\n")
        out.flush()
        start = out.tell()
        with Clock(title) as clock:
            clock.code = code = call(command, out)
    if code:
        with open(log, encoding="utf-8", errors="replace") as written:
            written.seek(start)
            raise SetupError(explain(written.read(), code, log))


def call(command: list, out) -> int:
    """Run a program to its end; returns its exit status.

    When Ctrl-C ends both, pip first removes what it has unpacked.
    """
    child = subprocess.Popen(
        command,
        stdout=out,
        stderr=out,
        stdin=subprocess.DEVNULL,
        close_fds=False,  # the lock stays with what runs
    )
    try:
        return child.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
        raise
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


class Clock:
    """Shows a title and the seconds that pass: moving where that can be seen."""

    def __init__(self, title: str) -> None:
        self.title, self.started = title, time.time()
        self.moving, self.over = sys.stdout.isatty(), threading.Event()
        self.code = 0
        self.thread = threading.Thread(target=self.tick, daemon=True)

    def __enter__(self) -> "Clock":
        print(self.title + " ...", end="" if self.moving else "\n", flush=True)
        self.thread.start()
        return self

    def tick(self) -> None:
        while self.moving and not self.over.wait(0.5):
            print("\r" + self.text(" ..."), end="", flush=True)

    def text(self, state: str) -> str:
        return f"{self.title}{state} {time.time() - self.started:.0f} s"

    def __exit__(self, kind, *rest) -> None:
        self.over.set()
        self.thread.join()
        text = self.text(": stopped after" if kind or self.code else ": done in")
        print(("\r" if self.moving else "") + text, flush=True)


def explain(log: str, code: int, path: str) -> str:
    """One line: what went wrong in a failed program, and what to do.

    Args:
        log: what the program printed.
        code: its exit status, negative for a signal.
        path: where the log can be read.
    """
    again = "run the same command again: it continues."
    missing, locked = NO_BUILD.search(log), TOO_FEW_RIGHTS.search(log)
    version = "{}.{}".format(*sys.version_info[:2])
    if NO_SPACE.search(log):
        where = "the one of this folder, of /tmp or of pip's cache"
        return f"a disk is full: {where}. Make room and {again}"
    if code < 0:
        text = f"a program was ended (signal {-code}), often for want of memory. Close"
        return f"{text} other programs and {again}"
    if NO_VENV.search(log):
        text = "this Python lacks its venv module. On Debian: apt install python"
        return f"{text}{version}-venv. Then {again}"
    if locked:
        return f"you may not write {locked.group(1)}. Mend its rights and {again}"
    if DAMAGED.search(log):
        text = "a download arrived damaged. Empty pip's cache (pip cache purge) and"
        return f"{text} {again}"
    # Only now: pip also tells of a network that failed for a moment.
    if NO_NETWORK.search(log):
        text = "the package index cannot be reached. Check the network or the proxy and"
        return f"{text} {again}"
    if missing:
        return (
            f"the package index has no {missing.group(1)} for Python {version} on this "
            "system. Name another Python (make lab PYTHON=python3.12) or, for torch, "
            "another index (TORCH_INDEX=...)."
        )
    text = last_error(log)
    if "make repair" in text:
        return text
    return f"{text} (all of it: {os.path.relpath(path)})"


def last_error(log: str) -> str:
    """The last line that pip or an exception left, without its class."""
    rows = [row.strip() for row in log.splitlines() if row.strip()]
    errors = [row for row in rows if ERROR.match(row)]
    text = (errors or rows or ["it said nothing"])[-1]
    return ERROR.sub("", text)
