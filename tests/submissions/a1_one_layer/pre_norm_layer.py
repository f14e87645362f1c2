# %% right: with the functions above
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

# %% right: a loop over sublayers, prints and warns
import warnings


def pre_norm_layer(H, params, n_heads, mask=None):
    warnings.warn("two sublayers")
    x = H.copy()
    for n, F in enumerate([lambda N: multi_head_attention(N, params, n_heads, mask), lambda N: feed_forward(N, params)], 1):
        print("sublayer", n)
        x += F(layer_norm(x, params[f"ln{n}_gain"], params[f"ln{n}_shift"]))
    return x

# %% right: one expression
def pre_norm_layer(H, params, n_heads, mask=None):
    return (U := H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)) + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% right: three parts added at the end
def pre_norm_layer(H, params, n_heads, mask=None):
    written = multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    N = layer_norm(H + written, params["ln2_gain"], params["ln2_shift"])
    return H + (written + feed_forward(N, params))

# %% right: text by text
def pre_norm_layer(H, params, n_heads, mask=None):
    out = np.zeros_like(H)
    for b in range(len(H)):
        m = mask if mask is None or mask.ndim == 2 else mask[b : b + 1]
        x = H[b : b + 1]
        x = x + multi_head_attention(layer_norm(x, params["ln1_gain"], params["ln1_shift"]), params, int(n_heads), m)
        out[b] = (x + feed_forward(layer_norm(x, params["ln2_gain"], params["ln2_shift"], eps=1e-5), params))[0]
    return out

# %% wrong: first residual missing
# message: the first residual is missing
def pre_norm_layer(H, params, n_heads, mask=None):
    U = multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: second residual missing
# message: the second residual is missing
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: both residuals missing
# message: Both residuals are missing
def pre_norm_layer(H, params, n_heads, mask=None):
    U = multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: first residual from LN(H)
# message: The first residual starts from LN(H)
def pre_norm_layer(H, params, n_heads, mask=None):
    N = layer_norm(H, params["ln1_gain"], params["ln1_shift"])
    U = N + multi_head_attention(N, params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: second residual from LN(U)
# message: The second residual starts from LN(U)
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    N = layer_norm(U, params["ln2_gain"], params["ln2_shift"])
    return N + feed_forward(N, params)

# %% wrong: both residuals from the norm
# message: Both residuals start from the normalised states
def pre_norm_layer(H, params, n_heads, mask=None):
    N = layer_norm(H, params["ln1_gain"], params["ln1_shift"])
    N = layer_norm(N + multi_head_attention(N, params, n_heads, mask), params["ln2_gain"], params["ln2_shift"])
    return N + feed_forward(N, params)

# %% wrong: residual twice around attention
# message: H is added twice around attention
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: residual twice around feed-forward
# message: U is added twice around feed-forward
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: H added again at the end
# message: H is added once more at the end
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return H + U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: second residual from H
# message: The second residual starts from H
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return H + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: parallel sublayers
# message: Feed-forward reads LN(H)
def pre_norm_layer(H, params, n_heads, mask=None):
    return H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask) + feed_forward(layer_norm(H, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: no norm before attention
# message: Attention reads H without its layer norm
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(H, params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: no norm before feed-forward
# message: Feed-forward reads U without its layer norm
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(U, params)

# %% wrong: no norm
# message: There is no layer norm
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(H, params, n_heads, mask)
    return U + feed_forward(U, params)

# %% wrong: ln1 twice
# message: ln1 is used twice
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln1_gain"], params["ln1_shift"]), params)

# %% wrong: ln2 twice
# message: ln2 is used twice
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln2_gain"], params["ln2_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: ln1 and ln2 exchanged
# message: ln1 and ln2 are exchanged
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln2_gain"], params["ln2_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln1_gain"], params["ln1_shift"]), params)

# %% wrong: post-norm
# message: This is the post-norm layer
def pre_norm_layer(H, params, n_heads, mask=None):
    U = layer_norm(H + multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return layer_norm(U + feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: the book's placement
# message: The norm stands after the sublayer
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + layer_norm(multi_head_attention(H, params, n_heads, mask), params["ln1_gain"], params["ln1_shift"])
    return U + layer_norm(feed_forward(U, params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: feed-forward first
# message: Feed-forward comes before attention
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + feed_forward(layer_norm(H, params["ln2_gain"], params["ln2_shift"]), params)
    return U + multi_head_attention(layer_norm(U, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)

# %% wrong: norm at the end as well
# message: expected result
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return layer_norm(U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params), params["ln2_gain"], params["ln2_shift"])

# %% wrong: only attention
# message: attention silent
def pre_norm_layer(H, params, n_heads, mask=None):
    return H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)

# %% wrong: only feed-forward
# message: expected result
def pre_norm_layer(H, params, n_heads, mask=None):
    return H + feed_forward(layer_norm(H, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: half of what is written
# message: expected result
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + 0.5 * multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + 0.5 * feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: values from H
# message: The values are made of H
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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask, H)
    return U + feed(norm(U, params, 2), params)

# %% wrong: norm of norm
# message: attention silent
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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(norm(U, params, 2), params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, None)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

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


def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + attend(norm(H, params, 1), params, n_heads, mask)
    return U + feed(norm(U, params, 2), params)

# %% wrong: H changed by +=
# message: argument 1 was changed
def pre_norm_layer(H, params, n_heads, mask=None):
    H += multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    H += feed_forward(layer_norm(H, params["ln2_gain"], params["ln2_shift"]), params)
    return H

# %% wrong: params renamed
# message: argument 2 was changed
def pre_norm_layer(H, params, n_heads, mask=None):
    params["norm"] = params.pop("ln1_gain")
    params["ln1_gain"] = params["norm"]
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: float32
# message: float32
def pre_norm_layer(H, params, n_heads, mask=None):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return np.float32(U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params))

# %% wrong: no mask argument
# message: unexpected keyword argument 'mask'
def pre_norm_layer(H, params, n_heads):
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: H returned when all sublayers are silent
# message: shares its memory
def pre_norm_layer(H, params, n_heads, mask=None):
    if not params["Wo"].any() and not params["W2"].any():
        return H
    U = H + multi_head_attention(layer_norm(H, params["ln1_gain"], params["ln1_shift"]), params, n_heads, mask)
    return U + feed_forward(layer_norm(U, params["ln2_gain"], params["ln2_shift"]), params)

# %% wrong: the finished layer
# message: course_utils.layers, which holds the finished answer
import torch
from course_utils import layers


def pre_norm_layer(H, params, n_heads, mask=None):
    return layers.Layer(H.shape[-1], n_heads, norm="pre").double()(torch.tensor(H)).detach().numpy()
