# %% right: with the functions above
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% right: all parts written again
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% right: a loop over sublayers, prints and warns
import warnings


def post_norm_layer(H, params, n_heads, mask=None):
    warnings.warn("two sublayers")
    x = H
    for n, F in enumerate([lambda N: multi_head_attention(N, params, n_heads, mask), lambda N: feed_forward(N, params)], 1):
        print("sublayer", n)
        x = layer_norm(x + F(x), params[f"ln{n}_gain"], params[f"ln{n}_shift"])
    return x

# %% right: one expression
def post_norm_layer(H, params, n_heads, mask=None):
    return layer_norm((U := layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])) + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% right: text by text
def post_norm_layer(H, params, n_heads, mask=None):
    out = np.zeros_like(H)
    for b in range(len(H)):
        m = mask if mask is None or mask.ndim == 2 else mask[b : b + 1]
        x = H[b : b + 1]
        x = layer_norm(x + multi_head_attention(x, params, int(n_heads), m), params["ln1_gain"], params["ln1_shift"])
        out[b] = layer_norm(x + feed_forward(x, params), params["ln2_gain"], params["ln2_shift"], 1e-5)[0]
    return out

# %% wrong: first residual missing
# message: the first residual is missing
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: second residual missing
# message: the second residual is missing
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: both residuals missing
# message: Both residuals are missing
def post_norm_layer(H, params, n_heads, mask=None):
    return layer_norm(feed_forward(layer_norm(multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"]), params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: residual twice around attention
# message: H is added twice around attention
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(2 * H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: residual twice around feed-forward
# message: U is added twice around feed-forward
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: second residual from H
# message: The second residual starts from H
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(H + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: second residual from the sum
# message: from the sum before ln1
def post_norm_layer(H, params, n_heads, mask=None):
    S = H + multi_head_attention(H, params, n_heads, mask)
    return layer_norm(S + feed_forward(layer_norm(S, params["ln1_gain"], params["ln1_shift"]), params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: feed-forward reads the sum
# message: Feed-forward reads the sum before ln1
def post_norm_layer(H, params, n_heads, mask=None):
    S = H + multi_head_attention(H, params, n_heads, mask)
    return layer_norm(layer_norm(S, params["ln1_gain"], params["ln1_shift"]) + feed_forward(S, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: first norm missing
# message: The first norm is missing
def post_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(H, params, n_heads, mask)
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: second norm missing
# message: The second norm is missing
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return U + feed_forward(U, params)

# %% wrong: no norm
# message: There is no layer norm
def post_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(H, params, n_heads, mask)
    return U + feed_forward(U, params)

# %% wrong: ln1 twice
# message: ln1 is used twice
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln1_gain"], params["ln1_shift"])

# %% wrong: ln2 twice
# message: ln2 is used twice
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln2_gain"], params["ln2_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: ln1 and ln2 exchanged
# message: ln1 and ln2 are exchanged
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln2_gain"], params["ln2_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln1_gain"], params["ln1_shift"])

# %% wrong: pre-norm
# message: This is the pre-norm layer
def post_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: the book's placement
# message: The norm sees only what the sublayer wrote
def post_norm_layer(H, params, n_heads, mask=None):
    U = H + layer_norm(multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return U + layer_norm(feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: the residual normalised alone
# message: The residual is normalised alone
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H, params["ln1_gain"], params["ln1_shift"]) + multi_head_attention(H, params, n_heads, mask)
    return layer_norm(U, params["ln2_gain"], params["ln2_shift"]) + feed_forward(U, params)

# %% wrong: attention reads LN(H)
# message: Attention reads LN(H)
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: feed-forward first
# message: Feed-forward comes before attention
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + feed_forward(H, params), params["ln2_gain"], params["ln2_shift"])
    return layer_norm(U + multi_head_attention(U, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])

# %% wrong: only attention
# message: expected result
def post_norm_layer(H, params, n_heads, mask=None):
    return layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])

# %% wrong: pre-norm with a norm at the end
# message: expected result
def post_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: both norms at the end
# message: expected result
def post_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(H, params, n_heads, mask)
    return layer_norm(layer_norm(U + feed_forward(U, params), params["ln1_gain"], params["ln1_shift"]), params["ln2_gain"], params["ln2_shift"])

# %% wrong: norm over the positions
# message: over the positions (axis -2)
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-2, keepdims=True)
    return C / np.sqrt((C**2).mean(-2, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: norm over positions and features
# message: over positions and features together
def norm(X, params, n, eps=1e-5):
    C = X - X.mean((-2, -1), keepdims=True)
    return C / np.sqrt((C**2).mean((-2, -1), keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: norm over the batch
# message: over the batch (axis 0)
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(0, keepdims=True)
    return C / np.sqrt((C**2).mean(0, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: norm with ddof=1
# message: ddof=1
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).sum(-1, keepdims=True) / (X.shape[-1] - 1) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: eps outside the root
# message: eps stands outside the root
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / (np.sqrt((C**2).mean(-1, keepdims=True)) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: eps 1e-12, as in BERT
# message: expected result
def norm(X, params, n, eps=1e-12):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: eps 1e-6
# message: expected result
def norm(X, params, n, eps=1e-6):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: gain ignored
# message: The gain is missing
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: softmax over the queries
# message: over the queries
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-2, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-2, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: softmax over the heads
# message: over the heads
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: divided by d_h
# message: divided by d_h
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / (d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: not scaled
# message: not scaled
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: mask lost on the way
# message: The mask does not reach attention
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, None), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: mask turned round
# message: The mask is turned round
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else ~mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: NaN where nothing may be attended
# message: gives 0/0, which is NaN
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - top)
    total = P.sum(-1, keepdims=True)
    A = P / total
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: one head always
# message: All features are in one head
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    n_heads = 1
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: heads split by reshape
# message: The heads are split by a reshape alone
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, n_heads, T, -1)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: heads merged by reshape
# message: The heads are merged by a reshape alone
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: keys made with Wq
# message: The keys are made with Wq
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("q", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: ReLU missing
# message: The ReLU is missing
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return (X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: bo missing
# message: bo is missing
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: b2 missing
# message: b2 is missing
def norm(X, params, n, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    return C / np.sqrt((C**2).mean(-1, keepdims=True) + eps) * params[f"ln{n}_gain"] + params[f"ln{n}_shift"]


def attend(X, params, n_heads, mask, V=None):
    B, T, d = X.shape
    split = lambda c, x: (x @ params["W" + c] + params["b" + c]).reshape(B, T, n_heads, -1).swapaxes(1, 2)
    S = split("q", X) @ split("k", X).swapaxes(-1, -2) / np.sqrt(d // n_heads)
    may = np.broadcast_to(True if mask is None else mask, S.shape)
    S = np.where(may, S, -np.inf)
    top = S.max(-1, keepdims=True)
    P = np.exp(S - np.where(np.isinf(top), 0, top))
    total = P.sum(-1, keepdims=True)
    A = P / np.where(total == 0, 1, total)
    O = (A @ split("v", X if V is None else V)).swapaxes(1, 2).reshape(B, T, d)
    return O @ params["Wo"] + params["bo"]


def feed(X, params):
    return np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"]


def post_norm_layer(H, params, n_heads, mask=None):
    U = norm(H + attend(H, params, n_heads, mask), params, 1)
    return norm(U + feed(U, params), params, 2)

# %% wrong: H changed by +=
# message: argument 1 was changed
def post_norm_layer(H, params, n_heads, mask=None):
    H += multi_head_attention(H, params, n_heads, mask)
    H = layer_norm(H, params["ln1_gain"], params["ln1_shift"])
    return layer_norm(H + feed_forward(H, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: params renamed
# message: argument 2 was changed
def post_norm_layer(H, params, n_heads, mask=None):
    params["norm"] = params.pop("ln1_gain")
    params["ln1_gain"] = params["norm"]
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: float32
# message: float32
def post_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return np.float32(layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"]))

# %% wrong: no mask argument
# message: unexpected keyword argument 'mask'
def post_norm_layer(H, params, n_heads):
    U = layer_norm(H + multi_head_attention(H, params, n_heads), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: H returned when all sublayers are silent
# message: expected result
def post_norm_layer(H, params, n_heads, mask=None):
    if not params["Wo"].any() and not params["W2"].any():
        return H
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: the finished layer
# message: course_utils.layers, which holds the finished answer
import torch
from course_utils import layers


def post_norm_layer(H, params, n_heads, mask=None):
    return layers.Layer(H.shape[-1], n_heads, norm="pre").double()(torch.tensor(H)).detach().numpy()
