"""Distillation: the loss, its direction, and what a learned prompt reaches."""

import random

import pytest
import torch

from course_utils.context import distill_loss, distill_prompt
from course_utils.context.distill import behind
from course_utils.grammar import NAMES, THINGS
from course_utils.language_model import load_language_model

B, V = 5, 7


def normal(*shape, seed=0, size=1.0):
    dice = torch.Generator().manual_seed(seed)
    return size * torch.randn(shape, generator=dice, dtype=torch.float64)


# The loss ---------------------------------------------------------------------------


def test_it_is_the_mean_of_what_the_formula_says():
    teacher, student = normal(B, V), normal(B, V, seed=1)
    p, q = teacher.softmax(-1), student.softmax(-1)
    by_hand = sum(
        float(p[b, v] * (p[b, v].log() - q[b, v].log()))
        for b in range(B)
        for v in range(V)
    )
    got = distill_loss(teacher, student)
    assert got.shape == ()
    assert float(got) == pytest.approx(by_hand / B, rel=1e-12)


def test_the_direction_is_from_the_teacher():
    """A student may not call impossible what the teacher holds for possible."""
    even, sure = torch.zeros(1, 2), torch.tensor([[100.0, 0.0]])
    assert float(distill_loss(sure, even)) == pytest.approx(0.6931, abs=1e-3)
    assert float(distill_loss(even, sure)) == pytest.approx(50 - 0.6931, abs=1e-3)


def test_it_is_zero_for_equal_distributions_and_only_for_them():
    logits = normal(B, V)
    assert float(distill_loss(logits, logits)) == 0
    assert float(distill_loss(logits, logits + 3)) == pytest.approx(0, abs=1e-14)
    moved = logits + torch.eye(B, V, dtype=torch.float64)
    assert float(distill_loss(logits, moved)) > 0.01


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_large_logits_stay_finite_and_never_below_zero(dtype):
    for seed in range(20):
        a, b = (normal(B, V, seed=s, size=1e4).to(dtype) for s in (seed, seed + 50))
        assert torch.isfinite(distill_loss(a, b))
        assert distill_loss(a, b) >= 0


def test_rounding_takes_no_loss_below_zero():
    """Two that nearly agree: in float32 the plain sum is negative for many of them."""
    below = 0
    for seed in range(100):
        a, noise = normal(1, V, seed=seed).float(), normal(1, V, seed=seed + 200)
        b = a + 1e-6 * noise.float()
        p, q = a.log_softmax(-1), b.log_softmax(-1)
        below += bool((p.exp() * (p - q)).sum() < 0)
        assert distill_loss(a, b) >= 0
    assert below > 10


def test_the_student_alone_gets_a_gradient():
    teacher, student = (normal(B, V, seed=s).requires_grad_() for s in (0, 1))
    distill_loss(teacher, student).backward()
    assert teacher.grad is None
    wanted = (student.softmax(-1) - teacher.softmax(-1)) / B
    assert (student.grad - wanted).abs().max() < 1e-15


# A prompt ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model():
    return load_language_model()


@pytest.fixture(scope="module")
def context(model):
    return model.tokenizer(["anna gave the map to hugo ."])[0]


def inputs(model, count, seed):
    dice = random.Random(seed)
    texts = [
        f"then {dice.choice(NAMES)} returned the {dice.choice(THINGS)} to "
        f"{dice.choice(NAMES)} ."
        for _ in range(count)
    ]
    return model.tokenizer(texts)[0][:, 1:]  # without the start mark


@torch.no_grad()
def distance(model, context, prompt, read):
    """Loss of a prompt in place of the context."""
    C = context.shape[1]
    both = model.embed(torch.cat([context.expand(len(read), C), read], 1))
    teacher = model.logits(both)[:, C:].flatten(0, 1)
    return float(distill_loss(teacher, behind(model, prompt[None], both[:, C:])))


def test_it_stands_for_the_context_on_inputs_it_has_not_seen(model, context):
    unseen = inputs(model, 100, seed=1)
    nothing = model.embed(context)[0, :0].detach()
    found = {
        n: distill_prompt(model, context, inputs(model, 40, 0), n, 0) for n in (1, 4)
    }
    assert {n: tuple(prompt.shape) for n, prompt in found.items()} == {
        1: (1, 64),
        4: (4, 64),
    }
    gaps = [distance(model, context, p, unseen) for p in (nothing, found[1], found[4])]
    assert gaps[0] > 1.5
    assert gaps[1] < 0.5
    assert gaps[2] < 0.1
    itself = model.embed(context)[0].detach()
    assert distance(model, context, itself, unseen) == pytest.approx(0, abs=1e-6)


def test_the_model_and_the_global_seed_stay_as_they_were(model, context):
    before = {name: p.clone() for name, p in model.named_parameters()}
    torch.manual_seed(4)
    wanted = torch.rand(2)
    torch.manual_seed(4)
    first, again, other = (
        distill_prompt(model, context, inputs(model, 3, 0), 2, seed)
        for seed in (1, 1, 2)
    )
    assert torch.equal(torch.rand(2), wanted)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not first.requires_grad
    assert all(torch.equal(p, before[name]) for name, p in model.named_parameters())
    assert all(p.grad is None for p in model.parameters())
