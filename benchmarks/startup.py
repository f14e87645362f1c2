"""How long importing the package and asking `course` for help take."""

import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.report import table
from benchmarks.timing import spread

ROUNDS = 30
STEPS = ("min", "median", "max")
EXPLANATION = f"""\
Milliseconds of fresh processes, run in turn {ROUNDS} times; "over a bare interpreter"
is the difference to `python -c pass` in the same round. The aims: under 50 ms for the
import, under 300 ms for the command.
"""


def measure() -> tuple[str, str]:
    """Title and text of the section."""
    course = Path(sys.executable).with_name("course")
    commands = {
        "bare interpreter": [sys.executable, "-c", "pass"],
        "`import course_utils`": [sys.executable, "-c", "import course_utils"],
        "`course --help`": [str(course), "--help"],
    }
    seconds = {name: [] for name in commands}
    for number in range(-1, ROUNDS):  # the first round only warms up
        for name, command in commands.items():
            pair = run(command)
            if number >= 0:
                seconds[name].append(pair)
    bare, imported, _ = seconds.values()
    seconds["`import course_utils` over a bare interpreter"] = [
        tuple(a - b for a, b in zip(*pairs, strict=True))
        for pairs in zip(imported, bare, strict=True)
    ]
    rows = [
        [name, *(cell for times in zip(*pairs, strict=True) for cell in cells(times))]
        for name, pairs in seconds.items()
    ]
    header = ["process", *(f"{kind}, {n}" for kind in ("wall", "CPU") for n in STEPS)]
    return "Start-up", f"{EXPLANATION}\n{table(header, rows)}"


def cells(times: tuple[float, ...]) -> list[str]:
    """Smallest, median and largest in milliseconds."""
    return spread([1000 * t for t in times], ".0f")


def run(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process."""
    before, start = children_seconds(), perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start, children_seconds() - before


def children_seconds() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
