"""Set up the course: `make setup` calls this, and so does every other target.

    python3 tools/setup.py [--test] [--repair] [--torch-index URL]

Only the standard library is used, in syntax that Python 3.6 can read, so that an
old Python can say that it is too old. Each step leaves a stamp in .venv when it is
done: a second run does nothing, needs no network, and continues what was
interrupted.
"""

import argparse
import glob
import hashlib
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
NEEDED_GB = 3.0  # the CPU build with all packages, the model and what pip unpacks
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

USABLE = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
VERIFY = """
from course_utils.pretrained import packaged_folder, verify
verify(packaged_folder())
from course_utils.data import spam_file
spam_file()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--test", action="store_true", help="also the test tools")
    parser.add_argument("--repair", action="store_true", help="install all once more")
    parser.add_argument("--torch-index", default="", help="index for torch alone")
    options = parser.parse_args()
    os.chdir(ROOT)
    try:
        lock_folder()
        pending = pending_steps(options)
        if pending:
            run_steps(pending)
        if options.test:
            find_browser()
    except SetupError as error:
        sys.exit(f"Set-up stopped: {error}")
    except OSError as error:
        sys.exit(f"Set-up stopped: {error.filename or ROOT}: {error.strerror}.")
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again: it continues.")
        sys.exit(130)


def lock_folder() -> None:
    """Wait until no other set-up works in this folder.

    The programs that are started inherit the lock: it also holds while one of them
    outlives a set-up that was killed.
    """
    try:
        import fcntl
    except ImportError:
        text = "on Windows the course runs inside WSL (wsl --install)."
        raise SetupError(text) from None
    folder = os.open(ROOT, os.O_RDONLY)
    os.set_inheritable(folder, True)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another set-up works in this folder: waiting for it ...", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)


def all_steps(options: argparse.Namespace) -> list:
    """Tuples of name, title, what is done and what it depends on, in order."""
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["--no-input", "--retries", "2"]
    index = ["--index-url", options.torch_index] if options.torch_index else []
    torch, pins = pin_of("torch"), read("requirements.txt")
    model = ["--no-deps", "-r", "requirements-model.txt"]
    if options.repair:
        model += ["--force-reinstall", "--no-cache-dir"]
    course = ["--no-deps", "--no-build-isolation", "-e", "."]
    steps = [
        ("venv", "Python environment", make_venv, ""),
        ("torch", f"PyTorch ({torch})", [*pip, *index, torch], torch),
        ("packages", "packages", [*pip, "-r", "requirements.txt"], pins),
        ("course", "the course's own package", pip + course, read("pyproject.toml")),
        ("model", "encoder and spam messages", pip + model, read(model[2])),
        ("verify", "their checksums", [PYTHON, "-c", VERIFY], read(model[2])),
    ]
    if options.test:
        tools = "requirements-test.txt"
        steps.append(("test", "test tools", [*pip, "-r", tools], read(tools)))
    return steps


def pending_steps(options: argparse.Namespace) -> list:
    """Steps that are not done yet: title, action, path and text of the stamp.

    A stamp holds a hash of what its step depends on.
    """
    moved = follow_move()
    steps, pending = all_steps(options), []
    for number, (name, title, action, inputs) in enumerate(steps, 1):
        key = hashlib.sha256(inputs.encode()).hexdigest()
        again = (options.repair and name != "venv") or (moved and name == "course")
        stamp = os.path.join(VENV, ".done-" + name)
        if again and os.path.exists(stamp):
            os.remove(stamp)
        if not os.path.exists(PYTHON) or read(stamp) != key:
            title = f"[{number}/{len(steps)}] {title}"
            pending.append((title, action, stamp, key))
    return pending


def run_steps(pending: list) -> None:
    """Run what is not done yet; each stamp is written when its step has succeeded."""
    if not usable():
        check_python()
    if not os.path.exists(os.path.join(VENV, ".done-packages")):
        check_disk()
        print("Setting up the course in .venv: once, for some minutes.", flush=True)
    if os.path.exists(LOG):
        os.remove(LOG)
    forget_half_installed()
    for title, action, stamp, key in pending:
        if callable(action):
            action(title)
        else:
            run_step(title, action, LOG)
        write(stamp, key)
    write(os.path.join(VENV, ".place"), VENV)


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


def pin_of(package: str) -> str:
    """The line of requirements.txt that pins a package, for example torch==2.13.0."""
    for line in read("requirements.txt").splitlines():
        if line.startswith(package + "=="):
            return line
    raise SetupError(f"requirements.txt has no pin for {package}.")


def check_python() -> None:
    if sys.version_info < OLDEST:
        raise SetupError(
            "this is Python {}.{}, but the course needs 3.11 or newer. Name one: "
            "make lab PYTHON=python3.12".format(*sys.version_info[:2])
        )


def check_disk() -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            f"{free:.1f} GB are free here, the course needs {NEEDED_GB:.0f} GB. "
            "Make room and run the same command again."
        )


def usable() -> bool:
    """Whether .venv was finished and holds a new enough Python with pip."""
    if os.path.exists(UNFINISHED) or not os.path.exists(PYTHON):
        return False
    return subprocess.call([PYTHON, "-c", USABLE], stderr=subprocess.DEVNULL) == 0


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


def find_browser() -> None:
    """Chromium for the browser tests: installed as root on Debian, else a remark."""
    names = [os.environ.get("CHROMIUM"), *BROWSERS]
    if any(name and shutil.which(name) for name in names):
        return
    remark = "Chromium is missing, so the browser tests are skipped. To run them: "
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(remark + "apt install chromium")
        return
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
    try:
        run_step("Chromium: package lists", ["apt-get", "update", "-q"], LOG)
        run_step("Chromium for the browser tests", install, LOG)
    except SetupError as error:
        if os.environ.get("CI"):
            raise
        print(f"{remark}apt install chromium ({error})")


if __name__ == "__main__":
    main()
