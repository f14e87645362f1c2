"""The course's environment .venv: made, mended, moved with its folder.

Like tools/setup.py in the standard library alone and readable by Python 3.6.
"""

import csv
import errno
import glob
import os
import re
import shutil
import subprocess
import sys

from step import SetupError, run_step

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "setup.log")
PLACE = os.path.join(VENV, ".place")
UNFINISHED = os.path.join(VENV, ".unfinished")
OLDEST = (3, 11)
FIND_VERSION = "import sys, pip; print(*sys.version_info[:2])"


def read(path: str) -> str:
    """A file's text; empty if there is no file."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def finished() -> bool:
    """Whether the set-up once came as far as the packages."""
    return os.path.exists(os.path.join(VENV, ".done-packages"))


def usable() -> bool:
    """Whether .venv has pip and a fitting Python: until it is finished, this one.

    Raises:
        SetupError: its Python was ended from outside, which says nothing of it.
    """
    if os.path.exists(UNFINISHED) or not os.path.exists(PYTHON):
        return False
    try:
        asked = subprocess.run(
            [PYTHON, "-c", FIND_VERSION],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
        )
    except OSError as error:
        if error.errno not in (errno.ENOEXEC, errno.EACCES, errno.ENOENT):
            raise
        return False  # made on another kind of machine
    if asked.returncode < 0:
        raise SetupError(
            f"{PYTHON} was ended (signal {-asked.returncode}), often for want of "
            "memory. Close other programs and run the same command again."
        )
    if asked.returncode:
        return False  # for example since the system's Python became a newer one
    version = tuple(map(int, asked.stdout.split()[-2:]))
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
    write(PLACE, VENV)
    os.remove(UNFINISHED)


def packages(pattern: str) -> list:
    """Paths in the environment's folder of packages."""
    folder = os.path.join(glob.escape(VENV), "lib", "python3*", "site-packages")
    return glob.glob(os.path.join(folder, pattern))


def forget_half_installed(damaged_too: bool) -> None:
    """Let pip install again what it did not finish: the file INSTALLER comes last.

    What it had put aside for a newer version goes: such names begin with a tilde.

    Args:
        damaged_too: also what lacks files, or has some of another size, as after
            a loss of power. That takes a second.
    """
    for path in packages("~*"):
        shutil.rmtree(path, ignore_errors=True)
    for folder in packages("*.dist-info"):
        half = not os.path.exists(os.path.join(folder, "INSTALLER"))
        if half or (damaged_too and is_damaged(folder)):
            shutil.rmtree(folder)


def is_damaged(folder: str) -> bool:
    """Whether files that a package's RECORD lists are missing or of another size."""
    rows = list(csv.reader(read(os.path.join(folder, "RECORD")).splitlines()))
    for name, size in ((row[0], row[2]) for row in rows if len(row) == 3 and row[2]):
        path = os.path.join(os.path.dirname(folder), name)
        found = os.path.getsize(path) if os.path.exists(path) else -1
        is_program = name.startswith("..")  # it changes with its folder's path
        if found < 1 < int(size) or (found != int(size) and not is_program):
            return True
    return not rows


def size_of(folder: str) -> int:
    """Bytes of all files below a folder."""
    paths = (os.path.join(top, n) for top, _, names in os.walk(folder) for n in names)
    return sum(os.lstat(path).st_size for path in paths)


def follow_move() -> bool:
    """Whether the course's folder was moved; the programs in .venv then follow.

    Their first lines name the Python by its full path.
    """
    before = read(PLACE)
    if before in ("", VENV):
        return False
    # One may hold the other: looked for together, no path is put into itself.
    either = "|".join(map(re.escape, (before, VENV)))
    start = f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\n"
    for path in glob.glob(os.path.join(glob.escape(VENV), "bin", "*")):
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            if b"\0" in file.read(1000):
                continue  # a binary
        rows = read(path).splitlines(True)
        length = 3 if rows[:1] == ["#!/bin/sh\n"] else 1
        first = "".join(rows[:length])
        if first.startswith("#!") and before in first:
            write(path, start + "".join(rows[length:]))
        else:
            write(path, re.sub(either, lambda _: VENV, "".join(rows)))
    return True
