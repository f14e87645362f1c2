"""More than a fair share; each takes a bounded amount and says that it got it."""

from tests.attacks.attack import payload

GOT = "\nprint('@NAME@=unlimited')"
SAYS = "{}=unlimited"


def takes(name: str, source: str):
    return payload(name, source + GOT, says=f"{name}=unlimited")


ATTACKS = [
    payload("resources-loop", "while True: pass"),
    payload(
        "resources-deaf-loop",
        """import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass""",
    ),
    payload("resources-sleep", "import time\ntime.sleep(100)"),
    takes("resources-memory", "taken = bytearray(1_500_000_000)\ndel taken"),
    takes(
        "resources-disk",
        """with open("big.bin", "wb") as file:
    for _ in range(150):
        file.write(bytes(1_000_000))""",
    ),
    takes(
        "resources-inodes",
        """import os
os.mkdir("many")
for number in range(20_000):
    open(f"many/{number}", "w").close()""",
    ),
    takes(
        "resources-forks",
        """import os, time
for _ in range(150):
    if os.fork() == 0:
        time.sleep(3)
        os._exit(0)""",
    ),
    payload("resources-flood", "for _ in range(200): print('x' * 100_000)"),
    payload(
        "resources-huge-output",
        """from IPython.display import display
display({"text/plain": "x" * 20_000_000}, raw=True)""",
    ),
    payload(
        "resources-many-outputs",
        """from IPython.display import display
for number in range(20_000): display(number)""",
    ),
]
