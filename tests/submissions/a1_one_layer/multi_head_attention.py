# %% right: all in one
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% right: a loop over heads, with attention_weights
def multi_head_attention(X, params, n_heads, mask=None):
    q, k, v = (X @ params["W" + c] + params["b" + c] for c in "qkv")
    d_h = X.shape[-1] // n_heads
    heads = []
    for n in range(n_heads):
        part = slice(n * d_h, (n + 1) * d_h)
        A = attention_weights(q[:, None, :, part], k[:, None, :, part], mask)
        heads.append((A @ v[:, None, :, part])[:, 0])
    return np.concatenate(heads, axis=-1) @ params["Wo"] + params["bo"]

# %% right: einsum from X to the result, without b_k
def multi_head_attention(X, params, n_heads, mask=None):
    d = X.shape[-1]
    n_heads = int(n_heads)
    W = {c: params["W" + c].reshape(d, n_heads, d // n_heads) for c in "qkv"}
    bq, bv = (params["b" + c].reshape(n_heads, -1) for c in "qv")
    Q = np.einsum("btd,dhe->bhte", X, W["q"]) + bq[:, None]
    K = np.einsum("btd,dhe->bhte", X, W["k"])
    V = np.einsum("btd,dhe->bhte", X, W["v"]) + bv[:, None]
    A = attention_weights(Q, K, mask)
    Wo = params["Wo"].reshape(n_heads, d // n_heads, d)
    return np.einsum("bhij,bhje,hed->bid", A, V, Wo) + params["bo"]

# %% right: text by text, prints and warns, 0/0 mended
import warnings


def softmax(S):
    S = np.exp(S - S.max(-1, keepdims=True))
    return np.nan_to_num(S / S.sum(-1, keepdims=True))


def multi_head_attention(X, params, n_heads, mask=None):
    warnings.warn("slow")
    out = []
    for b, x in enumerate(X):
        T, d = x.shape
        may = np.ones((T, T), bool)
        if mask is not None:
            may = may & (mask if mask.ndim == 2 else mask[b, 0])
        print(may.shape)
        columns = np.split(np.arange(d), n_heads)
        rows = np.zeros((T, d))
        for c in columns:
            q = x @ params["Wq"][:, c] + params["bq"][c]
            k = x @ params["Wk"][:, c] + params["bk"][c]
            v = x @ params["Wv"][:, c] + params["bv"][c]
            S = q @ k.T / len(c) ** 0.5
            rows[:, c] = softmax(np.where(may, S, -np.inf)) @ v
        out.append(rows @ params["Wo"] + params["bo"])
    return np.stack(out)

# %% right: one large matrix for q, k and v; Wo inside each head
def multi_head_attention(X, params, n_heads, mask=None):
    W = np.concatenate([params[f"W{c}"] for c in "qkv"], axis=1)
    bias = np.concatenate([params[f"b{c}"] for c in "qkv"])
    B, T, d = X.shape
    Q, K, V = np.moveaxis((X @ W + bias).reshape(B, T, 3, n_heads, -1), (2, 3), (0, 2))
    mixed = attention_weights(Q, K, mask) @ V
    Wo = params["Wo"].reshape(n_heads, -1, d)
    return (mixed @ Wo).sum(axis=1) + params["bo"]

# %% right: positional mask, helpers with common names
def one_layer_rows(x):
    return x


def heads(x, h):
    return np.stack(np.split(x, h, axis=-1), axis=1)


def multi_head_attention(X, params, n_heads, mask=None):
    Q, K, V = (heads(one_layer_rows(X) @ params[f"W{c}"] + params[f"b{c}"], n_heads) for c in "qkv")
    mixed = attention_weights(Q, K, mask) @ V
    return np.concatenate(list(np.moveaxis(mixed, 1, 0)), -1) @ params["Wo"] + params["bo"]

# %% wrong: split by reshape
# message: The heads are split by a reshape alone
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, n_heads, T, d_h)
    K = k.reshape(B, n_heads, T, d_h)
    V = v.reshape(B, n_heads, T, d_h)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: merged by reshape
# message: The heads are merged by a reshape alone
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: split and merged by reshape
# message: The heads are split and merged by a reshape alone
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, n_heads, T, d_h)
    K = k.reshape(B, n_heads, T, d_h)
    V = v.reshape(B, n_heads, T, d_h)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: features dealt out to the heads in turn
# message: dealt out to the heads in turn
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, d_h, n_heads).transpose(0, 3, 1, 2)
    K = k.reshape(B, T, d_h, n_heads).transpose(0, 3, 1, 2)
    V = v.reshape(B, T, d_h, n_heads).transpose(0, 3, 1, 2)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: dealt out and gathered in turn
# message: dealt out to the heads in turn and gathered in turn
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, d_h, n_heads).transpose(0, 3, 1, 2)
    K = k.reshape(B, T, d_h, n_heads).transpose(0, 3, 1, 2)
    V = v.reshape(B, T, d_h, n_heads).transpose(0, 3, 1, 2)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 3, 1).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: heads merged in reverse
# message: the result is wrong too. So look at the values, the heads, Wo and bo first
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V)[:, ::-1].transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: values split by reshape only
# message: expected result
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, n_heads, T, d_h)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: keys made with Wq
# message: The keys are made with Wq
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wq"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: queries made with Wk
# message: The queries are made with Wk
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wk"] + params["bk"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: values made with Wk
# message: The values are made with Wk
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wk"] + params["bk"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: keys and queries exchanged
# message: Queries and keys are exchanged
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = K @ Q.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: values not projected
# message: The values are X itself
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: no output map
# message: Wo and bo are missing
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O

# %% wrong: matrices transposed
# message: The matrices are transposed
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"].T + params["bq"]
    k = X @ params["Wk"].T + params["bk"]
    v = X @ params["Wv"].T + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"].T + params["bo"]

# %% wrong: Wo transposed
# message: Wo is transposed
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"].T + params["bo"]

# %% wrong: no biases
# message: The biases are missing
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"]
    k = X @ params["Wk"]
    v = X @ params["Wv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"]

# %% wrong: bq missing
# message: bq is missing
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: bv missing
# message: bv is missing
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: bo missing
# message: bo is missing
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"]

# %% wrong: bo added once for each head
# message: expected result
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + n_heads * params["bo"]

# %% wrong: softmax over axis -2
# message: over the queries
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-2, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-2, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: softmax over axis 1
# message: over the heads
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: softmax over axis 0
# message: over the batch
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(0, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(0, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: not scaled
# message: not scaled
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: divided by d_h
# message: divided by d_h
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / d_h
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: divided by the root of d
# message: the model's width
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: mask ignored
# message: The mask is ignored
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: mask turned round
# message: The mask is turned round
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else ~mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: mask after the softmax
# message: multiplied in after the softmax
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / total * may
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: bool added
# message: as 0 and 1
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = S + may
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: -1e9 after the softmax
# message: added after the softmax
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / total + np.where(may, 0, -1e9)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: NaN where nothing may be attended
# message: gives 0/0, which is NaN
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - top)
    total = P.sum(-1, keepdims=True)
    A = P / total
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: uniform where nothing may be attended
# message: spreads its weight over all keys
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -1e9)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: zero in the place of bo where nothing may be attended
# message: only bo is left
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return np.where(may.any((1, 3))[..., None], O @ params["Wo"] + params["bo"], 0)

# %% wrong: no maximum subtracted
# message: numbers a hundred times as large
# message: exp of a large score is infinite
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S)
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: a mask for each head
# message: mask of shape
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None or mask.ndim == 2 else mask[:, 0], S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: mask of one text for all
# message: The mask of the first text is used for all
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask if mask.ndim == 2 else mask[0], S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: always two heads
# message: expected result
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    n_heads = 2 if d % 2 == 0 else 1
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: n_heads ignored
# message: All features are in one head
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    n_heads = 1
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: n_heads has to be an int
# message: TypeError: n_heads
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    if not isinstance(n_heads, int):
        raise TypeError('n_heads')
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: the first text only
# message: an array of shape
def multi_head_attention(X, params, n_heads, mask=None):
    X = X[:1]
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: residual added
# message: The residual belongs to the layer, not to attention
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return X + O @ params["Wo"] + params["bo"]

# %% wrong: X changed
# message: argument 1 was changed
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    X *= 1.0 + 1e-12
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: params changed
# message: argument 2 was changed at ['Wq']
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    params["Wq"] /= 1.5
    params["Wq"] *= 1.4
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: an entry added to params
# message: argument 2 was changed at ['d_h']
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    params["d_h"] = d_h
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: scores divided by 8
# message: which makes all weights equal, the result is right. So look at queries
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / 8
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: bo added into itself
# message: argument 2 was changed at ['bo']
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    out = params["bo"]
    out += (O @ params["Wo"]).sum((0, 1))
    return out

# %% wrong: all of params expected
# message: KeyError: 'W1'
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    f = params["W1"].shape[1]
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: heads averaged
# message: expected result
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = np.tile((A @ V).mean(1), n_heads)
    return O @ params["Wo"] + params["bo"]

# %% wrong: A and V mixed with transposed A
# message: The weights are transposed
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A.swapaxes(-1, -2) @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: float32
# message: float32
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return np.float32(O @ params["Wo"] + params["bo"])

# %% wrong: weights returned too
# message: a tuple of 2
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"], A

# %% wrong: causal always
# message: no mask
# message: which makes all weights equal, the result is wrong too
def multi_head_attention(X, params, n_heads, mask=None):
    B, T, d = X.shape
    d_h = d // n_heads
    q = X @ params["Wq"] + params["bq"]
    k = X @ params["Wk"] + params["bk"]
    v = X @ params["Wv"] + params["bv"]
    Q = q.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    K = k.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    V = v.reshape(B, T, n_heads, d_h).transpose(0, 2, 1, 3)
    S = Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d_h)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may & np.tri(T, dtype=bool), S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ V).transpose(0, 2, 1, 3).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]

# %% wrong: imports the finished layer
# message: holds the finished answer
import importlib


def multi_head_attention(X, params, n_heads, mask=None):
    return importlib.import_module("course_utils.exercises.reference").multi_head_attention(X, params, n_heads, mask)
