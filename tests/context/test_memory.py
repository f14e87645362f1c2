"""Memories of a fixed size: what is read, what is kept, what never changes."""

import pytest
import torch
from torch import nn

from course_utils.context import cumulative_memory, segment_memory
from course_utils.layers import Layer
from course_utils.tracing import replay_gap

B, D, KAPPA = 2, 6, 3
LENGTHS = [5, 4, 7, 1]


def normal(*shape, seed=0):
    dice = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=dice, dtype=torch.float64)


@pytest.fixture
def text():
    return [normal(B, n, D, seed=n) for n in LENGTHS]


@pytest.fixture(scope="module")
def encode():
    torch.manual_seed(0)
    layers = [Layer(D, 2).double().eval() for _ in range(2)]
    return nn.Sequential(*layers).requires_grad_(False)


SUMMARY, EMPTY = normal(KAPPA, D, seed=8), normal(B, 0, D)


def test_every_segment_is_read_behind_the_memory_and_before_the_summary(text):
    seen, made = [], []

    def spy(H):
        seen.append(H.clone())
        made.append(normal(*H.shape, seed=100 + len(made)))
        return made[-1]

    start = normal(B, 2, D, seed=9)
    memories = segment_memory(spy, text, SUMMARY, start)
    asked = SUMMARY.expand(B, KAPPA, D)
    before = [start, *memories[:-1]]
    for H, memory, segment in zip(seen, before, text, strict=True):
        assert torch.equal(H, torch.cat([memory, segment, asked], 1))
    # Kept are the rows of the summary, not those of the segment or the old memory.
    for memory, states in zip(memories, made, strict=True):
        assert torch.equal(memory, states[:, -KAPPA:])


def test_the_memory_has_one_shape_however_long_the_text_is(text, encode):
    for segments in (text[:1], text, 5 * text):
        memories = segment_memory(encode, segments, SUMMARY, EMPTY)
        assert len(memories) == len(segments)
        assert {tuple(memory.shape) for memory in memories} == {(B, KAPPA, D)}


def test_later_segments_never_alter_an_earlier_memory(text, encode):
    whole = segment_memory(encode, text, SUMMARY, EMPTY)
    for count in range(1, len(text)):
        part = segment_memory(encode, text[:count], SUMMARY, EMPTY)
        assert all(map(torch.equal, part, whole))


def test_replay_finds_the_memory_that_was_tampered_with(text, encode):
    memories = [EMPTY, *segment_memory(encode, text, SUMMARY, EMPTY)]

    def step(segment):
        return lambda memory: segment_memory(encode, [segment], SUMMARY, memory)[0]

    steps = [step(segment) for segment in text[1:]]
    assert replay_gap(memories[1:], steps).tolist() == [0, 0, 0]
    memories[2] = memories[2] + normal(B, KAPPA, D)
    assert (replay_gap(memories[1:], steps) > 0).tolist() == [True, True, False]


def test_order_matters(text, encode):
    there = segment_memory(encode, text, SUMMARY, EMPTY)[-1]
    back = segment_memory(encode, text[::-1], SUMMARY, EMPTY)[-1]
    assert (there - back).abs().max() > 1e-3


def test_an_encoder_that_reuses_its_buffer_spoils_no_memory(text, encode):
    buffer = normal(B, 40, D)

    def reusing(H):
        place = buffer[:, : H.shape[1]]
        return place.copy_(encode(H))

    wanted = segment_memory(encode, text, SUMMARY, EMPTY)
    for got, right in zip(
        segment_memory(reusing, text, SUMMARY, EMPTY), wanted, strict=True
    ):
        assert torch.equal(got, right)


def test_gradients_reach_the_summary_and_the_first_segment(text, encode):
    summary, first = SUMMARY.clone().requires_grad_(), text[0].requires_grad_()
    segment_memory(encode, [first, *text[1:]], summary, EMPTY)[-1].sum().backward()
    assert summary.grad.abs().min() > 0
    assert first.grad.abs().min() > 0


def test_the_running_mean_is_the_direct_mean_of_all_rows_so_far():
    keys, values = normal(B, 9, D), normal(B, 9, D + 1, seed=1)
    got = cumulative_memory(keys, values)
    for rows, means in zip((keys, values), got, strict=True):
        assert means.shape == rows.shape
        assert torch.equal(means[:, 0], rows[:, 0])
        for i in range(9):
            gap = (means[:, i] - rows[:, : i + 1].mean(1)).abs().max()
            # At most two roundings a step, of numbers no larger than the largest row.
            assert gap <= 2 * 9 * torch.finfo(torch.float64).eps * rows.abs().max()


def test_the_order_of_rows_is_lost_in_their_mean():
    rows = normal(7, D)
    there, back = (cumulative_memory(x, x)[0][-1] for x in (rows, rows.flip(0)))
    assert torch.allclose(there, back, rtol=0, atol=1e-15)
