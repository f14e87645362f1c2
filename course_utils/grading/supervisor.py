"""Between the warm process and a kernel: sees the kernel through and cleans up."""

import os
import select
import signal
import socket

from course_utils.grading.kernel_process import (
    PR_SET_CHILD_SUBREAPER,
    become,
    prctl,
)


def supervise(line: socket.socket, request: dict) -> None:
    """Forks the kernel and sees it through; returns only inside the kernel."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # what the kernel leaves behind comes here
    warm, supervisor = os.getppid(), os.getpid()
    kernel = os.fork()
    if kernel == 0:
        return become(line, request, supervisor)
    for fd in request["streams"]:
        os.close(fd)
    watch(kernel, line, warm)
    end = os.waitid(os.P_PID, kernel, os.WEXITED | os.WNOWAIT)
    kill_orphans(kernel)
    code = end.si_status if end.si_code == os.CLD_EXITED else -end.si_status
    try:
        line.sendall(f"exit {code}".encode())
        # The kernel's id stays taken until the grader has read how it ended.
        while os.getppid() == warm and not select.select([line], [], [], 1)[0]:
            pass
    except OSError:
        pass  # the grader has hung up
    os.waitpid(kernel, 0)
    os._exit(0)


def watch(kernel: int, line: socket.socket, warm: int) -> None:
    """Returns when the kernel is dead; kills it when nobody needs it any more."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while not has_ended(kernel):
        ready, _, _ = select.select([line, woken], [], [], 1)
        if line in ready or os.getppid() != warm:
            os.kill(kernel, signal.SIGKILL)
            os.waitid(os.P_PID, kernel, os.WEXITED | os.WNOWAIT)
        if woken in ready:
            os.read(woken, 1024)


def has_ended(kernel: int) -> bool:
    """Whether the kernel is dead; buries whatever else died, but not the kernel."""
    while end := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        if end.si_pid == kernel:
            return True
        os.waitpid(end.si_pid, 0)
    return False


def kill_orphans(kernel: int) -> None:
    """Kills what the dead kernel left, until nothing is left that can be killed."""
    killed = True
    while killed:
        killed = False
        for pid in children() - {kernel}:
            try:
                os.kill(pid, signal.SIGKILL)
            except PermissionError:
                continue  # it runs as somebody else
            os.waitpid(pid, 0)
            killed = True


def children() -> set[int]:
    """The processes whose parent is this one."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue  # ended in the meantime
        if int(fields[1]) == os.getpid():
            found.add(int(name))
    return found
