"""Broken training: the bugs 47 to 58 of the catalogue, one replaced step each."""

import torch
from torch import nn

from course_utils.bugs.training import (
    HeadOnly,
    LowRank,
    LowRankTraining,
    PromptTraining,
    Training,
)

# --- gradients ------------------------------------------------------------------


class DetachedStates(Training):
    def encode(self, ids, mask):
        return super().encode(ids, mask).detach()


class NoGradientThroughTheFrozen(PromptTraining):
    """Frozen parameters need no gradient, but the prompt needs one through them."""

    def encode(self, ids, mask):
        with torch.no_grad():
            return super().encode(ids, mask)


class GradientsNotCleared(Training):
    def clear(self):
        pass


# --- what the optimiser holds -------------------------------------------------------


class PlainList(nn.Module):
    """A prompt in a plain list, which parameters() does not see."""

    def __init__(self, rows):
        super().__init__()
        self.prompts = [rows.detach().requires_grad_()]

    @property
    def rows(self):
        return self.prompts[0]


class NotRegistered(PromptTraining):
    def new_extras(self):
        return PlainList(super().new_extras().rows)


class FrozenByZeroGradients(HeadOnly):
    """The optimiser holds the encoder; its weight decay shrinks it all the same."""

    def parameters(self):
        return [*super().parameters(), *self.encoder.parameters()]

    def backward(self, batch):
        loss = super().backward(batch)
        for parameter in self.encoder.parameters():
            parameter.grad = torch.zeros_like(parameter)
        return loss


class OptimizerBeforeTheHead(Training):
    def prepare(self):
        super().prepare()
        self.head = self.new_head()


# --- what starts anew -----------------------------------------------------------------


class NewHeadEveryStep(Training):
    def step(self, batch):
        self.head = self.new_head()
        self.optimizer = self.new_optimizer()
        return super().step(batch)


class RandomEncoder(Training):
    """Only the encoder's sizes are taken, not its weights."""

    def load(self, encoder):
        fresh = super().load(encoder)
        for module in fresh.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                module.reset_parameters()
        return fresh


class BothRandom(LowRankTraining):
    class update(LowRank):
        def start(self):
            super().start()
            nn.init.normal_(self.B, std=0.5)


class BothZero(LowRankTraining):
    class update(LowRank):
        def start(self):
            nn.init.zeros_(self.A)
            nn.init.zeros_(self.B)


# --- pooling and loss ---------------------------------------------------------------


class MeanCountsPadding(Training):
    def pool(self, H, mask):
        return H.mean(1)


class FirstSequenceForFirstToken(Training):
    """H[0] in the place of H[:, 0]."""

    def pool(self, H, mask):
        return H[0]


class SoftmaxTwice(Training):
    def loss(self, logits, labels):
        return super().loss(logits.softmax(-1), labels)


class LossOfEveryPair(Training):
    """Squared error of an expected class (B, 1) less labels (B,): it is (B, B)."""

    def loss(self, logits, labels):
        classes = torch.arange(self.n_classes).to(logits)
        expected = (logits.softmax(-1) * classes).sum(-1, keepdim=True)
        return ((expected - labels) ** 2).mean()
