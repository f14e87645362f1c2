"""Checks of ``lora_merge`` and ``adapter_forward``, for assignment a7."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.exercises.check import Check
from course_utils.exercises.stack_checks import call, check_gradient

if TYPE_CHECKING:
    from torch import Tensor

# ------------------------------------------------------------------------ lora_merge


def merged(W: "Tensor", A: "Tensor", B: "Tensor", alpha: float) -> "Tensor":
    """W + (alpha / r) B A, by another way than a product of two matrices."""
    return W + (B[:, :, None] * A[None] * (alpha / A.shape[0])).sum(1)


def merge_mistakes(
    W: "Tensor", A: "Tensor", B: "Tensor", alpha: float
) -> "dict[str, Tensor]":
    """What known mistakes would give."""
    r, BA = len(A), B @ A

    def scaled(scale: float) -> "Tensor":
        return W + scale * BA

    found = {
        "The difference is not scaled: alpha / r is missing.": scaled(1.0),
        "It is scaled by alpha, not by alpha / r.": scaled(alpha),
        "It is scaled by 1 / r, not by alpha / r.": scaled(1 / r),
        "It is scaled by alpha · r, not by alpha / r.": scaled(alpha * r),
        "It is divided by the root of r, not by r.": scaled(alpha / r**0.5),
        "The division was cut to a whole number.": scaled(alpha // r),
        "It is divided by d_in; r is the number of rows of A.": scaled(
            alpha / A.shape[1]
        ),
        "It is divided by d_out; r is the number of rows of A.": scaled(alpha / len(B)),
        "It is subtracted.": scaled(-alpha / r),
        "It is added twice.": scaled(2 * alpha / r),
        "That is the difference alone, without W.": alpha / r * BA,
        "That is W: nothing was added.": W,
    }
    if W.shape[0] == W.shape[1]:
        found["The difference is transposed: it is B A, (d_out, d_in)."] = (
            W + alpha / r * BA.T
        )
        found["W is transposed."] = W.T + alpha / r * BA
    return found


def check_merge(
    check: Check, lora_merge: Callable, shape: Sequence[int], alpha: Any, what: str
) -> None:
    """One call.

    Args:
        check: the exercise.
        lora_merge: the student's function.
        shape: d_out, d_in and r.
        alpha: the scale.
        what: which kind of case this is.
    """
    d_out, d_in, r = shape
    for dtype in dtypes():
        W, A, B = (
            check.tensor(*s, dtype=dtype)
            for s in ((d_out, d_in), (r, d_in), (d_out, r))
        )
        if what == "gaps in memory":
            W, A, B = (x.T.contiguous().T for x in (W, A, B))
        if what == "B is zero, as before training":
            B = B.zero_()
        tried = (
            f"lora_merge with W ({d_out}, {d_in}), A ({r}, {d_in}), B ({d_out}, {r})"
        )
        tried += f", {dtype}, alpha = {alpha!r}; {what}"
        got = call(check, lora_merge, W, A, B, alpha, tried=tried)
        right, known = merged(W, A, B, alpha), merge_mistakes(W, A, B, alpha)
        if B.any():
            check.equal(
                got, right, "the new W", tried=tried, condition=10, mistakes=known
            )
        else:
            check.equal(got, W, "the new W, equal to W", tried=tried)
        check.fresh(got, W, A, B, tried=tried)


def check_merges(check: Check, lora_merge: Callable) -> None:
    """Whole and broken scales, ranks of all sizes, square weights, gradients."""
    d_out, d_in, r, _, _ = check.sizes(5)
    alpha = round(r * float(check.rng.uniform(2.1, 2.9)), 2)
    whole = r * int(check.rng.integers(2, 5)) + 1  # no multiple of r
    for shape, scale, what in (
        ((d_out, d_in, r), alpha, "random numbers"),
        ((d_out, d_in, r), whole, "alpha is an int"),
        ((d_in, d_in, r), alpha, "a square W"),
        ((d_out, d_in, 1), alpha, "rank 1"),
        ((d_out, d_in, 13), 30, "a rank above d_out and d_in"),
        ((d_out, d_in, r), alpha, "gaps in memory"),
        ((d_out, d_in, r), alpha, "B is zero, as before training"),
    ):
        check_merge(check, lora_merge, shape, scale, what)
    shapes = {"W": (d_out, d_in), "A": (r, d_in), "B": (d_out, r)}
    inputs = {name: check.tensor(*shape) for name, shape in shapes.items()}
    check_gradients(
        check,
        lambda **x: lora_merge(*x.values(), alpha),
        lambda **x: merged(*x.values(), alpha),
        inputs,
        "the new W",
    )


# ------------------------------------------------------------------- adapter_forward


def adapted(
    u: "Tensor", W_down: "Tensor", b_down: "Tensor", W_up: "Tensor", b_up: "Tensor"
) -> "Tensor":
    """u + relu(u W_down + b_down) W_up + b_up, by einsum."""
    import torch

    inside = torch.einsum("...d,db->...b", u, W_down) + b_down
    return u + torch.einsum("...b,bd->...d", inside.clamp(min=0), W_up) + b_up


def adapter_mistakes(
    u: "Tensor", W_down: "Tensor", b_down: "Tensor", W_up: "Tensor", b_up: "Tensor"
) -> "dict[str, Tensor]":
    """What known mistakes would give."""
    import torch

    gelu = torch.nn.functional.gelu
    inside = u @ W_down + b_down
    found = {
        "u itself is missing: an adapter adds to it.": inside.relu() @ W_up + b_up,
        "There is no relu.": u + inside @ W_up + b_up,
        "The relu comes after the way up.": u + (inside @ W_up + b_up).relu(),
        "There is a relu too many, after the way up.": (
            u + (inside.relu() @ W_up + b_up).relu()
        ),
        "The relu comes after the sum with u.": (
            (u + inside.relu() @ W_up + b_up).relu()
        ),
        "The relu comes before b_down is added.": (
            u + ((u @ W_down).relu() + b_down) @ W_up + b_up
        ),
        "That is gelu, not relu.": u + gelu(inside) @ W_up + b_up,
        "That is tanh, not relu.": u + inside.tanh() @ W_up + b_up,
        "b_down is missing.": u + (u @ W_down).relu() @ W_up + b_up,
        "b_up is missing.": u + inside.relu() @ W_up,
        "Both biases are missing.": u + (u @ W_down).relu() @ W_up,
        "u is added twice.": 2 * u + inside.relu() @ W_up + b_up,
    }
    if W_down.shape[0] == W_down.shape[1]:
        found |= {
            "W_down is transposed: it is (d, b), as in u @ W_down.": adapted(
                u, W_down.T, b_down, W_up, b_up
            ),
            "W_up is transposed: it is (b, d), as in … @ W_up.": adapted(
                u, W_down, b_down, W_up.T, b_up
            ),
            "Both weights are transposed.": adapted(u, W_down.T, b_down, W_up.T, b_up),
            "W_down and W_up are exchanged.": adapted(u, W_up, b_down, W_down, b_up),
        }
    return found


def adapter_inputs(
    check: Check, shape: Sequence[int], b: int, dtype: Any = None
) -> "dict[str, Tensor]":
    """States of this shape, the width last, and an adapter of width b."""
    d = shape[-1]
    shapes = {"u": shape, "W_down": (d, b), "b_down": (b,)}
    shapes |= {"W_up": (b, d), "b_up": (d,)}
    return {name: check.tensor(*s, dtype=dtype) for name, s in shapes.items()}


def check_adapters(check: Check, adapter_forward: Callable) -> None:
    """States of any rank, narrow and wide adapters, an adapter of zeros, gradients."""
    B, T, h, d, b = check.sizes(5)
    for shape, width, what in (
        ((B, T, d), b, "states of a batch"),
        ((T, d), b, "states of one text"),
        ((d,), b, "one state"),
        ((B, h, T, d), b, "four axes"),
        ((B, T, d), d, "as wide as the states"),
        ((B, T, d), 1, "width 1"),
        ((B, T, d), 4 * d, "wider than the states"),
    ):
        for dtype in dtypes():
            given = adapter_inputs(check, shape, width, dtype)
            check_adapter(check, adapter_forward, given, what)
    given = adapter_inputs(check, (B, T, d), b)
    given["W_up"].zero_()
    given["b_up"].zero_()
    check_adapter(check, adapter_forward, given, "W_up and b_up are zero")
    inputs = adapter_inputs(check, (B, T, d), b)
    answer = lambda **x: adapter_forward(*x.values())  # noqa: E731
    check_gradients(check, answer, lambda **x: adapted(**x), inputs, "the result")


def check_adapter(
    check: Check, adapter_forward: Callable, given: "dict[str, Tensor]", what: str
) -> None:
    """One call: the right numbers in new memory."""
    u, b = given["u"], given["W_down"].shape[-1]
    tried = f"adapter_forward with u {tuple(u.shape)}, b = {b}, {u.dtype}; {what}"
    got = call(check, adapter_forward, *given.values(), tried=tried)
    known = adapter_mistakes(**given) if given["W_up"].any() else {}
    right = adapted(**given)
    name = "the result"
    check.equal(got, right, name, tried=tried, condition=10, mistakes=known)
    check.fresh(got, *given.values(), tried=tried)


# --------------------------------------------------------------------- what they share


def dtypes() -> tuple:
    """Double and single precision."""
    import torch

    return torch.float64, torch.float32


def check_gradients(
    check: Check,
    answer: Callable,
    right: Callable,
    inputs: "dict[str, Tensor]",
    name: str,
) -> None:
    """From the result to every input.

    Args:
        check: the exercise.
        answer, right: functions of the inputs by name.
        inputs: float64 tensors by name.
        name: what the result is called.
    """
    weights = check.tensor(*right(**inputs).shape)
    for changed, x in inputs.items():

        def total(f: Callable, x: "Tensor", changed: str = changed) -> "Tensor":
            return (weights * f(**(inputs | {changed: x}))).sum()

        def called(tried: str, **x: "Tensor") -> "Tensor":
            return call(check, lambda *args: answer(**x), *x.values(), tried=tried)

        tried = f"the gradient from {name} to {changed}"
        check_gradient(
            check,
            lambda x, tried=tried: total(lambda **y: called(tried, **y), x),
            lambda x: total(right, x),
            x,
            tried,
        )
