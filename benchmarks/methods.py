"""All methods of adaptation on the course's data: accuracy, time, memory, numbers."""

from statistics import mean
from typing import Any

from benchmarks.data import mean_and_deviation
from benchmarks.methods_runs import (
    BATCH,
    CHOOSING,
    CHOSEN_ON,
    HEAD_EPOCHS,
    MAX_LEN,
    RATES,
    SEEDS,
    TASKS,
    B,
    K,
    R,
    chosen,
    run_all,
)
from benchmarks.report import table
from course_utils.data.compared import accuracies

WORDS = {"full": "full data", "low": "low data"}
SETTING = {
    "sarcasm": "{train} texts to train, {validation} to choose, {test} to report, "
    "with phrases that no other text holds; at most {epochs} epochs.\n",
    "spam": "{train} texts to train, {validation} to choose, {test} to report; at most "
    "{epochs} epochs.\n",
}
EXPLANATION = f"""\
Mean ± standard deviation over {len(SEEDS)} seeds; each draws its own texts, start and
order. The packaged encoder, mean pooling, `fit` with batches of 16; prompt and prefixes
of k = {K} rows, LoRA of rank {R} on q and v, adapters of width {B}. Texts are cut to
{MAX_LEN} tokens, which only messages exceed. "Words" is logistic regression on the
single words of whole texts. The head alone gets {HEAD_EPOCHS} epochs from cached
features, full fine-tuning a rate that falls by 0.65 a layer, all others one rate. The
best epoch by the validation texts, one report on the test texts. CPU s is the time of
one training with its validation, one thread, on a machine that others used as well.

Every method has its own rate for each kind of data, the best by the validation texts
of seed {CHOOSING}, which is none of the {len(SEEDS)}: with full data for sarcasm, with
low data for spam. The head's rate is 0.01 everywhere.
"""
MEMORY = f"""
### Memory

Largest sum of tensors that a training step of {BATCH[0]} texts of up to {BATCH[1]}
tokens allocates beyond what was there before, from torch's profiler; and the two
averages that Adam keeps of each trained number. The model itself takes 90 MB.
"""


def measure() -> tuple[str, str]:
    """Title and text of the section; trains what the file does not hold yet."""
    return "Methods compared", report(run_all())


def report(found: dict[str, Any]) -> str:
    """What was measured, as text with tables."""
    parts = [EXPLANATION, f"Measured on: {found['machine']}.\n", rate_table(found)]
    for data, regime in TASKS:
        parts.append(f"\n### {data.capitalize()}, {WORDS[regime]}\n")
        parts.append(SETTING[data].format(**TASKS[data, regime]._asdict()))
        parts.append(task_table(found, data, regime))
    header = ["method", "step, MB", "Adam's averages, MB"]
    counts = {run["method"]: run.get("trainable", 0) for run in found["runs"]}
    rows = [
        [s["method"], f"{s['peak'] / 1e6:.1f}", f"{8 * counts[s['method']] / 1e6:.2f}"]
        for s in found["steps"]
    ]
    return "\n".join([*parts, MEMORY, table(header, rows)])


def rate_table(found: dict[str, Any]) -> str:
    """A row for each method: the rates that were tried, and what they brought."""
    rows = []
    for method in [name for name in RATES if len(RATES[name]) > 1]:
        row = [method]
        for data in CHOSEN_ON:
            tried = [c for c in found["choices"] if c["method"] == method]
            tried = [c for c in tried if c["data"] == data]
            best = chosen(found, data, method)
            row.append(
                ", ".join(f"{c['rate']:g}: {c['validation']:.3f}" for c in tried)
            )
            row.append(f"{best:g}")
        rows.append(row)
    return table(
        ["method", *(f"{d}{w}" for d in CHOSEN_ON for w in (": tried", ""))], rows
    )


def task_table(found: dict[str, Any], data: str, regime: str) -> str:
    """A row for each method: numbers, accuracy, epochs, time."""
    by_method = accuracies(found, data, regime)
    rows = []
    for method in by_method:
        runs = [r for r in found["runs"] if (r["data"], r["regime"]) == (data, regime)]
        runs = [r for r in runs if r["method"] == method]
        row = [method, f"{runs[0].get('trainable', 0):,}"]
        row.append(mean_and_deviation(by_method[method]))
        for name, form in (("best_epoch", ".1f"), ("seconds", ".1f")):
            values = [r[name] for r in runs if name in r]
            row.append(format(mean(values), form) if values else "")
        rows.append(row)
    return table(["method", "numbers", "accuracy", "best epoch", "CPU s"], rows)
