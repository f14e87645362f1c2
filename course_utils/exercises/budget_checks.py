"""Checks of ``adapt_within`` and ``predict_with``, for assignment a7."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.exercises.adapt_checks import (
    FEW,
    few,
    keeps_promises,
    lasts,
    learns_at_all,
    reaches,
    try_out,
)
from course_utils.exercises.adapt_task import Labelled, task
from course_utils.exercises.budget_trial import BudgetTrial
from course_utils.exercises.check import Check
from course_utils.exercises.feedback import Feedback

if TYPE_CHECKING:
    from torch import Tensor

ACCURACY = 0.8  # on new phrases; with 20 seeds the solution reached 0.89 to 1.00
SECONDS = 1.5  # of CPU time, times what a5 gives to `adapt`
SMALLEST = 20  # times the encoder's width: no budget is smaller
DRAWS = 6  # of random numbers, each with both signs
ALIKE = 1e-3  # numbers of two runs with one seed, as a share of the largest


def trial(check: Check, *functions: Callable, numbers: Any = None) -> BudgetTrial:
    """A task with an own draw of its texts.

    Args:
        check: the exercise.
        functions: adapt_within, and predict_with if it is used.
        numbers: the budget, if it is not the printed one.
    """
    given = task(int(check.rng.integers(2**31)))
    return on(given, check, *functions, numbers=numbers)


def on(given: Any, check: Check, *functions: Callable, numbers: Any) -> BudgetTrial:
    """A trial on this task."""
    adapt_within, predict_with = (*functions, None)[:2]
    given = given._replace(budget=SECONDS * given.budget)
    numbers = given.numbers if numbers is None else numbers
    return BudgetTrial(check, adapt_within, predict_with, given, numbers)


def check_numbers(check: Check, adapt_within: Callable) -> None:
    """What comes back: within every budget, trained, the same for a seed."""
    run = trial(check, adapt_within)
    train, seed = few(run.task.train), int(check.rng.integers(1000))
    tried = f"adapt_within on {FEW} {run.task.name}, seed {seed}"
    least, most = SMALLEST * run.task.encoder.d, run.task.numbers
    between = int(check.rng.integers(least, most))
    for run.numbers in (most, np.int64(least), between):
        run.seconds = 0.0
        run.train(train, seed, tried)
    found = run.train(train, seed, tried)
    again = run.train(train, seed, tried)
    check.that(
        agree(found, again),
        tried=f"{tried}, twice",
        expected="the same seed gives the same numbers",
        got="other numbers: something random does not depend on the seed",
    )
    other = Labelled(train.texts, [1 - label for label in train.labels])
    run.seconds = 0.0
    exchanged = run.train(other, seed, f"{tried}, with all labels exchanged")
    check.that(
        not agree(found, exchanged),
        tried=f"{tried}; then the same with all labels exchanged",
        expected="numbers that have been trained on the labels",
        got="the same numbers as before" if found else "no numbers at all",
    )


def agree(a: "dict[str, Tensor]", b: "dict[str, Tensor]") -> bool:
    """Whether two runs gave the same numbers, up to rounding."""
    if {n: (x.shape, x.dtype) for n, x in a.items()} != {
        n: (x.shape, x.dtype) for n, x in b.items()
    }:
        return False
    for name, x in a.items():
        largest = x.abs().max().item() if x.numel() else 0.0
        if x.numel() and (x - b[name]).abs().max().item() > ALIKE * largest:
            return False
    return True


def check_predictions(
    check: Check, adapt_within: Callable, predict_with: Callable
) -> None:
    """Labels come from these numbers; their order, any number of texts."""
    run = trial(check, adapt_within, predict_with)
    numbers = keeps_promises(check, run)
    check_source(check, run, numbers)


def check_source(check: Check, run: BudgetTrial, numbers: "dict[str, Tensor]") -> None:
    """Random numbers in the place of trained ones give other labels, or an error.

    A pair that is right may by chance give the same labels with some random numbers,
    for example one label for all texts; hardly with all of them.
    """
    texts = run.task.unseen.texts[: 2 * FEW]
    tried = f"adapt_within on {FEW} {run.task.name}"
    run.seconds = 0.0
    found = run.labels(numbers, texts, tried)
    for _ in range(DRAWS):
        noise = {name: check.tensor(*x.shape).to(x) for name, x in numbers.items()}
        for sign in (1, -1):
            changed = {name: sign * x for name, x in noise.items()}
            try:
                if run.labels(changed, texts, tried) != found:
                    return
            except Feedback:
                return
    raise check.feedback(
        tried=f"{tried}; then predict_with on {len(texts)} texts, with its numbers and "
        f"with {2 * DRAWS} sets of random numbers in their place",
        expected="labels that depend on the numbers that predict_with gets",
        got="the same labels each time: does it use something that an earlier call has "
        "left behind?",
    )


def check_form(check: Check, adapt_within: Callable, predict_with: Callable) -> None:
    """On a few texts: it trains and predicts at all."""
    learns_at_all(check, trial(check, adapt_within, predict_with))


def check_accuracy(
    check: Check, adapt_within: Callable, predict_with: Callable
) -> None:
    """On new phrases: the printed accuracy, within both budgets, from numbers alone."""
    run = trial(check, adapt_within, predict_with)
    numbers, found = reaches(check, run, ACCURACY, "what the task asks for")
    texts, run.seconds = run.task.unseen.texts, 0.0
    tried = f"adapt_within on {len(run.task.train.texts)} {run.task.name}"
    check.that(
        run.labels(numbers, texts, tried) == found,
        tried=f"{tried}; then predict_with on {len(texts)} texts, twice",
        expected="the same numbers give the same labels",
        got="other labels: something random goes on, dropout for example",
    )
    lasts(check, run, numbers, texts, found, tried)


def rehearse(adapt_within: Callable, predict_with: Callable, seed: int = 1) -> None:
    """Print how an answer would do, on texts that are not those of the grading.

    Args:
        adapt_within, predict_with: the answer.
        seed: of texts and training.
    """
    check = Check("a7 · adapt_within")
    try_out(on(task(seed), check, adapt_within, predict_with, numbers=None), seed)
