"""`course check`: grade the answers in work/ against all tests, and explain."""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode

from course_utils.commands import CommandError, course_root, find_assignment
from course_utils.commands.submission import read_notebook, with_tests
from course_utils.exercises.seeds import set_class_secret

CELL_SECONDS = 120  # as in nbgrader_config.py
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Result(NamedTuple):
    """One graded cell."""

    name: str
    points: float | None  # None: graded by hand
    most: float
    feedback: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="*", help="assignments, for example a1; all in work/ by default"
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    root = course_root()
    set_class_secret(root)
    names = [find_assignment(root, name) for name in options.name] or started(root)
    reports = {name: check(root, name, quiet=options.json) for name in names}
    if options.json:
        rows = {n: [r._asdict() for r in results] for n, results in reports.items()}
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    automatic = [
        r for results in reports.values() for r in results if r.points is not None
    ]
    return int(any(result.points < result.most for result in automatic))


def started(root: Path) -> list[str]:
    """Assignments that work/ holds.

    Raises:
        CommandError: there are none.
    """
    names = sorted(path.parent.name for path in root.glob("work/*/*.ipynb"))
    names = [n for n in names if (root / "assignments" / n).is_dir()]
    if not names:
        raise CommandError("work/ holds no assignment yet. Run `course start`.")
    return names


def check(root: Path, name: str, quiet: bool = False) -> list[Result]:
    """Grade work/NAME/NAME.ipynb and, unless quiet, print the report."""
    path = root / "work" / name / f"{name}.ipynb"
    source = root / "solutions" / name / f"{name}.ipynb"
    hidden = source.is_file()
    if not hidden:
        source = root / "assignments" / name / f"{name}.ipynb"
    book = with_tests(read_notebook(path), read_notebook(source), path)
    if not quiet:
        print(f"{name}: running {len(book.cells)} cells")
    died = execute(book, path.parent, show=not quiet and sys.stdout.isatty())
    results = scores(book, died)
    if not quiet:
        report(results)
        if not hidden:
            print("Only the visible tests ran: solutions/ is not part of this copy.")
    return results


def execute(book: NotebookNode, folder: Path, show: bool) -> str:
    """Run all cells in a fresh kernel; says why if the kernel died, else "".

    The kernel works in a copy of the folder: what it writes there is not kept.
    """
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError
    from tqdm import tqdm

    code = sum(cell.cell_type == "code" for cell in book.cells)
    bar = tqdm(total=code, unit="cell", leave=False, disable=not show)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as scratch, bar:
        copy = Path(scratch) / folder.name
        shutil.copytree(folder, copy, symlinks=True)
        client = NotebookClient(
            book,
            timeout=CELL_SECONDS,
            interrupt_on_timeout=True,
            allow_errors=True,
            kernel_name="python3",
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(copy)}},
            on_cell_executed=lambda **_: bar.update(),
        )
        try:
            client.execute(env=environment)
        except DeadKernelError:
            return "The kernel died: an endless recursion, too much memory, or exit()?"
        except NoSuchKernel:
            raise CommandError(
                "No Jupyter kernel 'python3'. Run `make setup`."
            ) from None
    return ""


def scores(book: NotebookNode, died: str) -> list[Result]:
    """Points of every graded cell, by nbgrader's own rule."""
    from nbgrader.utils import determine_grade, is_grade, is_solution

    results = []
    for cell in filter(is_grade, book.cells):
        name, most = cell.metadata["nbgrader"]["grade_id"], None
        if is_solution(cell):
            most = float(cell.metadata["nbgrader"]["points"])
            results.append(Result(name, None, most, ""))
            continue
        points, most = determine_grade(cell)
        if died:
            points = points if cell.outputs else 0.0
        text = feedback(cell) or ("" if points else died)
        results.append(Result(name, points, most, text))
    return results


def feedback(cell: NotebookNode) -> str:
    """What a check cell said, as plain text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append("\n".join(output.traceback))
    return ANSI.sub("", "\n".join(parts)).strip()


def report(results: list[Result]) -> None:
    """Points and feedback for people."""
    earned = most = 0.0
    by_hand = [result for result in results if result.points is None]
    for result in results:
        if result.points is None:
            continue
        earned, most = earned + result.points, most + result.most
        full = result.points >= result.most
        sign = "✓" if full else "◐" if result.points else "✗"
        print(f"\n{sign} {result.name}: {result.points:g} of {result.most:g} points")
        if result.feedback and not full:
            print("\n".join(f"    {row}" for row in result.feedback.splitlines()))
    print(f"\n{earned:g} of {most:g} points")
    for result in by_hand:
        print(f"{result.name}: {result.most:g} points, graded by hand")
