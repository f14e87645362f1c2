"""CPU time of `Encoder` against BertModel of transformers, with the same weights."""

import json
import statistics
import subprocess
import sys

import torch
import transformers
from torch import Tensor

from benchmarks.report import ROOT, table
from benchmarks.timing import in_turn, spread
from course_utils.pretrained import load_encoder, packaged_folder

SHAPES = ((1, 16), (16, 20), (16, 64), (8, 128), (32, 128))
# In one process the layout of its heap, and so the number of page faults, favours
# one side or the other: several processes with few rounds each.
PROCESSES, ROUNDS = 5, 6
EXPLANATION = f"""\
CPU time of one forward pass of the packaged model (6 layers, d = 384, float32, eval
mode, inference mode, one thread) as a share of the time of BertModel with its default
attention (sdpa) and no pooler. "Last state" is `encoder(ids, mask)`, "all states" is
`encoder.states(ids, mask)` against `output_hidden_states=True`. Padded batches hold
texts of half to full length. {PROCESSES} processes with {ROUNDS} rounds each. The aim
for the last state is a median of at most 1.0.
"""


def measure() -> tuple[str, str]:
    """Title and text of the section, from the rounds of several processes."""
    pooled = {}
    for _ in range(PROCESSES):
        command = [sys.executable, "-m", "benchmarks.encoder"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        for name, pairs in json.loads(done.stdout).items():
            pooled.setdefault(name, []).extend(pairs)
    header = ["run", "min", "median", "max", "course, ms", "BertModel, ms"]
    rows = [row(name, pairs) for name, pairs in pooled.items()]
    return "Encoder and BertModel", f"{EXPLANATION}\n{table(header, rows)}"


def row(name: str, pairs: list[tuple[float, float]]) -> list[str]:
    """Spread of the ratios, and the median times of both."""
    medians = (f"{1000 * statistics.median(t):.1f}" for t in zip(*pairs, strict=True))
    return [name, *spread([a / b for a, b in pairs], ".3f"), *medians]


def compare_all() -> dict[str, list[tuple[float, float]]]:
    """CPU seconds of both models, in turn, for every shape."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    bert = transformers.BertModel.from_pretrained(
        packaged_folder(), add_pooling_layer=False
    )
    models = load_encoder(), bert.eval()
    return {
        f"{'all states' if every else 'last state'}, {B} × {T}"
        + (", padded" if padded else ""): compare(*models, B, T, padded, every)
        for padded, every in ((False, False), (True, False), (True, True))
        for B, T in SHAPES
    }


@torch.inference_mode()
def compare(
    encoder, bert, B: int, T: int, padded: bool, every: bool
) -> list[tuple[float, float]]:
    """CPU seconds of both models, in turn, for one shape."""
    ids, mask = batch(B, T, padded)
    numbers = mask.long()

    def ours() -> list[Tensor]:
        return encoder.states(ids, mask) if every else [encoder(ids, mask)]

    def theirs() -> list[Tensor]:
        out = bert(ids, numbers, output_hidden_states=every)
        return out.hidden_states if every else [out.last_hidden_state]

    for a, b in zip(ours(), theirs(), strict=True):  # else the times mean nothing
        assert (a - b)[mask].abs().max() <= 1e-5
    return in_turn(ours, theirs, ROUNDS)


def batch(B: int, T: int, padded: bool) -> tuple[Tensor, Tensor]:
    """Random ids (B, T) and their mask; the first text is full if there are others."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(1000, 30_000, (B, T), generator=generator)
    lengths = torch.randint(T // 2, T, (B,), generator=generator)
    if B > 1:
        lengths[0] = T
    if not padded:
        lengths[:] = T
    return ids, torch.arange(T) < lengths[:, None]


if __name__ == "__main__":
    print(json.dumps(compare_all()))
