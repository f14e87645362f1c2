"""Checks of ``adapt(encoder, texts, labels, seed)``, for assignment a5."""

from collections.abc import Callable, Sequence
from typing import Any

from course_utils.exercises.adapt_task import (
    Labelled,
    accuracy,
    head_only,
    task,
)
from course_utils.exercises.adapt_trial import Trial
from course_utils.exercises.check import Check

FEW = 12  # texts that a promise is checked with
MORE = 96  # texts that are predicted then


def few(data: Labelled, n: int = FEW) -> Labelled:
    """The first n texts, half of them with label 1 or nearly so."""
    places = [
        [i for i, y in enumerate(data.labels) if y == c][: n // 2] for c in (0, 1)
    ]
    chosen = sorted(places[0] + places[1])
    return Labelled([data.texts[i] for i in chosen], [data.labels[i] for i in chosen])


def check_promises(check: Check, adapt: Callable) -> None:
    """A copy, a seed, any number of texts, in their order.

    On so few texts that whatever is left to chance shows in what is predicted.
    """
    keeps_promises(check, Trial(check, adapt, task(int(check.rng.integers(2**31)))))


def keeps_promises(check: Check, trial: Trial) -> Any:
    """What `check_promises` checks, of any submission that learns and predicts.

    Returns:
        What training returned first.
    """
    given, train = trial.task, few(trial.task.train)
    texts = given.unseen.texts[:MORE]
    seed = int(check.rng.integers(1000))
    tried = f"{trial.learns} on {FEW} {given.name}, seed {seed}"
    predict = trial.train(train, seed, tried)
    found = trial.labels(predict, texts, tried)
    for part in ([], texts[:1], texts[:2]):
        trial.labels(predict, part, tried)
    backwards = trial.labels(predict, texts[::-1], f"{tried}; texts in reverse order")
    single = [trial.labels(predict, [text], tried)[0] for text in texts[:FEW]]
    for how, other in {
        "in reverse order": backwards[::-1],
        f"one by one, the first {FEW}": single,
    }.items():
        check.that(
            other == found[: len(other)],
            tried=f"{tried}; then {trial.says} on {MORE} texts, and on them {how}",
            expected="each text has its own label, whatever stands beside it",
            got=f"{differing(found[: len(other)], other)} labels differ",
        )
    for _ in range(2):
        trial.seconds = 0.0
        again = trial.train(train, seed, f"{tried}, a second time")
        check.that(
            trial.labels(again, texts, tried) == found,
            tried=f"{tried}, twice",
            expected="the same seed gives the same labels",
            got="other labels: something random does not depend on the seed",
        )
    lasts(check, trial, predict, texts, found, tried)
    return predict


def lasts(
    check: Check, trial: Trial, predict: Any, texts: list[str], found: list, tried: str
) -> None:
    """Training once more, to other labels, changes nothing for what was trained."""
    other = few(trial.task.train)
    labels = [1 - label for label in other.labels]
    trial.seconds, seed = 0.0, int(check.rng.integers(1000))
    trial.train(Labelled(other.texts, labels), seed, f"{tried}, then to other labels")
    check.that(
        trial.labels(predict, texts, tried) == found,
        tried=f"{tried}; then {trial.learns} once more, to other labels",
        expected=f"{trial.trained} gives the labels that it gave before",
        got=f"other labels: {trial.mixed}",
    )


def check_form(check: Check, adapt: Callable) -> None:
    """On a few texts: it trains and predicts at all."""
    given = task(int(check.rng.integers(2**31)))
    learns_at_all(check, Trial(check, adapt, given))


def learns_at_all(check: Check, trial: Trial) -> None:
    """What `check_form` checks, of any submission that learns and predicts."""
    given, train = trial.task, few(trial.task.train)
    tried = f"{trial.learns} on {FEW} {given.name}"
    predict = trial.train(train, int(check.rng.integers(1000)), tried)
    trial.labels(predict, given.unseen.texts[:5], tried)


def differing(a: Sequence, b: Sequence) -> int:
    return sum(x != y for x, y in zip(a, b, strict=True))


def check_accuracy(check: Check, adapt: Callable) -> None:
    """On new phrases: better than a head alone, within the budget."""
    number = int(check.rng.integers(2**31))
    given = task(number)
    baseline = head_only(task(number))  # on an encoder that nobody has touched
    why = f"{baseline:.3f} of a linear head on the unchanged encoder, and a margin of "
    wanted = baseline + given.margin
    reaches(check, Trial(check, adapt, given), wanted, f"{why}{given.margin:g}")


def reaches(
    check: Check, trial: Trial, wanted: float, why: str
) -> tuple[Any, list[int]]:
    """An accuracy on new phrases, within the budget.

    Args:
        check: the exercise.
        trial: the submission and its task.
        wanted: the accuracy.
        why: where it comes from, in words.

    Returns:
        What training returned, and the labels.
    """
    given, seed = trial.task, int(check.rng.integers(1000))
    tried = f"{trial.learns} on {len(given.train.texts)} {given.name}, seed {seed}"
    predict = trial.train(given.train, seed, tried)
    found = trial.labels(predict, given.unseen.texts, tried)
    reached, used = accuracy(found, given.unseen.labels), trial.seconds
    if reached >= wanted:
        print(
            f"accuracy {reached:.3f} on new {given.name} in {used:.0f} s of CPU time; "
            f"{wanted:.3f} would do"
        )
        return predict, found
    raise check.feedback(
        tried=f"{tried}; then {trial.says} on {len(found)} others, whose phrases "
        "stand in none of those",
        expected=f"accuracy {wanted:.3f} or more: {why}",
        got=f"accuracy {reached:.3f}, with {used:.0f} s of CPU time",
        seen=symptom(trial, predict, found, wanted, tried),
    )


def symptom(
    trial: Trial, predict: Any, found: list[int], wanted: float, tried: str
) -> str:
    """What else can be said of labels that are not good enough."""
    unseen, train = trial.task.unseen, trial.task.train
    if len(set(found)) == 1:
        return f"All texts get the label {found[0]}."
    if 1 - accuracy(found, unseen.labels) >= wanted:
        return "With 0 and 1 exchanged it would be good enough."
    trial.seconds = 0.0
    single = [trial.labels(predict, [t], tried)[0] for t in unseen.texts[:48]]
    if accuracy(single, unseen.labels[:48]) >= wanted and differing(single, found[:48]):
        return (
            "One by one the texts get better labels than all at once: does "
            f"{trial.says} keep their order, and padding out of the mean?"
        )
    learnt = accuracy(trial.labels(predict, train.texts, tried), train.labels)
    more = (
        "it has hardly learnt those" if learnt < 0.9 else "it has learnt those by heart"
    )
    return f"On the texts that it was trained on: accuracy {learnt:.3f}; {more}."


def rehearse(adapt: Callable, seed: int = 1) -> None:
    """Print how an answer would do, on texts that are not those of the grading.

    Args:
        adapt: the answer.
        seed: of texts and training.
    """
    print(f"linear head {head_only(task(seed)):.3f}")
    try_out(Trial(Check("a5 · adapt"), adapt, task(seed)), seed)


def try_out(trial: Trial, seed: int) -> None:
    """Print what a submission reaches, and what it takes."""
    given = trial.task
    tried = f"{trial.learns} on {len(given.train.texts)} {given.name}, seed {seed}"
    predict = trial.train(given.train, seed, tried)
    found = trial.labels(predict, given.unseen.texts, tried)
    print(f"{trial.learns:11} {accuracy(found, given.unseen.labels):.3f}")
    print(f"CPU time    {trial.seconds:.0f} s of {given.budget:g} s")
