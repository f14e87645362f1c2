"""Seconds of adapting the encoder, and of encoding texts against transformers."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from time import process_time

import torch
import transformers
from torch import Tensor

from benchmarks.report import ROOT, table
from benchmarks.timing import in_turn, spread
from course_utils.adaptation import Classifier, set_trainable
from course_utils.data import Texts, load_spam, sarcasm
from course_utils.pretrained import load_encoder, packaged_folder
from course_utils.training import features, fit
from course_utils.training.batches import Inputs
from course_utils.training.evaluate import BATCH

FITS = 3  # trainings that are timed
PROCESSES, ROUNDS = 3, 3  # as for the encoder: several processes with few rounds
COUNT = 1000  # texts to encode
EXPLANATION = f"""\
128 short reviews (about 20 tokens), the packaged encoder, `fit` with its defaults: 4
epochs of batches of 16. {FITS} runs on one thread. The aims: full fine-tuning within
40 s, and a head from cached features within 1 s once the texts are encoded.
"""
ENCODING = f"""\
{COUNT:,} SMS messages, whole, from text to one vector each: `features` as a share of
the CPU time of BertModel (transformers, sdpa, no pooler) with a mean over real tokens,
in the same batches of {BATCH} texts of similar length; one thread, {PROCESSES}
processes with {ROUNDS} rounds each. The aim is a median of at most 1.0.
"""


def measure() -> tuple[str, str]:
    """Title and text of the section."""
    header = ["training", "min, s", "median, s", "max, s"]
    fits = table(header, [[name, *spread(t)] for name, t in trainings().items()])
    pairs = []
    for _ in range(PROCESSES):
        command = [sys.executable, "-m", "benchmarks.adaptation"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        pairs += json.loads(done.stdout)
    ours, theirs = (statistics.median(t) for t in zip(*pairs, strict=True))
    ratios = spread([a / b for a, b in pairs], ".3f")
    header = ["run", "min", "median", "max", "course, s", "BertModel, s"]
    row = [f"{COUNT:,} texts", *ratios, f"{ours:.2f}", f"{theirs:.2f}"]
    encoding = table(header, [row])
    return "Adaptation", f"{EXPLANATION}\n{fits}\n\n{ENCODING}\n{encoding}"


def trainings() -> dict[str, list[float]]:
    """Seconds of each kind of training, run after run."""
    torch.set_num_threads(1)
    train = first(sarcasm(0, n_train=132).train, 128)
    found: dict[str, list[float]] = {}

    def timed(name: str, run: Callable, *args) -> object:
        start = process_time()
        result = run(*args, show=False) if run is fit else run(*args)
        found.setdefault(name, []).append(process_time() - start)
        return result

    for _ in range(FITS):
        model = Classifier(load_encoder(), 2)
        timed("encoding the texts, CPU", features, model, train.texts)
        set_trainable(model.encoder, model.head, "head")
        history = timed("head only, encoding included, CPU", fit, model, train)
        # The history's time begins when the texts are encoded.
        found.setdefault("head only, once encoded, wall", []).append(history.seconds)
        set_trainable(model.encoder, model.head, "full")
        timed("full fine-tuning, CPU", fit, model, train)
    return found


def first(data: Texts, count: int) -> Texts:
    """The first texts of a set."""
    return data.only(range(count))


@torch.inference_mode()
def compare() -> list[tuple[float, float]]:
    """CPU seconds of encoding, ours and theirs, in turn."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    bert = transformers.BertModel.from_pretrained(
        packaged_folder(), add_pooling_layer=False
    ).eval()
    model, texts = Classifier(load_encoder(), 2).eval(), first(load_spam(), COUNT).texts

    def ours() -> Tensor:
        return features(model, texts)

    def theirs() -> Tensor:
        places, rows = [], []
        for batch in Inputs(model, texts).in_order(BATCH):
            ids, mask = batch.inputs
            numbers = mask.long()
            H = bert(ids, numbers).last_hidden_state
            total = (H * numbers[..., None]).sum(1)
            rows.append(total / numbers.sum(1, keepdim=True))
            places.append(batch.places)
        return torch.cat(rows)[torch.cat(places).argsort()]

    # Else the times mean nothing.
    assert (ours() - theirs()).abs().max() <= 1e-5
    return in_turn(ours, theirs, ROUNDS)


if __name__ == "__main__":
    print(json.dumps(compare()))
