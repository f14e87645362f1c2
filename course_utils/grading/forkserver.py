"""The warm process: imports what kernels need once, then forks one per request.

Per kernel there are two processes::

    grader ── socket ──► warm process ──fork──► supervisor ──fork──► kernel
       └──────────────── the kernel's line ─────────┘

The supervisor tells on the line how the kernel ended, after it has killed whatever
the kernel left running; when the line is hung up, it kills the kernel. A kernel is an
ordinary ipykernel: same arguments, working folder, environment, search path, streams,
session and signals. What a notebook can still tell apart:

- `sys.modules` has the preloaded libraries, with what importing them sets (loggers,
  warning filters, environment variables);
- all kernels of one warm process share its hash seed; `random`, NumPy and torch are
  seeded anew for each;
- `sitecustomize` and `.pth` files ran once, in the warm process;
- objects made before the fork are frozen for the garbage collector;
- `/proc/self/cmdline` names the warm process, threads are numbered on from it, and
  umask, limits and priority are those that the grader had when it was started;
- a process that the kernel leaves behind is killed with it, and an ending kernel
  runs `atexit` handlers but does not take the interpreter apart.
"""

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import sys

from course_utils.grading.kernel_process import run
from course_utils.grading.supervisor import supervise

# An ordinary kernel imports these itself while it starts ...
KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
)
# ... and these are what a notebook waits for. The first optimiser of torch imports
# torch._dynamo. Whatever is not installed is left out.
LIBRARIES = (
    "numpy",
    "torch",
    "torch._dynamo",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "IPython.core.pylabtools",
)
# Without it the debugger prints a warning; an ordinary kernel's is lost.
QUIET = "PYDEVD_DISABLE_FILE_VALIDATION"
LONGEST_REQUEST = 1 << 16
SECOND = 1.0  # between two looks at whether the grader is still there


def preload() -> set[str]:
    """Imports everything; returns the names that a file of a student could shadow.

    The working folder comes before site-packages on a kernel's search path, so a file
    named like a preloaded library would be imported instead by an ordinary kernel.
    """
    path = list(sys.path)
    given = dict(os.environ)
    os.environ[QUIET] = "1"
    for name in KERNEL:
        importlib.import_module(name)
    os.environ.pop(QUIET)
    os.environ.update(given)
    before = packages()
    for name in LIBRARIES:
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)
    sys.path[:] = path
    return {*(packages() - before), "matplotlibrc"} - sys.stdlib_module_names


def packages() -> set[str]:
    """What has been imported, without the parts of packages."""
    return {name.partition(".")[0] for name in sys.modules}


def forget_course() -> None:
    """Takes this package out of `sys.modules`: kernels import the course themselves."""
    for name in [name for name in sys.modules if name.startswith("course_utils")]:
        del sys.modules[name]


def crowd() -> str:
    """Why this process must not fork: it has other threads. Empty if it has none."""
    others = len(os.listdir("/proc/self/task")) - 1
    return f"the preloaded libraries started {others} threads" if others else ""


def shadow(folder: str, names: set[str]) -> str:
    """Why a kernel in this folder would import something else; empty if it would not.

    >>> shadow("/", {"usr"})
    'usr in the working folder shadows a preloaded library'
    """
    try:
        files = {file.partition(".")[0] for file in os.listdir(folder)}
    except OSError as error:
        return str(error)
    for name in sorted(files & names):
        return f"{name} in the working folder shadows a preloaded library"
    return ""


def serve(channel: socket.socket, names: set[str]) -> None:
    """Answers requests until the grader is gone; returns only inside a new kernel."""
    grader = os.getppid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors need no funeral
    while os.getppid() == grader:
        if not select.select([channel], [], [], SECOND)[0]:
            continue
        message, fds, _, _ = socket.recv_fds(channel, LONGEST_REQUEST, 3)
        if not message:
            break
        request = json.loads(message)
        *request["streams"], line = fds
        with socket.socket(fileno=line) as line:
            answer = crowd() or shadow(request["folder"], names)
            try:
                if not answer and os.fork() == 0:
                    channel.close()
                    return start(line, request)
            except OSError as error:
                answer = str(error)
            if answer:
                tell(line, f"no {answer}")
        for fd in request["streams"]:
            os.close(fd)
    linger(grader)
    os._exit(0)


def start(line: socket.socket, request: dict) -> None:
    """Supervisor and kernel; returns only inside the kernel, and never raises."""
    try:
        supervise(line, request)
    except Exception as error:
        tell(line, f"no {error}")
        os._exit(1)


def tell(line: socket.socket, answer: str) -> None:
    """Answers, if anybody still listens."""
    with contextlib.suppress(OSError):
        line.sendall(answer.encode())


def linger(grader: int) -> None:
    """Asked for no more kernels, this process stays until its last one has ended."""
    while os.getppid() == grader:
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        select.select([], [], [], SECOND)


def main() -> None:
    """Preloads, serves, and in each new kernel runs it to its end."""
    del sys.path[0]  # the working folder, as ipykernel_launcher does
    channel = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()
    names = preload()
    forget_course()
    gc.collect()
    gc.freeze()
    serve(channel, names)
    run()


if __name__ == "__main__":
    main()
