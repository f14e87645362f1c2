"""What checks of functions on stacks of layers share: calls, layers, gradients."""

from collections.abc import Callable, Iterator, Sequence
from operator import index
from typing import TYPE_CHECKING, Any

from course_utils.exercises import fixtures
from course_utils.exercises.check import Check
from course_utils.exercises.gradient import grad
from course_utils.exercises.values import arrays_in, describe, is_array, is_tensor

if TYPE_CHECKING:
    from torch import Tensor

CARELESS = (
    "writes into its input and returns it",
    "fills its input with zeros after use",
    "returns one buffer that it uses again",
    "keeps its input and writes into it at a later call",
)


def careless(f: "Callable[..., Tensor]") -> Iterator[tuple[str, Callable]]:
    """One callable, each time careless with memory in another way, and how."""
    for how, [g] in zip(CARELESS, fixtures.careless([f]).values(), strict=True):
        yield how, g


def call(check: Check, f: Callable, *args: Any, tried: str, **kwargs: Any) -> Any:
    """`Check.call`, which also guards sequences of layers and `requires_grad`."""
    stacks = [(a, list(a)) for a in args if hasattr(a, "__len__") and not is_array(a)]
    plain = [a for a in tensors(args) if not a.requires_grad]
    result = check.call(f, *args, tried=tried, **kwargs)
    check.that(
        all(len(a) == len(b) and all(map(is_same, a, b)) for a, b in stacks),
        tried=tried,
        expected="the caller's sequences stay as they were",
        got="one of them holds other entries, or another order",
    )
    check.that(
        not any(a.requires_grad for a in plain),
        tried=tried,
        expected="the inputs stay as they were",
        got="one of them requires gradients now",
    )
    return result


def tensors(args: Sequence[Any]) -> list:
    """All tensors among arguments."""
    return [a for a in arrays_in(list(args), "").values() if is_tensor(a)]


def is_same(a: object, b: object) -> bool:
    """Whether two names stand for one object."""
    return a is b


def check_gradient(
    check: Check, f: Callable, direct: Callable, x: "Tensor", tried: str
) -> None:
    """A gradient has to flow, and to have the right value.

    Args:
        check: the exercise.
        f: x -> 0-d tensor, through the student's function.
        direct: the same without it.
        x: where to differentiate.
        tried: which gradient this is.
    """
    got = flowing(check, f, x, tried)
    check.equal(got, grad(direct, x), "the gradient", tried=tried, condition=100)


def flowing(check: Check, f: Callable, x: "Tensor", tried: str) -> "Tensor":
    """The gradient of f at x, which has to be there."""
    try:
        got = grad(f, x)
    except RuntimeError as error:
        raise check.feedback(
            tried=tried, expected="a gradient flows", got=f"RuntimeError: {error}"
        ) from None
    check.that(
        got is not None,
        tried=tried,
        expected="a gradient flows",
        got="none: on the way, the result is cut off from what it is made of",
    )
    return got


def check_received(
    check: Check, log: list, right: Sequence[str], states: Sequence, tried: str
) -> None:
    """Every layer received the right state, once, in order.

    Args:
        check: the exercise.
        log: what `fixtures.Spy` objects wrote, (name, input).
        right: "name: H[l]" for each call.
        states: the states that there are.
        tried: what ran.
    """
    received = [f"{name}: {fixtures.which_state(H, states)}" for name, H in log]
    check.that(
        received == list(right),
        tried=tried,
        expected="\n".join(right) or "no call",
        got="\n".join(received) or "no call",
    )


def check_states(
    check: Check,
    states: Sequence,
    path: "Sequence[Tensor]",
    n: int,
    tried: str,
    seen: str = "",
) -> None:
    """States that came have to be H[0] to H[n].

    Args:
        check: the exercise.
        states: what came.
        path: the states that there are, H[0] to H[n] and perhaps more.
        n: the last one that should have come.
        tried, seen: lines of the feedback.
    """
    names = fixtures.name_states(states, path)
    if names == (right := [f"H[{l}]" for l in range(n + 1)]):
        return
    got = ", ".join(names) or "no state"
    if "none of" in got:
        got = "\n".join(f"states[{l}]: {name}" for l, name in enumerate(names))
    raise check.feedback(tried=tried, expected=", ".join(right), got=got, seen=seen)


def index_or_none(check: Check, got: Any, kind: str, tried: str) -> int | None:
    """What a function found that has to return an integer of any type, or None."""
    if got is None:
        return None
    try:
        if not isinstance(got, bool) and not getattr(got, "shape", ()):
            return index(got)
    except TypeError:
        pass
    raise check.feedback(tried=tried, expected=f"{kind}, or None", got=describe(got))


def limited(layer: "Callable[..., Tensor]", most: int) -> "Callable[..., Tensor]":
    """The same layer, which refuses to be called more than so often in all."""
    calls = []

    def once_more(H: "Tensor") -> "Tensor":
        calls.append(1)
        if len(calls) > most:
            raise RuntimeError(f"the layer was called {len(calls)} times: no end?")
        return layer(H)

    once_more.__qualname__ = "layer"  # which a TypeError would show
    return once_more


def logits(
    states: "Sequence[Tensor]", norm: "Callable[..., Tensor]", unembed: "Tensor"
) -> "Tensor":
    """(L+1, B, T, V): every state (B, T, d), normed by itself, read by (d, V)."""
    import torch

    normed = [norm(H.clone()).clone() for H in states]
    return torch.einsum("lbtd,dv->lbtv", torch.stack(normed), unembed)
