"""Checks of ``cumulative_memory(keys, values)``, for assignment a8."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_utils.exercises import stack_checks
from course_utils.exercises.check import Check
from course_utils.exercises.values import describe

CONDITION = 20  # rounding errors of a sum of some ten numbers


def running(X: Tensor, weigh: Callable[[Any, Any, int], Any] | None = None) -> Tensor:
    """The recurrence along axis -2, step by step, perhaps with other weights."""
    weigh = weigh or (lambda x, mem, i: (x + i * mem) / (i + 1))
    memory, found = torch.zeros_like(X[..., 0, :]), []
    for i in range(X.shape[-2]):
        memory = weigh(X[..., i, :], memory, i)
        found.append(memory)
    return torch.stack(found, -2)


def along(X: Tensor, axis: int) -> Tensor:
    """Running means along another axis."""
    return running(X.movedim(axis, -2)).movedim(-2, axis)


def known(X: Tensor, other: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The right memories, and what known mistakes would give."""
    right, T = running(X), X.shape[-2]
    count = torch.arange(T, dtype=X.dtype).view(T, 1)
    sums = X.cumsum(-2)
    mistakes = {
        "These are running sums: the division by i + 1 is missing.": sums,
        "Every sum is divided by the number of all positions. Up to position i there "
        "are i + 1.": sums / T,
        "The sums are divided by i, not by i + 1: i counts from 0, so the first one is "
        "divided by 0.": sums / count,
        "The division is by i + 2: i counts from 0, so up to position i there are "
        "i + 1 rows, and Mem_0 is the first row itself.": sums / (count + 2),
        "This is (x + Mem) / (i + 1): the old memory stands for i rows, so it counts i "
        "times.": running(X, lambda x, mem, i: (x + mem) / (i + 1)),
        "This is (x + (i + 1) · Mem) / (i + 1): the old memory stands for i rows.": (
            running(X, lambda x, mem, i: (x + (i + 1) * mem) / (i + 1))
        ),
        "The row before was used where the memory before belongs.": torch.cat(
            [
                X[..., :1, :],
                (X[..., 1:, :] + count[1:] * X[..., :-1, :]) / (count[1:] + 1),
            ],
            -2,
        ),
        "This is (i · x + Mem) / (i + 1): the two weights are exchanged.": running(
            X, lambda x, mem, i: (i * x + mem) / (i + 1)
        ),
        "This is the mean of the new row and the old memory: early rows are halved "
        "again and again. The old memory has to count i times.": running(
            X, lambda x, mem, i: (x + mem) / 2 if i else x
        ),
        "Half of the new row, half of the old memory, from a memory of 0: the old one "
        "has to count i times.": running(X, lambda x, mem, i: (x + mem) / 2),
        "The division drops what is behind the point: `//` is no division here.": (
            sums.div(count + 1, rounding_mode="floor")
        ),
        "Row i is missing in memory i: these are the means of the rows before "
        "it.": torch.cat([torch.zeros_like(X[..., :1, :]), right[..., :-1, :]], -2),
        "The means run backwards: memory i holds row i and those behind it.": (
            running(X.flip(-2)).flip(-2)
        ),
        "Every position has the mean of all; memory i knows the rows up to i.": (
            X.mean(-2, keepdim=True).expand_as(X)
        ),
        "This is the last memory alone; there is one for every position.": right[
            ..., -1, :
        ],
        "These are the rows as they were.": X,
        "The means run along the last axis, the features; positions are axis -2.": (
            along(X, -1)
        ),
    }
    for axis in range(X.dim() - 2):
        mistakes[f"The means run along axis {axis}; positions are axis -2."] = along(
            X, axis
        )
    text = "This was made of the other input: keys of keys, values of values."
    return right, mistakes | {text: running(other)}


def check_means(
    check: Check, f: Callable, keys: Tensor, values: Tensor, what: str
) -> None:
    """One call: both running means, in new memory."""
    shapes = f"keys {tuple(keys.shape)}, values {tuple(values.shape)}"
    tried = f"cumulative_memory on {shapes} in {keys.dtype}{what}"
    got = stack_checks.call(check, f, keys, values, tried=tried)
    check.that(
        isinstance(got, list | tuple) and len(got) == 2,
        tried=tried,
        expected="two tensors: mean_keys and mean_values",
        got=describe(got),
    )
    inputs = {"mean_keys": (keys, values), "mean_values": (values, keys)}
    for one, (name, pair) in zip(got, inputs.items(), strict=True):
        right, mistakes = known(*pair)
        options = {"tried": tried, "condition": CONDITION, "mistakes": mistakes}
        check.equal(one, right, name, **options)
    check.fresh(list(got), keys, values, tried=tried)


def check_ranks(check: Check, f: Callable, dtype: torch.dtype = torch.float64) -> None:
    """Positions alone, texts and positions, texts, heads and positions."""
    *sizes, T = sorted(check.sizes(5))  # in two positions, mistakes look alike
    B, h, d_k, d_v = (int(n) for n in check.rng.permutation(sizes))
    for batch in ((), (B,), (B, h)):
        keys = check.tensor(*batch, T, d_k, dtype=dtype)
        values = check.tensor(*batch, T, d_v, dtype=dtype)
        check_means(check, f, keys, values, "")
    one = check.tensor(B, 1, d_k, dtype=dtype), check.tensor(B, 1, d_v, dtype=dtype)
    check_means(check, f, *one, ", one position")
    keys = check.tensor(T, B, d_k, dtype=dtype).transpose(0, 1)
    values = check.tensor(B, d_v, T, dtype=dtype).mT
    check_means(check, f, keys, values, ", which are not contiguous")


def check_gradients(check: Check, f: Callable) -> None:
    """From both memories to keys and values."""
    B, d_k, d_v, T = sorted(check.sizes(4))
    given = {"keys": check.tensor(B, T, d_k), "values": check.tensor(B, T, d_v)}
    weights = [check.tensor(*x.shape) for x in given.values()]

    def total(f: Callable, name: str, x: Tensor) -> Tensor:
        found = f(*(given | {name: x}).values())
        return sum((w * M).sum() for w, M in zip(weights, found, strict=True))

    def right(keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        return running(keys), running(values)

    def called(*args: Tensor) -> Any:
        return stack_checks.call(check, f, *args, tried=tried)

    for name, x in given.items():
        tried = f"the gradient from mean_keys and mean_values to {name}"
        stack_checks.check_gradient(
            check,
            lambda x, name=name: total(called, name, x),
            lambda x, name=name: total(right, name, x),
            x,
            tried,
        )
