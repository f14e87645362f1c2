"""Known mistakes of assignment a1: they name the cause of a wrong answer.

Every dictionary in here maps what a learner reads to a function that takes the
same arguments as the right one and makes this one mistake. Shapes and parameter
names are those of the assignment.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np


def causes(known: dict[str, Callable], *args: Any) -> dict[str, Callable]:
    """Known mistakes on these inputs, in the form that `Check.equal` takes."""

    def result(f: Callable) -> np.ndarray:
        try:
            with np.errstate(all="ignore"):
                return f(*args)
        except ValueError:  # this mistake cannot be made with these shapes
            return np.empty(0)

    return {message: partial(result, f) for message, f in known.items()}


def with_params(f: Callable, change: Callable) -> Callable:
    """f(X, params, …) with some parameters exchanged."""
    return lambda X, params, *rest, **options: f(
        X, params | change(params), *rest, **options
    )


def zero(name: str) -> Callable:
    return lambda params: {name: np.zeros_like(params[name])}
