"""`course doctor`: is everything there, and what to do where it is not."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from course_utils.commands import CommandError, course_root

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
    yield from model_and_data()
    yield jupyter()
    yield nbgrader()
    yield sandbox()
    yield memory()
    yield disk()


def python() -> Result:
    version = ".".join(map(str, sys.version_info[:3]))
    return Result("OK", "Python", version)


def packages() -> Result:
    """Installed packages against the pins of requirements.txt."""
    installed = {name: version_of(name) for name in PACKAGES}
    pins = pinned_versions()
    wrong = [
        f"{name} {version or 'missing'} (pinned {pins[name]})"
        for name, version in installed.items()
        if name in pins and (version or "").split("+")[0] != pins[name]
    ]
    if wrong:
        return Result("FAIL", "packages", ", ".join(wrong), "make setup")
    return Result("OK", "packages", ", ".join(f"{n} {v}" for n, v in installed.items()))


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


def model_and_data() -> Iterator[Result]:
    """The pre-trained encoder and the spam messages, checksums included."""
    from course_utils.data import DataError, spam_file

    try:
        from course_utils.pretrained import CheckpointError, packaged_folder, verify
    except ImportError as error:
        yield Result("FAIL", "model", str(error), "make setup")
    else:
        try:
            verify(packaged_folder())
            yield Result("OK", "model", "all-MiniLM-L6-v2, checksum right")
        except CheckpointError as error:
            yield Result("FAIL", "model", str(error), "make repair")
    try:
        yield Result("OK", "data", f"{spam_file().name}, checksum right")
    except DataError as error:
        yield Result("FAIL", "data", str(error), "make repair")


def jupyter() -> Result:
    """JupyterLab and a kernel for this Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        kernels = KernelSpecManager().find_kernel_specs()
    except ImportError as error:
        return Result("FAIL", "Jupyter", str(error), "make setup")
    if "python3" not in kernels:
        fix = "python -m ipykernel install --sys-prefix"
        return Result("FAIL", "Jupyter", "no kernel named python3", fix)
    return Result("OK", "Jupyter", f"kernel python3 in {kernels['python3']}")


def nbgrader() -> Result:
    """nbgrader, its helper program on the path, and the course's configuration."""
    programs = os.path.dirname(sys.executable)
    if version_of("nbgrader") is None:
        return Result("FAIL", "nbgrader", "is not installed", "make setup")
    if not shutil.which("alembic", path=f"{programs}{os.pathsep}{os.environ['PATH']}"):
        return Result(
            "FAIL", "nbgrader", "its program alembic is missing", "make setup"
        )
    try:
        root = course_root()
    except CommandError as error:
        return Result("FAIL", "nbgrader", str(error), "cd into the course's folder")
    number = len(list(root.glob("assignments/*/*.ipynb")))
    if not number:
        fix = "git checkout assignments, or make release"
        return Result("FAIL", "nbgrader", "there is no assignment", fix)
    return Result("OK", "nbgrader", f"{number} assignments, configuration found")


def sandbox() -> Result:
    """Bubblewrap: only those who grade what others wrote need it."""
    if shutil.which("bwrap"):
        return Result("OK", "sandbox", f"bubblewrap in {shutil.which('bwrap')}")
    text = "bubblewrap is not installed; needed only to grade what others wrote"
    return Result("INFO", "sandbox", text, "apt install bubblewrap")


def memory() -> Result:
    """Free memory, where the system tells."""
    try:
        rows = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(row.split()[1]) for row in rows if "MemAvailable" in row) / 1e6
    except (OSError, StopIteration, ValueError):
        return Result("INFO", "memory", "this system does not tell")
    if free < MEMORY_GB:
        text = f"{free:.1f} GB free, lessons need up to {MEMORY_GB} GB"
        return Result("FAIL", "memory", text, "Close other programs or kernels.")
    return Result("OK", "memory", f"{free:.1f} GB free")


def disk() -> Result:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    if free < 0.5:
        return Result("FAIL", "disk", f"{free:.1f} GB free", "Make room: 0.5 GB.")
    return Result("OK", "disk", f"{free:.0f} GB free")
