"""A submission of ``adapt_within`` and ``predict_with`` at work: numbers are counted.

What it predicts with are copies of the numbers alone, and an encoder that training has
never seen.
"""

import copy
from collections.abc import Callable, Mapping
from operator import index
from typing import TYPE_CHECKING, Any

from course_utils.exercises.adapt_task import Labelled, Task
from course_utils.exercises.adapt_trial import Trial
from course_utils.exercises.check import Check
from course_utils.exercises.values import describe, is_tensor

if TYPE_CHECKING:
    from torch import Tensor

WANTED = "a dict of names and tensors of floating-point numbers, of 32 bits or less"


class BudgetTrial(Trial):
    """A pair of functions at work on a task, on one thread.

    Args:
        check: the exercise.
        adapt_within: the function that trains.
        predict_with: the function that predicts; None where nothing is predicted.
        given: the task.
        numbers: how many trained numbers there may be, as the function gets it.
    """

    learns, says = "adapt_within", "predict_with"
    trained = "the first dict of numbers"
    mixed = "predict_with uses something that training has left elsewhere"

    def __init__(
        self,
        check: Check,
        adapt_within: Callable,
        predict_with: Callable | None,
        given: Task,
        numbers: Any,
    ):
        super().__init__(check, adapt_within, given)
        self.predict_with, self.numbers = predict_with, numbers
        self.untouched = copy.deepcopy(given.encoder)

    def train(self, data: Labelled, seed: int, tried: str) -> "dict[str, Tensor]":
        """Copies of the numbers that the submission returns: of the right kind, finite,
        and not too many."""
        tried = f"{tried}, budget {self.numbers}"
        args = self.task.encoder, *data, self.numbers, seed
        found = self.guarded(self.learns, self.adapt, *args, tried=tried)
        self.check.that(
            isinstance(found, Mapping),
            tried=tried,
            expected=WANTED,
            got=describe(found),
        )
        for name, value in found.items():
            self.check_tensor(name, value, tried)
        self.check_count(found, tried)
        return {str(name): x.detach().clone() for name, x in found.items()}

    def check_tensor(self, name: Any, value: Any, tried: str) -> None:
        """One entry of the dict."""
        kind = value.dtype if is_tensor(value) else None
        self.check.that(
            isinstance(name, str)
            and kind
            and kind.is_floating_point
            and kind.itemsize <= 4,
            tried=tried,
            expected=WANTED,
            got=f"{name!r}: {describe(value)}",
        )
        self.check.that(
            value.isfinite().all(),
            tried=tried,
            expected="finite numbers",
            got=f"NaN or infinity in {name!r}",
        )

    def check_count(self, found: "Mapping[str, Tensor]", tried: str) -> None:
        """All numbers together; if there are too many, what they are."""
        sizes = {name: x.numel() for name, x in found.items()}
        total = sum(sizes.values())
        if total <= index(self.numbers):
            return
        largest = sorted(sizes, key=lambda name: -sizes[name])[:3]
        rows = [f"{name!r}: {sizes[name]:,}" for name in largest]
        more = "the largest of them" if len(sizes) > len(rows) else "all of them"
        raise self.check.feedback(
            tried=tried,
            expected=f"at most {self.numbers:,} numbers in all",
            got=f"{total:,} numbers; {more}:\n" + "\n".join(rows),
            cause=self.untrained(found),
        )

    def untrained(self, found: "Mapping[str, Tensor]") -> str:
        """What can be proven of numbers that are too many."""
        import torch

        known: dict[tuple, list] = {}
        for name, p in self.untouched.named_parameters():
            known.setdefault((*p.shape,), []).append((name, p))
        for name, x in found.items():
            for own, p in known.get((*x.shape,), []):
                if x.dtype == p.dtype and torch.equal(x, p):
                    return (
                        f"{name!r} is the encoder's {own} as it was: not trained, and "
                        "every encoder that predict_with gets has it anyway."
                    )
        return ""

    def predicted(self, numbers: Any, texts: list[str], tried: str) -> Any:
        """What the submission predicts with copies, and with a fresh encoder."""
        copies = {name: x.clone() for name, x in numbers.items()}
        args = copy.deepcopy(self.untouched), copies, texts
        return self.guarded(self.says, self.predict_with, *args, tried=tried)
