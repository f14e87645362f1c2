"""Checks of ``set_trainable(encoder, head, policy)``, for assignment a5."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from course_utils.exercises.check import Check
from course_utils.exercises.values import changed_places, describe, snapshot

if TYPE_CHECKING:
    from torch import nn

    from course_utils.encoder import Encoder

POLICIES = ("head", "last", "bias", "full")


def check_set_trainable(check: Check, set_trainable: Callable, L: int) -> None:
    """Every policy after every other, on several heads; unknown ones are refused.

    Args:
        check: the exercise.
        set_trainable: the student's function.
        L: number of the encoder's layers.
    """
    order = [*POLICIES, *check.rng.permutation(POLICIES), *POLICIES[::-1]]
    for name, make in heads().items():
        norm = ("pre", "post")[int(check.rng.integers(2))]
        encoder = new_encoder(check, L, norm)
        head = make(encoder.d)
        what = f"an encoder of {L} {norm}-norm layer(s) and {name} as head"
        scramble(check, encoder, head)
        for i, policy in enumerate(map(str, order)):
            before = (
                f"after {order[i - 1]!r}" if i else "some flags on, some off before"
            )
            tried = f"set_trainable with policy {policy!r} on {what}, {before}"
            check_policy(check, set_trainable, encoder, head, policy, tried)
        for policy in ("heads", "all", "biases", ""):
            check.raises(
                ValueError,
                set_trainable,
                encoder,
                head,
                policy,
                tried=f"set_trainable with the unknown policy {policy!r}",
            )


def heads() -> dict[str, Callable]:
    """Heads of several kinds, each made from the width d."""
    from torch import nn

    return {
        "a linear layer": lambda d: nn.Linear(d, 3),
        "a linear layer without bias": lambda d: nn.Linear(d, 3, bias=False),
        "three modules": lambda d: nn.Sequential(
            nn.Linear(d, 4), nn.LayerNorm(4), nn.Linear(4, 2)
        ),
        "nn.Identity, which has no parameters,": lambda d: nn.Identity(),
    }


def new_encoder(check: Check, L: int, norm: str) -> "Encoder":
    """A small encoder of random weights."""
    import torch

    from course_utils.encoder import Encoder

    with torch.random.fork_rng([]):
        torch.manual_seed(int(check.rng.integers(2**31)))
        encoder = Encoder(11, 6, L, 2, 7, max_len=5, norm=norm, dropout=0.1)
        for parameter in encoder.parameters():
            parameter.data.normal_()
    return encoder


def scramble(check: Check, *modules: "nn.Module") -> None:
    """Switch the flags of about half the parameters off, of the rest on."""
    for module in modules:
        for parameter in module.parameters():
            parameter.requires_grad_(bool(check.rng.integers(2)))


def check_policy(
    check: Check,
    set_trainable: Callable,
    encoder: "Encoder",
    head: "nn.Module",
    policy: str,
    tried: str,
) -> None:
    """Flags, values, and the list that comes back."""
    named = names(encoder, head)
    was = {name for name, p in named.items() if p.requires_grad}
    before = condition(encoder, head)
    result = check.call(set_trainable, encoder, head, policy, tried=tried)
    after = condition(encoder, head)
    check.that(
        list(before) == list(after) and not changed_places(before, after),
        tried=tried,
        expected="parameters keep their values, modules their modes",
        got="other parameters, values or modes: set nothing but requires_grad",
    )
    L = len(encoder.layers)
    wanted = chosen(policy, named, L)
    on = {name for name, p in named.items() if p.requires_grad}
    if on != wanted:
        known = {
            "What was frozen before stays so: set requires_grad both ways.": wanted
            & was,
            "What was trained before stays so: set requires_grad both ways.": wanted
            | was,
            **mistakes(policy, named, L),
        }
        raise check.feedback(
            tried=f"{tried}: which parameters require gradients?",
            expected=listed(wanted),
            got=listed(on),
            missing=listed(wanted - on) if wanted - on else "",
            excess=listed(on - wanted) if on - wanted else "",
            cause=next((text for text, found in known.items() if found == on), ""),
        )
    check_list(check, result, wanted, named, tried)


def check_list(
    check: Check, result: Any, wanted: set[str], named: dict, tried: str
) -> None:
    """The list holds the parameters that require gradients, each once."""
    tried = f"{tried}: which parameters come back?"
    expected = f"a list of {len(wanted)} parameters"
    check.that(
        isinstance(result, list | tuple),
        tried=tried,
        expected=expected,
        got=describe(result),
    )
    by_id = {id(p): name for name, p in named.items()}
    found = [by_id.get(id(p)) for p in result]
    for p, name in zip(result, found, strict=True):
        check.that(
            name is not None,
            tried=tried,
            expected=f"{expected} of encoder and head, the objects themselves",
            got=f"{describe(p)} among them",
        )
    twice = sorted({name for name in found if found.count(name) > 1})
    check.that(
        not twice,
        tried=tried,
        expected="each parameter once",
        got=f"{', '.join(twice[:3])} more than once",
    )
    missing, excess = wanted - set(found), set(found) - wanted
    if missing or excess:
        raise check.feedback(
            tried=tried,
            expected=f"those that require gradients: {listed(wanted)}",
            got=listed(set(found)),
            missing=listed(missing) if missing else "",
            excess=listed(excess) if excess else "",
        )


def names(encoder: "Encoder", head: "nn.Module") -> dict:
    """Every parameter under a name that says where it is."""
    both = {"encoder": encoder, "head": head}
    return {
        f"{part}.{name}": parameter
        for part, module in both.items()
        for name, parameter in module.named_parameters()
    }


def condition(*modules: "nn.Module") -> dict:
    """Of encoder and head what has to stay as it was."""
    return {
        f"{i}.{name}": snapshot([dict(module.state_dict()), module.training])
        for i, root in enumerate(modules)
        for name, module in root.named_modules()
    }


def chosen(policy: str, named: dict, L: int) -> set[str]:
    """Names of the parameters that a policy trains."""
    encoder = {
        "head": lambda name: False,
        "last": lambda name: name.startswith(f"encoder.layers.{L - 1}."),
        "bias": lambda name: name.endswith("bias"),
        "full": lambda name: True,
    }[policy]
    return {name for name in named if name.startswith("head.") or encoder(name)}


def mistakes(policy: str, named: dict, L: int) -> dict[str, set[str]]:
    """A message for each known mistake, and the names that it would choose."""
    head = {name for name in named if name.startswith("head.")}
    biases = {name for name in named if name.endswith("bias")}
    norms = {name for name in biases if ".ln" in name or ".norm." in name}
    layers = {name for name in named if name.startswith("encoder.layers.")}
    first = {name for name in layers if name.startswith("encoder.layers.0.")}
    last = {name for name in layers if name.startswith(f"encoder.layers.{L - 1}.")}
    known = {
        "head": {"The head is frozen: nothing is left that could learn.": set()},
        "last": {
            "The head is not among them: it is new, so it has to train.": last - head,
            "That is the first layer; the last one is layers[L - 1].": first | head,
            "All layers train; only the last one should.": layers | head,
        },
        "bias": {
            "The shifts of the norms are missing: their names end in 'bias' as well.": (
                (biases - norms) | head
            ),
            "Of the head only biases train, but the whole head is new.": biases,
            "Of the encoder only the biases of layers train; those of the embeddings' "
            "norm are missing.": (biases & layers) | head,
            "The head is missing: it is new, so it has to train.": biases - head,
            "Everything but the biases trains: it is the wrong way round.": (
                set(named) - biases
            ),
            "All parameters with one axis train, the gains of norms among them, whose "
            "names end in 'weight'.": {n for n, p in named.items() if p.dim() == 1}
            | head,
        },
        "full": {
            "The embeddings are frozen, but everything should train.": layers | head,
            "The head is frozen, but it is new and has to train.": set(named) - head,
        },
    }[policy]
    general = {
        "Nothing was switched off.": set(named),
        "The policy is the wrong way round: what should train is frozen.": (
            set(named) - chosen(policy, named, L)
        ),
    }
    return {**known, **general}


def listed(found: set[str]) -> str:
    """How many names, and the first few."""
    few = sorted(found)[:4]
    more = f", … ({len(found)} in all)" if len(found) > len(few) else ""
    return f"{', '.join(few)}{more}" if found else "none"
