"""The task of a5 · adapt: small or real, always the same for a seed, never shared."""

import pytest
import torch

from course_utils.exercises import Check, adapt_checks, adapt_task
from course_utils.exercises.adapt_task import VARIABLE, head_only, task
from tests import bank

NAME = "a5_adapting_an_encoder"


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")


def instructors_adapt():
    """The function of the solution."""
    setup, exercises = bank.notebook(NAME)
    space = {}
    [answer] = [e.answer for e in exercises if "adapt" in e.names]
    for source in [*setup, answer]:
        exec(source, space)
    return space["adapt"]


def test_a_seed_gives_the_same_texts(small):
    first, again, other = task(0), task(0), task(1)
    assert (first.train, first.unseen) == (again.train, again.unseen)
    assert first.train != other.train


def test_only_fillers_stand_in_both_sets(small):
    train, unseen = (
        {word for text in part.texts for word in text.split()} for part in task(0)[2:4]
    )
    assert train & unseen == set(adapt_task.FILLERS)


def test_no_kind_of_word_gives_the_label_away(small):
    for part in task(0)[2:4]:
        for kind in adapt_task.KINDS:
            pairs = zip(part.texts, part.labels, strict=True)
            labels = [label for text, label in pairs if kind in text]
            assert 0.4 < sum(labels) / len(labels) < 0.6


def test_vocabulary_is_known(small):
    given = task(0)
    for part in (given.train, given.unseen):
        ids, mask = given.encoder.tokenizer(part.texts)
        assert not (ids == adapt_task.SPECIAL.index("[UNK]")).any()
        assert ids.shape == mask.shape


def test_what_a_submission_does_to_its_encoder_stays_there(small):
    spoilt = task(0).encoder
    with torch.no_grad():
        for parameter in spoilt.parameters():
            parameter.zero_()
    assert all(p.any() for n, p in task(0).encoder.named_parameters() if "word" in n)


def test_margin_can_be_reached(small):
    for seed in range(5):
        assert 0.5 < head_only(task(seed)) < 1 - task(seed).margin


@pytest.mark.parametrize("seed", [1, 2])
def test_solution_reaches_it(small, seed):
    given = task(seed)
    predict = instructors_adapt()(given.encoder, *given.train, seed)
    reached = adapt_task.accuracy(predict(given.unseen.texts), given.unseen.labels)
    assert reached > head_only(task(seed)) + given.margin


@pytest.mark.slow
def test_solution_reaches_it_with_the_real_encoder(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    adapt = instructors_adapt()
    with Check("a5 · adapt") as check:
        adapt_checks.check_promises(check, adapt)
    with Check("a5 · adapt, how good") as check:
        adapt_checks.check_form(check, adapt)
        adapt_checks.check_accuracy(check, adapt)
    assert task(0).name == "short reviews"
