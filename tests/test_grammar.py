"""The small grammar: what always holds in its sentences, and its list of words."""

import random

import pytest

from course_utils import grammar
from course_utils.grammar import (
    ADJECTIVES,
    CAPITALS,
    DAYS,
    KINDS,
    NAMES,
    NUMBERS,
    PLACES,
    PLURAL,
    SINGULAR,
    THINGS,
    passage,
    sentence,
    vocabulary,
)

MANY = 500


def drawn(kind, count=MANY, seed=7):
    """Sentences of one kind, as lists of words."""
    rng = random.Random(seed)
    return [kind(rng).split() for _ in range(count)]


def test_the_verb_agrees_with_the_first_noun_whatever_the_second_is():
    distracted = 0
    for the, subject, place, the_too, other, verb, adjective, stop in drawn(
        grammar.agreement
    ):
        assert (the, the_too, stop) == ("the", "the", ".")
        assert verb == ("is" if subject in SINGULAR else "are")
        assert subject in SINGULAR + PLURAL
        assert other in SINGULAR + PLURAL
        assert place in PLACES
        assert adjective in ADJECTIVES
        distracted += (subject in SINGULAR) != (other in SINGULAR)
    # A fair coin would give 250; 6 standard deviations are 67.
    assert abs(distracted - MANY / 2) < 67


def test_singular_and_plural_stand_side_by_side():
    assert len(SINGULAR) == len(PLURAL)
    assert not set(SINGULAR) & set(PLURAL)


def test_facts_are_true_in_both_directions():
    seen = set()
    for words in drawn(grammar.fact):
        text = " ".join(words)
        country, city = next(pair for pair in CAPITALS.items() if pair[0] in words)
        forward = f"the capital of {country} is {city} ."
        assert text in {forward, f"{city} is the capital of {country} ."}
        seen.add((country, text == forward))
    assert len(seen) == 2 * len(CAPITALS) == 2 * len(set(CAPITALS.values()))


def test_the_thing_goes_back_to_the_one_who_gave_it():
    for words in drawn(grammar.exchange):
        a, thing, b = words[0], words[3], words[5]
        assert a != b
        assert {a, b} <= set(NAMES)
        assert thing in THINGS
        told = f"{a} gave the {thing} to {b} . then {b} returned the {thing} to {a} ."
        assert " ".join(words) == told


def test_days_follow_each_other_around_the_week():
    starts = set()
    for words in drawn(grammar.days):
        first = DAYS.index(words[1])
        following = [DAYS[(first + step) % 7] for step in (1, 2)]
        assert [words[3], words[6]] == following
        starts.add(first)
    assert starts == set(range(7))


def test_numbers_follow_each_other():
    lengths = set()
    for *words, stop in drawn(grammar.count):
        start = NUMBERS.index(words[0])
        assert words == NUMBERS[start : start + len(words)]
        assert stop == "."
        lengths.add(len(words))
    assert lengths == {3, 4}


def test_every_kind_is_drawn_and_a_passage_has_one_or_two_sentences():
    rng = random.Random(0)
    firsts = {text.split()[0] for text in (sentence(rng) for _ in range(MANY))}
    assert {"the", "after"} < firsts
    for group in (NAMES, NUMBERS, CAPITALS.values()):
        assert firsts & set(group)
    lengths = [len(passage(rng).split()) for _ in range(MANY)]
    assert min(lengths) == 4
    assert 15 < max(lengths) <= 30


@pytest.mark.parametrize("kind", [*KINDS, sentence, passage], ids=lambda k: k.__name__)
def test_a_seed_fixes_the_text(kind):
    assert drawn(kind, 20, seed=5) == drawn(kind, 20, seed=5)
    assert drawn(kind, 20, seed=5) != drawn(kind, 20, seed=6)


def test_the_vocabulary_holds_every_word_once_and_no_other():
    words = vocabulary()
    assert words[:2] == ["<s>", "<pad>"]
    assert len(set(words)) == len(words)
    used = {word for text in drawn(passage, 5000) for word in text}
    assert used == set(words[2:])
