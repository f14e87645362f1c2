"""Planted facts: the texts, the model that reads them, and what it still knows."""

import re
import shutil
from importlib.resources import files

import pytest
import torch

from course_utils import checkpoint
from course_utils.context import (
    MemoryModel,
    load_memory_model,
    planted_facts,
    recall_by_segment,
    segment_memory,
    train_memory_model,
)
from course_utils.context.fitting import SHIPPED, TEST_SEED, WEIGHTS, facts_loss
from course_utils.context.recall import COLOURS, NAMES
from course_utils.pretrained import CheckpointError
from course_utils.widgets.recall import measured

# Texts ------------------------------------------------------------------------------


def test_no_name_comes_twice_in_a_text():
    facts = planted_facts(200, seed=3, n_segments=5, per_segment=3)
    assert facts.names.shape == facts.colours.shape == (200, 5, 3)
    rows = facts.names.flatten(1)
    assert all(len(set(row)) == 15 for row in rows.tolist())
    assert set(rows.flatten().tolist()) == set(range(len(NAMES)))
    assert set(facts.colours.flatten().tolist()) == set(range(len(COLOURS)))


def test_a_seed_fixes_the_texts_and_leaves_the_global_one_alone():
    torch.manual_seed(1)
    wanted = torch.rand(2)
    torch.manual_seed(1)
    first, again, other = (planted_facts(9, seed) for seed in (5, 5, 6))
    assert torch.equal(torch.rand(2), wanted)
    assert all(map(torch.equal, first, again))
    assert not torch.equal(first.names, other.names)


def test_too_many_facts_are_refused():
    with pytest.raises(ValueError, match="6 segments of 3 facts need 18 names"):
        planted_facts(1, seed=0, n_segments=6, per_segment=3)


# The model --------------------------------------------------------------------------


@pytest.fixture
def model():
    torch.manual_seed(0)
    return MemoryModel(kappa=3).eval()


@torch.no_grad()
def test_a_question_sees_the_memory_and_no_other_question(model):
    memory, names = torch.randn(2, 3, 32), torch.tensor([[4, 7, 1], [0, 2, 9]])
    together = model.read(memory, names)
    assert together.shape == (2, 3, len(COLOURS))
    for q in range(3):
        alone = model.read(memory, names[:, q : q + 1])[:, 0]
        # Sums over another number of keys are rounded differently.
        assert (alone - together[:, q]).abs().max() < 1e-4


@torch.no_grad()
def test_facts_reach_the_answers_through_the_memory_alone(model):
    facts = planted_facts(2, seed=0)
    memories = segment_memory(
        model.encode, model.segments(facts), model.summary, model.start(2)
    )
    assert [tuple(m.shape) for m in memories] == [(2, 3, 32)] * 4
    swapped = model.read(memories[-1].flip(0), facts.names[:1, 0].expand(2, -1))
    straight = model.read(memories[-1], facts.names[:1, 0].expand(2, -1))
    assert torch.allclose(swapped.flip(0), straight, atol=1e-5)
    assert not torch.allclose(swapped, straight, atol=1e-3)


def test_a_loss_at_the_start_is_that_of_guessing(model):
    # ln 8 = 2.08 with equal logits; random ones cost a little more.
    assert 1.9 < facts_loss(model, planted_facts(64, seed=0)).item() < 3


def test_the_loss_asks_every_memory_for_what_was_read_until_then(model):
    """Memory i knows segments 0..i: with 2 facts each, 2, 4, 6, 8 questions."""
    facts, asked = planted_facts(5, seed=1), []
    memories = segment_memory(
        model.encode, model.segments(facts), model.summary, model.start(5)
    )
    for i, memory in enumerate(memories):
        logits = model.read(memory, facts.names[:, : i + 1].flatten(1))
        wanted = facts.colours[:, : i + 1].flatten()
        asked.append(
            torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), wanted, reduction="sum"
            )
        )
    by_hand = sum(asked) / (5 * (2 + 4 + 6 + 8))
    assert facts_loss(model, facts).item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_no_memory_vector_is_refused():
    with pytest.raises(ValueError, match="at least one vector, not 0"):
        MemoryModel(0)


def test_a_memory_of_the_wrong_shape_is_refused(model):
    def keeps_too_much(encode, segments, summary, memory0):
        return [encode(torch.cat([memory0, segments[0]], 1))]

    with pytest.raises(ValueError, match=re.escape("(B, κ, d) = (6, 3, 32)")):
        recall_by_segment(model, planted_facts(6, seed=0), keeps_too_much)


def test_a_short_training_lowers_the_loss_and_leaves_the_global_seed_alone():
    torch.manual_seed(2)
    wanted = torch.rand(2)
    torch.manual_seed(2)
    short, again = (train_memory_model(2, seed=3, steps=30, show=False) for _ in "ab")
    assert torch.equal(torch.rand(2), wanted)
    assert all(map(torch.equal, short.parameters(), again.parameters()))
    facts = planted_facts(200, TEST_SEED)
    torch.manual_seed(3)
    assert facts_loss(short, facts) < facts_loss(MemoryModel(2), facts) - 0.1


# What ships -------------------------------------------------------------------------


@pytest.mark.parametrize("kappa", SHIPPED)
def test_the_shipped_models_recall_what_the_shipped_run_says(kappa):
    facts = planted_facts(1000, TEST_SEED)  # as tools/train_memory.py, first seed
    got = recall_by_segment(load_memory_model(kappa), facts, segment_memory)
    said = torch.tensor(measured()["runs"][kappa].trained[0])
    # Rounding to float16 may move some answers: there are 2,000 for each segment.
    assert (got - said).abs().max() < 0.01


@pytest.mark.parametrize("kappa", SHIPPED)
def test_mistakes_in_the_memory_cost_recall(kappa):
    """So that a learner's own function can be told from a wrong one by its recall."""
    model, facts = load_memory_model(kappa), planted_facts(1000, TEST_SEED)
    right = recall_by_segment(model, facts, segment_memory)

    def forgets(encode, segments, summary, memory0):
        return [segment_memory(encode, [s], summary, memory0)[0] for s in segments]

    def keeps_tokens(encode, segments, summary, memory):
        for segment in segments:
            asked = summary.expand(len(segment), *summary.shape)
            states = encode(torch.cat([memory, segment, asked], 1))
            memory = states[:, -2 * kappa : -kappa]
        return [memory]

    reset = recall_by_segment(model, facts, forgets)
    assert (reset[:-1] < 0.2).all()  # guessing: 0.125
    assert (right > 0.3).all()
    if kappa <= 2:  # with more, the rows before the summary are the old memory as well
        assert recall_by_segment(model, facts, keeps_tokens)[0] < 0.2


def test_other_kappas_do_not_ship():
    with pytest.raises(ValueError, match=re.escape("or train one: train_memory_mod")):
        load_memory_model(3)


@pytest.mark.parametrize("damage", ["missing", "one byte", "cut off"])
def test_a_missing_or_damaged_file_is_reported_with_the_cure(
    monkeypatch, tmp_path, damage
):
    path = tmp_path / "weights" / WEIGHTS
    path.parent.mkdir()
    if damage != "missing":
        shutil.copyfile(files("course_utils").joinpath("weights", WEIGHTS), path)
        data = bytearray(path.read_bytes())
        data[-5] ^= 1
        path.write_bytes(data if damage == "one byte" else data[:1000])
    monkeypatch.setattr(checkpoint, "files", lambda package: tmp_path)
    state = "missing" if damage == "missing" else "damaged"
    with pytest.raises(CheckpointError) as caught:
        load_memory_model(4)
    cure = f"Restore it with `git checkout course_utils/weights/{WEIGHTS}`."
    assert str(caught.value) == f"{path} is {state}. {cure}"
