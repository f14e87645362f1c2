"""Runs in turn, and what is said about them."""

import statistics
from collections.abc import Callable
from time import process_time

LEAST_SECONDS = 0.1  # of one measurement; short runs are repeated


def in_turn(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> list[tuple[float, float]]:
    """CPU seconds of one run of each, measured next to each other, per round.

    Which of the two begins changes from round to round.
    """
    first(), second(), second()
    repeats = max(1, round(LEAST_SECONDS / cpu_seconds(first, 1)))
    pairs = []
    for number in range(rounds):
        if number % 2:
            theirs = cpu_seconds(second, repeats)
            pairs.append((cpu_seconds(first, repeats), theirs))
        else:
            ours = cpu_seconds(first, repeats)
            pairs.append((ours, cpu_seconds(second, repeats)))
    return pairs


def cpu_seconds(run: Callable[[], object], repeats: int) -> float:
    """CPU time of this process for one run, averaged over some."""
    start = process_time()
    for _ in range(repeats):
        run()
    return (process_time() - start) / repeats


def spread(values: list[float], form: str = ".2f") -> list[str]:
    """Smallest, median and largest, as text."""
    numbers = (min(values), statistics.median(values), max(values))
    return [format(number, form) for number in numbers]
