"""Distillation of a long context into a soft prompt.

Shapes: B rows of logits over V words; a context of C words, N inputs of T words,
width d, a prompt of n vectors.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import kl_div

STEPS, RATE = 200, 0.05


def distill_loss(teacher_logits: Tensor, student_logits: Tensor) -> Tensor:
    """Mean over rows of KL(teacher ‖ student), in nats.

    KL(p ‖ q) = Σ_v p_v (log p_v - log q_v), with p the teacher's distribution and q
    the student's. No gradient goes to the teacher.

    Args:
        teacher_logits, student_logits: (B, V).

    Returns:
        0-d tensor; 0 where both give the same distribution.

    Source: Hinton et al. 2015, "Distilling the Knowledge in a Neural Network".

    >>> sure, unsure = torch.tensor([[9.0, 0.0]]), torch.tensor([[0.0, 0.0]])
    >>> round(float(distill_loss(sure, unsure)), 3)
    0.692
    >>> round(float(distill_loss(unsure, sure)), 3)
    3.807
    """
    p = teacher_logits.detach().log_softmax(-1)
    q = student_logits.log_softmax(-1)
    # Rounding alone can take the sum of a row just below 0.
    return kl_div(q, p, reduction="none", log_target=True).sum(-1).clamp_min(0).mean()


def distill_prompt(
    model: nn.Module, context: Tensor, inputs: Tensor, n_vectors: int, seed: int
) -> Tensor:
    """Vectors that make the model answer as if it had read the context.

    The teacher reads ``[context; input]``, the student ``[prompt; input]``, both with
    the same frozen model and the same rows of the input, whose positions go on behind
    the context's. The prompt learns to bring the student's distribution at every
    position of the inputs close to the teacher's.

    Args:
        model: `LanguageModel`, or anything with ``embed(ids)`` and ``logits(H0)``.
        context: ids (1, C).
        inputs: ids (N, T).
        n_vectors: rows of the prompt, n.
        seed: of the rows of the context at which the prompt starts.

    Returns:
        (n, d), without a graph.

    Source: Xiao and Zhu 2025, "Foundations of Large Language Models", chapter 3
    (soft prompts by context distillation).

    >>> from course_utils.language_model import load_language_model
    >>> model = load_language_model()
    >>> ids, _ = model.tokenizer(["anna gave the map to hugo ."])
    >>> distill_prompt(model, ids, ids[:, 1:3], n_vectors=2, seed=0).shape
    torch.Size([2, 64])
    """
    C = context.shape[1]
    with torch.no_grad():
        read = model.embed(torch.cat([context.expand(len(inputs), C), inputs], dim=1))
        rows = read[:, C:]  # (N, T, d), with the positions that they have there
        teacher = behind(model, read[:1, :C], rows)
        dice = torch.Generator().manual_seed(seed)
        starts = torch.randint(C, (n_vectors,), generator=dice)
        prompt = read[:1, starts].clone()  # (1, n, d)
    prompt.requires_grad_()
    optimizer = torch.optim.Adam([prompt], RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, STEPS)
    for _ in range(STEPS):
        loss = distill_loss(teacher, behind(model, prompt, rows))
        # Of the prompt alone: the model's own gradients stay as they are.
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
        schedule.step()
    return prompt.detach()[0]


def behind(model: nn.Module, front: Tensor, rows: Tensor) -> Tensor:
    """Logits at the inputs' positions, one row each, with rows in front.

    Args:
        front: (1, k, d).
        rows: (N, T, d).

    Returns:
        (N·T, V).
    """
    H0 = torch.cat([front.expand(len(rows), -1, -1), rows], dim=1)
    return model.logits(H0)[:, front.shape[1] :].flatten(0, 1)
