"""The table of `python -m tests.bank`: how the answers of the bank are judged."""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import NamedTuple

from tests import bank


class Count(NamedTuple):
    """So many of so many were judged as they should be."""

    good: int
    all: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.good + other.good, self.all + other.all)

    def __str__(self) -> str:
        return f"{self.good} of {self.all}"


Row = tuple[Count, Count, Count]  # right accepted, wrong rejected, messages given


def judge_all(assignment: str, exercise: str, show: bool) -> tuple[Row, list[str]]:
    """Counts of one exercise's answers, and what was not as it should be."""
    row = (Count(0, 0),) * 3
    problems = []
    for case in bank.cases(assignment, exercise):
        verdict = bank.judge(case.assignment, case.code, bank.names_of(case))
        trouble = bank.problem(case, verdict)
        row = tuple(a + b for a, b in zip(row, counted(case, verdict), strict=True))
        if trouble or (show and case.kind == "wrong"):
            name = f"{case.exercise}, {case.kind}: {case.name}"
            print(f"--- {name}\n{verdict.feedback}\n", flush=True)
        if trouble:
            problems.append(f"{assignment}/{exercise} '{case.name}': {trouble}")
    return row, problems


def counted(case: bank.Case, verdict: bank.Verdict) -> Row:
    """What one answer adds to the row of its exercise."""
    if case.kind == "right":
        return Count(not bank.problem(case, verdict), 1), Count(0, 0), Count(0, 0)
    messages = Count(len(bank.given(case, verdict)), len(case.messages))
    return Count(0, 0), Count(verdict.points < verdict.most, 1), messages


def table(rows: dict[tuple[str, str], Row]) -> str:
    """One line an exercise, and the totals."""
    lines = [(f"{a} · {e}", row) for (a, e), row in rows.items()]
    total = tuple(
        sum(column, Count(0, 0)) for column in zip(*rows.values(), strict=True)
    )
    heads = ("right accepted", "wrong rejected", "messages given")
    named = [("exercise", heads), *lines, ("all", total)]
    return "\n".join(
        f"{name:45}" + "".join(f" {cell!s:>15}" for cell in row) for name, row in named
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=bank.__doc__.split("\n")[0])
    parser.add_argument("assignment", nargs="?", default="*")
    parser.add_argument("exercise", nargs="?", default="*")
    parser.add_argument("--show", action="store_true", help="print the feedback")
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    options = parser.parse_args()
    found = bank.cases(options.assignment, options.exercise)
    todo = list(dict.fromkeys((case.assignment, case.exercise) for case in found))
    if not todo:
        print("There is no such exercise in tests/submissions/.")
        return 1
    rows, problems = {}, []
    with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
        jobs = {pool.submit(judge_all, *key, options.show): key for key in todo}
        for number, job in enumerate(as_completed(jobs), 1):
            rows[jobs[job]], wrong = job.result()
            problems += wrong
            print(f"  {number} of {len(todo)}: {' · '.join(jobs[job])}", flush=True)
    print(table({key: rows[key] for key in todo}))
    print(
        "\n".join(problems)
        or "Every right answer accepted, every wrong one rejected "
        "with the message meant for it."
    )
    return int(bool(problems))
