"""Counts come from real models, and every known mistake is called by its name."""

import pytest

from course_utils.adaptation import METHODS as OF_THE_COURSE
from course_utils.adaptation import count_trainable
from course_utils.exercises import Check, Feedback, count_checks
from course_utils.exercises.count_checks import BERT_BASE, METHODS, OF_BERT_BASE
from course_utils.exercises.count_mistakes import head_mistakes, mistakes


@pytest.fixture
def check():
    return Check("t1 · count")


def test_methods_are_those_of_the_course():
    assert set(METHODS) == set(OF_THE_COURSE)


@pytest.mark.parametrize("method", METHODS)
def test_enumeration_agrees_with_the_formula(check, method):
    for _ in range(3):
        config = count_checks.drawn(check)
        expected = count_trainable(config, method)
        assert count_checks.enumerated(config, method) == expected


@pytest.mark.parametrize("method", METHODS)
def test_counts_of_bert_base(method):
    assert count_trainable(BERT_BASE, method) == OF_BERT_BASE[method]


def test_sizes_differ_and_stand_in_any_order(check):
    orders = set()
    for _ in range(5):
        config = count_checks.sizes(check)
        assert config.keys() == BERT_BASE.keys()
        assert config["d"] % config["h"] == 0
        assert len(set(config.values())) == len(config)
        orders.add(tuple(config))
    assert len(orders) > 1


def test_no_two_mistakes_give_one_count(check):
    config = count_checks.sizes(check)
    for method in METHODS:
        right = count_trainable(config, method)
        wrong = [*mistakes(config, method), *head_mistakes(config, right)]
        assert right not in dict(wrong).values()
        assert len(set(dict(wrong).values())) == len(wrong)


def test_right_answer_passes(check):
    count_checks.check_configs(check, count_trainable)


@pytest.mark.parametrize("method", METHODS)
def test_every_mistake_is_named(check, method):
    config = count_checks.sizes(check)
    right = count_trainable(config, method)
    for text, wrong in [*mistakes(config, method), *head_mistakes(config, right)]:
        with pytest.raises(Feedback) as found:
            count_checks.check_count(
                check, lambda *_, n=wrong: n, config, method, right
            )
        assert found.value.lines["cause"] == text


def test_a_count_that_two_mistakes_give_gets_no_cause():
    config = dict.fromkeys(BERT_BASE, 1)
    right = count_trainable(config, "prefix")
    wrong = [count for _, count in mistakes(config, "prefix")]
    twice = next(n for n in wrong if wrong.count(n) > 1 and n != right)
    assert count_checks.cause(config, "prefix", right, twice) == ""
