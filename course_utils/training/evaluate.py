"""What a trained classifier says, and how good that is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_utils.adaptation import Classifier
from course_utils.data import Texts
from course_utils.training.batches import Inputs

BATCH = 64


class Score(NamedTuple):
    """How a classifier does on labelled texts."""

    accuracy: float  # share of right labels, 0 to 1
    loss: float  # mean cross-entropy in nats
    confusion: Tensor  # (C, C) counts: true class by predicted class

    @property
    def recall(self) -> Tensor:
        """(C,): of the texts of each class, the share that was recognised."""
        return self.confusion.diag() / self.confusion.sum(1).clamp(min=1)

    @property
    def precision(self) -> Tensor:
        """(C,): of the texts put into each class, the share that belongs there."""
        return self.confusion.diag() / self.confusion.sum(0).clamp(min=1)


@contextmanager
def judging(model: nn.Module) -> Iterator[None]:
    """Eval mode without gradients; the modes of all modules come back afterwards."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def features(
    model: Classifier, texts: Sequence[str], max_len: int | None = None
) -> Tensor:
    """Pooled final states (N, d) of texts, in eval mode, in their order."""
    return run(model, model.features, Inputs(model, texts, max_len=max_len))


def logits(
    model: Classifier, texts: Sequence[str], max_len: int | None = None
) -> Tensor:
    """Logits (N, C) of texts, in eval mode, in their order."""
    return run(model, model, Inputs(model, texts, max_len=max_len))


def predict(
    model: Classifier, texts: Sequence[str], max_len: int | None = None
) -> list[int]:
    """The most likely class of each text, in the order of the texts."""
    return logits(model, texts, max_len).argmax(-1).tolist() if len(texts) else []


def evaluate(model: Classifier, data: Texts, max_len: int | None = None) -> Score:
    """Accuracy, loss and confusion on labelled texts; the model stays as it is."""
    return score(logits(model, data.texts, max_len), torch.tensor(data.labels))


def score(found: Tensor, labels: Tensor) -> Score:
    """Score of logits (N, C) for labels (N,).

    >>> score(torch.tensor([[2.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1])).accuracy
    0.5
    """
    labels, C = labels.to(found.device), found.shape[-1]
    loss = nn.functional.cross_entropy(found, labels)
    pairs = labels * C + found.argmax(-1)
    confusion = torch.bincount(pairs, minlength=C * C).view(C, C).cpu()
    right = confusion.diag().sum() / confusion.sum()
    return Score(right.item(), loss.item(), confusion)


def run(model: Classifier, function, inputs: Inputs) -> Tensor:
    """function(*inputs) of all texts, batch by batch, in the order of the texts."""
    places, rows = [], []
    with judging(model):
        for batch in inputs.in_order(BATCH):
            places.append(batch.places)
            rows.append(function(*batch.inputs))
    found = torch.cat(rows)
    return found[torch.cat(places).argsort().to(found.device)]
