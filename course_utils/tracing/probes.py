"""What invariants are made of: random probes, deep copies, findings.

An invariant is written as a function of a `Probe` and made public by
`@invariant`, which turns it into a function of a layer.
"""

import copy
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from course_utils.tracing.plain_layer import norm_of

PARTS = "q k v o ff1 ff2 ln1 ln2".split()


class Finding(NamedTuple):
    """An invariant that does not hold, with the probe that shows it.

    Fields:
        name: of the invariant, for example "causal".
        meaning: what holds for a healthy layer, one sentence.
        fed: what the layer was given, in words.
        expected, got: tensors of one shape where two results were compared, else
            words.
    """

    name: str
    meaning: str
    fed: str
    expected: Tensor | str
    got: Tensor | str

    def __str__(self) -> str:
        rows = ("fed", self.fed), *zip(("expected", "got"), self.numbers(), strict=True)
        return "\n".join(
            [f"{self.name}: {self.meaning}", *(f"  {a:<10}{b}" for a, b in rows)]
        )

    def numbers(self) -> tuple[str, str]:
        """Expected and got in words; of tensors the place where they differ most."""
        if isinstance(self.expected, str) or isinstance(self.got, str):
            return str(self.expected), str(self.got)
        gap = (self.expected - self.got).abs().nan_to_num(torch.inf)
        place = torch.unravel_index(gap.argmax(), gap.shape)
        where = f" at {[int(i) for i in place]}"
        return f"{self.expected[place]:.6g}{where}", f"{self.got[place]:.6g}"


class NotReadable(Exception):
    """The layer works without calling the parts that a check wants to watch."""


class Probe:
    """A layer under examination and random inputs whose sizes all differ.

    Args:
        layer: has ``d`` and ``n_heads``, and ``norm`` unless it is pre-norm.
        seed: of this probe's own generator; torch's stays as it is.

    Attributes:
        B, T, d, h: sizes of `states`, pairwise different where the layer allows.
        norm: "pre" or "post".
        dtype: of all probes: the layer's, or float32 for one in half precision,
            whose rounding would hide what a check looks for.
        fed: what was given to the layer, in words; each check keeps it up to date.
    """

    def __init__(self, layer: nn.Module, seed: int = 0):
        self.layer, self.fed = layer, "nothing yet"
        self.d, self.h = int(layer.d), int(layer.n_heads)
        self.norm = norm_of(layer)
        taken = self.d, self.h
        self.T = next(n for n in (5, 6, 7) if n not in taken)
        self.B = next(n for n in (3, 2, 4) if n not in taken)
        self.generator = torch.Generator().manual_seed(seed)
        numbers = [p for p in layer.parameters() if p.is_floating_point()]
        if not numbers:
            raise TypeError("This layer has no parameters: give a Layer, not a class.")
        if self.d < 3:
            raise ValueError(f"d is {self.d}, but rows need 3 features to differ.")
        self.dtype, self.device = numbers[0].dtype, numbers[0].device
        if torch.finfo(self.dtype).bits < 32:
            self.dtype = torch.float32
        self.eps = torch.finfo(self.dtype).eps

    # --- random inputs ----------------------------------------------------------

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers in the layer's dtype."""
        drawn = torch.randn(shape, generator=self.generator, dtype=self.dtype)
        return drawn.to(self.device)

    def states(self) -> Tensor:
        """Random states (B, T, d); every row has a size and an offset of its own."""
        size = self.normal(self.B, self.T, 1).exp().clamp(0.5, 2)
        offset = self.normal(self.B, self.T, 1)
        return self.normal(self.B, self.T, self.d) * size + offset

    def some(self, *shape: int) -> Tensor:
        """Random booleans."""
        drawn = torch.rand(shape, generator=self.generator) < 0.5
        return drawn.to(self.device)

    def triangle(self) -> Tensor:
        """The causal mask (T, T)."""
        ones = torch.ones(self.T, self.T, dtype=torch.bool, device=self.device)
        return ones.tril()

    def real(self) -> Tensor:
        """Which tokens are real (B, T): at least one and not all of each text."""
        real = self.some(self.B, self.T)
        for b, row in enumerate(real):
            row[b % self.T], row[(b + 2) % self.T] = True, False
        return real

    # --- the layer ----------------------------------------------------------------

    def copy(self) -> nn.Module:
        """A deep copy whose parameters have all been moved a little at random.

        So a check does not depend on special values, such as gains that are all 1
        or an output map that starts at 0.

        Raises:
            RuntimeError: the copy shares a parameter with the layer.
        """
        twin = copy.deepcopy(self.layer).to(self.dtype)
        own = {p.data_ptr() for p in self.layer.parameters() if p.numel()}
        for parameter in twin.parameters():
            if parameter.data_ptr() in own:
                raise RuntimeError("A deep copy of the layer shares its parameters.")
            parameter += self.noise(parameter)
        return twin

    def noise(self, parameter: Tensor, size: float = 1.0) -> Tensor:
        """A random change of a parameter; of a matrix, one that keeps sizes.

        Numbers of size 1 that go through a changed matrix change by about `size`.
        """
        matrix = parameter.dim() > 1
        scale = size / parameter.shape[-1] ** 0.5 if matrix else 0.3 * size
        return scale * self.normal(*parameter.shape)

    def parts(self, layer: nn.Module) -> dict[str, nn.Module]:
        """The submodules with the standard names; NotReadable if one is missing."""
        parts = {name: getattr(layer, name, None) for name in PARTS}
        if not all(isinstance(part, nn.Module) for part in parts.values()):
            raise NotReadable
        return parts

    # --- comparing ----------------------------------------------------------------

    def tolerance(self, expected: Tensor) -> float:
        """512 units in the last place of the largest expected number."""
        return 512 * self.eps * max(1.0, float(expected.abs().max()))

    def compare(self, got: Any, expected: Tensor) -> tuple | None:
        """None if got is expected up to rounding, else (expected, got)."""
        if not isinstance(got, Tensor):
            return describe(expected), f"a {type(got).__name__}"
        if got.shape != expected.shape or got.dtype != expected.dtype:
            return describe(expected), describe(got)
        near = (got - expected).abs() <= self.tolerance(expected)
        return None if bool(near.all()) else (expected, got)


def call(layer: Callable, H: Tensor, mask: Tensor | None = None) -> Tensor:
    """What a layer makes of copies, so that it cannot spoil the probe."""
    return layer(H.clone()) if mask is None else layer(H.clone(), mask.clone())


def describe(tensor: Tensor) -> str:
    return f"shape {tuple(tensor.shape)}, {str(tensor.dtype).removeprefix('torch.')}"


def set_part(part: nn.Module, weight: Any = None, bias: Any = None) -> None:
    """Fill a part's weight and bias, where it has them, with numbers or tensors."""
    for name, value in (("weight", weight), ("bias", bias)):
        parameter = getattr(part, name, None)
        if value is not None and parameter is not None:
            parameter.copy_(torch.as_tensor(value, dtype=parameter.dtype))


def invariant(body: Callable[[Probe], tuple | None]) -> Callable:
    """Make a check of a `Probe` a public function of a layer.

    The body returns None if the invariant holds, or (expected, got). An exception
    inside is a finding as well; NotReadable means that nothing can be said. The
    layer, its parameters and torch's random state stay as they were.
    """
    name, meaning = body.__name__, (body.__doc__ or "").splitlines()[0]

    @wraps(body)
    def check(layer: nn.Module, seed: int = 0) -> Finding | None:
        probe = Probe(layer, seed)
        devices = [probe.device] if probe.device.type == "cuda" else []
        with torch.no_grad(), torch.random.fork_rng(devices):
            try:
                evidence = body(probe)
            except NotReadable:
                return None
            except Exception as error:
                evidence = "no error", f"{type(error).__name__}: {error}"
        return evidence and Finding(name, meaning, probe.fed, *evidence)

    del check.__wrapped__  # so that help() shows the layer, not the probe
    return check


def judge(
    checks: Mapping[str, Callable[[Any, int], tuple | None]],
    subject: Any,
    seed: int,
    fed: str,
    *,
    grad: bool = False,
) -> dict[str, Finding | None]:
    """Run checks of something other than a layer.

    Args:
        checks: by name; each returns None, or (expected, got), and says what holds
            in the first line of its docstring. An exception is a finding as well.
        subject, seed: what each check is given.
        fed: the inputs of all checks, in words.
        grad: whether gradients are computed.
    """
    found = {}
    for name, check in checks.items():
        with torch.set_grad_enabled(grad), torch.random.fork_rng([]):
            try:
                evidence = check(subject, seed)
            except Exception as error:
                evidence = "no error", f"{type(error).__name__}: {error}"
        meaning = (check.__doc__ or "").splitlines()[0]
        found[name] = evidence and Finding(name, meaning, fed, *evidence)
    return found
