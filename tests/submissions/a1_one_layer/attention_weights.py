# %% right: minus infinity, two exceptions
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% right: 0/0 with a warning, then np.where; prints
def attention_weights(Q, K, mask=None):
    print("shapes", Q.shape, K.shape)
    S = np.einsum("bhid,bhjd->bhij", Q, K) * Q.shape[-1] ** -0.5
    if mask is not None:
        S = np.where(mask, S, -np.inf)
    A = np.exp(S - S.max(axis=-1, keepdims=True))
    A = A / A.sum(axis=-1, keepdims=True)
    return np.where(np.isnan(A), 0.0, A)

# %% right: nan_to_num
def attention_weights(Q, K, mask=None):
    if mask is None:
        mask = np.ones((Q.shape[2], K.shape[2]), dtype=bool)
    S = (Q / np.sqrt(Q.shape[3])) @ np.transpose(K, (0, 1, 3, 2))
    S = S + np.where(mask, 0.0, -np.inf)
    E = np.exp(S - np.max(S, axis=3, keepdims=True))
    return np.nan_to_num(E / np.sum(E, axis=3, keepdims=True))

# %% right: a large negative number added, then zeroed
def attention_weights(Q, K, mask=None):
    S = Q @ K.transpose(0, 1, 3, 2) / Q.shape[-1] ** 0.5
    if mask is not None:
        S = S + np.where(mask, 0.0, -1e9)
    S = S - S.max(-1, keepdims=True)
    A = np.exp(S) / np.exp(S).sum(-1, keepdims=True)
    return A if mask is None else A * mask.any(-1, keepdims=True)

# %% right: a finite fill, then the mask multiplied in
def attention_weights(Q, K, mask=None):
    S = np.matmul(Q, np.swapaxes(K, 2, 3)) / np.sqrt(K.shape[3])
    if mask is None:
        mask = True
    S = np.where(mask, S, np.finfo(S.dtype).min)
    A = np.exp(S - S.max(-1, keepdims=True))
    return A / A.sum(-1, keepdims=True) * mask

# %% right: loops over text, head and query
def attention_weights(Q, K, mask=None):
    B, h, Tq, d_h = Q.shape
    Tk = K.shape[2]
    A = np.zeros((B, h, Tq, Tk))
    everywhere = np.ones((B, h, Tq, Tk), dtype=bool)
    may = everywhere if mask is None else everywhere & mask
    for b in range(B):
        for n in range(h):
            for i in range(Tq):
                keys = np.flatnonzero(may[b, n, i])
                if keys.size:
                    s = K[b, n, keys] @ Q[b, n, i] / np.sqrt(d_h)
                    p = np.exp(s - s.max())
                    A[b, n, i, keys] = p / p.sum()
    return A

# %% right: logsumexp
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(2, 3) / np.sqrt(Q.shape[-1])
    may = np.ones_like(S, bool) if mask is None else np.ones_like(S, bool) & mask
    S[~may] = -np.inf
    log_sum = np.logaddexp.reduce(S, axis=-1, keepdims=True)
    log_sum[log_sum == -np.inf] = 0
    return np.exp(S - log_sum)

# %% right: in torch
import torch


def attention_weights(Q, K, mask=None):
    S = torch.tensor(Q) @ torch.tensor(K).transpose(2, 3) / Q.shape[-1] ** 0.5
    may = torch.ones(S.shape, dtype=torch.bool)
    if mask is not None:
        may = may & torch.tensor(mask)
    A = S.masked_fill(~may, -1e300).softmax(-1)
    return (A * may).numpy()

# %% right: where= of NumPy's reductions
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    top = S.max(axis=-1, keepdims=True, where=may, initial=-np.inf)
    A = np.zeros_like(S)
    np.exp(S - np.where(np.isfinite(top), top, 0), out=A, where=may)
    total = A.sum(axis=-1, keepdims=True)
    return np.divide(A, total, out=np.zeros_like(A), where=total > 0)

# %% wrong: softmax over axis -2
# message: columns sum to 1
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-2, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-2, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: softmax over axis 1
# message: The softmax runs over the heads
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: softmax over axis 0
# message: The softmax runs over the batch
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(0, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(0, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: softmax over queries and keys
# message: over queries and keys together
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max((-2, -1), keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum((-2, -1), keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: sum over the wrong axis only
# message: Each row has to sum to 1
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-2, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: not scaled
# message: The scores are not scaled
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: divided by d_h
# message: divided by d_h
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / Q.shape[-1]
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: divided by the root of the model's width
# message: the model's width
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[1] * Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: divided by the root of Tk
# message: root of the number of keys
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(K.shape[-2])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: multiplied by the root
# message: multiplied by √d_h
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) * np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: always divided by 8
# message: Rows sum to 1 or 0, as they should. Look at the scores
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / 8
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: mask ignored
# message: The mask is ignored
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: polarity turned round
# message: The mask is turned round
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, -np.inf, S) if mask is not None else S
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: polarity turned round, mask None too
# message: no mask
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, -np.inf, S)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: mask multiplied in after the softmax
# message: multiplied in after the softmax
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    A = np.exp(S - S.max(-1, keepdims=True))
    A = A / A.sum(-1, keepdims=True)
    return A if mask is None else A * mask

# %% wrong: mask after the softmax, renormalised: 0/0 at large scores
# message: maximum stands at a masked place
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    A = np.exp(S - S.max(-1, keepdims=True))
    if mask is not None:
        A = A * mask
    total = A.sum(-1, keepdims=True)
    if mask is not None:
        return np.where(mask.any(-1, keepdims=True), A / total, 0)
    return A / total

# %% wrong: the same with a guard: rows become zeros
# message: Rows in which a masked score is the largest come out as zeros
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    A = np.exp(S - S.max(-1, keepdims=True))
    if mask is not None:
        A = A * mask
    total = A.sum(-1, keepdims=True)
    return A / np.where(total > 0, total, 1)

# %% wrong: masked scores multiplied by 0
# message: an ordinary score
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        S = S * mask
    A = np.exp(S - S.max(-1, keepdims=True))
    return A / A.sum(-1, keepdims=True)

# %% wrong: bool added to the scores
# message: added to the scores as 0 and 1
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        S = S + mask
    A = np.exp(S - S.max(-1, keepdims=True))
    return A / A.sum(-1, keepdims=True)

# %% wrong: minus a billion after the softmax
# message: added after the softmax
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    A = np.exp(S - S.max(-1, keepdims=True))
    A = A / A.sum(-1, keepdims=True)
    return A if mask is None else A + np.where(mask, 0, -1e9)

# %% wrong: fill too weak: -10
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -10.0)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: fill too weak for large scores: -1e4, then zeroed
# message: scores near ±100000
# message: Rows in which a masked score is the largest come out as zeros
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -1e4)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / total * may

# %% wrong: fill too weak for large scores: -1e4
# message: scores near ±100000
# message: is not low enough
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -1e4)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / total * may.any(-1, keepdims=True)

# %% wrong: NaN where nothing may be attended
# message: gives 0/0, which is NaN
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - top)
    total = P.sum(-1, keepdims=True)
    return P / total

# %% wrong: uniform where nothing may be attended
# message: spreads its weight over all keys
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -1e9)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: a large negative number added, not zeroed
# message: Only the rows of queries that may attend nowhere are wrong
def attention_weights(Q, K, mask=None):
    S = Q @ K.transpose(0, 1, 3, 2) / Q.shape[-1] ** 0.5
    if mask is not None:
        S = S + np.where(mask, 0.0, -1e9)
    A = np.exp(S - S.max(-1, keepdims=True))
    return A / A.sum(-1, keepdims=True)

# %% wrong: no maximum subtracted
# message: exp of a very low one is 0. Subtract
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S)
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: no maximum subtracted, NaN
# message: and inf/inf is NaN
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S)
    total = P.sum(-1, keepdims=True)
    return np.where(may.any(-1, keepdims=True), P / total, 0)

# %% wrong: one maximum for all rows
# message: One maximum is subtracted from all rows
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - (S.max() if np.isfinite(S.max()) else 0))
    total = P.sum(-1, keepdims=True)
    return np.where(may.any(-1, keepdims=True), P / total, 0)

# %% wrong: scores clipped
# message: scores near ±
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, np.clip(S, -50, 50), -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: keys reshaped, not transposed
# message: The keys are reshaped
def attention_weights(Q, K, mask=None):
    S = Q @ K.reshape(*K.shape[:2], K.shape[3], K.shape[2]) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: the softmax forgotten
# message: the softmax is missing
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return np.where(may, S, 0)

# %% wrong: log weights
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return np.log(P / np.where(total == 0, 1, total))

# %% wrong: sigmoid in the place of softmax
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return 1 / (1 + np.exp(-S))

# %% wrong: mask as a number
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask[0], S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: only (Tq, Tk) masks
# message: a mask of shape (
# message: ValueError
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None and mask.ndim != 2:
        raise ValueError(mask.shape)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: mask of one text used for all
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask if mask.ndim == 2 else mask[:1], S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: mask of one head, indexed
# message: IndexError
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    for i in range(Q.shape[2]) if mask is not None and mask.ndim == 4 else []:
        S[:, :, i] = np.where(mask[:, 0, i][:, None], S[:, :, i], -np.inf)
    if mask is None or mask.ndim == 2:
        S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: Q scaled in place
# message: argument 1 was changed
def attention_weights(Q, K, mask=None):
    Q /= np.sqrt(Q.shape[-1])
    S = Q @ K.swapaxes(-1, -2)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: the mask inverted in place
# message: mask was changed
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        np.logical_not(mask, out=mask)
        mask = ~mask
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: Q scaled in place and put back
# message: read-only
def attention_weights(Q, K, mask=None):
    root = 2.0 ** np.ceil(np.log2(Q.shape[-1]))
    Q *= root
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1]) / root
    Q /= root
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: heads averaged
# message: expected A: an array of shape
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return (P / np.where(total == 0, 1, total)).mean(1)

# %% wrong: float32
# message: float32
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return (P / np.where(total == 0, 1, total)).astype('f')

# %% wrong: float16 on the way: exp overflows
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf).astype(np.float16).astype(float)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: queries and keys exchanged
# message: expected A: an array of shape
def attention_weights(Q, K, mask=None):
    S = K @ Q.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: cosine scores
# message: expected A
def attention_weights(Q, K, mask=None):
    S = (Q / np.linalg.norm(Q, axis=-1, keepdims=True)) @ (K / np.linalg.norm(K, axis=-1, keepdims=True)).swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: a square mask expected
# message: AssertionError
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    assert mask is None or mask.shape[-1] == mask.shape[-2]
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / np.where(total == 0, 1, total)

# %% wrong: exact hits rounded
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return np.round(P / np.where(total == 0, 1, total), 6)

# %% wrong: one buffer for all calls
# message: new memory for every result
BUFFERS = {}


def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = BUFFERS.setdefault(S.shape, np.empty(S.shape))
    A[:] = P / np.where(total == 0, 1, total)
    return A

# %% wrong: eps in the denominator
# message: expected A
def attention_weights(Q, K, mask=None):
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    return P / (total + 1e-8)

# %% wrong: imports the finished one
# message: course_utils.layers, which holds the finished answer
import torch
from course_utils.layers import attention_weights as finished


def attention_weights(Q, K, mask=None):
    mask = mask if mask is None else torch.tensor(mask)
    return finished(torch.tensor(Q), torch.tensor(K), mask).numpy()
