"""One loop for every way of adapting: what may change is decided beforehand."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from course_utils.adaptation import Classifier
from course_utils.data import Texts
from course_utils.training.batches import Batch, Inputs
from course_utils.training.evaluate import features, run, score
from course_utils.training.history import Best, History, kept


def fit(
    model: Classifier,
    train: Texts,
    validation: Texts | None = None,
    *,
    epochs: int = 4,
    rate: float = 5e-4,
    head_rate: float = 1e-2,
    layer_decay: float = 0.65,
    batch_size: int = 16,
    warmup: float = 0.1,
    clip: float = 1.0,
    weight_decay: float = 0.01,
    dropout: bool = False,
    patience: int | None = None,
    max_len: int | None = None,
    seed: int = 0,
    device: str | None = None,
    show: bool = True,
) -> History:
    """Train what requires gradients with AdamW, in place; keep the best epoch.

    Where nothing of the encoder requires gradients, its features are computed once
    and only the head runs from then on.

    Args:
        model: its parameters change; its modes come back as they were.
        train: texts to train on.
        validation: texts to choose the best epoch by, by accuracy and then loss;
            without them the last epoch stands.
        epochs: passes over the training texts.
        rate, head_rate: highest learning rates of the encoder's parameters and of
            the head's; they rise over the share `warmup` of all steps, then fall to 0.
        layer_decay: each layer of the encoder has the rate of the layer above times
            this, and the embeddings come below layer 1.
        clip: largest norm of the gradient, of the encoder's and of the head's.
        weight_decay: AdamW's.
        dropout: whether the model's dropout acts in training. Off by default:
            without it a short training needs fewer steps.
        patience: epochs without a better one after which training ends early.
        max_len: tokens at which a text is cut.
        seed: of order and dropout; torch's own random state stays as it is.
        device: where to train, for example "cuda"; None leaves the model where it is.
        show: draw a progress bar.

    Returns:
        The history. An interrupt from the keyboard ends training, keeps the best
        parameters so far, and is recorded.

    Raises:
        ValueError: nothing can be trained, or a number makes no sense.
        FloatingPointError: the loss is not finite; the best parameters stand.

    Source: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization";
    Howard and Ruder 2018, "Universal Language Model Fine-tuning", sec. 3.2 (a rate
    for each layer).
    """
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name} is {value}, but must be at least 1.")
    model.to(device or next(model.parameters()).device)
    # Fused: the step over all 22 M numbers takes a tenth of the time.
    parts = groups(model, rate, head_rate, layer_decay)
    optimizer = torch.optim.AdamW(parts, fused=True, weight_decay=weight_decay)
    forward, inputs, judged = prepare(model, train, validation, max_len)
    steps = epochs * inputs.batches(batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: triangle(step, steps, warmup)
    )
    history, best = History(), Best(model)
    generator = torch.Generator().manual_seed(seed)
    with (
        seeded(model, seed, dropout),
        kept(best, history),
        progress(steps, show) as bar,
    ):
        for epoch in range(1, epochs + 1):
            for batch in inputs.shuffled(batch_size, generator):
                history.rate.append(optimizer.param_groups[0]["lr"])
                history.loss.append(step(forward, batch, optimizer, clip))
                schedule.step()
                bar.set_postfix(loss=f"{history.loss[-1]:.3f}", refresh=False)
                bar.update()
            bar.refresh()  # which updates do only every tenth of a second
            history.train_loss.append(mean(history.loss[-steps // epochs :]))
            best.offer(epoch, judge(model, forward, judged, history))
            if patience is not None and epoch - best.epoch >= patience:
                history.stopped = "early"
                break
    return history


def step(
    forward: Callable, batch: Batch, optimizer: torch.optim.Optimizer, clip: float
) -> float:
    """One step on one batch; its loss before the step.

    Raises:
        FloatingPointError: the loss is not finite; nothing was changed.
    """
    loss = nn.functional.cross_entropy(forward(*batch.inputs), batch.labels)
    if not loss.isfinite():
        raise FloatingPointError(
            f"The loss is {loss.item()}. Try a smaller learning rate, and look for "
            "NaN in the model's states."
        )
    optimizer.zero_grad()
    loss.backward()
    for is_head in (False, True):
        own = [g["params"] for g in optimizer.param_groups if g["head"] is is_head]
        nn.utils.clip_grad_norm_([p for group in own for p in group], clip)
    optimizer.step()
    return loss.item()


def groups(
    model: Classifier, rate: float, head_rate: float, layer_decay: float
) -> list[dict]:
    """The parameters that may change, by their rates; the head's come last.

    Raises:
        ValueError: there is none.
    """
    L, found = len(model.encoder.layers), {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            below = layers_below_top(name, L)
            key = (False, rate * layer_decay**below)
            if name.startswith("head."):
                key = (True, head_rate)
            found.setdefault(key, []).append(parameter)
    if not found:
        raise ValueError(
            "No parameter requires a gradient, so there is nothing to train. Choose "
            'what may change, for example set_trainable(encoder, head, "head").'
        )
    order = sorted(found, key=lambda key: (key[0], -key[1]))
    return [{"params": found[key], "lr": key[1], "head": key[0]} for key in order]


def layers_below_top(name: str, L: int) -> int:
    """How far a parameter's layer lies below layer L; 0 for what is in no layer.

    >>> [layers_below_top(f"encoder.{part}.weight", 6)
    ...  for part in ("layers.5.q", "layers.0.q", "embeddings.word")]
    [0, 5, 6]
    """
    layer = re.match(r"encoder\.layers\.(\d+)\.", name)
    if layer:
        return L - 1 - int(layer[1])
    return L if name.startswith("encoder.embeddings.") else 0


def prepare(
    model: Classifier, train: Texts, validation: Texts | None, max_len: int | None
) -> tuple[Callable, Inputs, Inputs | None]:
    """What maps inputs to logits, and the inputs to train and to judge on."""
    frozen = not any(
        p.requires_grad
        for name, p in model.named_parameters()
        if not name.startswith("head.")
    )

    def inputs(data: Texts) -> Inputs:
        cached = features(model, data.texts, max_len) if frozen else None
        return Inputs(model, data.texts, data.labels, max_len=max_len, cached=cached)

    judged = None if validation is None else inputs(validation)
    return model.head if frozen else model, inputs(train), judged


def judge(
    model: Classifier, forward: Callable, inputs: Inputs | None, history: History
) -> tuple[float, float]:
    """How good the model is now, larger is better; recorded in the history."""
    if inputs is None:
        return len(history.train_loss), 0.0  # the latest is the best
    found = score(run(model, forward, inputs), inputs.labels)
    history.validation_accuracy.append(found.accuracy)
    history.validation_loss.append(found.loss)
    return found.accuracy, -found.loss


@contextmanager
def seeded(model: nn.Module, seed: int, dropout: bool) -> Iterator[None]:
    """A seed, and dropout on or off; modes and random state come back."""
    modes = {module: module.training for module in model.modules()}
    device = next(model.parameters()).device
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), torch.enable_grad():
        torch.manual_seed(seed)
        model.train(dropout)
        try:
            yield
        finally:
            for module, mode in modes.items():
                module.training = mode


def progress(steps: int, show: bool):
    """A bar with loss and time left, in a notebook or a terminal."""
    from tqdm.auto import tqdm

    return tqdm(
        total=steps, desc="training", unit="step", leave=False, disable=not show
    )


def triangle(step: int, steps: int, warmup: float) -> float:
    """Share of the highest rate: up over the first steps, then down to 0.

    >>> [triangle(step, 10, 0.2) for step in (0, 1, 2, 6)]
    [0.5, 1.0, 1.0, 0.5]
    """
    rising = max(1, round(warmup * steps))
    if step < rising:
        return (step + 1) / rising
    return (steps - step) / max(1, steps - rising)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)
