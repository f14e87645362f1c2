"""The course's environment .venv: made, mended, moved with its folder.

Like tools/setup.py in the standard library alone and readable by Python 3.6.
"""

import glob
import os
import shutil
import subprocess
import sys

from step import SetupError, run_step

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "setup.log")
UNFINISHED = os.path.join(VENV, ".unfinished")
OLDEST = (3, 11)
FIND_VERSION = "import sys, pip; print(*sys.version_info[:2])"


def read(path: str) -> str:
    """A file's text; empty if there is no file."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def finished() -> bool:
    """Whether the set-up once came as far as the packages."""
    return os.path.exists(os.path.join(VENV, ".done-packages"))


def usable() -> bool:
    """Whether .venv has pip and a fitting Python: until it is finished, this one."""
    if os.path.exists(UNFINISHED) or not os.path.exists(PYTHON):
        return False
    asked = subprocess.run(
        [PYTHON, "-c", FIND_VERSION],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        universal_newlines=True,
    )
    version = tuple(map(int, asked.stdout.split()))
    this = sys.version_info[:2]
    return version >= OLDEST and (finished() or this < OLDEST or version == this)


def check_python() -> None:
    if sys.version_info < OLDEST:
        raise SetupError(
            "this is Python {}.{}, but the course needs 3.11 or newer. Name one: "
            "make lab PYTHON=python3.12".format(*sys.version_info[:2])
        )


def make_venv(title: str) -> None:
    """A fresh environment, unless a usable one stands there: that one is kept."""
    if usable():
        return
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    os.makedirs(VENV)
    write(UNFINISHED, "")
    run_step(title, [sys.executable, "-m", "venv", VENV], LOG)
    os.remove(UNFINISHED)


def forget_half_installed() -> None:
    """Let pip install again what it did not finish: the file INSTALLER comes last."""
    packages = os.path.join(VENV, "lib", "python3*", "site-packages", "*.dist-info")
    for folder in glob.glob(packages):
        if not os.path.exists(os.path.join(folder, "INSTALLER")):
            shutil.rmtree(folder)


def follow_move() -> bool:
    """Whether the course's folder was moved; the programs in .venv then follow.

    Their first lines name the Python by its full path.
    """
    before = read(os.path.join(VENV, ".place"))
    if before in ("", VENV):
        return False
    start = f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\n"
    for path in glob.glob(os.path.join(glob.escape(VENV), "bin", "*")):
        with open(path, "rb") as file:
            is_binary = b"\0" in file.read(1000)
        if is_binary or os.path.islink(path):
            continue
        rows = read(path).splitlines(True)
        length = 3 if rows[:1] == ["#!/bin/sh\n"] else 1
        if before in "".join(rows[:length]):
            write(path, start + "".join(rows[length:]))
        else:
            write(path, "".join(rows).replace(before, VENV))
    return True
