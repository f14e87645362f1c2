"""Training steps and their bugs, 47 to 58 of the catalogue.

`Training` adapts a copy of an encoder with a new head, one method for each step;
`HeadOnly`, `PromptTraining` and `LowRankTraining` train less. Each bug replaces
one step. A batch is a dict of ids (B, T), mask (B, T) and labels (B,).
"""

import copy

import torch
from torch import Tensor, nn

from course_utils.encoder import Encoder
from course_utils.layers import causal_mask


class Training:
    """Full fine-tuning.

    Args:
        encoder: stays as it is; a copy is trained.
        n_classes: C.
        lr: learning rate.
    """

    whole_encoder = True  # whether the encoder is meant to train
    starts_as_base = True  # whether states at the start are those of the encoder

    def __init__(self, encoder: Encoder, n_classes: int, lr: float = 0.01):
        self.encoder = self.load(encoder)
        self.n_classes, self.lr = n_classes, lr
        self.head = self.new_head()
        self.extras = self.new_extras()
        for parameter in self.encoder.parameters():
            parameter.requires_grad_(self.whole_encoder)
        self.prepare()

    def prepare(self) -> None:
        self.optimizer = self.new_optimizer()

    # --- the pieces -----------------------------------------------------------------

    def load(self, encoder: Encoder) -> Encoder:
        return copy.deepcopy(encoder)

    def new_head(self) -> nn.Linear:
        """Small weights, so that all classes are nearly as likely at the start."""
        head = nn.Linear(self.encoder.d, self.n_classes).to(self.dtype())
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
        return head

    def new_extras(self) -> nn.Module:
        """Further parameters of the method."""
        return nn.Module()

    def dtype(self) -> torch.dtype:
        return next(self.encoder.parameters()).dtype

    def meant(self) -> dict[str, Tensor]:
        """What this method promises to train, by name."""
        trained = {f"head.{n}": p for n, p in self.head.named_parameters()}
        if self.whole_encoder:
            named = self.encoder.named_parameters()
            trained |= {f"encoder.{n}": p for n, p in named}
        return trained

    def everything(self) -> dict[str, Tensor]:
        """All parameters, trained or not."""
        named = self.encoder.named_parameters()
        return {f"encoder.{n}": p for n, p in named} | self.meant()

    def parameters(self) -> list[Tensor]:
        """What the optimiser gets."""
        modules = [self.head, self.extras]
        modules += [self.encoder] if self.whole_encoder else []
        return [p for module in modules for p in module.parameters()]

    def new_optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.parameters(), lr=self.lr, weight_decay=0.1)

    # --- one step -------------------------------------------------------------------

    def encode(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The last states (B, T, d)."""
        return self.encoder(ids, mask)

    def pool(self, H: Tensor, mask: Tensor) -> Tensor:
        """Mean over real tokens, (B, d)."""
        real = mask[..., None].to(H.dtype)
        return (H * real).sum(1) / real.sum(1)

    def logits(self, batch: dict[str, Tensor]) -> Tensor:
        H = self.encode(batch["ids"], batch["mask"])
        return self.head(self.pool(H, batch["mask"]))

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.cross_entropy(logits, labels)

    def clear(self) -> None:
        self.optimizer.zero_grad()

    def backward(self, batch: dict[str, Tensor]) -> float:
        """Clear old gradients, compute new ones; the loss."""
        self.clear()
        loss = self.loss(self.logits(batch), batch["labels"])
        loss.backward()
        return loss.item()

    def step(self, batch: dict[str, Tensor]) -> float:
        """One update; the loss before it."""
        loss = self.backward(batch)
        self.optimizer.step()
        return loss


class HeadOnly(Training):
    """The encoder is frozen."""

    whole_encoder = False


class SoftPrompt(nn.Module):
    """A prompt of k = 3 rows, (k, d)."""

    def __init__(self, d: int, dtype: torch.dtype):
        super().__init__()
        self.rows = nn.Parameter(torch.randn(3, d, dtype=dtype))


class PromptTraining(Training):
    """The encoder is frozen; a prompt in front of the tokens is trained."""

    whole_encoder, starts_as_base = False, False

    def new_extras(self):
        return SoftPrompt(self.encoder.d, self.dtype())

    def meant(self):
        return super().meant() | {"prompt": self.extras.rows}

    def encode(self, ids, mask):
        H, P = self.encoder.embed(ids), self.extras.rows
        k = len(P)
        H = torch.cat([P.expand(len(H), *P.shape), H], 1)
        attend = torch.cat([mask.new_ones(len(mask), k), mask], 1)[:, None, None]
        if self.encoder.causal:
            attend = attend & causal_mask(H.shape[1], H.device)
        for layer in self.encoder.layers:
            H = layer(H, attend)
        return H[:, k:]


class LowRank(nn.Module):
    """A frozen linear map plus B·A of rank r = 2; B is 0 at the start."""

    def __init__(self, base: nn.Linear):
        super().__init__()
        self.base, dtype = base, base.weight.dtype
        self.A = nn.Parameter(torch.empty(2, base.in_features, dtype=dtype))
        self.B = nn.Parameter(torch.empty(base.out_features, 2, dtype=dtype))
        self.start()

    def start(self) -> None:
        nn.init.normal_(self.A, std=0.5)
        nn.init.zeros_(self.B)

    def forward(self, X: Tensor) -> Tensor:
        return self.base(X) + X @ self.A.mT @ self.B.mT


class LowRankTraining(Training):
    """The encoder is frozen; every q gets a trained update of low rank (LoRA)."""

    whole_encoder = False
    update: type[LowRank] = LowRank

    def new_extras(self):
        for layer in self.encoder.layers:
            layer.q = self.update(layer.q)
        return nn.Module()

    def prepare(self):
        for parameter in self.meant().values():
            parameter.requires_grad_()
        super().prepare()

    def meant(self):
        updates = {
            f"layers.{l}.q.{name}": getattr(layer.q, name)
            for l, layer in enumerate(self.encoder.layers)
            for name in "AB"
        }
        return super().meant() | updates

    def everything(self):
        named = self.encoder.named_parameters()
        frozen = {f"encoder.{n}": p for n, p in named if n[-2:] not in (".A", ".B")}
        return frozen | self.meant()

    def parameters(self):
        return list(self.meant().values())


HEALTHY = Training, HeadOnly, PromptTraining, LowRankTraining
