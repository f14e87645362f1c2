"""Batches of texts of similar length, so that little is padding."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from course_utils.adaptation import Classifier

POOL = 8  # batches whose texts are sorted together


class Batch(NamedTuple):
    """Some texts, ready for a model."""

    places: Tensor  # (B,): where they stand among all texts
    inputs: tuple[Tensor, ...]  # ids (B, T) and mask (B, T), or features (B, d)
    labels: Tensor | None  # (B,)


class Inputs:
    """Texts as ids and mask, encoded once; or as features of a frozen encoder.

    Args:
        model: whose tokenizer and device are used.
        texts: the texts.
        labels: one a text, or None.
        max_len: tokens at which a text is cut; None is the encoder's own limit.
        cached: features (N, d) to hand out in the place of ids and mask.
    """

    def __init__(
        self,
        model: Classifier,
        texts: Sequence[str],
        labels: Sequence[int] | None = None,
        *,
        max_len: int | None = None,
        cached: Tensor | None = None,
    ):
        self.device = next(model.parameters()).device
        self.ids, self.mask = model.encoder.tokenizer(list(texts), max_len)
        self.lengths = self.mask.sum(1)
        self.labels = None if labels is None else torch.tensor(labels)
        self.cached = cached

    def batches(self, size: int) -> int:
        """How many batches of a size there are."""
        return -(-len(self.ids) // size)

    def in_order(self, size: int) -> Iterator[Batch]:
        """All texts, the shortest first."""
        for places in self.lengths.argsort(stable=True).split(size):
            yield self.batch(places)

    def shuffled(self, size: int, generator: torch.Generator) -> Iterator[Batch]:
        """All texts in random order, of similar length within a batch."""
        order = torch.randperm(len(self.ids), generator=generator)
        pools = order.split(size * POOL)
        batches = [
            places
            for pool in pools
            for places in pool[self.lengths[pool].argsort(stable=True)].split(size)
        ]
        for i in torch.randperm(len(batches), generator=generator).tolist():
            yield self.batch(batches[i])

    def batch(self, places: Tensor) -> Batch:
        """The texts at some places, cut to the longest of them."""
        labels = None if self.labels is None else self.labels[places].to(self.device)
        if self.cached is not None:
            return Batch(places, (self.cached[places.to(self.device)],), labels)
        T = int(self.lengths[places].max())
        inputs = self.ids[places, :T], self.mask[places, :T]
        return Batch(places, tuple(x.to(self.device) for x in inputs), labels)
