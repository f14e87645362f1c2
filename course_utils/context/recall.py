"""Planted facts: what a memory of κ vectors still knows of every segment.

A text has N segments of F facts; a fact is a name and a colour, and no name comes
twice. `MemoryModel` reads segment by segment, keeps nothing but its memory, and is
asked for every name's colour when the last segment is over.

Shapes: B texts, N segments, F facts each, width d, κ memory vectors, Q questions.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_utils.layers import Layer

NAMES = (
    "anna boris clara david elena felix greta hugo "
    "irene jonas karla leo maria nils olga paul"
).split()
COLOURS = "red green blue yellow black white brown pink".split()
D, N_LAYERS, N_HEADS = 32, 2, 2


class Facts(NamedTuple):
    """B texts of N segments of F facts, as places in NAMES and in COLOURS."""

    names: Tensor  # (B, N, F) int64
    colours: Tensor  # (B, N, F) int64

    def text(self, row: int) -> str:
        """One text in words, segments split by a bar.

        >>> planted_facts(1, seed=2, n_segments=2).text(0)
        'jonas pink, hugo pink | boris blue, maria black'
        """
        return " | ".join(
            ", ".join(f"{NAMES[n]} {COLOURS[c]}" for n, c in zip(*segment, strict=True))
            for segment in zip(
                self.names[row].tolist(), self.colours[row].tolist(), strict=True
            )
        )


def planted_facts(
    n_texts: int, seed: int, n_segments: int = 4, per_segment: int = 2
) -> Facts:
    """Texts drawn at random; all names of a text differ, colours may come again.

    Raises:
        ValueError: there are more facts in a text than names.

    >>> planted_facts(3, seed=0).names.shape
    torch.Size([3, 4, 2])
    """
    count = n_segments * per_segment
    if count > len(NAMES):
        raise ValueError(
            f"{n_segments} segments of {per_segment} facts need {count} names, but "
            f"there are {len(NAMES)}. Ask for fewer."
        )
    dice = torch.Generator().manual_seed(seed)
    shape = (n_texts, n_segments, per_segment)
    names = torch.rand(n_texts, len(NAMES), generator=dice).argsort(1)[:, :count]
    return Facts(names.view(shape), torch.randint(len(COLOURS), shape, generator=dice))


class MemoryModel(nn.Module):
    """Two of the course's layers, κ summary rows, and a head that names a colour.

    A fact is one row, the name's vector plus the colour's; a question is the row of
    the name alone. Rows have no positions: a segment is a set.

    Args:
        kappa: number of summary rows, κ.
        d: width.

    Attributes:
        summary: (κ, d), learned.

    Raises:
        ValueError: kappa is below 1.

    >>> model, facts = MemoryModel(kappa=3), planted_facts(2, seed=0)
    >>> H = torch.cat([model.start(2), model.segments(facts)[0]], 1)
    >>> model.encode(H).shape
    torch.Size([2, 2, 32])
    """

    def __init__(self, kappa: int, d: int = D):
        super().__init__()
        if kappa < 1:
            raise ValueError(f"A memory needs at least one vector, not {kappa}.")
        self.name = nn.Embedding(len(NAMES), d)
        self.colour = nn.Embedding(len(COLOURS), d)
        self.summary = nn.Parameter(torch.randn(kappa, d) / 2)
        self.layers = nn.ModuleList(Layer(d, N_HEADS) for _ in range(N_LAYERS))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, len(COLOURS))
        with torch.no_grad():
            for table in (self.name, self.colour):
                table.weight.div_(2)
            for layer in self.layers:
                start_by_likeness(layer)

    @property
    def kappa(self) -> int:
        """Number of memory vectors."""
        return len(self.summary)

    def segments(self, facts: Facts) -> list[Tensor]:
        """The text's rows, N segments (B, F, d)."""
        return list((self.name(facts.names) + self.colour(facts.colours)).unbind(1))

    def start(self, n_texts: int) -> Tensor:
        """The memory before the first segment: no rows, (B, 0, d)."""
        return self.summary.new_empty(n_texts, 0, self.summary.shape[1])

    def encode(self, H: Tensor, mask: Tensor | None = None) -> Tensor:
        """H[0] (B, T, d) through all layers: H[L] (B, T, d)."""
        for layer in self.layers:
            H = layer(H, mask)
        return H

    def read(self, memory: Tensor, names: Tensor) -> Tensor:
        """Ask a memory for colours; no question sees another one.

        Args:
            memory: (B, κ, d).
            names: (B, Q), whose colours are wanted.

        Returns:
            Logits over the colours (B, Q, V).
        """
        rows = memory.shape[1]
        mask = torch.eye(rows + names.shape[1], dtype=torch.bool, device=names.device)
        mask[:, :rows] = True
        H = self.encode(torch.cat([memory, self.name(names)], 1), mask)
        return self.head(self.norm(H[:, rows:]))


def start_by_likeness(layer: Layer) -> None:
    """Start attention so that rows look for rows like themselves, and copy them.

    Queries and keys get the same orthogonal matrix, values and output transposed
    ones. With torch's own start the model above stays for long at a loss where it
    knows which colours came, and not whose they are.

    Source: Trockman and Kolter 2023, "Mimetic Initialization of Self-Attention
    Layers", arXiv 2305.09828 (the idea; their matrices are noisier).
    """
    asks, carries = (torch.linalg.qr(torch.randn(layer.d, layer.d))[0] for _ in "ab")
    for part, weight in (
        (layer.q, 0.7 * asks),
        (layer.k, 0.7 * asks),
        (layer.v, carries),
        (layer.o, carries.T),
    ):
        part.weight.copy_(weight)
        part.bias.zero_()


@torch.no_grad()
def recall_by_segment(
    model: MemoryModel,
    facts: Facts,
    segment_memory: Callable[..., Sequence[Tensor]],
) -> Tensor:
    """Share of colours that the last memory gives right, segment by segment.

    Args:
        model: who reads and answers.
        facts: B texts of N segments.
        segment_memory: as `course_utils.context.segment_memory`.

    Returns:
        (N,) float64; entry i is about the facts of segment i. Guessing gives 1/8.

    Raises:
        ValueError: the last memory is not (B, κ, d).

    >>> from course_utils.context import load_memory_model, segment_memory
    >>> facts = planted_facts(100, seed=0)
    >>> recall_by_segment(load_memory_model(8), facts, segment_memory).shape
    torch.Size([4])
    """
    B, segments = len(facts.names), model.segments(facts)
    memories = segment_memory(model.encode, segments, model.summary, model.start(B))
    wanted = (B, *model.summary.shape)
    if tuple(memories[-1].shape) != wanted:
        raise ValueError(
            f"The last memory has shape {tuple(memories[-1].shape)}, but it needs "
            f"(B, κ, d) = {wanted}: the κ summary rows of every text."
        )
    answers = model.read(memories[-1], facts.names.flatten(1)).argmax(-1)
    right = answers.view_as(facts.colours) == facts.colours
    return right.double().mean((0, 2))
