"""Memories of a fixed size: one that a model writes, and one that averages.

Shapes: B texts, N segments of n_i rows, width d, κ summary vectors, m rows of a start.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def segment_memory(
    encode: Callable[[Tensor], Tensor],
    segments: Sequence[Tensor],
    summary: Tensor,
    memory0: Tensor,
) -> list[Tensor]:
    """Read a text segment by segment; the memory after each of them.

    For every segment `encode` gets ``[memory; segment; summary]``. The last κ of the
    states it returns, those of the summary rows, are the new memory, which replaces
    the old one.

    Args:
        encode: (B, T, d) -> states (B, T, d), called once a segment, in order.
        segments: N tensors (B, n_i, d), embedded rows.
        summary: (κ, d), learned, the same for every text and segment.
        memory0: (B, m, d), the memory before the first segment; m may be 0.

    Returns:
        N memories, each (B, κ, d); memory0 is not among them.

    Source: Chevalier et al. 2023, "Adapting Language Models to Compress Contexts",
    sec. 3 (which keeps all memories; here the last one alone is passed on, as in
    Bulatov et al. 2022, "Recurrent Memory Transformer").

    >>> text = [torch.randn(2, 5, 8), torch.randn(2, 3, 8)]
    >>> memories = segment_memory(torch.tanh, text, torch.ones(4, 8), text[0][:, :0])
    >>> [tuple(memory.shape) for memory in memories]
    [(2, 4, 8), (2, 4, 8)]
    """
    memory, memories = memory0, []
    for segment in segments:
        asked = summary.expand(len(segment), *summary.shape)
        states = encode(torch.cat([memory, segment, asked], dim=1))
        # A copy: `encode` may return a buffer that it uses again. The rows are counted
        # from the front, for states[:, -0:] would be all of them.
        memory = states[:, states.shape[1] - len(summary) :].clone()
        memories.append(memory)
    return memories


def cumulative_memory(keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Running means of keys and of values: the simplest memory of a fixed size.

    Mem_i = ((k_i, v_i) + i · Mem_{i-1}) / (i + 1), with i counted from 0.

    Args:
        keys: (..., T, d_k).
        values: (..., T, d_v).

    Returns:
        Two tensors of the same shapes; row i is the mean of rows 0..i.

    Source: Xiao and Zhu 2025, "Foundations of Large Language Models", chapter 2
    (cumulative average memory).

    >>> mean_keys, _ = cumulative_memory(torch.tensor([[1.0], [3.0]]), torch.ones(2, 1))
    >>> mean_keys.tolist()
    [[1.0], [2.0]]
    """
    return running_mean(keys), running_mean(values)


def running_mean(rows: Tensor) -> Tensor:
    """Row i of (..., T, d) becomes the mean of rows 0..i, by the recurrence."""
    mean, means = torch.zeros_like(rows[..., 0, :]), []
    for i, row in enumerate(rows.unbind(-2)):
        mean = (row + i * mean) / (i + 1)
        means.append(mean)
    return torch.stack(means, dim=-2)
