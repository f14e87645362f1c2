"""Train the tiny causal language model that ships with the course.

    python tools/train_tiny_lm.py

It takes some minutes on one CPU thread, prints the loss, and writes
course_utils/weights/tiny_lm.safetensors. Put the printed SHA-256 into
course_utils/language_model.py. The seed fixes everything but rounding; the file's
metadata hold the loss early on and at the end, for the test that trains again.
"""

import hashlib
import random
from pathlib import Path

import torch
from safetensors.torch import save
from torch.nn.functional import cross_entropy
from tqdm import trange

from course_utils.grammar import passage
from course_utils.language_model import WEIGHTS, LanguageModel, new_language_model

SEED, STEPS, BATCH, RATE = 0, 1500, 64, 2e-3
EARLY = 40  # steps after which the loss is recorded for the first time
TARGET = Path(__file__).parent.parent / "course_utils" / "weights" / WEIGHTS


def train(steps: int = STEPS) -> tuple[LanguageModel, list[float]]:
    """The model after the first `steps` steps, and the loss at each of them."""
    rng, model = random.Random(SEED), new_language_model(SEED)
    optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    losses = []
    for _ in (bar := trange(steps, disable=steps < STEPS)):
        ids, mask = model.tokenizer([passage(rng) for _ in range(BATCH)])
        targets = ids[:, 1:].masked_fill(~mask[:, 1:], -100)
        loss = cross_entropy(model(ids[:, :-1]).transpose(1, 2), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        bar.set_postfix(loss=f"{losses[-1]:.3f}")
    return model, losses


def main() -> None:
    torch.set_num_threads(1)
    model, losses = train()
    last = sum(losses[-100:]) / 100
    notes = {"early_loss": f"{losses[EARLY - 1]:.4f}", "last_loss": f"{last:.4f}"}
    data = save(model.state_dict(), notes)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(data)
    print(f"{len(data)} bytes, {notes}, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
