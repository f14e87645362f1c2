"""Ends of processes on which others depend; only those of the harness."""

from tests.attacks.attack import payload

FAMILY = """import os, signal
def ours(pid):
    try:
        return b"ARENA_RUN=@RUN@" in open(f"/proc/{pid}/environ", "rb").read()
    except OSError:
        return False
"""
ATTACKS = [
    payload("stopping-exit", "import os\nos._exit(0)", alone="stock"),
    payload("stopping-kill", "import os\nos.kill(os.getpid(), 9)", alone="stock"),
    payload(
        "stopping-parent",
        FAMILY + "if ours(os.getppid()): os.kill(os.getppid(), 9)",
        alone="both",
    ),
    payload(
        "stopping-all",
        FAMILY
        + """for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) != os.getpid() and ours(pid):
        os.kill(int(pid), 9)""",
        alone="both",
    ),
    payload(
        "stopping-locked-gradebook",
        """import sqlite3, subprocess, sys
subprocess.Popen([sys.executable, "-c", '''
import sqlite3, time
db = sqlite3.connect("file:@ROOT@/gradebook.db?mode=rw", uri=True)
db.execute("BEGIN EXCLUSIVE")
time.sleep(25)
''', "@MARK@"], start_new_session=True)
import time
time.sleep(1)""",
        alone="both",
    ),
]
