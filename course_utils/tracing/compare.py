"""Two runs side by side: where they part, and which layer is to blame.

Shapes: a stack of L layers has L+1 states H[0]..H[L], each (B, T, d).
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from course_utils.tracing.states import Layers, check_tensor


def first_divergence(
    states_a: Sequence[Tensor],
    states_b: Sequence[Tensor],
    rtol: float = 1e-5,
    atol: float = 1e-8,
) -> int | None:
    """The first index l at which the states of two runs differ.

    Two states differ where some |a - b| > atol + rtol·|b|. NaN differs from all but
    NaN, an infinity from all but itself.

    Args:
        states_a: the L+1 states of one run, each (B, T, d).
        states_b: those of the other, which the tolerance is relative to.
        rtol, atol: relative and absolute tolerance.

    Returns:
        the index, 0..L; None if all states agree.

    Raises:
        TypeError: a state is not a tensor, or two that are compared have different
            dtypes.
        ValueError: the lists have different lengths, or two states that are
            compared have different shapes.

    >>> a = [torch.zeros(1, 2, 3) for _ in range(4)]
    >>> b = [a[0], a[1], a[2] + 1, a[3]]
    >>> first_divergence(a, b), first_divergence(a, a)
    (2, None)
    """
    if len(states_a) != len(states_b):
        raise ValueError(
            f"One run has {len(states_a)} states, the other {len(states_b)}. Compare "
            "runs of the same depth, both with H[0]."
        )
    for l, (a, b) in enumerate(zip(states_a, states_b, strict=True)):
        check_pair(a, b, l)
        if differ(a, b, rtol, atol):
            return l
    return None


def blame(
    good_layers: Layers,
    bad_layers: Layers,
    H0: Tensor,
    rtol: float = 1e-5,
    atol: float = 1e-8,
) -> int | None:
    """The number of the first layer that does not do what its good one does.

    By replay: layer l of both stacks gets the healthy state H[l-1], so that an
    error of one layer cannot be taken for another's. A layer is bad if it raises, if
    it returns anything but a tensor of the good one's shape and dtype, or if the two
    outputs differ as in `first_divergence`, the good one being b.

    Args:
        good_layers: L callables (B, T, d) -> (B, T, d).
        bad_layers: as many.
        H0: the first state, (B, T, d); it is not changed.
        rtol, atol: relative and absolute tolerance.

    Returns:
        the layer's number, 1..L; None if no layer is bad. Up to there each layer
        is called once, those behind it are not.

    Raises:
        TypeError: H0, or what a good layer returns, is not a tensor.
        ValueError: there are more layers of one kind.

    >>> double, add = (lambda H: 2 * H), (lambda H: H + 1)
    >>> blame([double, add, double], [double, torch.neg, add], torch.ones(1, 2, 3))
    2
    """
    if len(good_layers) != len(bad_layers):
        raise ValueError(
            f"There are {len(good_layers)} good layers and {len(bad_layers)} bad ones. "
            "Blame compares them one by one: give it as many of each."
        )
    check_tensor(H0, "H0")
    with torch.no_grad():
        healthy = H0.clone()
        for l, pair in enumerate(zip(good_layers, bad_layers, strict=True), start=1):
            good, bad = pair
            # Copied in and out: the two may write in place, or share a buffer.
            out = good(healthy.clone())
            check_tensor(out, f"What the good layer {l} returned")
            out = out.clone()
            if is_bad(bad, healthy, out, rtol, atol):
                return l
            healthy = out
    return None


def is_bad(
    layer: Callable[[Tensor], Tensor],
    healthy: Tensor,
    expected: Tensor,
    rtol: float,
    atol: float,
) -> bool:
    """Whether a layer fails to make the expected state out of a copy of a healthy one.

    Shapes: both tensors (B, T, d).
    """
    try:
        found = layer(healthy.clone())
    except Exception:  # whatever it is: the good layer did not raise
        return True
    if not isinstance(found, Tensor):
        return True
    if (found.shape, found.dtype) != (expected.shape, expected.dtype):
        return True
    return differ(found, expected, rtol, atol)


def differ(a: Tensor, b: Tensor, rtol: float, atol: float) -> bool:
    """Whether |a - b| > atol + rtol·|b| somewhere, for tensors of one shape and dtype.

    NaN differs from all but NaN, an infinity from all but itself.
    """
    if torch.equal(a, b):  # the usual case, and much cheaper
        return False
    return not torch.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)


def check_pair(a: Tensor, b: Tensor, l: int) -> None:
    """Refuse two states that cannot be compared. Errors as in `first_divergence`."""
    check_tensor(a, f"H[{l}] of the first run")
    check_tensor(b, f"H[{l}] of the second run")
    if a.shape != b.shape:
        raise ValueError(
            f"H[{l}] has shape {tuple(a.shape)} in one run and {tuple(b.shape)} in the "
            "other. Compare runs on the same input."
        )
    if a.dtype != b.dtype:
        raise TypeError(
            f"H[{l}] is {a.dtype} in one run and {b.dtype} in the other. Convert one "
            "of them first, so that the tolerance fits."
        )
