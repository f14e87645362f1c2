"""What a person sees of grading: a bar, tables, and what to do next."""

import sys
from collections import defaultdict
from statistics import median
from typing import Any

from tqdm import tqdm

from course_utils.grading.job import Cell
from course_utils.grading.run import FAILED, GRADED, KEPT, Outcome

SLOWEST = 5  # cells in the table
FORMAT = "{desc} |{bar}|{postfix}, {elapsed} passed, {remaining} to go"


class Bar:
    """A progress bar on stderr: graded, failed, remaining, expected end."""

    def __init__(self, name: str, total: int):
        self.total = total
        self.counts = {GRADED: 0, KEPT: 0, FAILED: 0}
        self.bar = tqdm(total=total, desc=name, file=sys.stderr, bar_format=FORMAT)
        self.show()
        self.bar.refresh()

    def __call__(self, outcome: Outcome) -> None:
        self.counts[outcome.state] += 1
        if outcome.state == KEPT:  # no time was spent on it
            self.bar.initial += 1
        self.show()
        self.bar.update()

    def show(self) -> None:
        left = self.total - sum(self.counts.values())
        done, failed = self.counts[GRADED], self.counts[FAILED]
        text = f"{done} graded, {failed} failed, {left} remaining"
        if self.counts[KEPT]:
            text = f"{self.counts[KEPT]} done before, {text}"
        self.bar.set_postfix_str(text, refresh=False)

    def close(self) -> None:
        self.bar.close()


def by_cell(outcomes: list[Outcome]) -> dict[tuple[str, str], list[tuple[Cell, str]]]:
    """All runs of each cell, with whose they are."""
    found = defaultdict(list)
    for outcome in outcomes:
        for cell in outcome.cells:
            found[cell.notebook, cell.name].append((cell, outcome.student))
    return found


def slowest(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """The cells with the longest runs."""
    rows = []
    for (notebook, name), runs in by_cell(outcomes).items():
        longest, student = max(runs, key=lambda run: run[0].wall)
        rows.append(
            {
                "notebook": notebook,
                "cell": name,
                "median": round(median(cell.wall for cell, _ in runs), 3),
                "longest": round(longest.wall, 3),
                "cpu": round(longest.cpu, 3),
                "student": student,
            }
        )
    return sorted(rows, key=lambda row: -row["longest"])[:SLOWEST]


def stopped(outcome: Outcome) -> list[str]:
    """Cells that did not end by themselves, in words."""
    return [
        f"cell {cell.name!r} {cell.stopped}" for cell in outcome.cells if cell.stopped
    ]


def table(header: list[str], rows: list[list[str]]) -> str:
    """Columns side by side, the first ones to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        cells = zip(row, widths, rows[0], strict=True)
        parts = [
            f"{text:>{w}}" if is_number(first) else f"{text:{w}}"
            for text, w, first in cells
        ]
        lines.append(f"  {'  '.join(parts)}".rstrip())
    return "\n".join(lines)


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def report(name: str, outcomes: list[Outcome], scores: dict[str, Any]) -> str:
    """The text at the end."""
    parts = []
    if rows := slowest(outcomes):
        numbers = ("median", "longest", "cpu")
        cells = [
            [r["notebook"], r["cell"], *(f"{r[n]:.1f}" for n in numbers), r["student"]]
            for r in rows
        ]
        header = ["notebook", "cell", "median s", "longest s", "CPU s", "whose"]
        parts.append(f"Slowest cells\n{table(header, cells)}")
    notes = [[o.student, text] for o in outcomes for text in (*stopped(o), *o.notes)]
    if notes:
        parts.append(f"To look at\n{table(['student', 'what'], notes)}")
    failures = [[o.student, o.reason] for o in outcomes if o.state == FAILED]
    if failures:
        parts.append(f"Without a score\n{table(['student', 'why'], failures)}")
    parts.append(summary(name, outcomes, scores))
    return "\n\n".join(parts)


def summary(name: str, outcomes: list[Outcome], scores: dict[str, Any]) -> str:
    """Counts, and in the last line what to do next."""
    counts = {kind: 0 for kind in (GRADED, KEPT, FAILED)}
    for outcome in outcomes:
        counts[outcome.state] += 1
    parts = [f"{counts[GRADED]} graded"]
    if counts[KEPT]:
        parts.append(f"{counts[KEPT]} done before")
    parts.append(f"{counts[FAILED]} failed")
    return f"{name}: {', '.join(parts)}.\n{next_step(name, outcomes, scores)}"


def next_step(name: str, outcomes: list[Outcome], scores: dict[str, Any]) -> str:
    """One line."""
    if any(outcome.state == FAILED for outcome in outcomes):
        return (
            "Next: mend or ask for the submissions without a score, then run "
            f"`course grade {name}` again; only those are graded."
        )
    ours = {outcome.student for outcome in outcomes}
    by_hand = [s for s in ours if scores.get(s, {}).get("needs_manual_grade")]
    if by_hand:
        return (
            f"Next: {len(by_hand)} of {len(ours)} wait for points by hand, in the "
            "form grader (Nbgrader → Formgrader in JupyterLab)."
        )
    return f"Next: `nbgrader generate_feedback {name}`."


def as_data(name: str, outcomes: list[Outcome], scores: dict[str, Any]) -> dict:
    """The same for programs."""
    rows = []
    for outcome in outcomes:
        score = scores.get(outcome.student, {})
        rows.append(
            {
                "student": outcome.student,
                "state": outcome.state,
                "reason": outcome.reason,
                "score": score.get("score"),
                "max_score": score.get("max_score"),
                "needs_manual_grade": bool(score.get("needs_manual_grade")),
                "wall": round(sum(cell.wall for cell in outcome.cells), 3),
                "cpu": round(sum(cell.cpu for cell in outcome.cells), 3),
                "alone": outcome.alone,
                "notes": [*stopped(outcome), *outcome.notes],
            }
        )
    states = [outcome.state for outcome in outcomes]
    return {
        "assignment": name,
        "graded": states.count(GRADED),
        "done_before": states.count(KEPT),
        "failed": states.count(FAILED),
        "submissions": rows,
        "slowest_cells": slowest(outcomes),
    }
