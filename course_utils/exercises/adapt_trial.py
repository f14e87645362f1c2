"""A submission of ``adapt`` at work: on one thread, on a copy, within its budget."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any

from course_utils.exercises.adapt_task import Labelled, Task
from course_utils.exercises.check import Check
from course_utils.exercises.limits import TooSlow, limited
from course_utils.exercises.values import describe

if TYPE_CHECKING:
    from torch import Tensor

WALL = 250.0  # seconds by the clock, within the limit of a cell


class Trial:
    """A submission at work on a task, on one thread, until its time is over.

    What training returns, `labels` takes: here a function, in `budget_trial` numbers.
    """

    learns, says = "adapt", "predict"  # in feedback
    trained, mixed = "the first predict", "the two share something"

    def __init__(self, check: Check, adapt: Callable, given: Task):
        self.check, self.adapt, self.task = check, adapt, given
        self.seconds = 0.0

    def run(self, f: Callable, *args: Any, tried: str) -> Any:
        """Call f; its CPU time counts.

        Raises:
            Feedback: it fails, or there is no time left.
        """
        start, left = time.process_time(), self.task.budget - self.seconds
        try:
            with one_thread(self.check), limited(cpu=max(left, 0.1), wall=WALL):
                return self.check.call(f, *args, tried=tried)
        except TooSlow:
            used = self.seconds + time.process_time() - start
            raise self.check.feedback(tried=tried, **self.late(used)) from None
        finally:
            self.seconds += time.process_time() - start

    def late(self, used: float) -> dict[str, str]:
        """Lines of feedback: which of the two clocks ran out."""
        budget = self.task.budget
        expected = f"an end within {budget:g} s of CPU time on one thread"
        if used > 0.95 * budget:
            return {
                "expected": expected,
                "got": f"stopped after {used:.0f} s",
                "next": "Fewer epochs, a larger rate, or less to compute: layers that "
                "are frozen need no backward pass, and texts of like length in one "
                "batch need little padding.",
            }
        return {
            "expected": expected,
            "got": f"stopped after {WALL:g} s by the clock, of which {used:.0f} s were "
            "CPU time",
            "next": "The machine is busy with other things: run this cell again.",
        }

    def guarded(self, name: str, f: Callable, *args: Any, tried: str) -> Any:
        """Call f, of this name; the encoder, its first argument, stays as it was."""
        encoder, before = args[0], condition(args[0])
        result = self.run(f, *args, tried=tried)
        for what, changed in changes(before, condition(encoder)).items():
            self.check.that(
                not changed,
                tried=tried,
                expected=f"the encoder stays as it was: {name} works on a copy",
                got=f"{what} changed",
            )
        return result

    def train(self, data: Labelled, seed: int, tried: str) -> Any:
        """`predict` of the submission; the encoder has to stay as it was."""
        args = self.task.encoder, *data, seed
        predict = self.guarded(self.learns, self.adapt, *args, tried=tried)
        self.check.that(
            callable(predict),
            tried=tried,
            expected="a function that predicts: list of texts -> list of labels",
            got=describe(predict),
        )
        return predict

    def predicted(self, predict: Any, texts: list[str], tried: str) -> Any:
        """What the submission predicts, as it comes."""
        return self.run(predict, texts, tried=tried)

    def labels(self, predict: Any, texts: list[str], tried: str) -> list[int]:
        """What the submission predicts, as a list of 0s and 1s."""
        many = "text" if len(texts) == 1 else "texts"
        tried = f"{tried}; then {self.says} on {len(texts)} {many}"
        found = self.predicted(predict, texts, tried)
        expected = f"a list of {len(texts)} label(s), each 0 or 1"
        self.check.that(
            isinstance(found, list | tuple) and len(found) == len(texts),
            tried=tried,
            expected=expected,
            got=describe(found),
        )
        return [self.label(value, expected, tried) for value in found]

    def label(self, value: Any, expected: str, tried: str) -> int:
        try:
            if not hasattr(value, "requires_grad") and index(value) in (0, 1):
                return index(value)
        except TypeError:
            pass
        got = f"{describe(value)} among them"
        raise self.check.feedback(tried=tried, expected=expected, got=got)


@contextmanager
def one_thread(check: Check) -> Iterator[None]:
    """One thread, and another random state each time; both come back as they were."""
    import torch

    threads = torch.get_num_threads()
    with torch.random.fork_rng([]), torch.set_grad_enabled(True):
        torch.set_num_threads(1)
        torch.manual_seed(int(check.rng.integers(2**31)))
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def condition(encoder: Any) -> dict[str, "dict[str, Tensor | bool | None]"]:
    """Of an encoder what adapting a copy leaves as it was."""
    parameters = dict(encoder.named_parameters())
    return {
        "its parameters": {n: p.detach().clone() for n, p in parameters.items()},
        "requires_grad of its parameters": {
            n: p.requires_grad for n, p in parameters.items()
        },
        "its training or eval mode": {
            n: m.training for n, m in encoder.named_modules()
        },
        "the gradients of its parameters": {
            n: p.grad is None for n, p in parameters.items()
        },
    }


def changes(before: dict, after: dict) -> dict[str, bool]:
    """Which of these things changed."""
    import torch

    def same(a: Any, b: Any) -> bool:
        return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b

    return {
        what: values.keys() != after[what].keys()
        or not all(same(value, after[what][name]) for name, value in values.items())
        for what, values in before.items()
    }
