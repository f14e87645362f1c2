"""CPU time of `Encoder` against BertModel of transformers, with the same weights."""

import statistics

import torch
import transformers
from torch import Tensor

from benchmarks.report import table
from benchmarks.timing import in_turn, spread
from course_utils.pretrained import load_encoder, packaged_folder

SHAPES = ((1, 16), (16, 20), (16, 64), (8, 128), (32, 128))
EXPLANATION = """\
CPU time of one forward pass of the packaged model (6 layers, d = 384, float32, eval
mode, inference mode, one thread) as a share of the time of BertModel with its default
attention (sdpa) and no pooler. "Last state" is `encoder(ids, mask)`, "all states" is
`encoder.states(ids, mask)` against `output_hidden_states=True`. Padded batches hold
texts of half to full length. At most 1.0 is the aim for the last state.
"""


def measure() -> tuple[str, str]:
    """Title and text of the section."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    encoder = load_encoder()
    bert = transformers.BertModel.from_pretrained(
        packaged_folder(), add_pooling_layer=False
    ).eval()
    rows = [
        compare(encoder, bert, *shape, padded, every)
        for padded, every in ((False, False), (True, False), (True, True))
        for shape in SHAPES
    ]
    header = ["run", "min", "median", "max", "course, ms", "BertModel, ms"]
    return "Encoder and BertModel", f"{EXPLANATION}\n{table(header, rows)}"


@torch.inference_mode()
def compare(encoder, bert, B: int, T: int, padded: bool, every: bool) -> list[str]:
    """One row: ratios, and the median times of both."""
    ids, mask = batch(B, T, padded)
    numbers = mask.long()

    def ours() -> list[Tensor]:
        return encoder.states(ids, mask) if every else [encoder(ids, mask)]

    def theirs() -> list[Tensor]:
        out = bert(ids, numbers, output_hidden_states=every)
        return out.hidden_states if every else [out.last_hidden_state]

    for a, b in zip(ours(), theirs(), strict=True):  # else the times mean nothing
        assert (a - b)[mask].abs().max() <= 1e-5
    pairs = in_turn(ours, theirs)
    name = f"{'all states' if every else 'last state'}, {B} × {T}"
    medians = (f"{1000 * statistics.median(t):.1f}" for t in zip(*pairs, strict=True))
    return [
        name + (", padded" if padded else ""),
        *spread([a / b for a, b in pairs], ".3f"),
        *medians,
    ]


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
