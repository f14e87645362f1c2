"""Wrong answers that nobody thought of: the instructor's, changed in one place each.

    python -m tests.mutation [ASSIGNMENT [EXERCISE]] [--sample N] [--seed S]

mutmut's operators change a number, an operator, a keyword, an argument or an
assignment inside the solution region of every answer in code; what stands in a `raise`
stays, since no message of an error is graded. Each of these mutants is judged as the
answers of the bank are, in a process of its own; one that breaks off or takes too much
time is rejected. Of exercises that train, and of a4 · diagnose, 12 mutants are drawn
by the seed; a `diagnose` that still flags every fault counts as equivalent.

Mutants with full marks are printed. If one does the same as the original wherever the
exercise asks for it, it belongs into tests/submissions/<assignment>/equivalent.toml
with the reason; all others are holes in the checks. Ends with 1 if less than 95 % of
the mutants that are not listed are rejected, or if a listed one is rejected after all.
"""

import argparse
import ast
import os
import random
import resource
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from difflib import SequenceMatcher
from math import ceil
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from libcst import MetadataWrapper, parse_module
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from tests import bank

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded
SLOW = dict.fromkeys(  # at most so many mutants of exercises that take their time
    ("diagnose", "adapt", "adapt_within", "predict_with", "distill_prompt"), 12
)
MEASURED = {"diagnose"}  # a test that finds every fault by other probes is as right
ENOUGH = 0.95
MEMORY = 8 << 30  # bytes that a mutant may take
FORK = get_context("fork")  # a mutant finds torch and the encoder already loaded


class Mutant(NamedTuple):
    """An answer that was changed in one place."""

    change: str  # "before → after", the lines that differ
    code: str


class Outcome(NamedTuple):
    """What became of the mutants of one exercise, each by its change."""

    assignment: str
    exercise: str
    rejected: list[str]
    equivalent: list[str]  # full marks, and listed
    survivors: list[str]  # full marks, and not listed
    cpu: float  # seconds
    problem: str = ""


def mutants(answer: str) -> list[Mutant]:
    """All mutants of the solution region of an answer cell, in the order of the code.

    >>> code = "def f(x):\\n    ### BEGIN SOLUTION\\n    return x + 2\\n"
    >>> for mutant in mutants(code + "    ### END SOLUTION"):
    ...     print(mutant.change)
    return x + 2 → return x - 2
    return x + 2 → return x + 3
    """
    no_lines = IgnoredCode(set(), set(), set())
    visitor = MutationVisitor(mutation_operators, no_lines, open_lines(answer))
    module = MetadataWrapper(parse_module(answer)).visit(visitor)
    made: dict[str, Mutant] = {}
    for mutation in visitor.mutations:
        code = module.deep_replace(mutation.original_node, mutation.mutated_node).code
        if code != answer:
            made[code] = Mutant(change(answer, code), code)
    return list(made.values())


def open_lines(answer: str) -> set[int]:
    """Numbers, from 1, of the lines in the solution region but those of a `raise`."""
    rows = [row.strip() for row in answer.splitlines()]
    begin, end = rows.index("### BEGIN SOLUTION"), rows.index("### END SOLUTION")
    inside = set(range(begin + 2, end + 1))
    for node in ast.walk(ast.parse(answer)):
        if isinstance(node, ast.Raise):
            inside -= set(range(node.lineno, node.end_lineno + 1))
    return inside


def change(before: str, after: str) -> str:
    """The lines that differ, each side in one row."""
    old, new = before.splitlines(), after.splitlines()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    sides: tuple[list[str], list[str]] = ([], [])
    for tag, i, j, k, l in blocks:
        if tag != "equal":
            sides[0].extend(old[i:j])
            sides[1].extend(new[k:l])
    return " → ".join(" ".join(" ".join(side).split()) for side in sides)


def listed(assignment: str) -> dict[tuple[str, str], str]:
    """(exercise, change) -> why such a mutant is as right as the original."""
    path = bank.ROOT / "tests" / "submissions" / assignment / "equivalent.toml"
    if not path.is_file():
        return {}
    groups = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        (exercise, text): group["why"]
        for exercise, entries in groups.items()
        for group in entries
        for text in group["mutants"]
    }


def coded(assignment: str = "", exercise: str = "") -> Iterator[tuple[str, str]]:
    """(assignment, exercise) of all answers in code whose names begin so."""
    for path in sorted(bank.ROOT.glob(f"solutions/{assignment}*/*.ipynb")):
        for found in bank.notebook(path.parent.name)[1]:
            kinds = (ast.FunctionDef, ast.ClassDef)
            body = ast.parse(found.answer).body
            name = next((n.name for n in body if isinstance(n, kinds)), None)
            if name and name.startswith(exercise):
                yield path.parent.name, name


def examine(assignment: str, exercise: str, sample: int, seed: int) -> Outcome:
    """Make and judge the mutants of one exercise."""
    (found,) = (e for e in bank.notebook(assignment)[1] if exercise in e.names)
    begun, known = spent(), listed(assignment)
    bank.judge(assignment, found.answer, found.names)  # loads what all need
    limit = 5 + 2 * (spent() - begun)
    fates: dict[str, list[str]] = {"rejected": [], "equivalent": [], "survivors": []}
    for mutant in drawn(mutants(found.answer), exercise, sample, seed):
        alike = (exercise, mutant.change) in known or exercise in MEASURED
        survives = full_marks(assignment, mutant.code, found.names, limit)
        fate = ("equivalent" if alike else "survivors") if survives else "rejected"
        fates[fate].append(mutant.change)
    wrong = [text for text in fates["rejected"] if (exercise, text) in known]
    problem = f"listed as equivalent, but rejected: {wrong}" if wrong else ""
    if not full_marks(assignment, found.answer, found.names, limit):
        problem = "the instructor's own answer does not get full marks here"
    return Outcome(assignment, exercise, **fates, cpu=spent() - begun, problem=problem)


def drawn(found: list[Mutant], exercise: str, sample: int, seed: int) -> list[Mutant]:
    """`sample` of the mutants (0: all, but few of an exercise that trains)."""
    most = min(sample or len(found), SLOW.get(exercise, len(found)), len(found))
    kept = random.Random(f"{seed} {exercise}").sample(range(len(found)), most)
    return [found[i] for i in sorted(kept)]


def full_marks(assignment: str, code: str, names: frozenset[str], limit: float) -> bool:
    """Whether an answer gets all points, within `limit` seconds of CPU time."""
    here, there = FORK.Pipe(duplex=False)
    child = FORK.Process(target=judged, args=(there, assignment, code, names, limit))
    child.start()
    there.close()
    try:
        return here.poll(20 * limit) and here.recv()
    except EOFError:  # it was stopped, or it stopped itself
        return False
    finally:
        child.kill()
        child.join()
        here.close()


def judged(there: Connection, assignment: str, *answer: object) -> None:
    """What the child does: judge under limits, then send the verdict."""
    *answer, limit = answer
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(limit), ceil(limit) + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    verdict = bank.judge(assignment, *answer)
    there.send(verdict.points >= verdict.most > 0)


def spent() -> float:
    """Seconds of CPU time of this process and the children that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    return sum(u.ru_utime + u.ru_stime for u in used)


def report(outcomes: list[Outcome]) -> tuple[str, bool]:
    """(table and survivors as text, whether all is well)."""
    rows, notes, total = [], [], [0, 0, 0, 0]
    for o in outcomes:
        kinds = (o.rejected, o.equivalent, o.survivors)
        counts = [sum(map(len, kinds)), *map(len, kinds)]
        total = [a + b for a, b in zip(total, counts, strict=True)]
        rows.append((f"{o.assignment} · {o.exercise}", counts, o.cpu))
        notes += [f"{o.exercise}: full marks for  {text}" for text in o.survivors]
        notes += [f"{o.exercise}: {o.problem}"] if o.problem else []
    rows.append(("all", total, sum(o.cpu for o in outcomes)))
    head = ["mutants", "rejected", "equivalent", "survivors", "CPU, s"]
    lines = [f"{'exercise':45}" + "".join(f"{name:>12}" for name in head)]
    for name, counts, cpu in rows:
        lines.append(
            f"{name:45}" + "".join(f"{n:>12}" for n in counts) + f"{cpu:12.0f}"
        )
    made, rejected, same, _ = total
    share = rejected / (made - same) if made > same else 0.0
    lines += ["", *notes, f"Of those that are not equivalent {share:.1%} are rejected."]
    return "\n".join(lines), share >= ENOUGH and not any(o.problem for o in outcomes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assignment", nargs="?", default="")
    parser.add_argument("exercise", nargs="?", default="")
    parser.add_argument("--sample", type=int, default=0, help="mutants an exercise")
    parser.add_argument("--seed", type=int, default=0, help="draws them")
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    options = parser.parse_args()
    todo = list(coded(options.assignment, options.exercise))
    outcomes = []
    with ProcessPoolExecutor(options.processes, FORK) as pool:
        jobs = [
            pool.submit(examine, *job, options.sample, options.seed) for job in todo
        ]
        for job in as_completed(jobs):
            outcomes.append(job.result())
            name, left = outcomes[-1].exercise, len(todo) - len(outcomes)
            many = len(outcomes[-1].survivors)
            print(f"  {name}: {many} survivors; {left} to go", flush=True)
    text, well = report(sorted(outcomes, key=lambda o: todo.index(o[:2])))
    print(text)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
