"""Run All of every lesson: wall time, CPU time and peak memory."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient

from benchmarks.report import ROOT, table, write_between

EXPLANATION = """\
Run All of each lesson in a fresh kernel, once; memory is the peak of the kernel's
process. The aims: at most 90 s and 2 GB each, and 10 minutes together, on two cores.
"""
BYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss


def measure() -> tuple[str, str]:
    """Title and text of the section; the table goes into README.md as well."""
    runs = {}
    # As many threads as a learner gets.
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        # A process for each, so that the peak of its children is this kernel's.
        command = [sys.executable, "-m", "benchmarks.lessons", str(path)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{path.name} does not run:\n{done.stderr}")
        runs[path.stem] = json.loads(done.stdout)
    text = report(runs)
    write_between(ROOT / "README.md", "lessons", text)
    return "Lessons", f"{EXPLANATION}\n{text}"


def report(runs: dict[str, tuple[float, float, float]]) -> str:
    """Table of wall seconds, CPU seconds and bytes; the last row is all lessons."""
    walls, cpus, peaks = zip(*runs.values(), strict=True)
    rows = [*runs.items(), ("all lessons", (sum(walls), sum(cpus), max(peaks)))]
    return table(
        ["lesson", "wall, s", "CPU, s", "memory, GB"],
        [[name, f"{a:.0f}", f"{b:.0f}", f"{c / 1e9:.2f}"] for name, (a, b, c) in rows],
    )


def run_all(path: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak bytes of a notebook's kernel."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}
    )
    start = perf_counter()
    client.execute()
    wall = perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss * BYTES


if __name__ == "__main__":
    print(json.dumps(run_all(Path(sys.argv[1]))))
