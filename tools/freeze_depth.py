"""Train with ever more layers free, and keep the numbers for the explorer of lesson 07.

    python tools/freeze_depth.py

writes course_utils/data/freeze_depth.json after every training, and goes on where it
was interrupted. Delete the file to start anew, and whenever a setting has changed.
"""

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded

import torch

from course_utils.adaptation import Classifier, set_trainable
from course_utils.data import sarcasm
from course_utils.pretrained import load_encoder
from course_utils.training import drift, evaluate, fit

TARGET = Path(__file__).parents[1] / "course_utils" / "data" / "freeze_depth.json"
SEEDS = [0, 1]
TEXTS, TESTED = 396, 240
OPTIONS = {
    "epochs": 6,
    "rate": 5e-4,
    "head_rate": 1e-2,
    "layer_decay": 0.65,
    "batch_size": 16,
}
LAYERS = 6
DEPTHS = [
    "the head alone",
    "the top layer and the head",
    *(f"the top {count} layers and the head" for count in range(2, LAYERS)),
    "all layers and the head",
    "everything, the embeddings too",
]
BIASES = "biases and the head"


def main() -> None:
    """Run what is missing, seed by seed."""
    torch.set_num_threads(1)
    found = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else empty()
    for number, seed in enumerate(SEEDS):
        for run in (*found["depths"], *found["policies"]):
            if len(run["seen"]) > number:
                continue
            train_one(run, seed)
            TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            last = run["seen"][-1], run["unseen"][-1]
            print(f"seed {seed}, {run['name']}: seen, unseen {last}", flush=True)


def empty() -> dict[str, Any]:
    """The file without a training: settings, and every choice by name."""
    settings = {
        "encoder": "all-MiniLM-L6-v2",
        "data": f"sarcasm(seed, n_train={TEXTS}, n_test={TESTED})",
        "pooling": "mean",
        **OPTIONS,
        "seeds": SEEDS,
        "torch": version("torch"),
    }
    return {
        "settings": settings,
        "note": (
            f"{TEXTS} short reviews to train, {OPTIONS['epochs']} epochs, "
            f"{TESTED} reviews for each accuracy, {len(SEEDS)} seeds."
        ),
        "total": sum(p.numel() for p in Classifier(load_encoder(), 2).parameters()),
        "depths": [row(name) for name in DEPTHS],
        "policies": [row(BIASES)],
    }


def row(name: str) -> dict[str, Any]:
    """One choice without a training."""
    model = Classifier(load_encoder(), 2)
    free(model, name)
    parts = ["embeddings", *(f"layer {n}" for n in range(1, LAYERS + 1))]
    return {
        "name": name,
        "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "seen": [],
        "unseen": [],
        "drift": {part: [] for part in parts},
    }


def free(model: Classifier, name: str) -> None:
    """Let those parameters change that a choice names."""
    if name == BIASES:
        set_trainable(model.encoder, model.head, "bias")
        return
    count = DEPTHS.index(name)  # of layers, from the top; one more frees embeddings
    set_trainable(model.encoder, model.head, "full" if count > LAYERS else "head")
    for layer in list(model.encoder.layers)[max(0, LAYERS - count) :]:
        layer.requires_grad_(True)


def train_one(run: dict[str, Any], seed: int) -> None:
    """Train and report one choice with one seed; its numbers go into `run`."""
    data = sarcasm(seed, n_train=TEXTS, n_test=TESTED)
    model = Classifier(load_encoder(), 2, seed=seed)
    before = {k: v.clone() for k, v in model.encoder.state_dict().items()}
    free(model, run["name"])
    fit(model, data.train, seed=seed, show=False, **OPTIONS)
    run["seen"].append(round(evaluate(model, data.seen).accuracy, 4))
    run["unseen"].append(round(evaluate(model, data.unseen).accuracy, 4))
    for part, moved in drift(before, model.encoder.state_dict()).items():
        run["drift"][part].append(float(f"{moved:.4g}"))


if __name__ == "__main__":
    main()
