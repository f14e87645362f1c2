"""What holds for every healthy recurrence ``run(H0, layers)``, in order of diagnosis.

The layers are random maps tanh(H W + b) that do not commute, so that order and
omissions show. Shapes: L layers, L+1 states (B, T, d).
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from course_utils.tracing.probes import Finding, describe, judge

Layers = Sequence[Callable[..., Tensor]]
Run = Callable[[Tensor, Layers], Sequence[Tensor]]
L, B, T, D = 4, 2, 3, 5
FED = f"random H0 {(B, T, D)} and {L} random layers"


class Given:
    """A random H0, random layers and the states that they lead to."""

    def __init__(self, seed: int, n_layers: int = L):
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator, dtype=torch.float64)

        self.H0 = normal(B, T, D)
        self.maps = [(normal(D, D), normal(D)) for _ in range(n_layers)]
        self.layers = [
            lambda H, mask=None, W=W, b=b: (H @ W + b).tanh() for W, b in self.maps
        ]
        self.states = [self.H0.clone()]
        for layer in self.layers:
            self.states.append(layer(self.states[-1]))


def near(a: object, b: Tensor) -> bool:
    alike = isinstance(a, Tensor) and a.shape == b.shape and a.dtype == b.dtype
    return alike and bool(((a - b).abs() <= 1e-12).all())


def count(run: Run, seed: int) -> tuple | None:
    """L layers have L+1 states, each (B, T, d)."""
    for n_layers in (L, 1, 0):
        given = Given(seed, n_layers)
        states = run(given.H0.clone(), given.layers)
        if len(states) != n_layers + 1:
            return f"{n_layers + 1} states for {n_layers} layers", f"{len(states)}"
        for state in states:
            if describe(state) != describe(given.H0):
                return describe(given.H0), describe(state)
    return None


def untouched(run: Run, seed: int) -> tuple | None:
    """H0 stays as it was."""
    given = Given(seed)
    H0 = given.H0.clone()
    run(H0, given.layers)
    return None if torch.equal(H0, given.H0) else (given.H0, H0)


def apart(run: Run, seed: int) -> tuple | None:
    """No state shares its memory with another or with H0."""
    given = Given(seed)
    H0 = given.H0.clone()
    named = {f"H[{l}]": state for l, state in enumerate(run(H0, given.layers))}
    named["the caller's H0"] = H0
    owners = {}
    for name, state in named.items():
        owner = owners.setdefault(state.untyped_storage().data_ptr(), name)
        if owner != name:
            return "memory of its own for each state", f"{owner} and {name} share it"
    return None


def first(run: Run, seed: int) -> tuple | None:
    """H[0] is H0."""
    given = Given(seed)
    state = run(given.H0.clone(), given.layers)[0]
    return None if near(state, given.H0) else (given.H0, state)


def replay(run: Run, seed: int) -> tuple | None:
    """Every state is what its layer makes of the state before."""
    given = Given(seed)
    states = run(given.H0.clone(), given.layers)
    for l, layer in enumerate(given.layers, start=1):
        expected = layer(states[l - 1])
        if not near(states[l], expected):
            return f"H[{l}] = Layer_{l}(H[{l - 1}])", "another H" + f"[{l}]"
    return None


def order(run: Run, seed: int) -> tuple | None:
    """Each layer is called once, from the first to the last."""
    given, called = Given(seed), []

    def spy(number: int, layer: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def call(H: Tensor, mask: Tensor | None = None) -> Tensor:
            called.append(number)
            return layer(H)

        return call

    run(given.H0.clone(), [spy(l, f) for l, f in enumerate(given.layers, start=1)])
    expected = list(range(1, L + 1))
    return None if called == expected else (f"calls {expected}", f"calls {called}")


def layers_matter(run: Run, seed: int) -> tuple | None:
    """Another layer l gives another last state, for each l."""
    given, other = Given(seed), Given(seed + 1)
    last = run(given.H0.clone(), given.layers)[-1].clone()
    without = []
    for l in range(L):
        layers = [*given.layers[:l], other.layers[l], *given.layers[l + 1 :]]
        if near(run(given.H0.clone(), layers)[-1], last):
            without.append(l + 1)
    if not without:
        return None
    return "an effect of every layer", f"no effect of layers {without}"


def careless(run: Run, seed: int) -> tuple | None:
    """States stay right with layers that overwrite their input or reuse a buffer."""
    given, buffer = Given(seed), torch.empty(B, T, D, dtype=torch.float64)
    kinds = {
        "overwrite their input": [
            lambda H, mask=None, f=f: H.copy_(f(H)) for f in given.layers
        ],
        "return one buffer": [
            lambda H, mask=None, f=f: buffer.copy_(f(H)) for f in given.layers
        ],
    }
    for what, layers in kinds.items():
        states = run(given.H0.clone(), layers)
        for l, (got, expected) in enumerate(zip(states, given.states, strict=True)):
            if not near(got, expected):
                return f"the same H[{l}] with layers that {what}", "another one"
    return None


CHECKS = {
    check.__name__: check
    for check in (
        count,
        untouched,
        apart,
        first,
        replay,
        order,
        layers_matter,
        careless,
    )
}


def recurrence_panel(run: Run, seed: int = 0) -> dict[str, Finding | None]:
    """Every check's finding on ``run(H0, layers)``, None where it holds.

    >>> from course_utils.tracing import run_stack
    >>> any(recurrence_panel(run_stack).values())
    False
    """
    return judge(CHECKS, run, seed, FED)
