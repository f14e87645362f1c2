"""The experiment of a8 · RECALL: planted facts, read with the student's function."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from course_utils.exercises.feedback import Feedback
from course_utils.exercises.quiet import quiet

TITLE = "a8 · RECALL"
KAPPAS = 1, 2, 4, 8  # of the trained models that ship with the course
ASKED_KAPPA = 1  # where four segments differ most
SEGMENTS, PER_SEGMENT = 4, 2
TEXTS, SEED = 1000, 8
SAME = "as in your run"
CHANCE = 1 / 8  # of eight colours
POINTS = 2  # for each outcome
NEAR = 0.0101  # two decimals, and answers that rounding may turn on another machine
ASKED = {  # the table's rows and columns that the outcomes are read from
    "first": "recall of segment 1, κ = 1: a number with two decimals",
    "last": "recall of segment 4, κ = 1: a number with two decimals",
    "alone": "recall of segment 1 just after it was read, κ = 1: a number with two "
    "decimals",
    "lost": "the number of the segment with the smallest recall, κ = 1: 1, 2, 3 or 4",
    "best": "the κ with the largest mean recall: 1, 2, 4 or 8",
}


class Run(NamedTuple):
    """What came out: recall by κ and segment, and of segment 1 just read."""

    recall: dict[int, list[float]]
    alone: dict[int, float]

    def mean(self, kappa: int) -> float:
        """Recall of all facts."""
        return sum(self.recall[kappa]) / SEGMENTS


def experiment(segment_memory: Callable) -> Run:
    """Read 1,000 texts with a segment_memory, for each κ, and ask for every fact.

    Raises:
        ValueError: the function does not return what can be asked.
    """
    from course_utils.context.fitting import load_memory_model
    from course_utils.context.recall import planted_facts, recall_by_segment

    facts = planted_facts(TEXTS, SEED, SEGMENTS, PER_SEGMENT)
    start = facts._replace(names=facts.names[:, :1], colours=facts.colours[:, :1])
    run = Run({}, {})
    for kappa in KAPPAS:
        model = load_memory_model(kappa)
        run.recall[kappa] = recall_by_segment(model, facts, segment_memory).tolist()
        [run.alone[kappa]] = recall_by_segment(model, start, segment_memory).tolist()
    return run


def show(name: str) -> None:
    """Run the experiment in a notebook and print its table.

    Args:
        name: of the student's function. Where there is none, nothing happens.
    """
    from course_utils.exercises.answers import variable

    try:
        segment_memory = variable(name, None)
    except AttributeError:  # no notebook
        return
    if segment_memory is None:
        print(f"There is no {name} yet: write it, run its cell, then this one.")
        return
    try:
        print(table(experiment(segment_memory)))
    except NotImplementedError:
        print(f"{name} is not written yet.")
    except Exception as error:
        print(f"{name} does not run here: {type(error).__name__}: {error}")


def table(run: Run) -> str:
    """Recall by κ and segment, as text."""
    head = [f"segment {i}" for i in range(1, SEGMENTS + 1)]
    head += ["mean", "segment 1, just read"]
    rows = [
        f"{TEXTS:,} texts of {SEGMENTS} segments with {PER_SEGMENT} facts each; "
        f"guessing gives {CHANCE:.2f}",
        "κ    " + "  ".join(head),
    ]
    for kappa in KAPPAS:
        numbers = [*run.recall[kappa], run.mean(kappa), run.alone[kappa]]
        cells = [f"{x:.2f}".rjust(len(h)) for x, h in zip(numbers, head, strict=True)]
        rows.append(f"{kappa:<3}  " + "  ".join(cells))
    return "\n".join(rows)


def recorded(answer: Any) -> dict[str, float]:
    """Check the form of the outcomes.

    Raises:
        Feedback: not a dict with these names and with numbers.
    """
    wanted = "\n".join(f'"{name}": {what}' for name, what in ASKED.items())
    wanted = f"a dict of five outcomes\n{wanted}"
    if not isinstance(answer, dict):
        raise Feedback(TITLE, expected=wanted, got=f"{answer!r}: not a dict")
    if not answer:
        raise Feedback(TITLE, expected=wanted, got="an empty dict: no answer yet")
    found: dict[str, float] = {}
    for key, value in answer.items():
        name = key.strip().casefold() if isinstance(key, str) else key
        if name not in ASKED:
            raise Feedback(TITLE, expected=wanted, got=f"the unknown outcome {key!r}")
        if name in found:
            raise Feedback(TITLE, expected=wanted, got=f"the outcome {name!r} twice")
        if isinstance(value, bool) or not isinstance(value, int | float):
            got = f"{value!r} for {name!r}: not a number"
            raise Feedback(TITLE, expected=wanted, got=got)
        found[name] = value
    if missing := [name for name in ASKED if name not in found]:
        got = f"nothing for {', '.join(map(repr, missing))}"
        raise Feedback(TITLE, expected=wanted, got=got)
    return found


def score(answer: Mapping[str, float], segment_memory: Callable) -> float:
    """Points for outcomes, compared with the student's own run.

    Returns:
        2 for each outcome that agrees.

    Raises:
        Feedback: segment_memory does not run.
    """
    try:
        with quiet():
            run = experiment(segment_memory)
    except Exception as error:
        not_yet = isinstance(error, NotImplementedError)
        raise Feedback(
            TITLE,
            tried="the experiment with your segment_memory",
            got="nothing yet" if not_yet else f"{type(error).__name__}: {error}",
            next="Write segment_memory first; its check cell says what is missing.",
        ) from None
    rows, earned = [], 0
    for name, given in answer.items():
        right, why = compared(name, given, run)
        earned += POINTS * right
        rows.append(f"{name:<6} {given!r}: {why}")
    most = POINTS * len(ASKED)
    if earned == most:
        print(f"✓ {TITLE}: all outcomes are those of your run, {most} of {most} points")
    else:
        result = {"got": f"{earned} of {most} points", "outcomes": "\n".join(rows)}
        print(Feedback(TITLE, **result).render())
    return earned


def compared(name: str, given: float, run: Run) -> tuple[bool, str]:
    """Whether an outcome is that of the run, and what to say of it."""
    if name == "best":
        if given not in KAPPAS:
            return False, f"no κ of the table; there are {', '.join(map(str, KAPPAS))}"
        most = max(run.mean(kappa) for kappa in KAPPAS)
        right = run.mean(int(given)) >= most - NEAR
        return right, SAME if right else "another κ has a larger mean in your run"
    if name == "lost":
        if given not in range(1, SEGMENTS + 1):
            return False, f"no segment; they are numbered from 1 to {SEGMENTS}"
        asked = run.recall[ASKED_KAPPA]
        right = asked[int(given) - 1] <= min(asked) + NEAR
        return right, SAME if right else "another segment is recalled worse in your run"
    asked = run.recall[ASKED_KAPPA]
    row = {"first": asked[0], "last": asked[-1], "alone": run.alone[ASKED_KAPPA]}
    if abs(given - row[name]) <= NEAR:
        return True, SAME
    if abs(given / 100 - row[name]) <= NEAR:
        return False, "a share between 0 and 1 was asked for, not per cent"
    return False, misread(given, name, row, run)


def misread(given: float, name: str, row: Mapping[str, float], run: Run) -> str:
    """Which other place of the table this number may come from."""
    for other, number in row.items():
        if abs(given - number) <= NEAR:
            return f"not the number of your run; it is near the one for {other!r}"
    places = {"first": 0, "last": -1}
    for kappa in KAPPAS:
        there = run.alone[kappa] if name == "alone" else run.recall[kappa][places[name]]
        if kappa != ASKED_KAPPA and abs(given - there) <= NEAR:
            return f"not the number of your run; it is near the one for κ = {kappa}"
    return "not the number of your run"
