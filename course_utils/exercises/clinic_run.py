"""Checks of a mended recurrence ``run(H0, layers)``, for assignment a4."""

from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from course_utils.exercises import fixtures
from course_utils.exercises.check import Check
from course_utils.exercises.clinic import report
from course_utils.exercises.quiet import quiet
from course_utils.exercises.stack_checks import call, check_gradient

if TYPE_CHECKING:
    from torch import Tensor


def check_run(check: Check, run: Callable, L: int) -> None:
    """A mended recurrence: every invariant, careless layers, memory, gradients.

    Args:
        check: the exercise.
        run: the student's function.
        L: number of layers.
    """
    import torch

    from course_utils.tracing import recurrence_panel

    name = getattr(run, "__name__", "run")
    H0, layers = check.tensor(2, 3, 5), [torch.tanh, torch.neg]
    tried = f"{name} on random H0 (2, 3, 5) and two layers"
    check.length(call(check, run, H0, layers, tried=tried))
    with quiet():
        findings = recurrence_panel(run, int(check.rng.integers(2**31)))
    report(check, findings, name)
    B, T, d = check.sizes(3)
    maps = [fixtures.affine(check.tensor(d, d), check.tensor(d)) for _ in range(L)]
    H0 = check.tensor(d, T, B).permute(2, 1, 0)
    truth = list(accumulate(maps, lambda H, f: f(H), initial=H0))
    check_pass(check, run, maps, truth, f"{name} on {L} layers")
    check_pass(check, run, tuple(maps), truth, f"{name} on a tuple of {L} layers")
    for what, layers in fixtures.careless(maps).items():
        check_pass(check, run, layers, truth, f"{name} on {L} {what}")
    check_pass(check, run, [], [H0], f"{name} on no layers")
    modules = torch.nn.ModuleList([torch.nn.Tanh(), torch.nn.Identity()])
    single = H0.float()
    states = [single, single.tanh(), single.tanh()]
    check_pass(check, run, modules, states, f"{name} on an nn.ModuleList, float32")
    weights = check.tensor(L + 1, B, T, d)
    for l in range(L + 1):
        check_flow(check, run, maps, H0, weights[l], l)


def check_pass(
    check: Check, run: Callable, layers: Any, truth: list, tried: str
) -> None:
    """One pass, and a second one that must not spoil its states."""
    states = call(check, run, truth[0], layers, tried=tried)
    names = [f"H[{l}]" for l in range(len(truth))]
    for once in ("", "; then once more, with another H0"):
        check.length(states)
        found = fixtures.name_states(states, truth)
        check.that(
            found == names,
            tried=tried + once,
            expected=", ".join(names),
            got=", ".join(found) or "an empty list",
        )
        check.fresh(states, truth[0], tried=tried)
        call(check, run, truth[0].flip(0) + 1, layers, tried=tried)


def check_flow(
    check: Check, run: Callable, maps: list, H0: "Tensor", R: "Tensor", l: int
) -> None:
    """The gradient from one state to H0."""

    def direct(H: "Tensor") -> "Tensor":
        return (R * list(accumulate(maps, lambda H, f: f(H), initial=H))[l]).sum()

    def through(H: "Tensor") -> "Tensor":
        tried = f"the states of an H0 that requires gradients, {len(maps)} layers"
        return (R * call(check, run, H, maps, tried=tried)[l]).sum()

    check_gradient(check, through, direct, H0, f"the gradient from states[{l}] to H0")
