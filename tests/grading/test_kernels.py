"""Warm kernels: the same to a notebook as ordinary ones, and gone without a trace."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from course_utils.grading import kernels, warm
from course_utils.grading.kernels import ONE_THREAD
from course_utils.grading.warm import WarmKernel
from tests.commands.demo import ROOT
from tests.grading import probe
from tests.grading.kernel import PATIENCE, kernel
from tests.nbgrader.course import Course, programs_first
from tests.nbgrader.test_loop import answer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
ORDINARY, WARM = "local-provisioner", "course-warm"
# Of IPython and zmq, loaded when a figure or a large output comes.
LATE = {"IPython.core.pylabtools", "zmq.utils.garbage"}


@pytest.fixture(autouse=True)
def said(monkeypatch, caplog):
    """What is said once is said anew in each test; returns what was said."""
    monkeypatch.setattr(kernels, "_said", set())
    caplog.set_level(logging.WARNING)
    return lambda: [r.getMessage() for r in caplog.records if WARM in r.getMessage()]


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    """What a notebook finds in an ordinary and in a warm kernel, fresh and later."""
    folder = tmp_path_factory.mktemp("work")
    found = {}
    for name in (ORDINARY, WARM):
        with kernel(name, folder, env=os.environ | ONE_THREAD) as k:
            fresh = k.ask(probe.START + probe.MODULES + probe.TELL)
            later = k.ask(probe.LIBRARIES + probe.MODULES + probe.TELL)
            found[name] = SimpleNamespace(fresh=fresh, later=later)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def soon(condition) -> bool:
    """Whether it comes true before patience ends."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def the_warm_process() -> int:
    """The process id of the warm process that served last."""
    return list(kernels._warm._running.values())[-1].process.pid


def notebook(*cells: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return nbformat.v4.new_notebook(cells=cells)


# --- the same as an ordinary kernel


def test_a_notebook_finds_the_same_kernel(probed):
    ordinary, warm_ = probed[ORDINARY].fresh["facts"], probed[WARM].fresh["facts"]
    differences = {
        k: (ordinary[k], warm_[k]) for k in ordinary if ordinary[k] != warm_[k]
    }
    assert not differences


def test_the_preloaded_libraries_are_set_as_if_imported_by_the_notebook(probed):
    ordinary, warm_ = probed[ORDINARY].later, probed[WARM].later
    assert warm_["libraries"] == ordinary["libraries"]
    assert warm_["filters"] == ordinary["filters"]
    assert warm_["loggers"] == ordinary["loggers"]
    assert set(warm_["modules"]) - LATE == set(ordinary["modules"]) - LATE


def test_only_the_preloaded_libraries_are_there_before_any_import(probed):
    ordinary, fresh = probed[ORDINARY].fresh, probed[WARM].fresh
    more = set(fresh["modules"]) - set(ordinary["modules"])
    assert {"torch", "torch._dynamo", "numpy", "matplotlib.pyplot"} <= more
    assert not set(ordinary["modules"]) - set(fresh["modules"])
    assert more <= set(probed[ORDINARY].later["modules"]) | LATE
    assert not [name for name in fresh["modules"] if name.startswith("course_utils")]


def test_each_kernel_has_its_own_randomness_but_the_hash_seed(tmp_path):
    code = """
import json, random, multiprocessing, numpy, torch
drawn = [random.random(), numpy.random.rand(), torch.rand(1).item(),
         torch.initial_seed(), multiprocessing.current_process().authkey.hex()]
print(json.dumps([drawn, hash("a text")]))
"""
    found = []
    for _ in range(2):
        with kernel(WARM, tmp_path) as k:
            found.append(k.ask(code))
    (one, hash_one), (other, hash_other) = found
    assert not set(one) & set(other)
    assert hash_one == hash_other  # the interpreter chose it before the fork


@pytest.mark.parametrize("name", [ORDINARY, WARM])
def test_cells_do_what_they_always_do(tmp_path, name):
    with kernel(name, tmp_path) as k:
        assert k.run("input()").error == "StdinNotImplementedError"
        assert k.run("import asyncio; await asyncio.sleep(0); print(1)").text == "1\n"
        # The thread that reads the descriptor may start after the first cells.
        low = "import os; os.write(1, b'low\\n'); None"
        assert soon(lambda: k.run(low).text == "low\n")
        assert k.run("!echo from a child").text.split() == ["from", "a", "child"]
        assert k.run("import sys; sys.exit(3)").error == "SystemExit"
        assert k.run("1 / 0").error == "ZeroDivisionError"
        assert k.run("2 + 2").outputs[0]["data"] == {"text/plain": "4"}


def test_figures_are_displayed_and_are_the_same(tmp_path):
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);"
    drawn = {}
    for name in (ORDINARY, WARM):
        with kernel(name, tmp_path) as k:
            (output,) = k.run(code).outputs
            drawn[name] = output["data"]
    assert drawn[WARM]["image/png"]
    assert drawn[WARM] == drawn[ORDINARY]


def test_the_environment_is_the_one_that_was_given(tmp_path):
    environment = os.environ | {"OMP_NUM_THREADS": "4", "JPY_SESSION_NAME": "a2.ipynb"}
    with kernel(WARM, tmp_path, env=environment) as k:
        assert isinstance(k.provisioner.process, WarmKernel)
        found = k.ask("import json, os; print(json.dumps(dict(os.environ)))")
    assert found["JPY_SESSION_NAME"] == "a2.ipynb"
    assert found["OMP_NUM_THREADS"] == "1"  # one thread a kernel, whoever asks
    assert {n for n in environment if not n.startswith("PYTEST_")} <= set(found)


@pytest.mark.parametrize("group", [False, True])
def test_an_interrupt_ends_a_busy_loop(tmp_path, group):
    with kernel(WARM, tmp_path) as k:
        k.run("def spin():\n    print('now', flush=True)\n    while True: pass")
        interrupt = k.interrupt_kernel if group else lambda: os.kill(pid, signal.SIGINT)
        pid = k.provisioner.pid
        timer = threading.Timer(0.5, interrupt)
        timer.start()
        assert k.run("spin()").error == "KeyboardInterrupt"
        timer.join()
        assert k.run("print('still here')").text == "still here\n"


@pytest.mark.parametrize("name", [ORDINARY, WARM])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("exit()", 0),
        ("import os; os._exit(3)", 3),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("import os; os.kill(os.getpid(), 15)", -signal.SIGTERM),
    ],
)
def test_the_exit_status_is_known(tmp_path, name, code, status):
    with kernel(name, tmp_path) as k:
        k.send(code)
        process = k.provisioner.process
        assert soon(lambda: process.poll() is not None)
        assert process.poll() == status
        assert not k.is_alive()


def test_a_dead_kernel_is_reported_as_ever(tmp_path, monkeypatch):
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", WARM)
    with pytest.raises(DeadKernelError):
        NotebookClient(notebook("import os; os._exit(1)")).execute()


def test_exit_handlers_run_at_shutdown(tmp_path):
    with kernel(WARM, tmp_path) as k:
        k.run("import atexit, pathlib")
        k.run("atexit.register(pathlib.Path('left').write_text, 'bye'); None")
    assert (tmp_path / "left").read_text() == "bye"


def test_a_restarted_kernel_is_another_one(tmp_path):
    with kernel(WARM, tmp_path) as k:
        before = k.provisioner.pid
        k.restart_kernel()
        k.be_ready()
        assert isinstance(k.provisioner.process, WarmKernel)
        assert k.provisioner.pid != before
        assert not alive(before)


# --- nothing stays behind

CHILDREN = """
import json, os, subprocess, sys
held = subprocess.Popen(["sleep", "600"]).pid
apart = subprocess.Popen(["sleep", "600"], start_new_session=True).pid
daemon = '''
import os, subprocess
os.setsid()
print(subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL).pid, flush=True)
'''
orphan = subprocess.check_output([sys.executable, "-c", daemon])
print(json.dumps([os.getpid(), held, apart, int(orphan)]))
"""


@pytest.mark.parametrize("end", ["shutdown", "now", "exit"])
def test_what_a_notebook_started_ends_with_it(tmp_path, end):
    before = supervisors()
    with kernel(WARM, tmp_path) as k:
        pids = k.ask(CHILDREN)
        assert all(map(alive, pids))
        if end == "exit":
            k.send("import os; os._exit(0)")
            assert soon(lambda: not k.is_alive())
        else:
            k.shutdown_kernel(now=end == "now")
        assert not any(map(alive, pids))
    assert soon(lambda: supervisors() <= before)


def supervisors() -> set[str]:
    """Process ids of what watches over kernels, one for each that runs."""
    warm = [process.process.pid for process in kernels._warm._running.values()]
    return {child for pid in warm for child in children_of(pid).split()}


def children_of(pid: int) -> str:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return path.read_text() if path.exists() else ""


def test_all_ends_with_the_grader(tmp_path):
    grader = f"""
import os, sys
from pathlib import Path
from tests.grading.kernel import kernel
from tests.grading.test_kernels import CHILDREN, the_warm_process
with kernel({WARM!r}, Path({str(tmp_path)!r})) as k:
    print([os.getppid() and the_warm_process(), *k.ask(CHILDREN)], flush=True)
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", grader], stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == -signal.SIGKILL
    pids = json.loads(done.stdout)
    assert len(pids) == 5
    assert soon(lambda: not any(map(alive, pids)))


def test_kernels_end_with_a_killed_warm_process_and_the_next_has_a_new_one(tmp_path):
    with kernel(WARM, tmp_path) as k:
        first = the_warm_process()
        os.kill(first, signal.SIGKILL)
        process = k.provisioner.process
        assert soon(lambda: process.poll() is not None)
        assert process.poll() == -signal.SIGKILL
    with kernel(WARM, tmp_path) as k:
        assert isinstance(k.provisioner.process, WarmKernel)
        assert the_warm_process() != first
        assert not alive(first)


def test_the_warm_process_has_one_thread(tmp_path):
    with kernel(WARM, tmp_path) as k:
        k.run("import torch; torch.rand(500, 500) @ torch.rand(500, 500)")
        assert len(os.listdir(f"/proc/{the_warm_process()}/task")) == 1


def test_an_extra_kernel_costs_less_than_150_mb(tmp_path):
    cell = "import torch; torch.nn.Linear(8, 8)(torch.rand(8)).sum().backward()"
    with kernel(WARM, tmp_path) as one:
        one.run(cell)
        before = memory()
        with kernel(WARM, tmp_path) as other:
            other.run(cell)
            assert memory() - before < 150e6


def memory() -> int:
    """Bytes held by the warm process and all below it, shared pages counted once."""
    found, pids = 0, [the_warm_process()]
    for pid in pids:
        pids += map(int, children_of(pid).split())
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        found += sum(
            1024 * int(line.split()[1]) for line in lines if line[:4] == "Pss:"
        )
    return found


# --- where a warm kernel cannot be had


def test_other_systems_have_ordinary_kernels_and_are_told_once(
    tmp_path, monkeypatch, said
):
    monkeypatch.setattr(kernels, "sys", SimpleNamespace(platform="darwin"))
    for _ in range(2):
        with kernel(WARM, tmp_path) as k:
            assert isinstance(k.provisioner.process, subprocess.Popen)
            assert (
                k.run("import os; print(os.environ['OMP_NUM_THREADS'])").text == "1\n"
            )
    (line,) = said()
    assert "darwin" in line


def test_the_module_loads_where_there_are_no_forks():
    code = """
import asyncio, os, signal, socket, jupyter_client.provisioning
for module, name in [(os, "fork"), (os, "setsid"), (signal, "SIGKILL"),
                     (signal, "SIGCHLD"), (socket, "AF_UNIX"), (socket, "send_fds")]:
    delattr(module, name)
import course_utils.grading.kernels
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_another_kernelspec_is_started_as_it_says(tmp_path, monkeypatch, said):
    code = "from ipykernel.kernelapp import launch_new_instance as l; l()"
    spec = {
        "argv": [sys.executable, "-c", code, "-f", "{connection_file}"],
        "display_name": "Other",
        "language": "python",
    }
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with kernel(WARM, tmp_path) as k:
        assert k.kernel_spec.display_name == "Other"
        assert isinstance(k.provisioner.process, subprocess.Popen)
    assert not said()


def test_a_file_that_shadows_a_library_is_imported_as_ever(tmp_path, said):
    (tmp_path / "torch.py").write_text("print('mine')")
    with kernel(WARM, tmp_path) as k:
        assert k.run("import torch").text == "mine\n"
    (line,) = said()
    assert "torch in the working folder" in line


def test_a_relative_search_path_needs_an_ordinary_kernel(tmp_path, said):
    (tmp_path / "mine.py").write_text("print('mine')")
    with kernel(WARM, tmp_path, env=os.environ | {"PYTHONPATH": "."}) as k:
        assert k.run("import mine").text == "mine\n"
    (line,) = said()
    assert "PYTHONPATH" in line


def test_a_broken_warm_process_is_replaced_by_an_ordinary_kernel(
    tmp_path, monkeypatch, said
):
    monkeypatch.setattr(warm, "SERVER", "this")  # prints a poem and ends
    monkeypatch.setattr(kernels, "_warm", warm.WarmProcesses())
    with kernel(WARM, tmp_path) as k:
        assert isinstance(k.provisioner.process, subprocess.Popen)
        assert k.run("print(1)").text == "1\n"
    (line,) = said()
    assert "the warm process does not work" in line


# --- several at once


def test_threads_can_start_kernels_at_once(tmp_path, monkeypatch):
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", WARM)
    results = {}

    def execute(number: int) -> None:
        done = NotebookClient(notebook(f"import os; print({number}, os.getpid())"))
        results[number] = done.execute().cells[0].outputs[0].text.split()

    threads = [threading.Thread(target=execute, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: int(words[0]) for n, words in results.items()} == dict(
        enumerate(range(4))
    )
    assert len({pid for _, pid in results.values()}) == 4


def test_one_variable_is_all_that_nbclient_needs(tmp_path):
    nbformat.write(
        notebook("import sys; print('torch' in sys.modules)"), tmp_path / "n.ipynb"
    )
    command = "from nbclient.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", command, "--inplace", "n.ipynb"],
        cwd=tmp_path,
        env=os.environ | {"JUPYTER_DEFAULT_PROVISIONER_NAME": WARM},
        check=True,
    )
    (cell,) = nbformat.read(tmp_path / "n.ipynb", 4).cells
    assert cell.outputs[0].text == "True\n"


@pytest.mark.slow
def test_nbgrader_gives_the_same_scores(tmp_path, monkeypatch):
    name = "a2_layer_recurrence"
    shutil.copytree(ROOT / "solutions" / name, tmp_path / "solutions" / name)
    monkeypatch.setenv("PATH", programs_first())
    course = Course(tmp_path)
    monkeypatch.chdir(tmp_path)
    course.step("generate_assignment", name)
    source = nbformat.read(f"solutions/{name}/{name}.ipynb", 4)
    (release,) = (tmp_path / course.api.coursedir.release_directory).rglob("*.ipynb")
    for student in ("solver", "untouched"):
        book = nbformat.read(release, 4)
        if student == "solver":
            answer(book, source)
        folder = tmp_path / "submitted" / student / name
        folder.mkdir(parents=True)
        nbformat.write(book, folder / f"{name}.ipynb")
    scores = {}
    for kind in (ORDINARY, WARM):
        subprocess.run(
            ["nbgrader", "autograde", name, "--force", "--create"],
            env=os.environ | {"JUPYTER_DEFAULT_PROVISIONER_NAME": kind},
            check=True,
        )
        scores[kind] = [course.grades(name, s).cells for s in ("solver", "untouched")]
    assert scores[WARM] == scores[ORDINARY]
    assert {score for score, _ in scores[WARM][1].values()} == {0}
    assert all(score == most for score, most in scores[WARM][0].values())
