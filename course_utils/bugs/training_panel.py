"""What holds for healthy training, in order of diagnosis: cheap looks first."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from course_utils.bugs.training import Training
from course_utils.encoder import Encoder
from course_utils.tracing.probes import Finding, describe, judge

B, T, C, V, D = 4, 6, 3, 11, 8
FED = f"a random encoder of 2 layers, a batch of {B} texts with {T} tokens, {C} classes"
Recipe = Callable[..., Training]


class Given:
    """A random encoder and a batch with padding; `make` starts the training."""

    def __init__(self, recipe: Recipe, seed: int):
        torch.manual_seed(seed)
        self.recipe = recipe
        self.encoder = Encoder(V, D, 2, 2, max_len=9).double().eval()
        mask = torch.ones(B, T, dtype=torch.bool)
        mask[0, -2:] = mask[2, -1:] = False
        labels = torch.tensor([0, 1, 2, 0])
        self.batch = {"ids": torch.randint(V, (B, T)), "mask": mask, "labels": labels}
        self.H, self.other = torch.randn(2, B, T, D).double()

    def make(self, lr: float = 0.01) -> Training:
        return self.recipe(self.encoder, C, lr)


def compare(got: Tensor, expected: Tensor, atol: float = 1e-10) -> tuple | None:
    """None if got is expected up to rounding, else (expected, got)."""
    if describe(got) != describe(expected):
        return describe(expected), describe(got)
    return None if (got - expected).abs().max() <= atol else (expected, got)


def copies(named: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: p.detach().clone() for name, p in named.items()}


def changed(before: dict[str, Tensor], after: dict[str, Tensor]) -> list[str]:
    """Names of the parameters that are not bit for bit the same."""
    return [name for name, p in before.items() if not torch.equal(p, after[name])]


# --- before a step ------------------------------------------------------------------


def optimizer_holds(recipe: Recipe, seed: int) -> tuple | None:
    """The optimiser holds what is meant to train, all of it and nothing else."""
    training = Given(recipe, seed).make()
    groups = training.optimizer.param_groups
    held = [id(p) for group in groups for p in group["params"]]
    meant = {id(p): name for name, p in training.meant().items()}
    missing = [name for key, name in meant.items() if key not in held]
    if set(held) == set(meant) and len(held) == len(meant):
        return None
    others = len(set(held) - set(meant))
    return f"{len(meant)} tensors", f"{len(missing)} missing, {others} others"


def start_is_base(recipe: Recipe, seed: int) -> tuple | None:
    """Before the first step the states are those of the given encoder."""
    given = Given(recipe, seed)
    training = given.make()
    if not training.starts_as_base:
        return None
    inputs = given.batch["ids"], given.batch["mask"]
    return compare(training.encode(*inputs).detach(), given.encoder(*inputs).detach())


def pooled_padding(recipe: Recipe, seed: int) -> tuple | None:
    """What stands at padding does not matter to the pooled vector."""
    given = Given(recipe, seed)
    training, mask = given.make(), given.batch["mask"]
    changed = torch.where(mask[..., None], given.H, given.other)
    return compare(training.pool(changed, mask), training.pool(given.H, mask))


def pooled_alone(recipe: Recipe, seed: int) -> tuple | None:
    """Each text has its own pooled vector, the same alone as among others."""
    given = Given(recipe, seed)
    training, mask = given.make(), given.batch["mask"]
    alone = [training.pool(given.H[b : b + 1], mask[b : b + 1])[:1] for b in range(B)]
    return compare(training.pool(given.H, mask), torch.cat(alone))


def start_loss(recipe: Recipe, seed: int) -> tuple | None:
    """With C classes in balance the first loss is about ln C."""
    given = Given(recipe, seed)
    training = given.make()
    loss = training.loss(training.logits(given.batch), given.batch["labels"]).item()
    expected = math.log(C)
    return None if abs(loss - expected) < 0.1 else (f"{expected:.2f}", f"{loss:.2f}")


def loss_of_certainty(recipe: Recipe, seed: int) -> tuple | None:
    """Logits that are sure and right have no loss."""
    given = Given(recipe, seed)
    labels = given.batch["labels"]
    logits = 100 * torch.nn.functional.one_hot(labels, C).double()
    loss = given.make().loss(logits, labels).item()
    return None if abs(loss) < 1e-9 else ("0", f"{loss:.3g}")


def loss_is_mean(recipe: Recipe, seed: int) -> tuple | None:
    """The loss of a batch is the mean of the losses of its texts."""
    given = Given(recipe, seed)
    training, labels = given.make(), given.batch["labels"]
    logits = torch.randn(B, C).double()
    one = [training.loss(logits[b : b + 1], labels[b : b + 1]) for b in range(B)]
    return compare(training.loss(logits, labels), torch.stack(one).mean())


# --- gradients ----------------------------------------------------------------------


def gradients(recipe: Recipe, seed: int) -> tuple | None:
    """Gradients are the slopes of the loss, measured by small steps both ways."""
    given = Given(recipe, seed)
    training, batch = given.make(), given.batch
    training.backward(batch)

    def loss() -> float:
        with torch.no_grad():
            return training.loss(training.logits(batch), batch["labels"]).item()

    wrong, step = [], 1e-5
    for name, p in training.meant().items():
        direction = torch.randn(p.shape).double()
        slope = 0.0
        for sign in (1, -1):
            with torch.no_grad():
                saved = p.clone()
                p.add_(sign * step * direction)
                slope += sign * loss() / (2 * step)
                p.copy_(saved)
        found = 0.0 if p.grad is None else float((p.grad * direction).sum())
        if abs(found - slope) > 1e-6 * max(1, abs(slope)):
            wrong.append(f"{name} {found:.3g} for {slope:.3g}")
    if not wrong:
        return None
    return "equal numbers", f"{len(wrong)} wrong, such as {wrong[0]}"


def gradients_cleared(recipe: Recipe, seed: int) -> tuple | None:
    """The same batch twice gives the same gradients, not twice as large ones."""
    given = Given(recipe, seed)
    training = given.make()
    found = []
    for _ in range(2):
        training.backward(given.batch)
        grads = {n: p.grad for n, p in training.meant().items() if p.grad is not None}
        found.append(copies(grads))
    for name, first in found[0].items():
        if problem := compare(found[1][name], first):
            return problem
    return None


# --- after a step ---------------------------------------------------------------------


def trained_move(recipe: Recipe, seed: int) -> tuple | None:
    """After two steps everything that is meant to train has moved."""
    given = Given(recipe, seed)
    training = given.make()
    before = copies(training.meant())
    for _ in range(2):
        training.step(given.batch)
    moved = changed(before, training.meant())
    stuck = [n for n in before if n not in moved and not n.endswith("k.bias")]
    return None if not stuck else ("changes", f"no change: {', '.join(stuck[:3])}")


def frozen_stay(recipe: Recipe, seed: int) -> tuple | None:
    """After two steps everything else is bit for bit as it was."""
    given = Given(recipe, seed)
    training = given.make()
    frozen = set(training.everything()) - set(training.meant())
    before = copies({n: p for n, p in training.everything().items() if n in frozen})
    for _ in range(2):
        training.step(given.batch)
    moved = changed(before, training.everything())
    return None if not moved else ("no change", f"changes: {', '.join(moved[:3])}")


def base_stays(recipe: Recipe, seed: int) -> tuple | None:
    """The caller's encoder stays as it was."""
    given = Given(recipe, seed)
    before = copies(dict(given.encoder.named_parameters()))
    given.make().step(given.batch)
    moved = changed(before, dict(given.encoder.named_parameters()))
    return None if not moved else ("no change", f"changes: {', '.join(moved[:3])}")


def rate_zero(recipe: Recipe, seed: int) -> tuple | None:
    """A step with learning rate 0 changes nothing."""
    given = Given(recipe, seed)
    training = given.make(lr=0.0)
    before = copies(training.everything())
    training.step(given.batch)
    moved = changed(before, training.everything())
    return None if not moved else ("no change", f"changes: {', '.join(moved[:3])}")


def fits_one_batch(recipe: Recipe, seed: int) -> tuple | None:
    """Many steps on one small batch bring its loss near 0."""
    given = Given(recipe, seed)
    training = given.make(lr=0.1)
    for _ in range(80):
        loss = training.step(given.batch)
    # Of two softmaxes, one on the other, no loss below ln(1 + 2/e) = 0.55 can come.
    return None if loss < 0.5 else ("a loss below 0.5", f"{loss:.3g}")


CHECKS = {
    check.__name__: check
    for check in (
        optimizer_holds,
        start_is_base,
        pooled_padding,
        pooled_alone,
        start_loss,
        loss_of_certainty,
        loss_is_mean,
        gradients,
        gradients_cleared,
        trained_move,
        frozen_stay,
        base_stays,
        rate_zero,
        fits_one_batch,
    )
}


def training_panel(recipe: Recipe, seed: int = 0) -> dict[str, Finding | None]:
    """Every check's finding on a class such as `Training`, None where it holds.

    >>> any(training_panel(Training).values())
    False
    """
    return judge(CHECKS, recipe, seed, FED, grad=True)
