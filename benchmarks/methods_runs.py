"""The trainings behind benchmarks/methods.py, kept in a file one by one.

What was measured is kept in course_utils/data/methods.json after every training, so
that an interrupted measurement goes on where it stopped; lesson 09 reads that file.
Delete it to measure anew, and whenever a setting here has changed.
"""

import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from time import process_time
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from benchmarks.report import ROOT, machine
from course_utils.adaptation import METHODS, Classifier, attach
from course_utils.data import Splits, load_spam, sarcasm, split
from course_utils.pretrained import load_encoder
from course_utils.training import bag_of_words, evaluate, fit, majority

TARGET = ROOT / "course_utils" / "data" / "methods.json"
SEEDS = range(5)
CHOOSING = 100  # the seed that the learning rates are chosen with: none of the five
K, R, B = 20, 8, 64  # rows of prompts and prefixes, rank of LoRA, width of adapters
OPTIONS: dict[str, dict[str, int]] = {
    "prompt": {"k": K},
    "prefix": {"k": K},
    "prefix_kv": {"k": K},
    "lora": {"r": R},
    "adapter": {"b": B},
}
RATES = {
    "head": (1e-2,),
    "full": (2e-4, 5e-4),
    "bitfit": (3e-3, 1e-2),
    "prompt": (3e-2, 1e-1),
    "prefix": (3e-2, 1e-1, 3e-1),
    "prefix_kv": (3e-2, 1e-1, 3e-1),
    "lora": (1e-3, 3e-3, 1e-2),
    "adapter": (1e-3, 3e-3),
}
CHOSEN_ON = {"sarcasm": "full", "spam": "low"}  # where rates are chosen
MAX_LEN = 40  # tokens at which a text is cut; only messages are longer
HEAD_EPOCHS = 40  # from cached features, so that they cost next to nothing


class Task(NamedTuple):
    """How many texts to train, to choose and to report with, and passes over them."""

    train: int
    validation: int
    test: int
    epochs: int


TASKS = {
    ("sarcasm", "full"): Task(396, 120, 240, 5),
    ("spam", "low"): Task(60, 60, 400, 6),
    ("sarcasm", "low"): Task(60, 60, 240, 6),
    ("spam", "full"): Task(400, 120, 400, 2),
}
BATCH = (16, 24)  # texts and tokens of the step whose memory is measured


def run_all() -> dict[str, Any]:
    """What the file holds, once everything that it lacks has been trained."""
    torch.set_num_threads(1)
    found = empty()
    if TARGET.exists():
        old = json.loads(TARGET.read_text("utf-8"))
        found |= {kind: old[kind] for kind in ("steps", "choices", "runs")}
    with tqdm(list(missing(found)), desc="methods", unit="training") as bar:
        for job in bar:
            bar.set_postfix_str(" ".join(map(str, job.values())))
            rate = job.get("rate") or chosen(found, job["data"], job["method"])
            kind = "choices" if "rate" in job else "runs"
            found[kind].append(job | {"rate": rate} | train_one(**job | {"rate": rate}))
            write(found)
    found["steps"] = found["steps"] or steps()
    write(found)
    return found


def write(found: dict[str, Any]) -> None:
    """Keep what was measured, a training in a line."""
    parts = []
    for name, value in found.items():
        if isinstance(value, list) and name != "seeds":
            lines = ",\n  ".join(json.dumps(row) for row in value)
            parts.append(f" {json.dumps(name)}: [\n  {lines}\n ]")
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value)}")
    TARGET.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def empty() -> dict[str, Any]:
    """The file without a training: settings, the machine, and room for the rest."""
    return {
        "encoder": "all-MiniLM-L6-v2",
        "machine": machine(),
        "torch": version("torch"),
        "options": OPTIONS,
        "max_len": MAX_LEN,
        "rates": RATES,
        "seeds": list(SEEDS),
        "tasks": [
            {"data": data, "regime": regime, **task._asdict()}
            for (data, regime), task in TASKS.items()
        ],
        "steps": [],
        "choices": [],
        "runs": [],
    }


def missing(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The trainings that the file does not hold: rates first, then seed by seed."""
    names = ("method", "data", "regime", "seed", "rate")
    tried = {tuple(row[name] for name in names) for row in found["choices"]}
    done = {tuple(row[name] for name in names[:-1]) for row in found["runs"]}
    for data, regime in CHOSEN_ON.items():
        for method, rates in RATES.items():
            for rate in rates if len(rates) > 1 else ():
                key = method, data, regime, CHOOSING, rate
                if key not in tried:
                    yield dict(zip(names, key, strict=True))
    for seed in SEEDS:
        for data, regime in TASKS:
            for method in ("majority", "words", *RATES):
                key = method, data, regime, seed
                if key not in done:
                    yield dict(zip(names, key, strict=False))


def chosen(found: dict[str, Any], data: str, method: str) -> float | None:
    """The rate of highest accuracy on the validation texts, then of lowest loss."""
    rates = RATES.get(method, (None,))
    if len(rates) == 1:
        return rates[0]
    tried = [r for r in found["choices"] if (r["data"], r["method"]) == (data, method)]
    return max(tried, key=lambda row: (row["validation"], -row["loss"]))["rate"]


# --- one training --------------------------------------------------------------------


def train_one(
    method: str, data: str, regime: str, seed: int, rate: float | None
) -> dict[str, Any]:
    """Train one method with one seed; what came out of it."""
    parts = draw(data, TASKS[data, regime], seed)
    if method not in METHODS:
        judge = most_common if method == "majority" else words
        return {"accuracy": round(judge(parts), 4)}
    model = Classifier(load_encoder(), len(parts.train.classes), seed=seed)
    options = OPTIONS.get(method, {}) | ({"seed": seed} if method in OPTIONS else {})
    attach(model.encoder, method, **options)
    epochs = HEAD_EPOCHS if method == "head" else TASKS[data, regime].epochs
    # Lower layers learn more slowly only where all their weights may change.
    decay = {} if method == "full" else {"layer_decay": 1.0}
    start = process_time()
    history = fit(
        model,
        *parts[:2],
        epochs=epochs,
        rate=rate,
        max_len=MAX_LEN,
        seed=seed,
        show=False,
        **decay,
    )
    seconds = process_time() - start
    best = history.best_epoch
    result = {
        "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "seconds": round(seconds, 2),
        "steps": len(history.loss),
        "epochs": epochs,
        "best_epoch": best,
        "validation": round(history.validation_accuracy[best - 1], 4),
        "loss": round(history.validation_loss[best - 1], 4),
    }
    if seed != CHOOSING:  # the test texts take no part in choosing
        result["accuracy"] = round(evaluate(model, parts.test, MAX_LEN).accuracy, 4)
    return result


def draw(data: str, task: Task, seed: int) -> Splits:
    """Texts to train and to choose with, and to report on: of sarcasm, new phrases."""
    if data == "spam":
        return split(load_spam(), seed, task[:3])
    sets = sarcasm(seed, *task[:3])
    return Splits(sets.train, sets.validation, sets.unseen)


def most_common(parts: Splits) -> float:
    """Accuracy of always the commonest class."""
    return majority(parts.train, parts.test).accuracy


def words(parts: Splits) -> float:
    """Accuracy of single words, without an encoder."""
    [score] = bag_of_words(parts, parts.test)
    return score.accuracy


def steps() -> list[dict[str, Any]]:
    """Largest sum of tensors that a training step of each method allocates, bytes."""
    from benchmarks.peft import peak

    return [{"method": method, "peak": peak(one_step(method))} for method in RATES]


def one_step(method: str) -> Callable[[], Tensor]:
    """A step of training, on one batch of random ids."""
    from benchmarks.encoder import batch

    ids, mask = batch(*BATCH, padded=True)
    labels = torch.arange(len(ids)) % 2
    model = Classifier(load_encoder(), 2)
    attach(model.encoder, method, **OPTIONS.get(method, {}))
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5, fused=True)

    def run() -> Tensor:
        loss = nn.functional.cross_entropy(model(ids, mask), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    run()  # from then on Adam's averages are there
    return run
