"""Checks of mended layers, for the clinic of assignment a4.

First the invariants of a layer, each named if it does not hold; then numbers and
gradients, against plain references. A message never names a bug.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_utils.exercises import layer_inputs, reference
from course_utils.exercises.check import Check
from course_utils.exercises.quiet import quiet
from course_utils.exercises.stack_checks import call
from course_utils.exercises.values import describe

if TYPE_CHECKING:
    from torch import Tensor, nn

    from course_utils.tracing import Finding

# Modules that hold a mended layer, a mended recurrence, or layers to be diagnosed.
ANSWERS = [
    *("tracing", "bugs", "layers", "encoder", "pretrained", "language_model"),
    *("exercises.reference", "exercises.specimens", "exercises.unseen"),
]
KINDS = {"W": "weight", "b": "bias", "gain": "weight", "shift": "bias"}
PARTS = {"1": "ff1", "2": "ff2"}


def check_layer(
    check: Check, make: "Callable[[int, int], nn.Module]", d: int, n_heads: int
) -> None:
    """A mended layer of one size: its parameters, every invariant, numbers, gradients.

    Args:
        check: the exercise.
        make: the student's class.
        d, n_heads: what it is given.

    Raises:
        Feedback: something does not hold.
    """
    from course_utils.exercises.specimens import Layer
    from course_utils.tracing import panel

    layer, title = built(check, make, d, n_heads), title_of(make, d, n_heads)
    H = check.tensor(2, 5, d)
    tried = f"{title} on random states (2, 5, {d})"
    outs = [check.call(forward(layer), H, tried=tried) for _ in range(2)]
    for got in map(describe, outs):
        check.that(got == describe(H), tried=tried, expected=describe(H), got=got)
    check.fresh(outs, H, tried=f"{tried}, called twice")
    with quiet():
        findings = panel(Layer(layer), int(check.rng.integers(2**31)))
    report(check, findings, title)
    params = layer_inputs.layer_params(check, d, 4 * d)
    fill(layer, params)
    for what, H, mask in inputs(check, d, n_heads):
        check_numbers(check, layer, params, H, mask, f"{title} on {what}")
    check_steep(check, layer, params, title)
    check_gradients(check, layer, Layer(layer), title)


# --- the parameters ---------------------------------------------------------------


def built(
    check: Check, make: "Callable[[int, int], nn.Module]", d: int, n_heads: int
) -> "nn.Module":
    """The layer in float64 and eval mode, with the right attributes and parameters."""
    import torch

    title = title_of(make, d, n_heads)
    check.that(
        not isinstance(make, torch.nn.Module),
        tried=title,
        expected="a class that makes layers",
        got="one layer that is already there",
    )
    with torch.random.fork_rng([]):
        torch.manual_seed(int(check.rng.integers(2**31)))
        layer = check.call(make, d, n_heads, tried=title)
    module = isinstance(layer, torch.nn.Module)
    check.that(module, tried=title, expected="an nn.Module", got=describe(layer))
    for name, value in (("d", d), ("n_heads", n_heads)):
        got = getattr(layer, name, "no such attribute")
        check.that(
            got == value,
            tried=title,
            expected=f"an attribute {name} that is {value}",
            got=str(got),
        )
    wanted = shapes(d)
    found = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
    for name in [*wanted, *found]:
        expected, got = (
            f"{name} of shape {rows[name]}" if name in rows else f"no {name}"
            for rows in (wanted, found)
        )
        tried = f"the parameters of {title}"
        check.that(expected == got, tried=tried, expected=expected, got=got)
    return layer.double().eval()


def title_of(make: Callable, d: int, n_heads: int) -> str:
    return f"{getattr(make, '__name__', 'the layer')}({d}, {n_heads})"


def shapes(d: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a layer's parameters."""
    maps = {name: (d, d) for name in "qkvo"} | {"ff1": (4 * d, d), "ff2": (d, 4 * d)}
    maps |= {"ln1": (d,), "ln2": (d,)}
    weights = {f"{name}.weight": shape for name, shape in maps.items()}
    return weights | {f"{name}.bias": shape[:1] for name, shape in maps.items()}


def fill(layer: "nn.Module", params: dict[str, np.ndarray]) -> None:
    """Write parameters with the names of the references into a layer."""
    import torch

    given = {}
    for name, value in params.items():
        part, _, kind = name.partition("_")
        if not kind:  # W1 is the weight of ff1, bq the bias of q
            part, kind = PARTS.get(name[1], name[1]), name[0]
        given[f"{part}.{KINDS[kind]}"] = torch.from_numpy(value.T)
    layer.load_state_dict(given)


def forward(layer: "nn.Module") -> Callable:
    """What the student wrote: so a line of an error is the student's, not torch's."""
    from torch import nn

    return layer.forward if type(layer).__call__ is nn.Module.__call__ else layer


# --- invariants, numbers, gradients ------------------------------------------------


def report(check: Check, findings: "dict[str, Finding | None]", title: str) -> None:
    """Fail with the first invariant that does not hold, its inputs and both outputs."""
    for finding in findings.values():
        if finding is None:
            continue
        expected, got = apart(finding)
        lines = {
            "tried": f"{title}: {finding.fed}",
            "invariant": f"{finding.name.replace('_', ' ')}: {finding.meaning}",
        }
        raise check.feedback(**lines, expected=expected, got=got)


def apart(finding: "Finding") -> tuple[str, str]:
    """Expected and got in words, with as many digits as it takes to tell them apart."""
    expected, got = finding.numbers()
    if isinstance(finding.expected, str) or expected.split()[0] != got:
        return expected, got
    gap = (finding.expected - finding.got).abs()
    return expected, f"{got}, which differs by {float(gap.max()):.2g}"


def inputs(
    check: Check, d: int, n_heads: int
) -> "Iterator[tuple[str, Tensor, Tensor | None]]":
    """States of many kinds, with and without masks; all sizes differ."""
    import torch

    B, T = [n for n in check.sizes(5) if n not in (n_heads, 11)][:2]
    text = f"random states {(B, T, d)}"
    yield f"{text}, no mask", check.tensor(B, T, d), None
    for draw in (layer_inputs.masks, layer_inputs.empty_masks):
        for what, mask in draw(check, B, T, T):
            yield f"{text}, {what}", check.tensor(B, T, d), torch.from_numpy(mask)
    yield f"random states {(1, 1, d)}, no mask", check.tensor(1, 1, d), None
    yield f"{text} plus 1,000,000, no mask", check.tensor(B, T, d) + 1e6, None
    strided = check.tensor(d, T, B).permute(2, 1, 0)
    yield f"{text}, not contiguous in memory, no mask", strided, None


def check_numbers(
    check: Check,
    layer: "nn.Module",
    params: dict[str, np.ndarray],
    H: "Tensor",
    mask: "Tensor | None",
    tried: str,
) -> None:
    """Two calls: the reference's numbers, new memory, inputs untouched."""
    import torch

    given = (H,) if mask is None else (H, mask)
    truth = reference.pre_norm_layer(
        H.numpy(), params, layer.n_heads, None if mask is None else mask.numpy()
    )
    outs = [call(check, forward(layer), *given, tried=tried) for _ in range(2)]
    for what, out in zip(("the result", "the second call's result"), outs, strict=True):
        check.equal(out, torch.from_numpy(truth), what, tried=tried, condition=10)
    check.fresh(outs, list(given), tried=f"{tried}, called twice")


def check_steep(
    check: Check, layer: "nn.Module", params: dict[str, np.ndarray], title: str
) -> None:
    """Large scores, and single precision."""
    import torch

    d, steep = layer.d, params | {"Wq": 1e4 * params["Wq"]}
    fill(layer, steep)
    H = check.tensor(2, 3, d)
    mask = torch.tensor([[1, 0, 1], [1, 1, 0], [0, 0, 0]]).bool()
    text = f"{title} on random states (2, 3, {d})"
    check_numbers(check, layer, steep, H, None, f"{text}, scores near 10,000")
    check_numbers(check, layer, steep, H, mask, f"{text}, a mask, scores near 10,000")
    fill(layer, params)
    truth = reference.pre_norm_layer(H.numpy(), params, layer.n_heads, mask.numpy())
    tried = f"{text}, a mask, all in float32"
    out = call(check, forward(layer.float()), H.float(), mask, tried=tried)
    single = torch.from_numpy(truth).float()
    check.equal(out, single, "the result", tried=tried, condition=10)
    fill(layer.double(), params)


def check_gradients(
    check: Check, layer: "nn.Module", parts: "nn.Module", title: str
) -> None:
    """Gradients flow to the states and to every parameter, with the right values.

    Args:
        check: the exercise.
        layer: the student's.
        parts: a module with the same parts, for the reference to read.
        title: what to call the layer.
    """
    import torch

    from course_utils.tracing.plain_layer import plain_layer

    H, R = check.tensor(2, 3, layer.d).requires_grad_(), check.tensor(2, 3, layer.d)
    mask = torch.ones(3, 3, dtype=torch.bool).tril()
    sources = {"the states": H, **dict(layer.named_parameters())}

    def gradients(out: "Tensor") -> Sequence:
        if not out.requires_grad:
            return [None] * len(sources)
        return torch.autograd.grad((R * out).sum(), sources.values(), allow_unused=True)

    layer.train()  # nothing in a mended layer knows the difference
    tried = f"gradients of {title} in training mode, a causal mask"
    with torch.enable_grad():
        got = check.call(lambda: gradients(layer(H, mask)), tried=tried)
        right = gradients(plain_layer(parts, H, mask.expand(2, 1, 3, 3)))
    for name, a, b in zip(sources, got, right, strict=True):
        to = f"{tried}: to {name}"
        check.that(a is not None, tried=to, expected="a gradient flows", got="none")
        if name != "k.bias":  # which has no effect: its gradient is rounding alone
            check.equal(a, b, "the gradient", tried=to, condition=1000)
