"""One step: its clock, its log, and one line that explains a failure."""

import os
import pty
import re
import subprocess
import sys
import time

import pytest

from tests.tools.conftest import ROOT
from tools.step import Clock, SetupError, explain, run_step

AGAIN = "run the same command again: it continues."
VERSION = "{}.{}".format(*sys.version_info[:2])
NONE = """\
ERROR: Could not find a version that satisfies the requirement {0} (from versions: {1})
ERROR: No matching distribution found for {0}
"""
RETRY = """\
Collecting torch==2.13.0
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, \
status=None)) after connection broken by '{}': /simple/torch/
"""
REFUSED = (
    "NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at "
    "0x7f6d5b7e2bd0>: Failed to establish a new connection: [Errno 111] Connection "
    "refused')"
)
PROXY = f"ProxyError('Cannot connect to proxy.', {REFUSED})"
NAME = (
    "NewConnectionError(\"HTTPSConnection(host='wheels.example', port=443): Failed to "
    "resolve 'wheels.example' ([Errno -3] Temporary failure in name resolution)\")"
)
CERTIFICATE = (
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] "
    "certificate verify failed: self-signed certificate in certificate chain "
    "(_ssl.c:1006)'))"
)
CUT = """\
Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (184.1 MB)
ERROR: Exception:
Traceback (most recent call last):
  File "urllib3/response.py", line 751, in _error_catcher
pip._vendor.urllib3.exceptions.ProtocolError: ('Connection broken: \
IncompleteRead(1048576 bytes read, 183051776 more expected)', \
IncompleteRead(1048576 bytes read, 183051776 more expected))
"""
FULL = """\
Installing collected packages: torch
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""
LOCKED = """\
ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: \
'/course/.venv/lib/python3.11/site-packages/six.py'
Check the permissions.
"""
HASHES = """\
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have \
updated the package versions, please update the hashes.
    six==1.17.0:
        Expected sha256 4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274
             Got        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
"""
DEBIAN = """\
The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv
package using the following command.

    apt install python3.11-venv
"""
BUILD = """\
  error: subprocess-exited-with-error
  × Building wheel for contourpy (pyproject.toml) did not run successfully.
  │ exit code: 1
  note: This error originates from a subprocess, and is likely not a problem with pip.
ERROR: Failed building wheel for contourpy
Failed to build contourpy
ERROR: Failed to build installable wheels for some pyproject.toml based projects
"""
DAMAGED = """\
Traceback (most recent call last):
  File "<string>", line 3, in <module>
course_utils.checkpoint.CheckpointError: /course/model.safetensors is damaged: its \
SHA-256 starts with e3b0c44298fc. Run `make repair` to install it again.
"""
NETWORK = "the package index cannot be reached. Check the network or the proxy and "
CASES = {
    "no network": (RETRY.format(NAME) + NONE.format("torch==2.13.0", "none"), NETWORK),
    "proxy": (RETRY.format(PROXY) + NONE.format("torch==2.13.0", "none"), NETWORK),
    "refused": (RETRY.format(REFUSED) + NONE.format("torch==2.13.0", "none"), NETWORK),
    "certificate": (RETRY.format(CERTIFICATE), NETWORK),
    "cut off": (CUT, NETWORK),
    "apt": ("E: Could not resolve 'deb.example'\n", NETWORK),
    "full": (FULL, "a disk is full: the one of this folder, of /tmp or of pip's cache"),
    "full on the way": (RETRY.format(REFUSED) + FULL, "a disk is full"),
    "quota": ("OSError: [Errno 122] Disk quota exceeded\n", "a disk is full"),
    "locked": (LOCKED, "you may not write '/course/.venv/lib/python3.11/site-"),
    "locked after a retry": (RETRY.format(REFUSED) + LOCKED, "you may not write"),
    "hashes": (HASHES, "a download arrived damaged. Empty pip's cache (pip cache"),
    "no zip": ("zipfile.BadZipFile: File is not a zip file\n", "a download arrived"),
    "Debian": (
        DEBIAN,
        "this Python lacks its venv module. "
        f"On Debian: apt install python{VERSION}-venv",
    ),
    "no venv": ("/usr/bin/python3: No module named venv\n", "this Python lacks its"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_failure_is_explained(name):
    log, wanted = CASES[name]
    text = explain(log, 1, "setup.log")
    assert text.startswith(wanted)
    assert text.endswith(AGAIN)
    assert "\n" not in text


def test_a_version_that_the_index_lacks():
    text = explain(NONE.format("torch==2.13.0", "2.2.0, 2.2.1"), 1, "setup.log")
    assert text.startswith(
        f"the package index has no torch==2.13.0 for Python {VERSION} on this system."
    )
    assert "make lab PYTHON=python3.12" in text
    assert "TORCH_INDEX=" in text


@pytest.mark.parametrize("log", ["", RETRY.format(REFUSED)])
def test_an_ended_program(log):
    text = explain(log, -9, "setup.log")
    assert text.startswith("a program was ended (signal 9), often for want of memory.")
    assert text.endswith(AGAIN)


@pytest.mark.parametrize(
    ("log", "wanted"),
    [
        (BUILD, "Failed to build installable wheels for some pyproject.toml based"),
        ("E: Unable to locate package chromium\n", "E: Unable to locate package"),
        ("one\ntwo\n\n", "two"),
        ("", "it said nothing"),
        ("ValueError: x\nhint: y\n", "x"),
    ],
)
def test_of_another_failure_the_last_error_is_told(tmp_path, monkeypatch, log, wanted):
    monkeypatch.chdir(tmp_path)
    text = explain(log, 1, str(tmp_path / "v" / "setup.log"))
    assert text.startswith(wanted)
    assert text.endswith("(all of it: v/setup.log)")
    assert "\n" not in text


def test_what_says_itself_how_to_mend_it_needs_no_log():
    wanted = DAMAGED.splitlines()[-1].split("Error: ")[1]
    assert explain(DAMAGED, 1, "setup.log") == wanted


def shell(code: str) -> list[str]:
    return ["sh", "-c", code]


def test_a_step_prints_its_title_and_time_alone(tmp_path, capfd):
    log = tmp_path / "log"
    run_step("[1/2] one", shell("echo out; echo err >&2"), str(log))
    run_step("[2/2] two", shell("cat"), str(log))  # nothing to read: it ends
    out, err = capfd.readouterr()
    assert re.sub(r"\d+ s", "N s", out) == (
        "[1/2] one ...\n[1/2] one: done in N s\n[2/2] two ...\n[2/2] two: done in N s\n"
    )
    assert err == ""
    assert log.read_text() == "\n[1/2] one\nout\nerr\n\n[2/2] two\n"


def test_a_failed_step_is_explained_by_its_own_part_of_the_log(tmp_path, capfd):
    log = tmp_path / "log"
    run_step("one", shell("echo No space left on device"), str(log))
    with pytest.raises(SetupError, match="it is so"):
        run_step("two", shell("echo 'ERROR: it is so'; exit 3"), str(log))
    assert re.search(r"two: stopped after \d+ s\n$", capfd.readouterr().out)


def test_a_log_that_is_not_utf_8_is_explained(tmp_path):
    with pytest.raises(SetupError, match="caf"):
        run_step(
            "one", shell(r"printf 'ERROR: caf\351\n'; exit 1"), str(tmp_path / "l")
        )


def test_the_lock_stays_with_what_runs(tmp_path):
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    code = f"import os; os.write({writing}, b'held')"
    run_step("one", [sys.executable, "-c", code], str(tmp_path / "log"))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "held"


def test_a_program_that_is_missing_raises_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        run_step("one", ["/no/such/program"], str(tmp_path / "log"))


MOVING = """
from tools.step import run_step
run_step("[1/1] title", ["sleep", "1.3"], "/dev/null")
"""


def test_in_a_terminal_the_seconds_pass_in_one_line():
    terminal, inside = pty.openpty()
    step = subprocess.Popen(
        [sys.executable, "-c", MOVING], cwd=ROOT, stdout=inside, stderr=inside
    )
    os.close(inside)
    said = b""
    try:
        while part := os.read(terminal, 1000):
            said += part
    except OSError:
        pass  # the other end is closed
    os.close(terminal)
    assert step.wait() == 0
    first, *moves, last = said.decode().split("\r")[:-1]
    assert first == "[1/1] title ..."
    assert len(moves) >= 2
    assert all(re.fullmatch(r"\[1/1\] title \.\.\. \d+ s", move) for move in moves)
    assert re.fullmatch(r"\[1/1\] title: done in \d+ s", last)
    assert len(last) >= max(map(len, moves))  # nothing of them stays to be seen


def test_the_clock_tells_an_interruption(capsys):
    with pytest.raises(KeyboardInterrupt), Clock("title"):
        raise KeyboardInterrupt
    assert re.fullmatch(
        r"title \.\.\.\ntitle: stopped after \d+ s\n", capsys.readouterr().out
    )


def test_the_clock_counts_whole_seconds(monkeypatch):
    clock = Clock("title")
    monkeypatch.setattr(time, "time", lambda: clock.started + 61.4)
    assert clock.text(": done in") == "title: done in 61 s"
