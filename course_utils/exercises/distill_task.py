"""The task of a8 · distill_prompt: a context, inputs that may follow it, a bound.

The model is the course's tiny language model. With COURSE_TINY_ENCODER=1 inputs are
fewer and the bound is looser, so that a submission is judged in seconds: for the bank
of answers and for whole courses in tests.
"""

import os
import random
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from course_utils import grammar
from course_utils.exercises.adapt_task import VARIABLE

if TYPE_CHECKING:
    from torch import Tensor

    from course_utils.language_model import LanguageModel


class Task(NamedTuple):
    """What a submission gets, what it is judged on, and how much time it has."""

    text: str  # of the context
    context: "Tensor"  # ids (1, C)
    inputs: "Tensor"  # ids (N, T)
    unseen: "Tensor"  # ids (M, T)
    bound: float  # the divergence that has to be reached, in nats
    budget: float  # seconds of CPU time on one thread


def task(seed: int) -> Task:
    """The task with one draw of context and inputs."""
    rng, small = random.Random(seed), os.environ.get(VARIABLE)
    text = context(rng)
    T, N, M = (7, 48, 100) if small else (8, 128, 200)
    known, new = inputs(rng, text, T, N, M)
    ids = (encoded([["<s>", *text.split()]]), encoded(known), encoded(new))
    return Task(text, *ids, *((0.4, 8.0) if small else (0.15, 30.0)))


def context(rng: random.Random) -> str:
    """A sentence, and then somebody gives something to somebody."""
    before = rng.choice([grammar.agreement, grammar.fact, grammar.days])(rng)
    (giver, taker), thing = rng.sample(grammar.NAMES, 2), rng.choice(grammar.THINGS)
    return f"{before} {giver} gave the {thing} to {taker} ."


def inputs(
    rng: random.Random, text: str, T: int, N: int, M: int
) -> tuple[list[list[str]], list[list[str]]]:
    """N and M rows of T words, all different; half tell how something is returned."""
    found: dict[tuple[str, ...], None] = {}
    while len(found) < N + M:
        words = following(rng, text) if len(found) % 2 else grammar.sentence(rng)
        while len(words.split()) < T:
            words += " " + grammar.sentence(rng)
        found[tuple(words.split()[:T])] = None
    rows = [list(row) for row in found]
    rng.shuffle(rows)
    return rows[:N], rows[N:]


def following(rng: random.Random, text: str) -> str:
    """What may come next: somebody returns something to somebody.

    Each of the three is that of the context, or anything else of its kind.
    """
    giver, _, _, thing, _, taker, _ = text.split()[-7:]
    name, other = rng.sample(grammar.NAMES, 2)
    taker = rng.choice([taker, name])
    thing = rng.choice([thing, rng.choice(grammar.THINGS)])
    giver = rng.choice([giver, other])
    return f"then {taker} returned the {thing} to {giver} ."


def encoded(rows: Sequence[Sequence[str]]) -> "Tensor":
    """ids of words, for rows of one length."""
    import torch

    ids = {word: i for i, word in enumerate(grammar.vocabulary())}
    return torch.tensor([[ids[word] for word in row] for row in rows])


@cache
def shipped() -> "LanguageModel":
    """The tiny model, loaded once; submissions get copies."""
    from course_utils.language_model import load_language_model

    return load_language_model()
