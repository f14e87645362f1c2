"""Set up the course: `make setup` calls this, and so does every other target.

    python3 tools/setup.py [--test] [--repair] [--torch-index URL]

Only the standard library is used, in syntax that Python 3.6 can read, so that an
old Python can say that it is too old. Each step leaves a stamp in .venv when it is
done: a second run does nothing, needs no network, and continues what was
interrupted.
"""

import argparse
import errno
import hashlib
import os
import shutil
import sys

from environment import (
    LOG,
    PLACE,
    PYTHON,
    ROOT,
    VENV,
    check_python,
    finished,
    follow_move,
    forget_half_installed,
    make_venv,
    read,
    size_of,
    usable,
    write,
)
from step import SetupError, run_step

NEEDED_GB = 3.0  # the CPU build with all packages, the model and what pip unpacks
INDEX = os.path.join(VENV, ".torch-index")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
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
    # Both lead past .venv: to what is installed elsewhere, and into the home.
    os.environ.pop("PYTHONPATH", None)
    os.environ["PIP_USER"] = "0"
    try:
        lock_folder()
        # Once named it stays: another pin comes from there as well.
        options.torch_index = options.torch_index or read(INDEX)
        pending = pending_steps(options)
        if pending:
            run_steps(pending, options.repair)
        if options.torch_index:
            write(INDEX, options.torch_index)
        if options.test:
            find_browser()
    except SetupError as error:
        sys.exit(f"Set-up stopped: {error}")
    except OSError as error:
        sys.exit(f"Set-up stopped: {of_the_system(error)}")
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again: it continues.")
        sys.exit(130)


def of_the_system(error: OSError) -> str:
    """One line: what the system refused, and what to do."""
    place = error.filename or ROOT
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        text = f"you may not write {place}. Mend its rights, or copy the course to"
        return f"{text} a folder of your own and run the same command there."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk of {place} is full. Make room and run the same command again."
    return f"{place}: {error.strerror}."


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
    except OSError:
        pass  # a network's file system that locks no folders


def all_steps(options: argparse.Namespace) -> list:
    """Tuples of name, title, what is done and what it depends on, in order."""
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["--no-input", "--retries", "2"]
    torch, pins = pin_of("torch"), read("requirements.txt")
    source = options.torch_index
    # Forced, since another build of the same version would be passed over.
    index = ["--index-url", source, "--force-reinstall"] if source else []
    model = ["--no-deps", "-r", "requirements-model.txt"]
    if options.repair:
        model += ["--force-reinstall", "--no-cache-dir"]
    course = ["--no-deps", "--no-build-isolation", "-e", "."]
    steps = [
        ("venv", "Python environment", make_venv, ""),
        ("torch", f"PyTorch ({torch})", [*pip, *index, torch], torch + source),
        ("packages", "packages", [*pip, "-r", "requirements.txt"], pins + source),
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
    moved, ready = follow_move(), usable()
    steps, pending = all_steps(options), []
    for number, (name, title, action, inputs) in enumerate(steps, 1):
        key = hashlib.sha256(inputs.encode()).hexdigest()
        again = name != "venv" and (options.repair or (moved and name == "course"))
        stamp = os.path.join(VENV, ".done-" + name)
        if again and os.path.exists(stamp):
            write(stamp, "")
        if not ready or read(stamp) != key:
            title = f"[{number}/{len(steps)}] {title}"
            pending.append((title, action, stamp, key))
    return pending


def run_steps(pending: list, repair: bool) -> None:
    """Run what is not done yet; each stamp is written when its step has succeeded."""
    ready = usable()
    if not ready:
        check_python()
    if not ready and finished():
        print("The Python of .venv is another one or damaged: all is made anew.")
    if not ready or not finished():
        check_disk()
        print("Setting up the course in .venv: once, for some minutes.", flush=True)
    if os.path.exists(LOG):
        os.remove(LOG)
    forget_half_installed(damaged_too=repair)
    for title, action, stamp, key in pending:
        if callable(action):
            action(title)
        else:
            run_step(title, action, LOG)
        write(stamp, key)
    write(PLACE, VENV)


def pin_of(package: str) -> str:
    """The line of requirements.txt that pins a package, for example torch==2.13.0."""
    for line in read("requirements.txt").splitlines():
        if line.startswith(package + "=="):
            return line
    raise SetupError(f"requirements.txt has no pin for {package}.")


def check_disk() -> None:
    free, there = shutil.disk_usage(ROOT).free / 1e9, size_of(VENV) / 1e9
    if free + there < NEEDED_GB:
        raise SetupError(
            f"{free:.1f} GB are free here, the course needs {NEEDED_GB - there:.1f} GB "
            "more. Make room and run the same command again."
        )


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
