"""The commonest class, and single words."""

import pytest

from course_utils.data import Splits, Texts, load_spam, split
from course_utils.training import bag_of_words, majority


def texts(words, labels):
    return Texts(words, labels, ("x", "y"), "")


def test_majority():
    train = texts(["a"] * 4, [1, 1, 1, 0])
    found = majority(train, texts(["a"] * 5, [1, 0, 0, 1, 1]))
    assert found.accuracy == pytest.approx(0.6)
    assert found.confusion.tolist() == [[0, 2], [0, 3]]


def test_words_that_tell_the_classes_apart_are_found():
    part = texts(
        ["good day", "bad day", "a good one", "a bad one"] * 3, [1, 0, 1, 0] * 3
    )
    [found] = bag_of_words(
        Splits(part, part, part), texts(["so good", "so bad"], [1, 0])
    )
    assert found.accuracy == 1.0


def test_order_of_words_is_lost():
    part = texts(["not a b", "b not a", "a b not", "b a not"] * 3, [1, 0, 1, 0] * 3)
    [found] = bag_of_words(Splits(part, part, part), part)
    assert found.accuracy == 0.5


def test_unknown_words_have_no_say():
    part = texts(["good", "bad"] * 4, [1, 0] * 4)
    data = Splits(part, part, part)
    known, unknown = bag_of_words(
        data, texts(["good"], [1]), texts(["good zebra"], [1])
    )
    assert known.loss == unknown.loss


def test_spam_is_mostly_a_matter_of_words():
    data = split(load_spam(), 0, (800, 200, 400))
    [found] = bag_of_words(data, data.test)
    assert found.accuracy > 0.94 > majority(data.train, data.test).accuracy
