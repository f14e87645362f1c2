"""The generated reviews: balanced, without leaks, the same for a seed."""

from collections import Counter

import pytest

from course_utils.data.sarcasm import (
    ADJECTIVES,
    CLASSES,
    ENDS,
    FRAMES,
    facts,
    sarcasm,
)


def known(text):
    """(the fact's text, whether it is good, the adjective, whether it praises)."""
    [fact] = [f for f in facts() if f"{f.text}, " in text]
    words = text.replace(fact.text, "").replace(",", " ").replace(".", " ").split()
    [(adjective, praise)] = [
        (a, bool(i)) for i in (0, 1) for a in ADJECTIVES[i] if a in words
    ]
    return fact.text, fact.good, adjective, praise


def test_enough_facts_in_every_domain_and_polarity():
    found = Counter((fact.domain, fact.good) for fact in facts())
    assert len(found) == 8
    assert min(found.values()) >= 60
    assert len({fact.text for fact in facts()}) == len(facts())


def test_facts_hold_no_word_of_praise_or_blame():
    adjectives = {a for both in ADJECTIVES for a in both}
    assert not [f for f in facts() if adjectives & set(f.text.casefold().split())]


@pytest.mark.parametrize("seed", range(3))
def test_a_label_says_whether_fact_and_evaluation_disagree(seed):
    for part in sarcasm(seed, 120, 60, 60):
        pairs = Counter()
        for text, label in zip(part.texts, part.labels, strict=True):
            _, good, _, praise = known(text)
            assert CLASSES[label] == ("literal" if good == praise else "sarcastic")
            end = next(i for i in (0, 1) if any(f", {e}." in text for e in ENDS[i]))
            assert bool(end) == good
            pairs[good, praise] += 1
        n = len(part.texts)
        assert pairs == {
            (False, True): n / 3,
            (True, False): n / 6,
            (False, False): n / 4,
            (True, True): n / 4,
        }


def test_every_frame_serves_both_classes():
    train = sarcasm(0).train
    for frame in FRAMES:
        start = frame.split("{")[0]
        labels = {y for t, y in zip(*train[:2], strict=True) if start in t}
        assert labels == {0, 1}, frame


@pytest.mark.parametrize("seed", range(3))
def test_no_leaks(seed):
    data = sarcasm(seed)
    texts = [text for part in data for text in part.texts]
    assert len(texts) == len(set(texts))
    trained = {x for part in data[:3] for text in part.texts for x in known(text)[::2]}
    assert not trained & {x for text in data.unseen.texts for x in known(text)[::2]}
    assert {known(text)[2] for text in data.seen.texts} <= trained


def test_seed_decides():
    assert sarcasm(5) == sarcasm(5)
    assert sarcasm(5).train.texts != sarcasm(6).train.texts


@pytest.mark.parametrize("size", [0, 13, -12, 2412])
def test_other_sizes_are_refused(size):
    with pytest.raises(ValueError, match="multiple of 12"):
        sarcasm(0, n_train=size)
