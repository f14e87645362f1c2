"""What a submission must not see."""

from tests.attacks.attack import payload


def read(name: str, path: str):
    return payload(
        f"reading-{name}",
        f"""from pathlib import Path
import re
text = Path({path!r}).read_bytes().decode("latin1")
print("@NAME@=" + re.search("secret-[a-z]+-[0-9a-f]+", text)[0])""",
    )


ATTACKS = [
    read("solution", "@ROOT@/source/p/p.ipynb"),
    read("classmate", "@CLASSMATE@/notes.txt"),
    read("home", "@HOME@/secret.txt"),
    read("host", "@HOST@/secret.txt"),
    read("gradebook", "@ROOT@/gradebook.db"),
    read("environment", "/proc/self/environ"),
    payload(
        "reading-variable",
        "import os\nprint('@NAME@=' + os.environ['ARENA_SECRET'])",
    ),
    payload(
        "reading-parents",
        """import os, re
pid = os.getpid()
while pid > 1:
    try:
        text = open(f"/proc/{pid}/environ", "rb").read().decode("latin1")
    except OSError:
        break
    if found := re.search("secret-variable-[0-9a-f]+", text):
        print("@NAME@=" + found[0])
    pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])""",
    ),
]
