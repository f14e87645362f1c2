"""Models, batches and optimizers for one training step, and how a step goes wrong."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from course_utils.exercises.check import Check
from course_utils.exercises.policy_checks import new_encoder

if TYPE_CHECKING:
    from torch import Tensor, nn

    from course_utils.encoder import Encoder


class Case(NamedTuple):
    """A model, batches for it, and how to make an optimizer."""

    what: str
    encoder: "Encoder"
    head: "nn.Module"
    batches: list[dict]
    optimizer: "Callable[[list], Any]"


def cases(check: Check) -> "Iterator[Case]":
    """Optimizers, heads, frozen parts, large gradients; all in float64."""
    import torch
    from torch import nn

    optim = torch.optim
    sgd = {"SGD": lambda p: optim.SGD(p, 0.1)}
    momentum = {"SGD with momentum": lambda p: optim.SGD(p, 0.1, momentum=0.9)}
    adam = {"AdamW": lambda p: optim.AdamW(p, 0.01, weight_decay=0.1)}
    own = {"an optimizer of its own, with zero_grad and step,": Plain}
    linear = {"a linear head": nn.Linear}
    deep = {
        "a head of three modules": lambda d, C: nn.Sequential(
            nn.Linear(d, 5), nn.Tanh(), nn.Linear(5, C)
        )
    }
    for optimizer, head, frozen, size in (
        (sgd, linear, None, 1.0),
        (adam, deep, None, 1.0),
        (own, linear, None, 1.0),
        (sgd, linear, None, 100.0),
        (momentum, linear, "encoder", 1.0),
        (adam, linear, "embeddings", 1.0),
        (sgd, deep, "head", 1.0),
    ):
        yield new_case(check, optimizer, head, frozen, size)


def new_case(
    check: Check, optimizer: dict, head: dict, frozen: str | None, size: float
) -> Case:
    """One model with three batches of different shapes."""
    import torch

    [(name, make)], [(kind, new_head)] = optimizer.items(), head.items()
    C = int(check.rng.integers(2, 5))
    encoder = new_encoder(check, 2, "post").double().eval()
    with torch.random.fork_rng([]):
        torch.manual_seed(int(check.rng.integers(2**31)))
        module = new_head(encoder.d, C).double()
    for parameter in module.parameters():
        parameter.data *= size
    parts = {
        "encoder": encoder,
        "embeddings": encoder.embeddings,
        "head": module,
    }
    if frozen:
        parts[frozen].requires_grad_(False)
    what = f"{name} and {kind}" + (f"; the {frozen} is frozen" if frozen else "")
    what = what.replace("embeddings is", "embeddings are")
    if size > 1:
        what = f"{what}; the head's weights are large, and so are the gradients"
    batches = [new_batch(check, C) for _ in range(3)]
    return Case(what, encoder, module, batches, make)


def new_batch(check: Check, C: int) -> dict:
    """Token ids (B, T), a mask with padding anywhere, labels (B,)."""
    import torch

    B, T = (int(n) for n in check.rng.permutation([3, 4, 5])[:2])
    ids = torch.from_numpy(check.rng.integers(11, size=(B, T)))
    mask = torch.from_numpy(check.rng.random((B, T)) < 0.6)
    mask[torch.arange(B), torch.arange(B) % T] = True
    mask[0, T - 1] = False
    mask[0, 0] = True
    return {
        "ids": ids,
        "mask": mask,
        "labels": torch.from_numpy(check.rng.integers(C, size=B)),
    }


class Plain:
    """The smallest optimizer: steps against the gradient; it can count."""

    def __init__(self, parameters: list):
        self.parameters, self.log = list(parameters), []

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.log.append("zero_grad")
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        import torch

        self.log.append("step")
        with torch.no_grad():
            for parameter in self.parameters:
                if parameter.grad is not None:
                    parameter -= 0.1 * parameter.grad


WRONG_STEPS = {
    "stale": "Gradients that were there before have been added to the new ones: clear "
    "them before backward.",
    "clipped": "The gradients were clipped; take them as they are.",
    "no step": "Nothing has moved: either step() was not called, or no gradient was "
    "there when it was, because backward() is missing, comes later, or was followed by "
    "zero_grad().",
    "two steps": "The optimizer has stepped twice.",
    "cut off": "Only the head has moved: its input is cut off from the encoder, by "
    "no_grad, detach or .data.",
}


def loss_of(
    encoder: "Encoder", head: "nn.Module", batch: dict, pooling: str = "mean"
) -> "Tensor":
    """The cross-entropy of one batch, as the exercise defines it, or on other rows."""
    return cross_entropy(head(rows_of(encoder, batch, pooling)), batch["labels"])


def rows_of(encoder: "Encoder", batch: dict, pooling: str) -> "Tensor":
    """(B, d): the mean over real tokens, or what a mistake takes for it."""
    H, real = encoder(batch["ids"], batch["mask"]), batch["mask"][..., None]
    return {
        "mean": lambda: H.masked_fill(~real, 0).sum(1) / real.sum(1),
        "all": lambda: H.mean(1),
        "first": lambda: H[:, 0],
        "sum": lambda: H.masked_fill(~real, 0).sum(1),
        "by T": lambda: H.masked_fill(~real, 0).mean(1),
    }[pooling]()


def cross_entropy(logits: "Tensor", labels: "Tensor", **options: Any) -> "Tensor":
    """torch's own, which takes logits."""
    import torch

    return torch.nn.functional.cross_entropy(logits, labels, **options)


def reference_step(
    encoder: "Encoder",
    head: "nn.Module",
    batch: dict,
    optimizer: Any,
    mistake: str = "",
) -> float:
    """One right step, or one with a known mistake in it."""
    import torch

    with torch.enable_grad():
        loss = loss_of(encoder, head, batch)
        if mistake != "stale":
            optimizer.zero_grad()
        if mistake == "cut off":
            rows = rows_of(encoder, batch, "mean").detach()
            cross_entropy(head(rows), batch["labels"]).backward()
        else:
            loss.backward()
        if mistake == "clipped":
            both = [*encoder.parameters(), *head.parameters()]
            torch.nn.utils.clip_grad_norm_(both, 1.0)
        for _ in range({"no step": 0, "two steps": 2}.get(mistake, 1)):
            optimizer.step()
    return loss.item()
