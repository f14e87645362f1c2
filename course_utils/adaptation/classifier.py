"""An encoder with a head that classifies texts."""

import torch
from torch import Tensor, nn

from course_utils.adaptation.pooling import pool
from course_utils.encoder import Encoder


class Classifier(nn.Module):
    """logits = head(pool(encoder(ids, mask))).

    Args:
        encoder: taken as it is, not copied: training changes it.
        n_classes: C.
        how: the pooling, see `pool`.
        seed: of the head's random start.

    Attributes:
        encoder, head: the parts; the head is linear, (B, d) -> (B, C).

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=2, n_heads=2)
    >>> ids = torch.tensor([[1, 2, 3]])
    >>> Classifier(encoder, 2)(ids, torch.ones(1, 3, dtype=torch.bool)).shape
    torch.Size([1, 2])
    """

    def __init__(
        self, encoder: Encoder, n_classes: int, *, how: str = "mean", seed: int = 0
    ):
        super().__init__()
        self.encoder, self.how = encoder, how
        like = next(encoder.parameters())
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            head = nn.Linear(encoder.d, n_classes)
        self.head = head.to(like.device, like.dtype)

    def features(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Pooled final states (B, d) of token ids (B, T), mask (B, T)."""
        return pool(self.encoder(ids, mask), mask, self.how)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits (B, C) of token ids (B, T), mask (B, T)."""
        return self.head(self.features(ids, mask))
