"""What checks of prompt tuning and prefix-tuning share: cases, passes, mistakes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import torch
from torch import Tensor

from course_utils.bugs import prefixes as flows
from course_utils.exercises import fixtures, stack_checks
from course_utils.exercises.check import Check, difference
from course_utils.exercises.prefix_mistakes import PREFIX_MISTAKES, PROMPT_MISTAKES
from course_utils.layers import Layer

Flow = Callable[..., Tensor]
Log = list[tuple[int, int]]  # number of the layer, rows that it received
LENGTHS = 4, 6, 8, 9, 12  # of prefixes: no prime, so never B, T, h or d_h
CONDITION = 100  # rounding errors of a few layers


@dataclass(frozen=True)
class Case:
    """What one pass gets: states (B, T, d), L layers, L prefixes, masks."""

    H0: Tensor
    layers: Sequence[Callable[..., Tensor]]
    prefixes: Sequence[Tensor]  # (k_l, d); prompt tuning takes the first alone
    mask: Tensor | None = None  # (B, T)
    causal: object = False
    what: str = "layers"

    def options(self) -> dict[str, Any]:
        """Arguments that are given only where there is something to mask."""
        given = {} if self.mask is None else {"mask": self.mask}
        return given | ({"causal": self.causal} if self.causal else {})

    def said(self, kind: str) -> str:
        """The case in words."""
        text = f"{len(self.layers)} {self.what}"
        sizes = [len(P) for P in self.prefixes]
        if kind == "prefix":
            text += f", prefixes of {', '.join(map(str, sizes)) or 'no'} rows"
        else:
            text += f", a prompt of {sizes[0]} rows"
        text += f", H0 {tuple(self.H0.shape)} in {self.H0.dtype}"
        text += ", causal" if self.causal else ""
        return text + ("" if self.mask is None else ", a mask with padding")

    def masked(self, check: Check, kind: str) -> "Case":
        """The same with "padding", "causal", or both in the name of the kind."""
        B, T = self.H0.shape[:2]
        mask = torch.from_numpy(check.rng.random((B, T)) < 0.6)
        mask[0, 0], mask[0, -1], mask[-1] = False, True, True
        mask[1, :2] = torch.tensor([True, False])
        return replace(
            self,
            mask=mask if "padding" in kind else None,
            causal="causal" in kind,
        )


def draw(
    check: Check,
    lengths: int | Sequence[int],
    norm: str = "pre",
    dtype: torch.dtype = torch.float64,
    L: int | None = None,
) -> Case:
    """Random states, layers and prefixes; B, T, d, h and all k_l differ.

    Args:
        check: where the numbers come from.
        lengths: rows of each prefix, or how many prefixes.
        norm: "pre" or "post".
        dtype: of everything.
        L: number of layers; None for one a prefix.
    """
    h, B, d_h, T = sorted(check.sizes(4))
    if isinstance(lengths, int):
        lengths = [int(k) for k in check.rng.permutation(LENGTHS)[:lengths]]
    L = len(lengths) if L is None else L
    layers = [layer(check, h * d_h, h, norm).to(dtype) for _ in range(L)]
    prefixes = [check.tensor(k, h * d_h, dtype=dtype) for k in lengths]
    H0 = check.tensor(B, T, h * d_h, dtype=dtype)
    return Case(H0, layers, prefixes, what=f"{norm}-norm layers")


def layer(check: Check, d: int, h: int, norm: str) -> Layer:
    """A layer of the course in float64; none of its parameters is 0 or 1."""
    made = Layer(d, h, norm=norm).double().requires_grad_(False)
    for p in made.parameters():
        p.copy_(check.tensor(*p.shape) / (sqrt(p.shape[1]) if p.dim() > 1 else 1))
    return made


def watched(layers: Sequence, log: Log, with_mask: bool) -> list[Callable]:
    """The same layers, which note how many rows they receive.

    Where there is nothing to mask they take one argument, as any callable may.
    """

    def watch(l: int, f: Callable) -> Callable:
        def layer(H: Tensor, *mask: Tensor) -> Tensor:
            log.append((l, H.shape[1]))
            if mask and not with_mask:
                raise TypeError("nothing is masked here: call layer(H), no more")
            return f(H, *mask)

        layer.__qualname__ = "layer"  # which a TypeError would show
        return layer

    return [watch(l, f) for l, f in enumerate(layers, 1)]


def run(flow: Flow, case: Case) -> tuple[Log, Tensor] | None:
    """What the layers receive in a flow, and its result; None if it cannot run."""
    log: Log = []
    layers = watched(case.layers, log, True)
    prefixes = [P.clone() for P in case.prefixes]
    try:
        result = flow(case.H0.clone(), layers, prefixes, case.mask, case.causal)
    except (IndexError, RuntimeError, TypeError, ValueError):
        return None
    return log, result.clone()


def real(case: Case, got: Tensor, expected: Tensor) -> Tensor:
    """The result, in which rows of padding, which may be any, are the expected."""
    alike = isinstance(got, Tensor) and got.shape == expected.shape
    if case.mask is None or not alike or not torch.isfinite(got).all():
        return got
    return torch.where(case.mask[..., None], got, expected.to(got.dtype))


def check_pass(
    check: Check, f: Flow, case: Case, kind: str, careless: str = "", used: Any = None
) -> None:
    """One pass: rows into every layer, then the result, then its memory.

    Args:
        check: the exercise.
        f: the student's function.
        case: what it gets.
        kind: "prefix" or "prompt".
        careless: what `used` do.
        used: layers that compute the same as those of the case.
    """
    right = flows.PrefixFlow() if kind == "prefix" else flows.PromptOnly()
    mistakes = PREFIX_MISTAKES if kind == "prefix" else PROMPT_MISTAKES
    (rows, expected), log, T = run(right, case), [], case.H0.shape[1]
    layers = case.layers if used is None else used
    if isinstance(layers, list | tuple):
        layers = type(layers)(watched(layers, log, bool(case.options())))
    else:
        log = rows  # an nn.ModuleList holds modules alone, none that watches
    given = case.prefixes if kind == "prefix" else case.prefixes[0]
    tried = f"{kind}_forward: {case.said(kind)}{careless and '; '}{careless}"
    args = dict(tried=tried, **case.options())
    got = stack_checks.call(check, f, case.H0, layers, given, **args)
    shown = real(case, got, expected)
    cause = proven(mistakes, case, log[:], shown, expected)
    if log != rows:
        raise check.feedback(
            tried=tried, expected=said(rows, T), got=said(log), cause=cause
        )
    known = {cause: shown} if cause else {}
    options = dict(tried=tried, condition=CONDITION)
    check.equal(shown, expected, "the token rows", mistakes=known, **options)
    check.fresh(got, case.H0, list(case.prefixes), tried=tried)
    stack_checks.call(check, f, case.H0.flip(0) + 1, layers, given, **args)
    options["tried"] += "; then once more on another H0: is the first result as it was?"
    check.equal(real(case, got, expected), expected, "the first result", **options)


def said(log: Log, T: int = 0) -> str:
    """Calls of layers in words; with T as a sum of rows put in and T tokens."""
    calls = [f"layer {l} receives {n - T} + {T} = {n} rows" for l, n in log]
    calls = calls if T else [f"layer {l} receives {n} rows" for l, n in log]
    return "\n".join(calls) or "no call"


def proven(
    mistakes: Mapping[str, type], case: Case, log: Log, got: Tensor, expected: Tensor
) -> str:
    """The known mistake with the same calls and the same wrong result, or ""."""
    if difference(got, expected, CONDITION) is None:
        return ""
    for text, kind in mistakes.items():
        found = run(kind(), case)
        if found and found[0] == log:
            theirs = real(case, found[1], expected)
            if difference(got, theirs, CONDITION) is None:
                return text
    return ""


def careless(case: Case) -> Iterator[tuple[str, list[Callable]]]:
    """The case's layers, each time careless with memory in another way, and how."""
    given: list[Tensor] = []  # the mask, which careless layers do not hand on

    def with_mask(f: Callable) -> Callable:
        def call(H: Tensor, *mask: Tensor) -> Tensor:
            given[:] = mask
            return f(H)

        return call

    maps = [lambda H, f=f: f(H, *given) for f in case.layers]
    for how, made in fixtures.careless(maps).items():
        yield how, [with_mask(f) for f in made]


def check_gradients(check: Check, f: Flow, case: Case, kind: str) -> None:
    """From the token rows to H0, to each prefix (or the prompt), to the layers."""
    right = flows.PrefixFlow() if kind == "prefix" else flows.PromptOnly()
    weights = check.tensor(*case.H0.shape)
    if case.mask is not None:
        weights = weights * case.mask[..., None]
    d = case.H0.shape[-1]
    given = {"H0": case.H0, "the layers' weights": check.tensor(d, d) / sqrt(d)}
    names = [f"prefixes[{l}]" for l in range(len(case.prefixes))]
    names = ["the prompt"] if kind == "prompt" else names
    given |= dict(zip(names, case.prefixes, strict=True))

    def called(H0: Tensor, layers: list, rows: list, **options: Any) -> Tensor:
        rows = rows[0] if kind == "prompt" else rows
        return stack_checks.call(check, f, H0, layers, rows, tried=tried, **options)

    def total(flow: Flow, name: str, x: Tensor) -> Tensor:
        now = given | {name: x}
        W, rows = now["the layers' weights"], [now[n] for n in names]
        layers = [lambda H, *mask, g=g: g(H @ W, *mask) for g in case.layers]
        return (weights * flow(now["H0"], layers, rows, **case.options())).sum()

    for name, x in given.items():
        tried = f"the gradient from {kind}_forward to {name}; {case.said(kind)}"
        stack_checks.check_gradient(
            check,
            lambda x, name=name: total(called, name, x),
            lambda x, name=name: total(right, name, x),
            x,
            tried,
        )
