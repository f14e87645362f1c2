"""Train the tiny causal language model that ships with the course.

    python tools/train_tiny_lm.py

It takes about one minute on one CPU thread, prints the loss, and writes
course_utils/weights/tiny_lm.safetensors. Put the printed SHA-256 into
course_utils/language_model.py. The seed fixes everything but rounding.
"""

import hashlib
import random
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy
from tqdm import trange

from course_utils.grammar import sentence
from course_utils.language_model import WEIGHTS, new_language_model

SEED, STEPS, BATCH, RATE = 0, 1500, 64, 2e-3
TARGET = Path(__file__).parent.parent / "course_utils" / "weights" / WEIGHTS


def main() -> None:
    torch.set_num_threads(1)
    rng, model = random.Random(SEED), new_language_model(SEED)
    optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    bar = trange(STEPS)
    for _ in bar:
        ids, mask = model.tokenizer([sentence(rng) for _ in range(BATCH)])
        targets = ids[:, 1:].masked_fill(~mask[:, 1:], -100)
        loss = cross_entropy(model(ids[:, :-1]).transpose(1, 2), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        bar.set_postfix(loss=f"{loss.item():.3f}")
    TARGET.parent.mkdir(exist_ok=True)
    save_file(model.state_dict(), TARGET)
    digest = hashlib.sha256(TARGET.read_bytes()).hexdigest()
    print(f"{TARGET.stat().st_size} bytes, loss {loss.item():.3f}, SHA-256 {digest}")


if __name__ == "__main__":
    main()
