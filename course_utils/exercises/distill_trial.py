"""Checks of ``distill_prompt(model, context, inputs, n_vectors, seed)``, for a8."""

import copy
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_utils.exercises.adapt_trial import changes, condition, one_thread
from course_utils.exercises.check import Check
from course_utils.exercises.distill_checks import divergence
from course_utils.exercises.distill_task import Task, shipped, task
from course_utils.exercises.limits import TooSlow, limited
from course_utils.exercises.values import describe

if TYPE_CHECKING:
    from course_utils.language_model import LanguageModel

WALL = 250.0  # seconds by the clock, within the limit of a cell
VECTORS = 4, 5  # rows that a prompt is asked for
NEARER = 0.7  # of the divergence, below which another use of the prompt is named


def check_prompt(check: Check, f: Callable, twice: bool = False) -> None:
    """One context: what is promised, and how near the prompt comes.

    Args:
        check: the exercise.
        f: the student's function.
        twice: whether to check that the seed decides everything.
    """
    given = task(int(check.rng.integers(2**31)))
    n, seed = int(check.rng.choice(VECTORS)), int(check.rng.integers(1000))
    tried = f"distill_prompt on the context '{given.text}' and {len(given.inputs)} "
    tried += f"inputs, n_vectors {n}, seed {seed}"
    prompt, seconds = distilled(check, f, given, n, seed, tried)
    reached = nearness(given, prompt, given.unseen)
    check_nearness(check, given, prompt, tried)
    print(
        f"divergence {reached:.3f} on new inputs in {seconds:.0f} s of CPU time; "
        f"{given.bound:g} would do"
    )
    if twice:
        again, _ = distilled(check, f, given, n, seed, f"{tried}, a second time")
        check.that(
            torch.equal(prompt, again),
            tried=f"{tried}, twice",
            expected="the same seed gives the same prompt",
            got="another one: something random does not depend on the seed",
        )


def distilled(
    check: Check, f: Callable, given: Task, n: int, seed: int, tried: str
) -> tuple[Tensor, float]:
    """The prompt of a submission, and the CPU time that it took.

    The model has to stay as it was, and the prompt to be a tensor (n, d) by itself.
    """
    model, start, clock = (
        copy.deepcopy(shipped()),
        time.process_time(),
        time.monotonic(),
    )
    before = condition(model)
    try:
        with one_thread(check), limited(cpu=given.budget, wall=WALL):
            args = model, given.context, given.inputs, n, seed
            prompt = check.call(f, *args, tried=tried)
    except TooSlow:
        used = time.process_time() - start
        busy = time.monotonic() - clock > WALL
        raise check.feedback(tried=tried, **late(given, used, busy)) from None
    seconds = time.process_time() - start
    for what, changed in changes(before, condition(model)).items():
        check.that(
            not changed,
            tried=tried,
            expected="the model stays as it was: the prompt alone is trained",
            got=f"{what} changed",
        )
    check_form(check, prompt, model, n, tried)
    return prompt.detach(), seconds


def late(given: Task, used: float, busy: bool) -> dict[str, str]:
    """Lines of feedback: which of the two clocks ran out."""
    expected = f"an end within {given.budget:g} s of CPU time on one thread"
    if not busy:
        return {
            "expected": expected,
            "got": f"stopped after {used:.0f} s",
            "next": "Fewer steps, or less to compute in each: what the teacher says "
            "and the inputs' rows do not change from step to step.",
        }
    return {
        "expected": expected,
        "got": f"stopped after {WALL:g} s by the clock, of which {used:.0f} s were CPU "
        "time",
        "next": "The machine is busy with other things: run this cell again.",
    }


def check_form(
    check: Check, prompt: Any, model: "LanguageModel", n: int, tried: str
) -> None:
    """A finite tensor (n, d) that does not hang on a graph, nor on the model."""
    d = model.encoder.d
    right = isinstance(prompt, Tensor) and tuple(prompt.shape) == (n, d)
    check.that(
        right and prompt.dtype == torch.float32,
        tried=tried,
        expected=f"a tensor of shape {(n, d)}, float32",
        got=describe(prompt),
    )
    check.that(
        bool(torch.isfinite(prompt).all()),
        tried=tried,
        expected="finite numbers",
        got="NaN or infinity among them",
    )
    check.that(
        prompt.grad_fn is None,
        tried=tried,
        expected="a prompt by itself: numbers, cut off from the graph they came from",
        got="a tensor with a gradient function",
    )
    check.fresh(prompt, *model.parameters(), tried=tried)


@torch.no_grad()
def nearness(
    given: Task, prompt: Tensor, inputs: Tensor, *, go_on: bool = True
) -> float:
    """Divergence from the model with the context to the model with the prompt.

    Args:
        given: the task.
        prompt: (n, d).
        inputs: ids (N, T).
        go_on: False for inputs whose positions start at 0 behind the prompt.
    """
    model, C = shipped(), given.context.shape[1]
    both = model.embed(torch.cat([given.context.expand(len(inputs), -1), inputs], 1))
    says = model.logits(both)[:, C:]
    rows = both[:, C:] if go_on else model.embed(inputs)
    H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
    answers = model.logits(H0)[:, len(prompt) :]
    return float(divergence(says.flatten(0, 1), answers.flatten(0, 1)))


def check_nearness(check: Check, given: Task, prompt: Tensor, tried: str) -> None:
    """The bound, on inputs that the submission has not seen."""
    reached = nearness(given, prompt, given.unseen)
    if reached <= given.bound:
        return
    raise check.feedback(
        tried=f"{tried}; then {len(given.unseen)} other inputs, with the prompt in "
        "place of the context",
        expected=f"a mean divergence of {given.bound:g} or less from what the model "
        "says with the context",
        got=f"{reached:.3f}",
        seen=symptom(given, prompt),
    )


def symptom(given: Task, prompt: Tensor) -> str:
    """What else can be said of a prompt that is not near enough."""
    reached = nearness(given, prompt, given.unseen)
    from0 = nearness(given, prompt, given.unseen, go_on=False)
    if from0 < NEARER * reached:
        return (
            f"With inputs whose positions start at 0 it is nearer, {from0:.3f}. Here "
            "they go on behind the context's: the rows are those of model.embed on "
            "[context; input]."
        )
    none = nearness(given, prompt[:0], given.unseen)
    known = nearness(given, prompt, given.inputs)
    return (
        f"Without any prompt it is {none:.3f}; on the inputs that distill_prompt was "
        f"given, {known:.3f}. If your own loss has come down further than that, it "
        "measures something else than the table of the exercise says."
    )


def rehearse(f: Callable, seed: int = 1) -> None:
    """Print how an answer does, on a context that is not one of the grading's.

    Args:
        f: the answer.
        seed: of context, inputs and training.
    """
    given, check = task(seed), Check("a8 · distill_prompt")
    tried = f"distill_prompt on the context '{given.text}'"
    prompt, seconds = distilled(check, f, given, VECTORS[0], seed, tried)
    print(f"context     {given.text}")
    for name, P, inputs in (
        ("no prompt", prompt[:0], given.unseen),
        ("its inputs", prompt, given.inputs),
        ("new inputs", prompt, given.unseen),
    ):
        print(f"{name:11} {nearness(given, P, inputs):.3f}")
    print(f"CPU time    {seconds:.0f} s of {given.budget:g} s")
