"""Checks of a memory by segments and of running means: right passes, wrong is named."""

import pytest
import torch

from course_utils.context import cumulative_memory, segment_memory
from course_utils.exercises import (
    Check,
    Feedback,
    memory_checks,
    memory_gradients,
    running_checks,
)
from course_utils.exercises.memory_mistakes import MISTAKES, memories


@pytest.fixture
def check():
    return Check("t1 · memory")


def everything(check, f):
    """All kinds of cases that a8 draws."""
    for lengths in (3, [9, 9, 4], [4], []):
        memory_checks.check_case(check, f, memory_checks.draw(check, lengths))
    none = memory_checks.draw(check, 2, sizes=(2, 3, 5, 0))
    memory_checks.check_case(check, f, none)
    alike = memory_checks.draw(check, [4, 4, 4], sizes=(2, 3, 5, 5))
    memory_checks.check_careless(check, f, alike)
    memory_gradients.check_gradients(check, f, memory_checks.draw(check, 3))


def feedback(check, checks, f):
    """What a learner reads, in one row."""
    with pytest.raises(Feedback) as found:
        checks(check, f)
    return " ".join(str(found.value).split())


@pytest.mark.parametrize("f", [segment_memory, memories])
def test_right_memories_pass(check, f):
    everything(check, f)


@pytest.mark.parametrize("text", MISTAKES)
def test_mistake_is_named(check, text):
    assert f"cause {text}" in feedback(check, everything, MISTAKES[text])


def test_memory_cut_off_from_the_one_before_is_named(check):
    def cut(encode, segments, summary, memory0):
        args = encode, segments, summary, memory0
        return memories(*args, carry=lambda old, new: new.detach())

    assert memory_gradients.CUT_OFF in feedback(check, everything, cut)


def test_what_encode_receives_is_said_by_name(check):
    case = memory_checks.draw(check, [4, 6], sizes=(2, 3, 5, 0))
    blocks = memory_checks.named_blocks(case, [])
    first = torch.cat([case.segments[0], blocks["summary"]], 1)
    assert memory_checks.parts(first, blocks) == "[segments[0]; summary]"
    assert memory_checks.parts(first[:, 1:], blocks) == "[?; summary]"
    assert memory_checks.parts(None, blocks).startswith("None")


def test_encode_sees_where_a_row_stands_and_all_others(check):
    case = memory_checks.draw(check, 1)
    X = case.segments[0]
    moved = case.encode(X.roll(1, 1)).roll(-1, 1)
    assert (moved - case.encode(X)).abs().max() > 0.01
    other = X.clone()
    other[:, 0] += 1
    assert ((case.encode(other) - case.encode(X)).abs().amax((0, 2)) > 1e-6).all()


def means(check, f):
    for dtype in (torch.float64, torch.float32):
        running_checks.check_ranks(check, f, dtype)
    running_checks.check_gradients(check, f)


def test_right_means_pass(check):
    means(check, cumulative_memory)


X = torch.randn(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("text", running_checks.known(X, X)[1])
def test_wrong_mean_is_named(check, text):
    def wrong(keys, values):
        pairs = (keys, values), (values, keys)
        known = [running_checks.known(*pair) for pair in pairs]
        return tuple(found.get(text, right).clone() for right, found in known)

    assert f"cause {text}" in feedback(check, means, wrong)
