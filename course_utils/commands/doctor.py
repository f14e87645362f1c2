"""`course doctor`: is everything there, and what to do where it is not."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from course_utils.commands import CommandError, course_root
from course_utils.commands.machine import free_memory, start_error

MEMORY_GB = 3  # JupyterLab, one kernel with torch and the encoder, a browser
PACKAGES = (
    "torch",
    "numpy",
    "jupyterlab",
    "matplotlib",
    "nbgrader",
    "ipywidgets",
    "anywidget",
    "safetensors",
    "tokenizers",
)


class Result(NamedTuple):
    """One line of the report."""

    state: str  # OK, FAIL or INFO
    subject: str
    text: str
    fix: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    results = list(examine())
    if options.json:
        print(json.dumps([result._asdict() for result in results], indent=1))
    else:
        for result in results:
            print(f"[{result.state:4}] {result.subject:9} {result.text}")
            if result.fix:
                print(f"{'':17} → {result.fix}")
    return int(any(result.state == "FAIL" for result in results))


def examine() -> Iterator[Result]:
    """All checks, the quick ones first."""
    yield python()
    yield packages()
    yield checked("model", encoder)
    yield checked("data", messages)
    yield jupyter()
    yield nbgrader()
    yield sandbox()
    yield memory()
    yield disk()


def python() -> Result:
    version = ".".join(map(str, sys.version_info[:3]))
    return Result("OK", "Python", f"{version} in {sys.prefix}")


def packages() -> Result:
    """Installed packages against the pins of requirements.txt."""
    pins = pinned_versions()
    installed = {name: version_of(name) for name in [*PACKAGES, *pins]}
    wrong = [
        f"{name} {version or 'missing'} (pinned {pins.get(name, 'none')})"
        for name, version in installed.items()
        if not version or pins.get(name) not in (None, version.split("+")[0])
    ]
    if wrong and os.environ.get("PYTHONPATH"):
        text = f"{', '.join(wrong)}; PYTHONPATH leads to other ones"
        return Result("FAIL", "packages", text, "unset PYTHONPATH")
    if wrong:
        return Result("FAIL", "packages", ", ".join(wrong), reinstall())
    shown = ", ".join(f"{name} {installed[name]}" for name in PACKAGES)
    return Result("OK", "packages", shown)


def reinstall(options: str = "-r requirements.txt") -> str:
    """What installs again: in the course's .venv, or where pip is used by hand."""
    by_hand = f"pip install {options}"
    return "make repair" if Path(sys.prefix).name == ".venv" else by_hand


def version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def pinned_versions() -> dict[str, str]:
    """Versions in requirements.txt; none outside the course's folder."""
    try:
        text = (course_root() / "requirements.txt").read_text(encoding="utf-8")
    except (CommandError, OSError):
        return {}
    rows = (row.split("==") for row in text.splitlines() if "==" in row)
    return {name: version.strip() for name, version in rows}


def checked(subject: str, look: Callable[[], str]) -> Result:
    """What a look at something says, or why it cannot be used."""
    try:
        return Result("OK", subject, look())
    except CommandError as error:
        again = "--no-deps --force-reinstall -r requirements-model.txt"
        return Result("FAIL", subject, str(error), reinstall(again))
    except (ImportError, OSError) as error:  # the latter from torch's own libraries
        return Result("FAIL", subject, str(error), reinstall())


def encoder() -> str:
    """The pre-trained encoder, checksums included."""
    from course_utils.pretrained import CheckpointError, packaged_folder, verify

    try:
        verify(packaged_folder())
    except CheckpointError as error:
        raise CommandError(str(error)) from None
    return "all-MiniLM-L6-v2, checksum right"


def messages() -> str:
    """The spam messages, checksum included."""
    from course_utils.data import DataError, spam_file

    try:
        return f"{spam_file().name}, checksum right"
    except DataError as error:
        raise CommandError(str(error)) from None


def jupyter() -> Result:
    """JupyterLab's kernel python3: that of this Python, as `course lab` finds it."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError as error:
        return Result("FAIL", "Jupyter", str(error), reinstall())
    own = Path(sys.prefix, "share", "jupyter", "kernels")
    manager = KernelSpecManager()
    manager.kernel_dirs = [str(own), *manager.kernel_dirs]
    install = f'"{sys.executable}" -m ipykernel install --sys-prefix'
    try:
        spec = manager.get_kernel_spec("python3")
    except NoSuchKernel:
        return Result("FAIL", "Jupyter", "no kernel named python3", reinstall())
    runs = Path(spec.argv[0])
    here = {f"python{end}" for end in ("", "3", f"3.{sys.version_info[1]}")}
    if str(runs) not in here and Path(sys.prefix) not in runs.parents:
        text = f"the kernel python3 runs another Python, {runs}"
        return Result("FAIL", "Jupyter", text, install)
    return Result("OK", "Jupyter", f"kernel python3 in {spec.resource_dir}")


def nbgrader() -> Result:
    """nbgrader, its helper program on the path, and the course's configuration."""
    if version_of("nbgrader") is None:
        return Result("FAIL", "nbgrader", "is not installed", reinstall())
    if not program("alembic"):
        again = reinstall("--force-reinstall --no-deps alembic")
        return Result("FAIL", "nbgrader", "its program alembic is missing", again)
    try:
        root = course_root()
    except CommandError as error:
        return Result("FAIL", "nbgrader", str(error), "cd into the course's folder")
    number = len(list(root.glob("assignments/*/*.ipynb")))
    if not number:
        fix = "git checkout assignments, or make release"
        return Result("FAIL", "nbgrader", "there is no assignment", fix)
    return Result("OK", "nbgrader", f"{number} assignments, configuration found")


def program(name: str) -> str | None:
    """Path of a program, this Python's own first."""
    places = os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)
    return shutil.which(name, path=os.pathsep.join(places))


def sandbox() -> Result:
    """Bubblewrap: only those who grade what others wrote need it."""
    found = program("bwrap")
    if not found:
        text = "bubblewrap is not installed; needed only to grade what others wrote"
        return Result("INFO", "sandbox", text, "apt install bubblewrap")
    inside = [found, "--ro-bind", "/", "/", "--unshare-all", "true"]
    if reason := start_error(inside):
        text = f"{found} does not start: {reason}; needed only to grade what others "
        fix = "Allow user namespaces (in a container: those who start it can)."
        return Result("INFO", "sandbox", text + "wrote", fix)
    return Result("OK", "sandbox", f"bubblewrap in {found}")


def memory() -> Result:
    """Free memory, where the system tells."""
    free = free_memory()
    if free is None:
        return Result("INFO", "memory", "this system does not tell")
    if free < MEMORY_GB:
        text = f"{free:.1f} GB free, lessons need up to {MEMORY_GB} GB"
        fix = "Close other programs or kernels, or give a container more."
        return Result("FAIL", "memory", text, fix)
    return Result("OK", "memory", f"{free:.1f} GB free")


def disk() -> Result:
    """Room for answers and logs, in the course's folder if this is inside it."""
    try:
        place = course_root()
    except CommandError:
        place = Path.cwd()
    free = shutil.disk_usage(place).free / 1e9
    if free < 0.5:
        return Result("FAIL", "disk", f"{free:.1f} GB free", "Make room: 0.5 GB.")
    return Result("OK", "disk", f"{free:.0f} GB free")
