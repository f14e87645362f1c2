"""Train the memory models of lesson 10: what is recalled, by κ and by segment.

    python tools/train_memory.py

trains every κ with every seed, writes the recall to course_utils/data/recall.json
after each training, and goes on where it was interrupted. The models of the first
seed go to course_utils/weights/memory.safetensors; put the printed SHA-256 into
course_utils/context/fitting.py. Delete the JSON file to start anew, and whenever a
setting has changed. A training takes about half a minute on one CPU thread.
"""

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded

import torch
from safetensors.torch import load_file, save

from course_utils.context import (
    planted_facts,
    recall_by_segment,
    segment_memory,
    train_memory_model,
)
from course_utils.context.fitting import (
    BATCH,
    RATE,
    SHIPPED,
    SHORT,
    STEPS,
    TEST_SEED,
    WEIGHTS,
)
from course_utils.context.recall import COLOURS

HERE = Path(__file__).parents[1] / "course_utils"
TARGET, MODELS = HERE / "data" / "recall.json", HERE / "weights" / WEIGHTS
SEEDS, TESTED = [0, 1, 2], 1000
LENGTHS = {"trained": 4, "longer": 8}  # segments of the texts that are tested


def main() -> None:
    """Run what is missing, seed by seed."""
    torch.set_num_threads(1)
    found = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else empty()
    for number, seed in enumerate(SEEDS):
        for run in found["runs"]:
            if len(run["trained"]) > number:
                continue
            train_one(run, seed)
            TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            shares = run["trained"][-1], run["longer"][-1]
            print(f"seed {seed}, κ = {run['kappa']}:", *shares, flush=True)
    print(f"SHA-256 {hashlib.sha256(MODELS.read_bytes()).hexdigest()}")


def empty() -> dict[str, Any]:
    """The file without a training: settings, and every κ."""
    settings = {
        "steps": STEPS,
        "batch": BATCH,
        "rate": RATE,
        "short": SHORT,
        "seeds": SEEDS,
        "torch": version("torch"),
    }
    note = (
        f"{STEPS} batches of {BATCH} texts to train, {TESTED} other texts for each "
        f"recall, {len(SEEDS)} seeds."
    )
    runs = [{"kappa": kappa, "trained": [], "longer": []} for kappa in SHIPPED]
    chance = 1 / len(COLOURS)
    return {"settings": settings, "note": note, "chance": chance, "runs": runs}


def train_one(run: dict[str, Any], seed: int) -> None:
    """Train and test one κ with one seed; recall (N,) by segment goes into `run`."""
    model = train_memory_model(run["kappa"], seed, show=False)
    for name, n_segments in LENGTHS.items():
        facts = planted_facts(TESTED, TEST_SEED + seed, n_segments)
        recall = recall_by_segment(model, facts, segment_memory)
        run[name].append([round(share, 4) for share in recall.tolist()])
    if seed == SEEDS[0]:
        keep(f"kappa{run['kappa']}.", model.state_dict())


def keep(front: str, numbers: dict[str, torch.Tensor]) -> None:
    """Put one model's numbers into the shipped file, beside those of the others."""
    kept = load_file(MODELS) if MODELS.exists() else {}
    kept |= {front + name: tensor.half() for name, tensor in numbers.items()}
    MODELS.write_bytes(save(dict(sorted(kept.items()))))


if __name__ == "__main__":
    main()
