"""Accuracy on the course's data: majority, words, head only, full fine-tuning."""

import statistics
from collections.abc import Callable, Sequence

import torch

from benchmarks.report import table
from course_utils.adaptation import Classifier, set_trainable
from course_utils.data import (
    DataError,
    Splits,
    Texts,
    load_mail,
    load_spam,
    sarcasm,
    split,
)
from course_utils.pretrained import load_encoder
from course_utils.training import Score, bag_of_words, evaluate, fit, majority

SEEDS = range(5)
SIZES = (400, 200, 1000)  # of spam, to train, choose and report
MAIL_SIZES, MAIL_LENGTH = (400, 200, 1000), 64  # e-mails are long: cut to tokens
HEAD_EPOCHS = 40  # from cached features, so that they cost next to nothing
EPOCHS, SARCASM_EPOCHS = 3, 6  # of full fine-tuning; sarcasm is hard
EXPLANATION = f"""\
Mean ± standard deviation over {len(SEEDS)} seeds; each draws its own texts, head and
order. The packaged encoder, mean pooling, `fit` with its defaults, {HEAD_EPOCHS} epochs
for the head alone, {EPOCHS} in full ({SARCASM_EPOCHS} on sarcasm); the best epoch by
the validation texts, one report on the test texts.
"""
SPAM = f"""\
### Spam in SMS

{SIZES[0]} texts to train, {SIZES[1]} to choose, {SIZES[2]} to report; recall is the
share of all spam that was found.
"""
SARCASM = """\
### Sarcasm in short reviews

396 texts to train, 120 to choose, 240 to report with seen and 240 with unseen phrases;
half of each is sarcastic. The aims: a bag of words at most 0.75 on unseen phrases, full
fine-tuning at least 0.10 above the head alone.
"""
MAIL = f"""\
### Spam e-mail

As for SMS, cut to {MAIL_LENGTH} tokens; the bag of words reads whole texts.
"""
Run = dict[str, list[float]]  # method -> its numbers, one a column


def measure() -> tuple[str, str]:
    """Title and text of the section."""
    torch.set_num_threads(1)
    parts = [EXPLANATION, SPAM, report(["accuracy", "recall"], repeated(spam_run))]
    found = repeated(sarcasm_run)
    parts += [SARCASM, report(["seen phrases", "unseen phrases"], found)]
    try:
        load_mail()
    except DataError:
        parts += [MAIL, "Not fetched (`make mail`)."]
    else:
        parts += [MAIL, report(["accuracy", "recall"], repeated(mail_run))]
    return "Data", "\n".join(parts)


def repeated(run: Callable[[int], Run]) -> list[Run]:
    """The runs of all seeds; says how far it is."""
    found = []
    for seed in SEEDS:
        found.append(run(seed))
        print(f"  {run.__name__}({seed}): {found[-1]}", flush=True)
    return found


def report(columns: Sequence[str], runs: Sequence[Run]) -> str:
    """A table of mean and standard deviation, a row for each method."""
    rows = []
    for name in runs[0]:
        numbers = zip(*(run[name] for run in runs), strict=True)
        rows.append([name, *(mean_and_deviation(values) for values in numbers)])
    return table(["method", *columns], rows) + "\n"


def mean_and_deviation(values: Sequence[float]) -> str:
    """As text, with three decimals.

    >>> mean_and_deviation([0.5, 0.7])
    '0.600 ± 0.141'
    """
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values):.3f}"


def spam_run(seed: int) -> Run:
    """Accuracy and recall of spam, for every method."""
    parts = split(load_spam(), seed, SIZES)
    return {k: caught(v) for k, v in scores(parts, [parts.test], seed).items()}


def mail_run(seed: int) -> Run:
    """As `spam_run`, of e-mails."""
    parts = split(load_mail(), seed, MAIL_SIZES)
    found = scores(parts, [parts.test], seed, max_len=MAIL_LENGTH)
    return {k: caught(v) for k, v in found.items()}


def caught(found: Sequence[Score]) -> list[float]:
    """Accuracy and recall of class 1 of the only test."""
    (score,) = found
    return [score.accuracy, float(score.recall[1])]


def sarcasm_run(seed: int) -> Run:
    """Accuracy on seen and on unseen phrases, for every method."""
    data = sarcasm(seed)
    parts = Splits(data.train, data.validation, data.seen)
    found = scores(parts, [data.seen, data.unseen], seed, SARCASM_EPOCHS)
    return {k: [score.accuracy for score in v] for k, v in found.items()}


def scores(
    parts: Splits,
    tests: Sequence[Texts],
    seed: int,
    epochs: int = EPOCHS,
    max_len: int | None = None,
) -> dict[str, list[Score]]:
    """Scores of every method on each of the tests."""
    found = {
        "majority": [majority(parts.train, test) for test in tests],
        "bag of words": bag_of_words(parts, *tests),
    }
    ways = {"head only": ("head", HEAD_EPOCHS), "full fine-tuning": ("full", epochs)}
    for name, (policy, passes) in ways.items():
        model = Classifier(load_encoder(), len(parts.train.classes), seed=seed)
        set_trainable(model.encoder, model.head, policy)
        options = {"epochs": passes, "seed": seed, "max_len": max_len, "show": False}
        fit(model, parts.train, parts.validation, **options)
        found[name] = [evaluate(model, test, max_len) for test in tests]
    return found
