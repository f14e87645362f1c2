"""Checks of ``train_step(encoder, head, batch, optimizer)``, for assignment a5."""

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from course_utils.exercises.check import Check, difference
from course_utils.exercises.step_cases import (
    WRONG_STEPS,
    Case,
    Plain,
    cases,
    cross_entropy,
    loss_of,
    reference_step,
    rows_of,
)
from course_utils.exercises.values import describe

if TYPE_CHECKING:
    from torch import nn

    from course_utils.encoder import Encoder

ROUNDING = 1e5  # how much Adam's division by small gradients enlarges rounding errors


def check_train_step(check: Check, train_step: Callable) -> None:
    """All that the docstring promises, each once."""
    import torch

    with torch.random.fork_rng([]):
        for training in (False, True):
            check_dropout(check, train_step, next(cases(check)), training)
        for case in cases(check):
            check_steps(check, train_step, case)
        check_optimizer(check, train_step, next(cases(check)))
        check_modes(check, train_step, next(cases(check)))
        check_single(check, train_step, next(cases(check)))


def trained(encoder: "Encoder", head: "nn.Module") -> list:
    """The parameters that an optimizer gets."""
    both = [*encoder.parameters(), *head.parameters()]
    return [parameter for parameter in both if parameter.requires_grad]


def step(check: Check, train_step: Callable, *args, tried: str) -> float:
    """One step of the student's, which has to return a float."""
    loss = check.call(train_step, *args, tried=tried)
    check.that(
        isinstance(loss, float),
        tried=tried,
        expected="the loss as a Python float",
        got=describe(loss),
    )
    return loss


def check_loss(check: Check, loss: float, right: float, known: dict, tried: str):
    """The loss before the update, to rounding."""
    import torch

    got, expected = torch.tensor(loss).double(), torch.tensor(right).double()
    values = {m: torch.tensor(value).double() for m, value in known.items()}
    check.equal(got, expected, "the loss", tried=tried, condition=100, mistakes=values)


def wrong_losses(case: Case, batch: dict) -> dict[str, float]:
    """A message for each known mistake in the loss, and what it would give."""
    import torch

    model, labels = (case.encoder, case.head), batch["labels"]
    pooling = {
        "The head got the mean over all T positions, padding among them.": "all",
        "The head got the first position; it takes the mean over real tokens.": "first",
        "The head got the sum over real tokens, not their mean.": "sum",
        "The head got the sum over real tokens divided by T, not by their number.": (
            "by T"
        ),
    }
    with torch.no_grad():
        known = {m: loss_of(*model, batch, how).item() for m, how in pooling.items()}
        logits = case.head(rows_of(case.encoder, batch, "mean"))
        twice = cross_entropy(logits.softmax(-1), labels).item()
        total = cross_entropy(logits, labels, reduction="sum").item()
    known["Softmax is there twice: cross_entropy takes logits as they are."] = twice
    known["It is the sum over the batch; you are asked for the mean."] = total
    after = copy.deepcopy(model)
    reference_step(*after, batch, case.optimizer(trained(*after)))
    late = "It is the loss after the update; you are asked for that before it."
    known[late] = loss_of(*after, batch).item()
    return known


def check_steps(check: Check, train_step: Callable, case: Case) -> None:
    """Three steps beside a reference: losses and all parameters, to rounding."""
    import torch

    ours, right = copy.deepcopy(case[1:3]), copy.deepcopy(case[1:3])
    optimizers = [case.optimizer(trained(*model)) for model in (ours, right)]
    for number, batch in enumerate(case.batches, 1):
        left = [
            torch.from_numpy(check.rng.normal(size=p.shape)) for p in trained(*ours)
        ]
        leave(left, ours), leave(left, right)
        tried = f"train_step with {case.what}: step {number} of 3, where gradients of "
        tried = f"{tried}another loss are left over"
        start = copy.deepcopy((right, optimizers[1]))
        expected = reference_step(*right, batch, optimizers[1])
        loss = step(check, train_step, *ours, batch, optimizers[0], tried=tried)
        (encoder, head), _ = start
        known = wrong_losses(case._replace(encoder=encoder, head=head), batch)
        check_loss(check, loss, expected, known, tried)
        check_parameters(check, ours, right, (start, batch, left), tried)


def leave(gradients: list, model: tuple) -> None:
    """Let parameters have gradients that another loss has left behind."""
    for parameter, gradient in zip(trained(*model), gradients, strict=True):
        parameter.grad = gradient.clone()


def check_parameters(
    check: Check, ours: tuple, right: tuple, start: tuple, tried: str
) -> None:
    """Every parameter after the step; a cause if a known mistake gives them all."""
    name, got, expected = first_difference(ours, right)
    if not name:
        return
    cause = ""
    for mistake, message in WRONG_STEPS.items():
        (model, optimizer), batch, left = copy.deepcopy(start)
        leave(left, model)
        reference_step(*model, batch, optimizer, mistake)
        if not first_difference(ours, model)[0]:
            cause = message
            break
    problem = difference(got, expected, ROUNDING)
    raise check.feedback(
        tried=f"{tried}: the parameters after it",
        expected=f"{name}: {problem[0]}",
        got=problem[1],
        cause=cause,
    )


def first_difference(ours: tuple, right: tuple) -> tuple:
    """(name, ours, right) of the first parameter that differs; "" if none does."""
    for part, a, b in zip(("encoder", "head"), ours, right, strict=True):
        for (name, p), q in zip(a.named_parameters(), b.parameters(), strict=True):
            if difference(p.detach(), q.detach(), ROUNDING):
                return f"{part}.{name}", p.detach(), q.detach()
    return "", None, None


def check_optimizer(check: Check, train_step: Callable, case: Case) -> None:
    """An optimizer with nothing but zero_grad and step is stepped once."""
    optimizer = Plain(trained(case.encoder, case.head))
    tried = "train_step: which methods of the optimizer are called?"
    batch = case.batches[0]
    step(check, train_step, case.encoder, case.head, batch, optimizer, tried=tried)
    check.that(
        optimizer.log.count("step") == 1,
        tried=tried,
        expected="step once",
        got=", ".join(optimizer.log) or "none",
    )


def check_dropout(
    check: Check, train_step: Callable, case: Case, training: bool
) -> None:
    """Dropout works in training mode and in no other; the same seed, the same loss."""
    import torch

    seed, losses = int(check.rng.integers(2**31)), {}
    for mode in (True, False):
        encoder, head = copy.deepcopy(case[1:3])
        encoder.train(mode), head.train(mode)
        torch.manual_seed(seed)
        losses[mode] = loss_of(encoder, head, case.batches[0]).item()
    encoder, head = (module.train(training) for module in copy.deepcopy(case[1:3]))
    optimizer = case.optimizer(trained(encoder, head))
    names = {True: "training mode, so with dropout", False: "eval mode, so no dropout"}
    tried = f"train_step on an encoder in {names[training]}; torch's seed is set"
    torch.manual_seed(seed)
    batch = case.batches[0]
    loss = step(check, train_step, encoder, head, batch, optimizer, tried=tried)
    known = {
        f"The model ran in {names[not training].split(',')[0]}: leave its mode as the "
        "caller has set it.": losses[not training]
    }
    if not training:
        known |= wrong_losses(case, batch)
    check_loss(check, loss, losses[training], known, tried)


def check_modes(check: Check, train_step: Callable, case: Case) -> None:
    """Some modules in training mode, some not: they stay so."""
    modules = [m for part in case[1:3] for m in part.modules()]
    for module in modules:
        module.training = bool(check.rng.integers(2))
    case.encoder.training, case.head.training = True, False
    before = [module.training for module in modules]
    optimizer = case.optimizer(trained(case.encoder, case.head))
    tried = (
        "train_step on a model with some modules in training mode, some in eval mode"
    )
    batch = case.batches[0]
    step(check, train_step, case.encoder, case.head, batch, optimizer, tried=tried)
    check.that(
        [module.training for module in modules] == before,
        tried=tried,
        expected="all modules stay in their modes",
        got="some are in another: leave train() and eval() to the caller",
    )


def check_single(check: Check, train_step: Callable, case: Case) -> None:
    """A model in float32; a batch of one text."""
    encoder, head = (module.float() for module in case[1:3])
    batch = {name: value[:1] for name, value in case.batches[0].items()}
    optimizer = case.optimizer(trained(encoder, head))
    tried = "train_step on a model in float32, one text in the batch"
    right = loss_of(encoder, head, batch).item()
    loss = step(check, train_step, encoder, head, batch, optimizer, tried=tried)
    check.that(
        abs(loss - right) <= 1e-4 * max(1, abs(right)),
        tried=tried,
        expected=f"the loss: {right:.6g}",
        got=f"{loss:.6g}",
    )
