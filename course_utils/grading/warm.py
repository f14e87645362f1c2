"""The grader's end of warm processes: starts them, asks for kernels, follows those."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping

SERVER = "course_utils.grading.forkserver"
MOST = 2  # warm processes of one grader; each holds some 300 MB
PER_KERNEL = ("JPY_", "PYTEST_")  # variables that may differ from kernel to kernel


class Refused(Exception):
    """A warm process lives but cannot serve this request; says why."""


class WarmKernel:
    """A kernel forked by a warm process, with the interface of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, line: socket.socket):
        self.pid = pid
        self.returncode: int | None = None
        self._line = line

    def poll(self) -> int | None:
        """The exit status, or None while the kernel runs."""
        if self.returncode is None:
            try:
                words = self._line.recv(64).split()
            except BlockingIOError:
                return None
            except OSError:
                words = []
            # Without a word the supervisor is gone, and the kernel died with it.
            self.returncode = int(words[1]) if words else -signal.SIGKILL
        return self.returncode

    def wait(self) -> int | None:
        """Lets go of a kernel that has ended; returns the exit status."""
        self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """To the kernel's own process, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks the kernel to end."""
        self.send_signal(signal.SIGTERM)


class WarmProcess:
    """One warm process, with one environment."""

    def __init__(self, python: list[str], environment: dict[str, str]):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [*python, "-m", SERVER, str(theirs.fileno())],
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl+C is for the grader alone
            )
        self._channel = ours

    def ask(self, request: dict) -> socket.socket:
        """Sends a request; returns the line on which the answer will come."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            fds = [1, 2, theirs.fileno()]
            socket.send_fds(self._channel, [json.dumps(request).encode()], fds)
        ours.setblocking(False)
        return ours

    def close(self) -> None:
        """Asks for no more: the process ends with its last kernel."""
        self._channel.close()


class WarmProcesses:
    """The warm processes of this grader, by interpreter and environment.

    Libraries read the environment when they are imported, so a kernel only comes from
    a warm process that was started with the kernel's own environment.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._running: dict[tuple, WarmProcess] = {}
        self._hopeless: set[tuple] = set()

    async def kernel(
        self, command: list[str], folder: str, environment: Mapping[str, str]
    ) -> WarmKernel:
        """A new kernel.

        `command` is `[python, *options, "-m", "ipykernel_launcher", *arguments]`.
        Raises :class:`Refused`, or OSError if the warm process broke twice.
        """
        split = command.index("-m")
        own = {k: v for k, v in environment.items() if k.startswith(PER_KERNEL)}
        common = {k: v for k, v in environment.items() if k not in own}
        request = {
            "command": command,
            "arguments": command[split + 2 :],
            "folder": folder,
            "environment": own,
        }
        key = (*command[:split], *sorted(common.items()))
        broken = None
        while key not in self._hopeless:
            with self._lock:
                warm = self._warm(key, command[:split], common, broken)
            try:
                return await answer(warm.ask(request))
            except ConnectionError:
                if broken is not None:
                    self._hopeless.add(key)
                broken = warm
        raise ConnectionAbortedError("the warm process does not work")

    def _warm(
        self,
        key: tuple,
        python: list[str],
        environment: dict[str, str],
        broken: WarmProcess | None,
    ) -> WarmProcess:
        if self._owner != os.getpid():  # a fork of the grader has none yet
            self._running, self._owner = {}, os.getpid()
        warm = self._running.pop(key, None)
        if warm is not None and (warm is broken or warm.process.poll() is not None):
            warm.close()
            warm = None
        if warm is None:
            warm = WarmProcess(python, environment)
        self._running[key] = warm  # the last one used comes last
        if len(self._running) > MOST:
            self._running.pop(next(iter(self._running))).close()
        return warm


async def answer(line: socket.socket) -> WarmKernel:
    """What the warm process says to a request."""
    words = await asyncio.get_running_loop().sock_recv(line, 1024)
    kind, _, rest = words.decode().partition(" ")
    if kind == "pid":
        return WarmKernel(int(rest), line)
    line.close()
    if kind == "no":
        raise Refused(rest)
    raise ConnectionResetError("no kernel came")


def same_python(command: str) -> bool:
    """Whether a kernel's command starts the interpreter that runs here.

    >>> same_python(sys.executable), same_python("/usr/bin/env")
    (True, False)
    """
    here, there = os.path.abspath(sys.executable), os.path.abspath(command)
    return os.path.dirname(here) == os.path.dirname(there) and (
        os.path.exists(there) and os.path.samefile(here, there)
    )
