# %% right: log_softmax, clamped
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).clamp(min=0).mean()

# %% right: kl_div with log_target
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    q = F.log_softmax(student_logits, dim=-1)
    p = F.log_softmax(teacher_logits.detach(), dim=-1)
    return F.kl_div(q, p, reduction="batchmean", log_target=True).clamp(min=0.0)

# %% right: kl_div with probabilities of the teacher
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    p = teacher_logits.softmax(1).detach()
    q = student_logits.log_softmax(1)
    return torch.relu(F.kl_div(q, p, reduction="sum") / len(p))

# %% right: cross-entropy less entropy
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    p = teacher_logits.softmax(-1)
    less = F.cross_entropy(teacher_logits, p)
    return torch.maximum(F.cross_entropy(student_logits, p) - less, p.new_zeros(()))

# %% right: a loop over rows, logsumexp
def distill_loss(teacher_logits, student_logits):
    total = 0
    for t, s in zip(teacher_logits, student_logits):
        t, s = t - t.max(), s - s.max()
        log_p, log_q = t - t.logsumexp(0), s - s.logsumexp(0)
        total = total + torch.dot(log_p.exp(), log_p - log_q).abs()
    return total / len(teacher_logits)

# %% right: terms none of which is negative
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    p, q = log_p.exp(), log_q.exp()
    return torch.einsum("bv->b", (p * (log_p - log_q) - p + q).clamp_min(0)).mean()

# %% wrong: the other direction
# message: This is KL(student || teacher): the other direction.
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_q.exp() * (log_q - log_p)).sum(-1).clamp(min=0).mean()

# %% wrong: the arguments of kl_div exchanged
# message: This is KL(student || teacher): the other direction.
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    loss = F.kl_div(teacher_logits.log_softmax(-1), student_logits.softmax(-1), reduction="batchmean")
    return loss.clamp(min=0)

# %% wrong: no softmax
# message: The logits were used without softmax
def distill_loss(teacher_logits, student_logits):
    return (teacher_logits * (teacher_logits - student_logits)).sum(-1).mean()

# %% wrong: kl_div gets the student's probabilities
# message: The student's probabilities stand where `kl_div` takes their logarithms.
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    return F.kl_div(student_logits.softmax(-1), teacher_logits.softmax(-1), reduction="batchmean")

# %% wrong: kl_div without log_target
# message: `kl_div` takes the target for probabilities
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    return F.kl_div(student_logits.log_softmax(-1), teacher_logits.log_softmax(-1), reduction="batchmean")

# %% wrong: mean over B and V
# message: This was divided by B · V.
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    q, p = student_logits.log_softmax(-1), teacher_logits.log_softmax(-1)
    return F.kl_div(q, p, log_target=True, reduction="mean").clamp(min=0)

# %% wrong: sum over the batch
# message: This is the sum over the batch; the mean was asked for.
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum().clamp(min=0)

# %% wrong: one number for each row
# message: These are the divergences of the rows
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).clamp(min=0)

# %% wrong: a Python number
# message: float
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return max(0.0, (log_p.exp() * (log_p - log_q)).sum(-1).mean().item())

# %% wrong: cross-entropy
# message: This is the cross-entropy
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    return F.cross_entropy(student_logits, teacher_logits.softmax(-1))

# %% wrong: softmax over the batch
# message: The softmax runs over the batch; it belongs over the last axis
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(0), student_logits.log_softmax(0)
    return (log_p.exp() * (log_p - log_q)).sum(-1).mean()

# %% wrong: the logarithm of a softmax
# message: log_softmax avoids both.
def distill_loss(teacher_logits, student_logits):
    p, q = teacher_logits.softmax(-1), student_logits.softmax(-1)
    return (p * (p.log() - q.log())).sum(-1).clamp(min=0).mean()

# %% wrong: exp and a sum
# message: A probability became 0 or its exponential infinite
def distill_loss(teacher_logits, student_logits):
    p = teacher_logits.exp() / teacher_logits.exp().sum(-1, keepdim=True)
    q = student_logits.exp() / student_logits.exp().sum(-1, keepdim=True)
    return (p * (p / q).log()).sum(-1).clamp(min=0).mean()

# %% wrong: a little number inside the logarithm
# message: A small number was added to the probabilities before the logarithm.
def distill_loss(teacher_logits, student_logits):
    p, q = teacher_logits.softmax(-1), student_logits.softmax(-1)
    return (p * ((p + 1e-12).log() - (q + 1e-12).log())).sum(-1).clamp(min=0).mean()

# %% wrong: torch.distributions
# message: log_softmax avoids both.
from torch.distributions import Categorical, kl_divergence
def distill_loss(teacher_logits, student_logits):
    loss = kl_divergence(Categorical(logits=teacher_logits), Categorical(logits=student_logits))
    return loss.clamp(min=0).mean()

# %% wrong: below 0 by rounding
# message: expected no negative number
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).mean()

# %% wrong: kl_div as it comes, below 0 by rounding
# message: see to it that the result is
import torch.nn.functional as F
def distill_loss(teacher_logits, student_logits):
    q, p = student_logits.log_softmax(-1), teacher_logits.log_softmax(-1)
    return F.kl_div(q, p, log_target=True, reduction="batchmean")

# %% wrong: the sign is turned round
# message: The sign is the wrong way round.
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_p.exp() * (log_q - log_p)).sum(-1).mean()

# %% wrong: not weighted
# message: is not weighted by the teacher's probabilities
def distill_loss(teacher_logits, student_logits):
    return (teacher_logits.log_softmax(-1) - student_logits.log_softmax(-1)).sum(-1).mean()

# %% wrong: mean square of the logits
# message: This is the mean square of the differences of logits.
def distill_loss(teacher_logits, student_logits):
    return ((teacher_logits - student_logits) ** 2).mean()

# %% wrong: bits
# message: The logarithms are those of base 2.
from math import log
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).clamp(min=0).mean() / log(2)

# %% wrong: both directions
# message: This is the mean of both directions.
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(-1).mean() / 2

# %% wrong: the student is cut off
# message: expected a gradient flows
def distill_loss(teacher_logits, student_logits):
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.detach().log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).clamp(min=0).mean()

# %% wrong: the maximum is taken off in place
# message: the inputs stay as they were
def distill_loss(teacher_logits, student_logits):
    teacher_logits -= teacher_logits.max(-1, keepdim=True).values
    log_p, log_q = teacher_logits.log_softmax(-1), student_logits.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).clamp(min=0).mean()

# %% wrong: taken from the package
# message: it uses course_utils.context
from course_utils import context
def distill_loss(teacher_logits, student_logits):
    return context.distill.distill_loss(teacher_logits, student_logits)

# %% wrong: nothing yet
# message: nothing yet
def distill_loss(teacher_logits, student_logits):
    raise NotImplementedError("a8 · distill_loss")
