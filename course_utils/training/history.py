"""What happened in a training, and its best parameters."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn


@dataclass
class History:
    """What happened in a training, step by step and epoch by epoch."""

    loss: list[float] = field(default_factory=list)  # of each step's batch
    rate: list[float] = field(default_factory=list)  # first group's, at each step
    train_loss: list[float] = field(default_factory=list)  # mean over each epoch
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    best_epoch: int = 0  # its parameters are in the model; 0 is the start
    seconds: float = 0.0  # wall time
    stopped: str = ""  # "", "early" or "interrupted"


class Best:
    """Remembers the trainable parameters of the best epoch."""

    def __init__(self, model: nn.Module):
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.epoch, self.worth = 0, None
        self.values = [p.detach().clone() for p in self.parameters]

    def offer(self, epoch: int, worth: tuple[float, float]) -> None:
        """Take the parameters as they are now if they are better."""
        if self.worth is None or worth > self.worth:
            self.epoch, self.worth = epoch, worth
            for value, parameter in zip(self.values, self.parameters, strict=True):
                value.copy_(parameter.detach())

    def restore(self) -> None:
        with torch.no_grad():
            for value, parameter in zip(self.values, self.parameters, strict=True):
                parameter.copy_(value)


@contextmanager
def kept(best: Best, history: History) -> Iterator[None]:
    """Whatever ends the block, the best parameters are in the model afterwards."""
    started = time.perf_counter()
    try:
        yield
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        best.restore()
        history.best_epoch = best.epoch
        history.seconds = time.perf_counter() - started
