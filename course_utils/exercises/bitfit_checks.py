"""Checks of ``bitfit_parameters(encoder)``, for assignment a7."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from course_utils.exercises.check import Check
from course_utils.exercises.values import describe

if TYPE_CHECKING:
    from torch import nn


def modules(check: Check) -> "Iterator[tuple[str, nn.Module]]":
    """Encoders of both kinds, and a module whose names are traps."""
    import torch
    from torch import nn

    from course_utils.encoder import Encoder

    with torch.random.fork_rng([]):
        for norm, L in (("post", 3), ("pre", 2), ("post", 0)):
            what = f"an encoder of {L} {norm}-norm layers"
            yield what, Encoder(11, 6, L, 2, 7, max_len=5, norm=norm)
        odd = nn.ModuleDict(
            {
                "attention": nn.MultiheadAttention(6, 2),
                "plain": nn.Linear(6, 3, bias=False),
                "kept": nn.Identity(),
                "bias": nn.Linear(3, 2),
                "running": nn.BatchNorm1d(6),
            }
        )
        odd.register_parameter("bias_scale", nn.Parameter(torch.ones(2)))
        odd.register_buffer("position_bias", torch.ones(4))
        odd["kept"].register_buffer("bias", torch.ones(3))
        yield "a module with other parts, some of them named bias", odd


def check_names(check: Check, bitfit_parameters: Callable) -> None:
    """The right names, whether frozen or not; nothing is changed."""
    for what, module in modules(check):
        for parameter in module.parameters():
            parameter.requires_grad_(bool(check.rng.integers(2)))
        for how in ("some parameters frozen", "all frozen", "none frozen"):
            if how != "some parameters frozen":
                module.requires_grad_(how == "none frozen")
            check_module(check, bitfit_parameters, module, f"{what}, {how}")


def check_module(
    check: Check, bitfit_parameters: Callable, module: "nn.Module", what: str
) -> None:
    """The names of one module."""
    tried = f"bitfit_parameters of {what}"
    flags = {name: p.requires_grad for name, p in module.named_parameters()}
    values = {name: x.clone() for name, x in module.state_dict().items()}
    modes = [m.training for m in module.modules()]
    got = check.call(bitfit_parameters, module, tried=tried)
    after = module.state_dict()
    check.that(
        flags == {name: p.requires_grad for name, p in module.named_parameters()}
        and values.keys() == after.keys()
        and all(x.equal(after[name]) for name, x in values.items())
        and modes == [m.training for m in module.modules()],
        tried=tried,
        expected="the module stays as it was",
        got="values, modes or requires_grad changed: only names were asked for",
    )
    wanted = "a list of names"
    check.that(
        isinstance(got, list | tuple), tried=tried, expected=wanted, got=describe(got)
    )
    odd = [name for name in got if not isinstance(name, str)]
    check.that(
        not odd,
        tried=tried,
        expected=wanted,
        got=f"{describe(odd[0]) if odd else ''} among them",
    )
    right = [name for name in flags if name.rpartition(".")[2].endswith("bias")]
    if sorted(got) == sorted(right):
        return
    missing = [name for name in right if name not in got]
    excess = [name for name in dict.fromkeys(got) if name not in right]
    twice = [name for name in right if list(got).count(name) > 1]
    raise check.feedback(
        tried=tried,
        expected=f"{len(right)} names",
        got=f"{len(got)} names",
        missing=listed(missing),
        excess=listed(excess),
        twice=listed(twice),
        seen=seen(module, right, missing, excess),
    )


def listed(names: Sequence[str]) -> str:
    """The first of them, and how many there are."""
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def seen(
    module: "nn.Module",
    right: Sequence[str],
    missing: list[str],
    excess: list[str],
) -> str:
    """What all names that are missing, or too many, have in common."""
    flags = {name: p.requires_grad for name, p in module.named_parameters()}
    buffers = {name for name, _ in module.named_buffers()}
    if excess:
        if all(name in buffers for name in excess):
            return "Those in excess are buffers: no parameters, so they never train."
        if all(name in flags for name in excess):
            return (
                "Those in excess are parameters whose last part does not end in bias."
            )
        return "No parameters have these names; named_parameters gives the names."
    if missing and {n for n in right if not flags[n]} == set(missing):
        return "All that are frozen are missing: names do not depend on requires_grad."
    norms = [n for n in missing if is_norm(module.get_submodule(n.rpartition(".")[0]))]
    if missing and norms == missing:
        return "These are shifts of norms; they are named bias, too."
    if missing and all(n.rpartition(".")[2] != "bias" for n in missing):
        return "Their last part ends in bias, though it is longer."
    return ""


def is_norm(module: "nn.Module") -> bool:
    """Whether a module is a norm, by its class's name."""
    return "Norm" in type(module).__name__
