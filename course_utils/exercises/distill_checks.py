"""Checks of ``distill_loss(teacher_logits, student_logits)``, for assignment a8."""

from collections.abc import Callable
from math import log
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_utils.exercises import stack_checks
from course_utils.exercises.check import Check, difference

CONDITION = 30
SHIFTS = 40  # of which about every third gives an unguarded loss below 0
LARGEST = 1e4  # logits that the loss has to bear


def divergence(teacher: Tensor, student: Tensor) -> Tensor:
    """Mean over the batch of KL(teacher || student), from logits (B, V)."""
    p, q = teacher.log_softmax(-1), student.log_softmax(-1)
    return (p.exp() * (p - q)).sum(-1).mean().clamp(min=0)


def known(teacher: Tensor, student: Tensor) -> dict[str, Callable[[], Tensor]]:
    """What known mistakes would give."""
    (p, q), V = (x.log_softmax(-1) for x in (teacher, student)), teacher.shape[1]
    rows = (p.exp() * (p - q)).sum(-1)
    P, Q = (x.softmax(-1) for x in (teacher, student))
    middle = ((p.exp() + q.exp()) / 2).log()
    first, second = (x.log_softmax(0) for x in (teacher, student))
    return {
        "A probability became 0 or its exponential infinite, where a number of this "
        "dtype cannot be so small or so large. log_softmax avoids both.": lambda: (
            (P * (P.log() - Q.log())).sum(-1).mean()
        ),
        "This is KL(student || teacher): the other direction. The teacher's "
        "probabilities weigh the difference.": lambda: divergence(student, teacher),
        "This is the sum over the batch; the mean was asked for.": lambda: rows.sum(),
        "This was divided by B · V. Sum over the V words, mean over the B rows.": (
            lambda: rows.mean() / V
        ),
        "These are the divergences of the rows; their mean was asked for.": lambda: (
            rows
        ),
        "This is the cross-entropy: the teacher's entropy is still in it, which does "
        "not depend on the student.": lambda: -(p.exp() * q).sum(-1).mean(),
        "This is the difference of two entropies.": lambda: (
            (p.exp() * p - q.exp() * q).sum(-1).mean()
        ),
        "The softmax runs over the batch; it belongs over the last axis, the "
        "words.": lambda: (first.exp() * (first - second)).sum(-1).mean(),
        "The softmax runs over the batch, and so does the sum.": lambda: (
            (first.exp() * (first - second)).sum(0).mean()
        ),
        "The logits were used without softmax: they are no probabilities.": lambda: (
            (teacher * (teacher - student)).sum(-1).mean()
        ),
        "The differences of logits were weighted, without the normalisation of "
        "log_softmax.": lambda: (p.exp() * (teacher - student)).sum(-1).mean(),
        "The sign is the wrong way round.": lambda: -rows.mean(),
        "The difference of the log-probabilities is not weighted by the teacher's "
        "probabilities.": lambda: (p - q).sum(-1).mean(),
        "The differences are weighted by the student's probabilities.": lambda: (
            (q.exp() * (p - q)).sum(-1).mean()
        ),
        "The logarithms are those of base 2.": lambda: rows.mean() / log(2),
        "The student's probabilities stand where `kl_div` takes their "
        "logarithms.": lambda: F.kl_div(q.exp(), p.exp(), reduction="batchmean"),
        "`kl_div` takes the target for probabilities unless it is told "
        "log_target=True.": lambda: F.kl_div(q, p, reduction="batchmean"),
        "A small number was added to the probabilities before the logarithm. It counts "
        "where they are smaller still.": lambda: nudged(P, Q),
        "This is the mean square of the differences of logits.": lambda: F.mse_loss(
            student, teacher
        ),
        "This is the mean square of the differences of probabilities.": lambda: (
            F.mse_loss(q.exp(), p.exp())
        ),
        "The logits were divided by a temperature of 2 first; none was asked for.": (
            lambda: divergence(teacher / 2, student / 2)
        ),
        "The logits were divided by a temperature of 2, and the loss multiplied by its "
        "square; none was asked for.": lambda: 4 * divergence(teacher / 2, student / 2),
        "This is the sum of both directions.": lambda: (
            ((p.exp() - q.exp()) * (p - q)).sum(-1).mean()
        ),
        "This is the mean of both directions.": lambda: (
            ((p.exp() - q.exp()) * (p - q)).sum(-1).mean() / 2
        ),
        "This is the Jensen-Shannon divergence, from both to the mean of both.": (
            lambda: (p.exp() * (p - middle) + q.exp() * (q - middle)).sum(-1).mean() / 2
        ),
        "The student is compared with the teacher's best word alone.": lambda: (
            F.cross_entropy(student, teacher.argmax(-1))
        ),
    }


def nudged(P: Tensor, Q: Tensor) -> Tensor:
    """The divergence with 1e-12 added to all probabilities."""
    return (P * ((P + 1e-12).log() - (Q + 1e-12).log())).sum(-1).mean()


def check_value(
    check: Check, f: Callable, teacher: Tensor, student: Tensor, what: str
) -> None:
    """One call: a 0-d tensor, finite, not negative, and right."""
    tried = f"distill_loss on two tensors {tuple(teacher.shape)} in {teacher.dtype}; "
    tried += what
    size = max(float(teacher.abs().max()), float(student.abs().max()))
    got = stack_checks.call(check, f, teacher, student, tried=tried)
    right = divergence(teacher.double(), student.double()).to(teacher.dtype)
    single = isinstance(got, Tensor) and got.dim() == 0
    if single and got < 0 and difference(got, right, CONDITION + size / 100) is None:
        raise check.feedback(
            tried=tried,
            expected="no negative number",
            got=f"{float(got):.3g}",
            cause="Rounding: the sum is a divergence, but for its last digits. A "
            "divergence is 0 or more: see to it that the result is.",
        )
    mistakes = known(teacher, student)
    options = {"condition": CONDITION + size / 100, "mistakes": mistakes}
    check.equal(got, right, "the divergence", tried=tried, **options)
    check.fresh(got, teacher, student, tried=tried)


def check_sizes(check: Check, f: Callable, dtype: torch.dtype = torch.float64) -> None:
    """Ordinary logits; one row; one word; logits that do not lie in one piece."""
    B, V = check.sizes(2)
    for shape in ((B, V), (V, B), (1, V), (B, 1)):
        teacher, student = (2 * check.tensor(*shape, dtype=dtype) for _ in range(2))
        check_value(check, f, teacher, student, "ordinary logits")
    teacher, student = (check.tensor(V, B, dtype=dtype).T for _ in range(2))
    check_value(check, f, teacher, student, "logits that are not contiguous")


def check_equal_logits(check: Check, f: Callable, dtype: torch.dtype) -> None:
    """The teacher against itself, shifted: 0, whatever rounding says."""
    B, V = check.sizes(2)
    for _ in range(SHIFTS):
        teacher = 3 * check.tensor(B, V, dtype=dtype)
        check_value(
            check, f, teacher, teacher.clone(), "the student equals the teacher"
        )
        student = teacher + check.tensor(B, 1, dtype=dtype)
        what = "the student's logits are the teacher's, with a number added to each row"
        check_value(check, f, teacher, student, what)


def check_large(check: Check, f: Callable, dtype: torch.dtype) -> None:
    """Logits up to 1e4, for one of the two and for both; a shift of all."""
    B, V = check.sizes(2)
    for ours, theirs in ((LARGEST, 1.0), (1.0, LARGEST), (LARGEST, LARGEST)):
        teacher, student = check.tensor(2, B, V).clamp(-3, 3).to(dtype) / 3
        what = f"logits up to {ours:g} for the teacher, {theirs:g} for the student"
        check_value(check, f, teacher * ours, student * theirs, what)
    for sign in (-1, 1):
        teacher, student = check.tensor(2, B, V, dtype=dtype).clamp(-3, 3)
        shift = sign * (LARGEST - 3)
        what = f"all logits near {shift:g}"
        check_value(check, f, teacher + shift, student + shift, what)


def check_gradients(check: Check, f: Callable, size: float, dtype: Any) -> None:
    """From the loss to the student's logits."""
    B, V = check.sizes(2)
    teacher, student = size * check.tensor(2, B, V, dtype=dtype).clamp(-3, 3) / 3
    tried = f"the gradient from distill_loss to student_logits, logits up to {size:g}"

    def called(x: Tensor) -> Any:
        return stack_checks.call(check, f, teacher, x, tried=tried)

    def right(x: Tensor) -> Tensor:
        return divergence(teacher, x)

    stack_checks.check_gradient(check, called, right, student, tried)
