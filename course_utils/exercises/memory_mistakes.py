"""Known mistakes of a segment-recurrent memory, by what a learner is told.

Each is called as ``f(encode, segments, summary, memory0)`` and makes the calls of
encode that a student's function with this mistake makes.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Encode = Callable[[Tensor], Tensor]
Rows = Sequence[Tensor]


def memories(
    encode: Encode,
    segments: Rows,
    summary: Tensor,
    memory0: Tensor,
    *,
    put: Callable = lambda memory, segment, summary: [memory, segment, summary],
    keep: Callable = lambda out, m, n, k: out[:, m + n :],
    carry: Callable = lambda old, new: new,
) -> list[Tensor]:
    """The right recurrence, of which each mistake changes one thing.

    Args:
        encode, segments, summary, memory0: as in the exercise.
        put: which blocks of rows encode receives.
        keep: what is kept of the states, which came of m + n + k rows.
        carry: what the next segment receives of the memory before and the new one.
    """
    rows = summary.expand(len(memory0), -1, -1)
    memory, found = memory0, []
    for segment in segments:
        out = encode(torch.cat(put(memory, segment, rows), 1))
        new = keep(out, memory.shape[1], segment.shape[1], len(summary)).clone()
        found.append(new)
        memory = carry(memory, new)
    return found


def changed(**one: Callable) -> Callable:
    """The recurrence with one of its functions exchanged."""
    return lambda *args: memories(*args, **one)


def start_over(encode, segments, summary, memory0):
    return memories(encode, segments, summary, memory0, carry=lambda old, new: memory0)


def all_at_once(encode, segments, summary, memory0):
    whole = [torch.cat(list(segments), 1)] if segments else []
    return memories(encode, whole, summary, memory0)


def backwards(encode, segments, summary, memory0):
    return memories(encode, list(segments)[::-1], summary, memory0)


def without_remainder(encode, segments, summary, memory0):
    longest = max((s.shape[1] for s in segments), default=0)
    full = [s for s in segments if s.shape[1] == longest]
    return memories(encode, full, summary, memory0)


def only_last(encode, segments, summary, memory0):
    return memories(encode, segments, summary, memory0)[-1:]


def with_memory0(encode, segments, summary, memory0):
    return [memory0, *memories(encode, segments, summary, memory0)]


def memory0_for_last(encode, segments, summary, memory0):
    return with_memory0(encode, segments, summary, memory0)[:-1]


def all_so_far(encode, segments, summary, memory0):
    found: list[Tensor] = []
    memory, rows = memory0, summary.expand(len(memory0), -1, -1)
    for segment in segments:
        out = encode(torch.cat([memory, segment, rows], 1))
        memory = torch.cat([memory, out[:, -len(summary) :]], 1)
        found.append(memory)
    return found


def summary_carried(encode, segments, summary, memory0):
    """The memory takes the place of the summary as well."""
    rows, memory, found = summary.expand(len(memory0), -1, -1), memory0, []
    for segment in segments:
        memory = rows = encode(torch.cat([memory, segment, rows], 1))[
            :, -len(summary) :
        ]
        found.append(memory)
    return found


def added(encode, segments, summary, memory0):
    memory, rows, found = memory0, summary.expand(len(memory0), -1, -1), []
    for segment in segments:
        new = encode(torch.cat([memory, segment, rows], 1))[:, -len(summary) :].clone()
        memory = memory + new if memory.shape == new.shape else new
        found.append(memory)
    return found


def in_encodes_buffer(encode, segments, summary, memory0):
    """Right unless encode returns a buffer that it uses again."""
    memory, rows, found = memory0, summary.expand(len(memory0), -1, -1), []
    for segment in segments:
        memory = encode(torch.cat([memory, segment, rows], 1))[:, -len(summary) :]
        found.append(memory)
    return found


def overwritten(encode, segments, summary, memory0):
    """Every memory is written into the tensor of the one before, where it fits."""
    memory, rows, found = memory0.clone(), summary.expand(len(memory0), -1, -1), []
    for segment in segments:
        out = encode(torch.cat([memory, segment, rows], 1))[:, -len(summary) :].clone()
        if memory.shape == out.shape:
            memory.copy_(out)
        memory = memory if found and memory.shape == out.shape else out
        found.append(memory)
    return found


MISTAKES: dict[str, Callable] = {
    "Every segment starts from memory0: what the segment before has left is lost. The "
    "new memory has to take the place of the old one.": start_over,
    "Memories pile up: each is put behind those before it, and the next segment "
    "receives them all. The new memory has to replace the old one.": changed(
        carry=lambda old, new: torch.cat([old, new], 1)
    ),
    "Memories pile up: the list holds all κ rows so far, and memory0. A memory has κ "
    "rows, and replaces the one before.": all_so_far,
    "No segment receives a memory: only [segment; summary] is read.": changed(
        put=lambda memory, segment, summary: [segment, summary],
        keep=lambda out, m, n, k: out[:, n:],
    ),
    "The first κ rows of the states were kept. They belong to the old memory or to the "
    "segment; the summary stands last.": changed(keep=lambda out, m, n, k: out[:, :k]),
    "The rows before the summary's were kept: what became of the last tokens. The "
    "summary's own rows are the memory.": changed(
        keep=lambda out, m, n, k: out[:, m + n - k : m + n]
    ),
    "The segment's rows were kept. What became of the summary's κ rows is the "
    "memory.": changed(keep=lambda out, m, n, k: out[:, m : m + n]),
    "The last n rows were kept, with n the segment's length; the memory has κ "
    "rows.": changed(keep=lambda out, m, n, k: out[:, out.shape[1] - n :]),
    "All but the old memory's rows were kept: the segment's are among them.": changed(
        keep=lambda out, m, n, k: out[:, m:]
    ),
    "One row too few was kept: κ - 1.": changed(
        keep=lambda out, m, n, k: out[:, m + n + 1 :]
    ),
    "The last row alone was kept; the memory is what became of all κ summary "
    "rows.": changed(keep=lambda out, m, n, k: out[:, -1:]),
    "The mean of the summary's rows was kept; the memory has κ rows.": changed(
        keep=lambda out, m, n, k: out[:, m + n :].mean(1, keepdim=True)
    ),
    "The summary stands in front of the segment, and the last κ rows were kept: "
    "tokens. It has to stand last, where it has everything before it.": changed(
        put=lambda memory, segment, summary: [memory, summary, segment]
    ),
    "The summary stands in front of the segment. It has to stand last, where it has "
    "everything before it.": changed(
        put=lambda memory, segment, summary: [memory, summary, segment],
        keep=lambda out, m, n, k: out[:, m : m + k],
    ),
    "The summary stands in front of everything, and its rows were kept from there. "
    "The order is [memory; segment; summary].": changed(
        put=lambda memory, segment, summary: [summary, memory, segment],
        keep=lambda out, m, n, k: out[:, :k],
    ),
    "The summary stands in front of everything, and the last κ rows were kept: tokens. "
    "The order is [memory; segment; summary].": changed(
        put=lambda memory, segment, summary: [summary, memory, segment]
    ),
    "The memory stands behind the segment; the order is [memory; segment; "
    "summary].": changed(
        put=lambda memory, segment, summary: [segment, memory, summary]
    ),
    "There is no summary: the last κ rows are those of tokens.": changed(
        put=lambda memory, segment, summary: [memory, segment],
        keep=lambda out, m, n, k: out[:, -k:],
    ),
    "Segments that are shorter than the longest were left out. They are read like any "
    "other, the last one too.": without_remainder,
    "The old memory was added to the new one, which has to replace it.": added,
    "As many rows were kept as the old memory has; the new one has κ rows.": changed(
        keep=lambda out, m, n, k: out[:, out.shape[1] - m :]
    ),
    "The memories stand in a buffer of encode's, which has been used again since: take "
    "a copy of the rows that you keep.": in_encodes_buffer,
    "A memory was written into the tensor of the one before: each needs its own.": (
        overwritten
    ),
    "All segments were read at once, in one call. Each is read by itself, after the "
    "memory of those before it.": all_at_once,
    "The segments were read from the last to the first.": backwards,
    "The list has the last memory alone; there is one for each segment.": only_last,
    "memory0 stands in the list. The first entry is what becomes of the first "
    "segment.": with_memory0,
    "The list is one place behind: it begins with memory0, and the last memory is "
    "missing.": memory0_for_last,
    "The summary was replaced by its own result. Every segment gets the same summary "
    "rows; only the memory is handed on.": summary_carried,
    "The next segment receives the mean of the old and the new memory. The new one has "
    "to replace the old.": changed(
        carry=lambda old, new: (old + new) / 2 if old.shape == new.shape else new
    ),
    "The next segment receives the sum of the old and the new memory. The new one has "
    "to replace the old.": changed(
        carry=lambda old, new: old + new if old.shape == new.shape else new
    ),
}
