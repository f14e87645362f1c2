"""Processes that stay, and the network."""

from tests.attacks.attack import payload

STAY = """import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(90)", "@MARK@"],
    stdin=-3, stdout=-3, stderr=-3MORE)"""
ATTACKS = [
    payload("processes-child", STAY.replace("MORE", "")),
    payload("processes-session", STAY.replace("MORE", ", start_new_session=True")),
    payload(
        "processes-orphan",
        "import os\nif os.fork() == 0:\n    if os.fork() == 0:\n        os.setsid()\n"
        "        os.execlp('python3', 'python3', '-c',"
        " 'import time; time.sleep(90)', '@MARK@')\n    os._exit(0)",
    ),
    payload(
        "processes-network",
        """import socket
with socket.create_connection(("127.0.0.1", @PORT@), timeout=2) as line:
    line.sendall(b"@MARK@")""",
    ),
    payload(
        "processes-http",
        """from urllib.request import urlopen
try:
    urlopen("http://127.0.0.1:@PORT@/@MARK@", timeout=2)
except OSError:
    pass""",
    ),
    payload(
        "processes-unix-socket",
        """import socket
with socket.socket(socket.AF_UNIX) as line:
    line.connect("@HOST@/socket")
    line.sendall(b"@MARK@")""",
    ),
]
