"""A training step of the adaptation methods against the peft library's, in turn."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable

import peft
import torch
import transformers
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from benchmarks.encoder import batch
from benchmarks.report import ROOT, table
from benchmarks.timing import in_turn, spread
from course_utils.adaptation import Classifier, attach
from course_utils.pretrained import load_encoder, packaged_folder

SHAPES = ((16, 24), (16, 64))  # short reviews, and longer texts
K, R = 20, 8
PROCESSES, ROUNDS = 2, 4  # as for the encoder: several processes with few rounds
EXPLANATION = f"""\
CPU time of one training step (forward, mean over real tokens, linear head,
cross-entropy, backward, AdamW on the method's numbers and the head) on the packaged
model, dropout off, one thread, padded batches with texts of half to full length. k =
{K} rows, LoRA of rank {R} on q and v. A ratio is the first's time as a share of the
second's; peft's is `get_peft_model` on BertModel with its default attention.
{PROCESSES} processes with {ROUNDS} rounds each. The aims for medians: prefix at most
0.95, LoRA and prompt at most 1.0, hidden form at most 0.85 of its definition word for
word.
"""
MEMORY = """\
Largest sum of tensors that a step allocates beyond what was there before, from torch's
profiler: the same at every run. The aim is at most peft's.
"""
KERNELS = {
    "matrix products": ("addmm", "mm"),
    "attention": (
        "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_flash_attention_for_cpu_backward",
    ),
    "GELU": ("gelu", "gelu_backward"),
}
PROFILE = """\
Where a prefix step (key/value form) spends its CPU time, and how many kernels it calls,
from torch's profiler, which itself slows the many small ones. The first three rows call
the same kernels on tensors of the same size on both sides, so that nothing can be saved
there: a step without anything else would take {bound} of peft's time at these shapes.
"""
Step = Callable[[], Tensor]


def measure() -> tuple[str, str]:
    """Title and text of the section."""
    pooled: dict[str, list] = {}
    for _ in range(PROCESSES):
        command = [sys.executable, "-m", "benchmarks.peft"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        times, memory, profiles = json.loads(done.stdout.splitlines()[-1])
        for name, pairs in times.items():
            pooled.setdefault(name, []).extend(pairs)
    header = ["step", "min", "median", "max", "first, ms", "second, ms"]
    steps = table(header, [row(name, pairs) for name, pairs in pooled.items()])
    header = ["step", "ratio", "first, MB", "second, MB"]
    sizes = table(header, [memory_row(name, pair) for name, pair in memory.items()])
    header = ["kernels", "first, ms", "calls", "peft's, ms", "calls"]
    parts = [row for name, pair in profiles.items() for row in kernel_rows(name, *pair)]
    kernels = PROFILE.format(bound=bounds(profiles)) + "\n" + table(header, parts)
    text = f"{EXPLANATION}\n{steps}\n\n{MEMORY}\n{sizes}\n\n{kernels}"
    return "Methods and peft", text


def row(name: str, pairs: list[tuple[float, float]]) -> list[str]:
    """Spread of the ratios, and the median times of both."""
    medians = (f"{1000 * statistics.median(t):.0f}" for t in zip(*pairs, strict=True))
    return [name, *spread([a / b for a, b in pairs], ".3f"), *medians]


def memory_row(name: str, pair: tuple[int, int]) -> list[str]:
    """Ratio of the peaks, and both."""
    first, second = pair
    return [name, f"{first / second:.3f}", *(f"{n / 1e6:.1f}" for n in pair)]


def kernel_rows(name: str, first: dict, second: dict) -> list[list[str]]:
    """Milliseconds and calls of each group of kernels, on both sides."""
    return [
        [f"{group}, {name}"]
        + [text for ms, n in (first[group], second[group]) for text in (f"{ms:.1f}", n)]
        for group in first
    ]


def bounds(profiles: dict[str, list[dict]]) -> str:
    """Share of peft's time that goes to the kernels of both, as text per shape."""
    shares = []
    for _, second in profiles.values():
        total = sum(ms for ms, _ in second.values())
        shares.append(sum(second[group][0] for group in KERNELS) / total)
    return " and ".join(f"{share:.2f}" for share in shares)


# --- what is compared ----------------------------------------------------------------


def compare_all() -> tuple[dict, dict, dict]:
    """CPU seconds in turn, peaks of memory and profiles, for every shape."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    options = dict(task_type="FEATURE_EXTRACTION")
    prefix = peft.PrefixTuningConfig(num_virtual_tokens=K, **options)
    prompt = peft.PromptTuningConfig(num_virtual_tokens=K, **options)
    lora = peft.LoraConfig(r=R, target_modules=["query", "value"], **options)
    times, memory, profiles = {}, {}, {}
    for B, T in SHAPES:
        ids, mask = batch(B, T, padded=True)

        def ours(method: str, ids=ids, mask=mask, **options) -> Step:
            return course_step(method, ids, mask, **options)

        def theirs(config: peft.PeftConfig, ids=ids, mask=mask) -> Step:
            return peft_step(config, ids, mask)

        compared = {
            "prefix (key/value form), peft's": (ours("prefix_kv", k=K), theirs(prefix)),
            "prefix (hidden form), peft's": (ours("prefix", k=K), theirs(prefix)),
            "LoRA, peft's": (ours("lora", r=R), theirs(lora)),
            "prompt, peft's": (ours("prompt", k=K), theirs(prompt)),
            "hidden form, word for word": (
                ours("prefix", k=K),
                ours("prefix", k=K, literal=True),
            ),
        }
        for name, pair in compared.items():
            times[f"{name}, {B} × {T}"] = in_turn(*pair, ROUNDS)
            if "peft" in name:
                memory[f"{name}, {B} × {T}"] = tuple(map(peak, pair))
            if "key/value" in name:
                profiles[f"{B} × {T}"] = tuple(map(time_by_kernel, pair))
    return times, memory, profiles


def course_step(method: str, ids: Tensor, mask: Tensor, **options) -> Step:
    """A training step of a method of the course."""
    encoder = load_encoder().eval()
    model = Classifier(encoder, 2)
    attach(encoder, method, **options)
    return step(lambda: model(ids, mask), model)


def peft_step(config: peft.PeftConfig, ids: Tensor, mask: Tensor) -> Step:
    """A training step of a method of peft, with the same pooling and head."""
    bert = transformers.BertModel.from_pretrained(
        packaged_folder(), add_pooling_layer=False
    )
    model = nn.ModuleList([peft.get_peft_model(bert, config), nn.Linear(384, 2)]).eval()
    body, head = model
    T, numbers = ids.shape[1], mask.long()

    def logits() -> Tensor:
        H = body(input_ids=ids, attention_mask=numbers).last_hidden_state
        H = H[:, H.shape[1] - T :]  # peft leaves the rows of a prompt in
        return head((H * numbers[..., None]).sum(1) / numbers.sum(1, keepdim=True))

    return step(logits, model)


def step(logits: Callable[[], Tensor], model: nn.Module) -> Step:
    """What a step of training does with a model in eval mode."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3)

    def run() -> Tensor:
        found = logits()
        labels = torch.arange(len(found)) % 2
        loss = nn.functional.cross_entropy(found, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    first = [run() for _ in range(3)]
    # Else the times mean nothing: the step learns its batch.
    assert first[-1] < first[0], (first[0], first[-1])
    return run


def peak(run: Step) -> int:
    """Bytes of tensors at the step's peak, beyond those there before it."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        run()
    events = found.profiler.kineto_results.events()
    changes = [(e.start_ns(), e.nbytes()) for e in events if e.name() == "[memory]"]
    total = highest = 0
    for _, change in sorted(changes, key=lambda pair: pair[0]):
        total += change
        highest = max(highest, total)
    return highest


def time_by_kernel(run: Step, runs: int = 8) -> dict[str, tuple[float, str]]:
    """Milliseconds and calls of one step, by group of `KERNELS` and for the rest."""
    with profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in range(runs):
            run()
    group_of = {f"aten::{name}": g for g, names in KERNELS.items() for name in names}
    groups = {group: (0.0, "0") for group in (*KERNELS, "all else")}
    for event in found.key_averages():
        group = group_of.get(event.key, "all else")
        ms, calls = groups[group]
        ms += event.self_cpu_time_total / 1000 / runs
        calls = int(calls) + event.count // runs if group in KERNELS else ""
        groups[group] = ms, str(calls)
    return groups


if __name__ == "__main__":
    print(json.dumps(compare_all()))
