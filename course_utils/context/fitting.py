"""Training of the memory model, and the trained ones that the course ships.

Shapes: B texts, N segments, F facts each, κ memory vectors, V colours.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm.auto import trange

from course_utils.checkpoint import shipped_weights
from course_utils.context.memory import segment_memory
from course_utils.context.recall import Facts, MemoryModel, planted_facts

WEIGHTS = "memory.safetensors"
SHA256 = "6481ee98107c42fb0a5ce2e9bb72b79f6f74c89e8a282e0b4c6d34ba663f6545"
SHIPPED = (1, 2, 4, 8)
STEPS, BATCH, RATE = 1200, 32, 5e-3
SHORT = 0.4  # share of the steps in which texts have 2 segments instead of 4
TEST_SEED = 10**9  # of test texts; those of training have seeds far below


def train_memory_model(
    kappa: int, seed: int = 0, steps: int = STEPS, show: bool = True
) -> MemoryModel:
    """A memory model trained from random weights, in eval mode.

    After every segment all facts read so far are asked for. Texts have 2 segments at
    first and 4 later on: what was learned on short ones is carried over.

    Args:
        kappa: number of memory vectors.
        seed: of the weights and of the texts.
        steps: batches of 32 texts; the rate rises for a tenth of them, then falls.
        show: whether to show a progress bar.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = MemoryModel(kappa)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps, pct_start=0.1
    )
    for step in (
        bar := trange(steps, desc=f"κ = {kappa}", disable=not show, mininterval=0.5)
    ):
        facts = planted_facts(
            BATCH, seed * 10**6 + step, 2 if step < SHORT * steps else 4
        )
        loss = facts_loss(model, facts)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    return model.eval()


def facts_loss(model: MemoryModel, facts: Facts) -> Tensor:
    """Mean cross-entropy over all memories of a text and all facts read until then."""
    B, N, F = facts.names.shape
    segments = model.segments(facts)
    memories = segment_memory(model.encode, segments, model.summary, model.start(B))
    # All memories at once, as if they were N·B texts.
    logits = model.read(torch.cat(memories), facts.names.flatten(1).repeat(N, 1))
    logits = logits.view(N, B, N, F, -1)  # memory, text, segment asked about, fact
    read = torch.ones(N, N, dtype=torch.bool).tril()  # memory i knows segments 0..i
    wanted = facts.colours.expand(N, B, N, F).transpose(1, 2)[read]
    return cross_entropy(logits.transpose(1, 2)[read].flatten(0, -2), wanted.flatten())


def load_memory_model(kappa: int) -> MemoryModel:
    """A memory model that ships with the course, in eval mode.

    ``tools/train_memory.py`` trained it; numbers are stored as float16.

    Args:
        kappa: 1, 2, 4 or 8 memory vectors.

    Raises:
        ValueError: no model with that many memory vectors ships.
        CheckpointError: the shipped file is missing or damaged.
    """
    if kappa not in SHIPPED:
        raise ValueError(
            f"There are trained models with κ in {SHIPPED}, not {kappa}. Take one of "
            f"them, or train one: train_memory_model({kappa})."
        )
    model, front = MemoryModel(int(kappa)), f"kappa{int(kappa)}."
    model.load_state_dict(
        {
            name.removeprefix(front): tensor.float()
            for name, tensor in shipped_weights(WEIGHTS, SHA256).items()
            if name.startswith(front)
        }
    )
    return model.eval()
