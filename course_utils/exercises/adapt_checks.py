"""Checks of ``adapt(encoder, texts, labels, seed)``, for assignment a5."""

from collections.abc import Callable, Sequence

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
    given = task(int(check.rng.integers(2**31)))
    trial, train = Trial(check, adapt, given), few(given.train)
    texts = given.unseen.texts[:MORE]
    seed = int(check.rng.integers(1000))
    tried = f"adapt on {FEW} {given.name}, seed {seed}"
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
            tried=f"{tried}; then predict on {MORE} texts, and on them {how}",
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
    other = Labelled(train.texts, [1 - label for label in train.labels])
    trial.seconds = 0.0
    trial.train(other, seed, f"{tried}, with all labels exchanged")
    check.that(
        trial.labels(predict, texts, tried) == found,
        tried=f"{tried}; then adapt once more, to other labels",
        expected="the first predict says what it said before",
        got="other labels: the two share something",
    )


def check_form(check: Check, adapt: Callable) -> None:
    """On a few texts: it trains and predicts at all."""
    given = task(int(check.rng.integers(2**31)))
    trial, train = Trial(check, adapt, given), few(given.train)
    tried = f"adapt on {FEW} {given.name}"
    predict = trial.train(train, int(check.rng.integers(1000)), tried)
    trial.labels(predict, given.unseen.texts[:5], tried)


def differing(a: Sequence, b: Sequence) -> int:
    return sum(x != y for x, y in zip(a, b, strict=True))


def check_accuracy(check: Check, adapt: Callable) -> None:
    """On new phrases: better than a head alone, within the budget."""
    number = int(check.rng.integers(2**31))
    given, seed = task(number), int(check.rng.integers(1000))
    trial = Trial(check, adapt, given)
    tried = f"adapt on {len(given.train.texts)} {given.name}, seed {seed}"
    predict = trial.train(given.train, seed, tried)
    found = trial.labels(predict, given.unseen.texts, tried)
    reached = accuracy(found, given.unseen.labels)
    baseline = head_only(task(number))  # on an encoder that nobody has touched
    used, wanted = trial.seconds, baseline + given.margin
    if reached >= wanted:
        print(
            f"accuracy {reached:.3f} on new {given.name} in {used:.0f} s of CPU time; "
            f"{wanted:.3f} would do"
        )
        return
    raise check.feedback(
        tried=f"{tried}; then predict on {len(found)} others, whose phrases stand in "
        "none of those",
        expected=f"accuracy {wanted:.3f} or more: {baseline:.3f} of a linear head on "
        f"the unchanged encoder, and a margin of {given.margin:g}",
        got=f"accuracy {reached:.3f}, with {used:.0f} s of CPU time",
        seen=symptom(trial, predict, found, wanted, tried),
    )


def symptom(
    trial: Trial, predict: Callable, found: list[int], wanted: float, tried: str
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
            "One by one the texts get better labels than all at once: does predict "
            "keep their order, and padding out of the mean?"
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
    check = Check("a5 · adapt")
    given = task(seed)
    trial = Trial(check, adapt, given)
    tried = f"adapt on {len(given.train.texts)} {given.name}, seed {seed}"
    predict = trial.train(given.train, seed, tried)
    found = trial.labels(predict, given.unseen.texts, tried)
    print(f"linear head {head_only(task(seed)):.3f}")
    print(f"adapt       {accuracy(found, given.unseen.labels):.3f}")
    print(f"CPU time    {trial.seconds:.0f} s of {given.budget:g} s")
