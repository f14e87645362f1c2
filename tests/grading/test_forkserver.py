"""The warm process and its client, piece by piece, without a preloaded torch."""

import asyncio
import os
import subprocess
import sys
import threading

import pytest

from course_utils.grading import forkserver, supervisor, warm
from course_utils.grading.kernels import is_ipykernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "kernel.json"]


def test_a_process_with_threads_does_not_fork():
    done = threading.Event()
    before = len(os.listdir("/proc/self/task"))
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert forkserver.crowd() == f"the preloaded libraries started {before} threads"
    finally:
        done.set()
        thread.join()


def test_a_process_without_threads_forks():
    code = "from course_utils.grading import forkserver; print([forkserver.crowd()])"
    assert subprocess.check_output([sys.executable, "-c", code]) == b"['']\n"


@pytest.mark.parametrize(
    ("file", "shadows"),
    [
        ("torch.py", True),
        ("torch", True),
        ("torch.cpython-311-x86_64-linux-gnu.so", True),
        ("matplotlibrc", True),
        ("my_torch.py", False),
        ("a1.ipynb", False),
        (".torch", False),
    ],
)
def test_files_that_would_be_imported_instead(tmp_path, file, shadows):
    (tmp_path / file).touch()
    assert bool(forkserver.shadow(str(tmp_path), {"torch", "matplotlibrc"})) == shadows


def test_a_missing_folder_needs_an_ordinary_kernel_to_say_so(tmp_path):
    assert "No such file" in forkserver.shadow(str(tmp_path / "none"), set())


def test_what_is_not_installed_is_not_preloaded():
    code = """
import os, sys
from course_utils.grading import forkserver
forkserver.LIBRARIES = ("colorsys", "no_such_library.part", "cycler")
before = dict(os.environ)
print(sorted(forkserver.preload()), "colorsys" in sys.modules)
assert forkserver.QUIET not in os.environ and before.items() <= os.environ.items()
"""
    found = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert found == "['cycler', 'matplotlibrc'] True\n"


def test_every_preloaded_library_can_be_shadowed():
    """The names that `shadow` gets cover all that is imported beyond the kernel."""
    code = """
import sys
from course_utils.grading import forkserver
names = forkserver.preload()
print({"numpy", "torch", "sympy", "matplotlib", "PIL", "matplotlibrc"} <= names,
      {"json", "IPython", "zmq"} & names)
"""
    found = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert found == "True set()\n"


def test_children_and_orphans():
    code = """
import os, subprocess
from course_utils.grading import kernel_process, supervisor
kernel_process.prctl(kernel_process.PR_SET_CHILD_SUBREAPER, 1)
kernel = subprocess.Popen(["true"])
shell = subprocess.Popen(["sh", "-c", "setsid sleep 600 & sleep 600 & wait"])
orphans = subprocess.Popen(["sh", "-c", "setsid sleep 600 & setsid sleep 600 &"])
orphans.wait()
print({kernel.pid, shell.pid} < supervisor.children())
supervisor.kill_orphans(kernel.pid)
print(supervisor.children() == {kernel.pid})
"""
    found = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert found == "True\nTrue\n"


def test_children_of_a_process_without_any():
    code = "from course_utils.grading.supervisor import children as c; print(c())"
    assert subprocess.check_output([sys.executable, "-c", code]) == b"set()\n"
    with subprocess.Popen(["sleep", "600"]) as child:
        assert child.pid in supervisor.children()
        child.kill()


@pytest.mark.parametrize(
    ("command", "served"),
    [
        (KERNEL, True),
        ([*KERNEL, "--HistoryManager.hist_file=:memory:"], True),
        ([KERNEL[0], "-Xfrozen_modules=off", *KERNEL[1:]], True),
        (["/usr/bin/env", *KERNEL[1:]], False),
        ([os.path.realpath(sys.executable) + "x", *KERNEL[1:]], False),
        ([KERNEL[0], "-I", *KERNEL[1:]], False),
        ([KERNEL[0], "-m", "xonsh_kernel", "-f", "kernel.json"], False),
        ([KERNEL[0], "-m", "ipykernel_launcher", "--debug"], False),
        ([KERNEL[0], "kernel.py", "-f", "kernel.json"], False),
        (["ir"], False),
    ],
)
def test_which_commands_are_served(command, served):
    assert is_ipykernel(command) == served


class Fake:
    """A warm process that does not exist; it answers as long as it works."""

    def __init__(self, python, environment):
        self.environment, self.process, self.ended = environment, self, None
        self.asked: list[dict] = []
        self.closed = False

    def poll(self):
        return self.ended

    def ask(self, request):
        if self.environment.get("BROKEN"):
            raise BrokenPipeError
        self.asked.append(request)
        return self

    def close(self):
        self.closed = True


@pytest.fixture
def ask(monkeypatch):
    """Asks for a kernel in an environment; returns the process that served it."""

    async def answer(line):
        return line

    monkeypatch.setattr(warm, "WarmProcess", Fake)
    monkeypatch.setattr(warm, "answer", answer)
    processes = warm.WarmProcesses()
    return lambda **env: asyncio.run(processes.kernel(KERNEL, "/", env))


def test_a_warm_process_serves_one_environment(ask):
    first = ask(A="1", JPY_SESSION_NAME="one")
    assert ask(A="1", JPY_SESSION_NAME="two") is first
    assert ask(A="2") is not first
    assert ask(A="1") is first
    assert first.environment == {"A": "1"}
    sent = [request["environment"] for request in first.asked]
    assert sent == [{"JPY_SESSION_NAME": "one"}, {"JPY_SESSION_NAME": "two"}, {}]


def test_the_one_unused_for_longest_ends_when_there_are_too_many(ask):
    first, second = ask(A="1"), ask(A="2")
    assert ask(A="1") is first
    third = ask(A="3")
    assert [p.closed for p in (first, second, third)] == [False, True, False]


def test_one_that_has_ended_is_started_again(ask):
    first = ask(A="1")
    first.ended = 1
    assert ask(A="1") is not first


def test_one_that_never_works_is_not_tried_for_ever(ask, monkeypatch):
    started = []
    monkeypatch.setattr(Fake, "close", lambda self: started.append(self))
    for _ in range(3):
        with pytest.raises(ConnectionError, match="does not work"):
            ask(BROKEN="1")
    assert len(started) == 1  # given up for a second one, which failed as well


def test_a_forked_grader_has_its_own_warm_process(ask, monkeypatch):
    first = ask(A="1")
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert ask(A="1") is not first
