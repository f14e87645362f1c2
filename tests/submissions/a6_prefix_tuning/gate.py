# %% right: one softmax
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1)

# %% right: two logsumexp
def gate(q, K, prefix_K):
    scale = q.shape[-1] ** -0.5
    a = torch.logsumexp(q @ prefix_K.mT * scale, -1)
    b = torch.logsumexp(q @ K.mT * scale, -1)
    return torch.sigmoid(a - b)

# %% right: the maximum taken off by hand
import math


def gate(q, K, prefix_K):
    ours = torch.einsum("bhqd,hkd->bhqk", q, prefix_K) / math.sqrt(q.size(-1))
    theirs = torch.einsum("bhqd,bhkd->bhqk", q, K) / math.sqrt(q.size(-1))
    most = torch.cat([ours, theirs], -1).amax(-1, keepdim=True)
    ours, theirs = (ours - most).exp().sum(-1), (theirs - most).exp().sum(-1)
    return ours / (ours + theirs)

# %% right: text by text
def gate(q, K, prefix_K):
    rows = []
    for b in range(q.shape[0]):
        S = torch.cat([q[b] @ prefix_K.transpose(1, 2), q[b] @ K[b].transpose(1, 2)], -1)
        A = torch.softmax(S * q.shape[-1] ** -0.5, dim=-1)
        print(A.shape)
        rows.append(A[:, :, : prefix_K.shape[1]].sum(-1))
    return torch.stack(rows)

# %% right: a difference of logarithms
def gate(q, K, prefix_K):
    q = q / q.shape[-1] ** 0.5
    a = torch.einsum("bhqd,hkd->bhqk", q, prefix_K).logsumexp(-1)
    both = torch.logaddexp(a, torch.einsum("bhqd,bhkd->bhqk", q, K).logsumexp(-1))
    return (a - both).exp()

# %% right: the course's weights, prefix behind
from course_utils.layers import attention_weights


def gate(q, K, prefix_K):
    keys = torch.cat([K, torch.stack([prefix_K] * len(K))], dim=2)
    return attention_weights(q, keys)[..., K.shape[2] :].sum(-1)

# %% right: one case for no prefix
def gate(q, K, prefix_K):
    if not prefix_K.shape[1]:
        return torch.zeros_like(q[..., 0])
    scores = torch.cat([q @ prefix_K.mT, q @ K.mT], -1) / q.shape[-1] ** 0.5
    return scores.log_softmax(-1)[..., : prefix_K.shape[1]].logsumexp(-1).exp()

# %% wrong: the tokens' share
# message: the tokens' share, 1 - λ
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., k:].sum(-1)

# %% wrong: no scale
# message: The scores are not divided
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1)
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: divided by d_h
# message: divided by d_h, not by its root
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1]
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: divided by the root of d
# message: the root of h · d_h
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / (q.shape[1] * q.shape[-1]) ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: odds
# message: over the tokens' part
def gate(q, K, prefix_K):
    ours, theirs = ((q @ X.mT / q.shape[-1] ** 0.5).exp().sum(-1) for X in (prefix_K, K))
    return ours / theirs

# %% wrong: exp overflows
# message: nan
def gate(q, K, prefix_K):
    ours, theirs = ((q @ X.mT / q.shape[-1] ** 0.5).exp().sum(-1) for X in (prefix_K, K))
    return ours / (ours + theirs)

# %% wrong: the tokens' maximum alone is taken off
# message: nan
def gate(q, K, prefix_K):
    ours, theirs = (q @ X.mT / q.shape[-1] ** 0.5 for X in (prefix_K, K))
    most = theirs.amax(-1, keepdim=True)
    ours, theirs = (ours - most).exp().sum(-1), (theirs - most).exp().sum(-1)
    return ours / (ours + theirs)

# %% wrong: each has its own maximum taken off
# message: expected λ
def gate(q, K, prefix_K):
    ours, theirs = (q @ X.mT / q.shape[-1] ** 0.5 for X in (prefix_K, K))
    if not prefix_K.shape[1]:
        return q.new_zeros(q.shape[:-1])
    ours, theirs = ((S - S.amax(-1, keepdim=True)).exp().sum(-1) for S in (ours, theirs))
    return ours / (ours + theirs)

# %% wrong: a small number below the line
# message: nan
def gate(q, K, prefix_K):
    ours, theirs = ((q @ X.mT / q.shape[-1] ** 0.5).exp().sum(-1) for X in (prefix_K, K))
    return ours / (ours + theirs + 1e-12)

# %% wrong: scores clamped
# message: as if all scores were equal
def gate(q, K, prefix_K):
    ours, theirs = ((q @ X.mT / q.shape[-1] ** 0.5).clamp(-30, 30).exp().sum(-1) for X in (prefix_K, K))
    return ours / (ours + theirs)

# %% wrong: the maximum of an empty prefix
# message: prefix_K (
def gate(q, K, prefix_K):
    ours, theirs = (q @ X.mT / q.shape[-1] ** 0.5 for X in (prefix_K, K))
    most = torch.maximum(ours.amax(-1, keepdim=True), theirs.amax(-1, keepdim=True))
    ours, theirs = (ours - most).exp().sum(-1), (theirs - most).exp().sum(-1)
    return ours / (ours + theirs)

# %% wrong: k of k + T
# message: This is k / (k + T)
def gate(q, K, prefix_K):
    k, T = prefix_K.shape[1], K.shape[2]
    return torch.full(q.shape[:-1], k / (k + T), dtype=q.dtype)

# %% wrong: not added up
# message: The shares of the prefix's rows are not added up
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k]

# %% wrong: the mean
# message: The mean was taken
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].mean(-1)

# %% wrong: the largest
# message: expected λ
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].amax(-1)

# %% wrong: means in place of sums
# message: The sums became means
def gate(q, K, prefix_K):
    ours, theirs = ((q @ X.mT / q.shape[-1] ** 0.5).exp().mean(-1) for X in (prefix_K, K))
    return ours / (ours + theirs)

# %% wrong: scores added up before exp
# message: Scores were added up before exp
def gate(q, K, prefix_K):
    ours, theirs = ((q @ X.mT / q.shape[-1] ** 0.5).sum(-1) for X in (prefix_K, K))
    return torch.sigmoid(ours - theirs)

# %% wrong: a softmax each
# message: expected λ
def gate(q, K, prefix_K):
    ours, theirs = ((q @ X.mT / q.shape[-1] ** 0.5).softmax(-1).sum(-1) for X in (prefix_K, K))
    return ours / (ours + theirs)

# %% wrong: softmax over the queries
# message: here they do over queries
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-2)[..., :k].sum(-1)

# %% wrong: the last k keys
# message: The last k keys were counted
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., -k:].sum(-1)

# %% wrong: behind, [-k:] and its trap at k = 0
# message: for k = 0 a slice [-k:] takes everything
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([K, prefix_K.expand(len(K), -1, -1, -1)], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., -k:].sum(-1)

# %% wrong: the first text's keys for all
# message: expected λ
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K[:1].expand_as(K)], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: summed over heads
# message: expected λ
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1).mean(1)

# %% wrong: one axis too many
# message: expected λ
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1, keepdim=True)

# %% wrong: queries detached
# message: a gradient flows
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = q.detach() @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: the prefix detached
# message: a gradient flows
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.detach().expand(len(K), -1, -1, -1), K], 2)
    scores = q @ keys.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: float64 for stability
# message: float32
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    scores = (q @ keys.transpose(-2, -1)).double() / q.shape[-1] ** 0.5
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: the queries are scaled in place
# message: was changed
def gate(q, K, prefix_K):
    k = prefix_K.shape[1]
    keys = torch.cat([prefix_K.expand(len(K), -1, -1, -1), K], 2)
    q /= q.shape[-1] ** 0.5
    scores = q @ keys.transpose(-2, -1)
    return scores.softmax(-1)[..., :k].sum(-1)

# %% wrong: the answer is imported
# message: course_utils.adaptation
import course_utils.adaptation.flow as flow

gate = flow.gate
