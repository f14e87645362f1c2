"""What happens inside a new kernel, from the fork to the exit status."""

import atexit
import ctypes
import gc
import importlib.util
import os
import signal
import socket
import sys
import threading
import traceback

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
INLINE = "module://matplotlib_inline.backend_inline"


def prctl(option: int, value: int) -> None:
    """Sets a property of this process, or raises OSError."""
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({option})")


def become(line: socket.socket, request: dict, supervisor: int) -> None:
    """Turns this process into what `python -m ipykernel_launcher` would have been."""
    os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(request["folder"])
    streams(*request["streams"])
    os.environ.update(request["environment"], JPY_PARENT_PID=str(supervisor))
    launcher = importlib.util.find_spec("ipykernel_launcher").origin
    sys.argv = [launcher, *request["arguments"]]
    sys.orig_argv = request["command"]
    seed()
    gc.enable()
    line.sendall(f"pid {os.getpid()}".encode())
    line.close()


def streams(out: int, err: int) -> None:
    """What `Popen` gives to a kernel: an empty input and the grader's outputs."""
    nothing, end = os.pipe()
    os.close(end)
    for number, fd in enumerate((nothing, out, err)):
        os.dup2(fd, number)
        os.close(fd)
    sys.stdout.reconfigure(line_buffering=os.isatty(1))


def seed() -> None:
    """Fresh randomness where it was seeded before the fork; `random` does it itself."""
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()
    if "multiprocessing.process" in sys.modules:
        process = sys.modules["multiprocessing.process"]
        process.current_process().authkey = os.urandom(32)
        process.ORIGINAL_DIR = os.getcwd()


def run() -> None:
    """The kernel, from its start to the end of this process."""
    from ipykernel.kernelapp import IPKernelApp

    if "matplotlib" in sys.modules:  # which reads the variable when it is imported
        backend = os.environ.get("MPLBACKEND") or INLINE
        sys.modules["matplotlib"].rcParams["backend"] = backend
    parent = int(os.environ["JPY_PARENT_PID"])  # ipykernel read it when imported
    status = 0
    try:
        IPKernelApp.launch_instance(parent_handle=parent)
        threading._shutdown()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(bool(error.code))
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.__stdout__.flush()
    os._exit(status)  # taking torch apart would need seconds
