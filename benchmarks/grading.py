"""A class graded by `course grade` and by nbgrader, in turn: seconds and scores.

    python -m benchmarks.grading [--kills] [N] [ASSIGNMENT ...]

N submissions of each assignment, 40 by default: right, wrong, raising and looping ones.
With --kills, they are graded while three workers are killed, and once more undisturbed.
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import nbformat
import psutil

from benchmarks.report import ROOT, table
from benchmarks.timing import spread

NUMBER = 40
ASSIGNMENTS = ("a2_layer_recurrence", "a5_adapting_an_encoder")
BLOCKS = 2  # parts of a class; in each, all ways run next to each other
LIMIT = 30  # seconds of a cell, nbgrader's own default
EVERY = 20  # one of so many loops
LOOPS = "loop"  # begins the names of those
KILLS = 3
USE = "import matplotlib.pyplot, torch; torch.nn.Linear(9, 9)(torch.ones(9)).sum()"
WAYS = {
    "`nbgrader autograde`": None,
    "`course grade`, 1 worker": "1",
    "`course grade`, 2 workers": "2",
}
EXPLANATION = f"""\
Generated classes, every {EVERY}th submission with a loop without end and a limit of
{LIMIT} s for a cell. Each class is split into {BLOCKS} parts; in each part all ways run
next to each other, from the start of the command to its end. A ratio is the
seconds of `nbgrader autograde` over those of the other way in the same part. Loops
cost their limit in any way, so they are no part of that and run by themselves.
"""


def measure() -> tuple[str, str]:
    """Title and text of the section."""
    return "Grading a class", report(NUMBER, ASSIGNMENTS)


def report(number: int, assignments: tuple[str, ...]) -> str:
    """All tables, for so many submissions of each assignment."""
    parts = [EXPLANATION]
    with tempfile.TemporaryDirectory() as folder:
        for name in assignments:
            parts.append(one_class(Path(folder) / name, name, number))
        nothing = empty_submission(Path(folder) / "nothing")
    parts.append(
        f"A submission that computes nothing costs {nothing:.2f} s with one worker "
        "(the difference between 12 and 4 of them). An extra kernel that has used "
        f"torch and Matplotlib takes {asyncio.run(memory()):.0f} MB "
        "(proportional set size, a quarter of the difference between six and two)."
    )
    return "\n\n".join(parts)


def one_class(folder: Path, name: str, number: int) -> str:
    """Seconds of every way, ratios, and how many scores agree."""
    roots = {way: folder / str(place) for place, way in enumerate(WAYS)}
    first, *others = roots.values()
    make_course(first, name)
    students = hand_in_class(first, name, number)
    for root in others:
        shutil.copytree(first, root)
    seconds = {way: [] for way in WAYS}
    for block in range(BLOCKS):
        part = [s for s in students if s.startswith(f"b{block}-")]
        ways = list(WAYS) if block % 2 == 0 else list(WAYS)[::-1]
        for way in ways:
            print(f"  {name}, part {block + 1}, {way} ...", flush=True)
            seconds[way].append(graded(roots[way], name, part, WAYS[way]))
    loops = [student for student in students if student.startswith(LOOPS)]
    rest = len(students) - len(loops)
    apart = "no loops"
    if loops:
        spent = [graded(roots[way], name, loops, WAYS[way]) for way in WAYS]
        apart = ", ".join(
            f"{way} {s:.0f} s" for way, s in zip(WAYS, spent, strict=True)
        )
    stock, *ours = [cell_scores(root) for root in roots.values()]
    equal = [sum(mine[cell] == score for cell, score in stock.items()) for mine in ours]
    whole = sum(seconds["`nbgrader autograde`"])
    rows = []
    for way, found in seconds.items():
        ratios = [a / b for a, b in zip(seconds[next(iter(WAYS))], found, strict=True)]
        each = sum(found) / rest
        rows.append([way, f"{sum(found):.0f}", f"{each:.2f}", *spread(ratios)])
    pairs = zip(*list(seconds.values())[1:], strict=True)
    two = [one / two for one, two in pairs]
    header = ["way", "s", "s per submission", "ratio min", "median", "max"]
    return (
        f"{name}, {rest} submissions ({whole / rest:.1f} s each with nbgrader):\n\n"
        f"{table(header, rows)}\n\nThe {len(loops)} that loop: {apart}. "
        f"Scores of cells equal to nbgrader's: "
        f"{' and '.join(map(str, equal))} of {len(stock)}. "
        f"Two workers against one: {median(two):.2f}."
    )


async def memory() -> float:
    """Megabytes that one more kernel takes of the machine, shared pages by share."""
    from course_utils.grading.kernels import WarmKernelManager

    managers, found = [], []
    for number in (2, 6):
        while len(managers) < number:
            managers.append(WarmKernelManager(kernel_name="python3"))
            await managers[-1].start_kernel()
            client = managers[-1].client()
            client.start_channels()
            await client.wait_for_ready(timeout=60)
            await client.execute_interactive(USE, timeout=60)
            client.stop_channels()
        family = psutil.Process().children(recursive=True)
        found.append(sum(share(process.pid) for process in family))
    for manager in managers:
        await manager.shutdown_kernel(now=True)
    return (found[1] - found[0]) / 4


def share(pid: int) -> float:
    """Proportional set size of a process, in megabytes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024


def killed(folder: Path, name: str, number: int) -> str:
    """Grade a class while workers are killed; whether its scores are the same."""
    roots = [folder / "disturbed", folder / "whole"]
    make_course(roots[0], name)
    for student in hand_in_class(roots[0], name, number):
        if student.startswith(LOOPS):
            shutil.rmtree(roots[0] / "submitted" / student)
    shutil.copytree(*roots)
    command = [sys.executable, "-m", "course_utils.cli", "grade", name, "--json"]
    found = []
    for root in roots:
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
        if root is roots[0]:
            kill_some(process.pid, root)
        found.append(json.loads(process.communicate()[0]))
    mine, whole = map(cell_scores, roots)
    return (
        f"{name}, {len(list((roots[0] / 'submitted').iterdir()))} submissions while "
        f"{KILLS} workers were killed: {found[0]['graded']} graded, "
        f"{found[0]['failed']} failed; {sum(mine[c] == s for c, s in whole.items())} "
        f"of {len(whole)} scores of cells equal to those of an undisturbed run."
    )


def kill_some(command: int, root: Path) -> None:
    """End workers of a command by SIGKILL, one after the other, when it grades."""
    from tests.grading.processes import dask_workers

    draw, done = random.Random(0), 0
    for _ in range(KILLS):
        while len(list(root.glob("autograded/[!.]*"))) < done + 3:
            sleep(0.2)
        draw.choice(dask_workers(command)).kill()
        done = len(list(root.glob("autograded/[!.]*"))) + 3


def make_course(root: Path, name: str) -> None:
    """A course folder with one assignment, released."""
    shutil.copytree(ROOT / "solutions" / name, root / "solutions" / name)
    settings = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += f"\nc.ExecutePreprocessor.timeout = {LIMIT}\n"
    (root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    call(root, "-m", "nbgrader", "generate_assignment", name)


def call(root: Path, *arguments: str) -> str:
    """A program of this Python in a course; its output.

    Raises:
        SystemExit: it failed.
    """
    folder = str(Path(sys.executable).parent)  # where nbgrader finds its helper alembic
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def hand_in_class(root: Path, name: str, number: int) -> list[str]:
    """Submissions of all kinds in submitted/; who they are."""
    source = nbformat.read(root / "solutions" / name / f"{name}.ipynb", 4)
    right = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    students = []
    for place, (answers, loops) in zip(
        range(number), variants(name, right), strict=False
    ):
        part = LOOPS if loops else f"b{place // 4 % BLOCKS}"
        student = f"{part}-{place:03}"
        target = root / "submitted" / student / name
        shutil.copytree(root / "assignments" / name, target)
        path = target / f"{name}.ipynb"
        path.chmod(0o644)
        book = nbformat.read(path, 4)
        for cell in book.cells:
            marks = cell.metadata.get("nbgrader", {})
            cell.source = answers.get(marks.get("grade_id"), cell.source)
        nbformat.write(book, path)
        students.append(student)
    return students


def variants(name: str, right: dict[str, str]) -> Iterator[tuple[dict, bool]]:
    """Answers of one student after the other, without end, and whether they loop."""
    from tests.bank import cases

    wrong = [case for case in cases(name) if case.kind == "wrong"]
    code = [
        exercise for exercise in right if any(c.exercise == exercise for c in wrong)
    ]
    place = 0
    while True:
        case = wrong[7 * place % len(wrong)]
        exercise = code[place % len(code)]
        looping = f"{right[exercise]}\nwhile True:\n    pass"
        yield right, False
        yield {**right, case.exercise: case.code}, False
        yield {**right, exercise: "raise RuntimeError('not yet')"}, False
        loops = place % (EVERY // 4) == 0
        yield ({**right, exercise: looping} if loops else right), loops
        place += 1


def graded(root: Path, name: str, students: list[str], workers: str | None) -> float:
    """Grade some submissions; seconds from start to end of the command."""
    begun = perf_counter()
    if workers is None:
        pattern = f"{students[0].partition('-')[0]}-*"
        call(root, "-m", "nbgrader", "autograde", name, "--student", pattern)
        return perf_counter() - begun
    chosen = [part for student in students for part in ("--student", student)]
    arguments = ("-m", "course_utils.cli", "grade", name, "--workers", workers)
    done = json.loads(call(root, *arguments, "--json", *chosen))
    if done["graded"] != len(students):
        raise SystemExit(f"Not all were graded: {done}")
    return perf_counter() - begun


def cell_scores(root: Path) -> dict[tuple[str, str], float | None]:
    """Automatic scores by student and cell."""
    query = """SELECT s.student_id, c.name, auto_score FROM grade g
        JOIN submitted_notebook n ON g.notebook_id = n.id
        JOIN submitted_assignment s ON n.assignment_id = s.id
        JOIN base_cell c ON g.cell_id = c.id"""
    with sqlite3.connect(root / "gradebook.db") as db:
        return {(student, cell): score for student, cell, score in db.execute(query)}


def empty_submission(root: Path) -> float:
    """Seconds that one more submission takes whose only cell is a number."""
    marks = {"schema_version": 3, "grade_id": "one", "grade": True, "points": 1}
    marks |= {"locked": True, "solution": False, "task": False}
    cell = nbformat.v4.new_code_cell("1", metadata={"nbgrader": marks})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    place = root / "source" / "nothing"
    place.mkdir(parents=True)
    nbformat.write(book, place / "nothing.ipynb")
    (root / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    call(root, "-m", "nbgrader", "generate_assignment", "nothing")
    students = [f"{number:02}" for number in range(16)]
    for student in students:
        shutil.copytree(
            root / "release" / "nothing", root / "submitted" / student / "nothing"
        )
    few = graded(root, "nothing", students[:4], "1")
    return (graded(root, "nothing", students[4:], "1") - few) / 8


def main() -> None:
    """Measure classes of another size and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading")
    parser.add_argument("number", nargs="?", type=int, default=NUMBER, metavar="N")
    parser.add_argument("assignment", nargs="*", default=ASSIGNMENTS)
    parser.add_argument("--kills", action="store_true", help="kill three workers")
    options = parser.parse_args()
    if not options.kills:
        print(report(options.number, tuple(options.assignment)))
        return
    for name in options.assignment:
        with tempfile.TemporaryDirectory() as folder:
            print(killed(Path(folder), name, options.number))


if __name__ == "__main__":
    main()
