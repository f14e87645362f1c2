"""Slow, plain NumPy versions to compare with: loops, one number at a time.

Independent of `course_utils.layers` on purpose: the two are tested against each
other. Shapes and parameter names are those of assignment a1.
"""

import math

import numpy as np


def embed(ids, E, Pos):
    """(B, T, d): row E[ids[b, t]] of the tokens plus row Pos[t] of the positions."""
    B, T = ids.shape
    H = np.empty((B, T, E.shape[1]))
    for b, t in np.ndindex(B, T):
        H[b, t] = E[int(ids[b, t])] + Pos[t]
    return H


def attention_weights(Q, K, mask=None):
    """(B, h, Tq, Tk) for Q (B, h, Tq, d_h) and K (B, h, Tk, d_h)."""
    B, h, Tq, d_h = Q.shape
    Tk = K.shape[2]
    A = np.zeros((B, h, Tq, Tk))
    allowed = np.ones((B, h, Tq, Tk), bool)
    if mask is not None:
        allowed &= np.broadcast_to(mask, (B, h, Tq, Tk))
    for b, head, i in np.ndindex(B, h, Tq):
        keys = [j for j in range(Tk) if allowed[b, head, i, j]]
        if not keys:
            continue
        scores = [Q[b, head, i] @ K[b, head, j] / math.sqrt(d_h) for j in keys]
        shares = [math.exp(score - max(scores)) for score in scores]
        for j, share in zip(keys, shares, strict=True):
            A[b, head, i, j] = share / sum(shares)
    return A


def multi_head_attention(X, params, n_heads, mask=None):
    """(B, T, d): head n works on the features n·d_h to (n+1)·d_h."""
    B, T, d = X.shape
    d_h = d // n_heads
    Q, K, V = (X @ params[f"W{c}"] + params[f"b{c}"] for c in "qkv")
    mixed = np.zeros((B, T, d))
    if mask is not None and np.ndim(mask) == 4:
        mask = np.broadcast_to(mask, (B, 1, T, T))
    for n in range(n_heads):
        part = slice(n * d_h, (n + 1) * d_h)
        A = attention_weights(Q[:, None, :, part], K[:, None, :, part], mask)
        for b, i in np.ndindex(B, T):
            mixed[b, i, part] = sum(A[b, 0, i, j] * V[b, j, part] for j in range(T))
    return mixed @ params["Wo"] + params["bo"]


def layer_norm(X, gain, shift, eps=1e-5):
    """Each row over its features to mean 0 and variance 1, then gain and shift."""
    out = np.empty_like(X)
    for place in np.ndindex(X.shape[:-1]):
        row = X[place] - X[place].mean()
        out[place] = row / math.sqrt((row**2).mean() + eps) * gain + shift
    return out


def feed_forward(X, params):
    """ReLU between two linear maps, each position for itself."""
    hidden = X @ params["W1"] + params["b1"]
    return np.where(hidden > 0, hidden, 0.0) @ params["W2"] + params["b2"]


def norms(params):
    """The two layer norms of a flat parameter dict, as functions."""
    return [
        lambda X, n=n: layer_norm(X, params[f"ln{n}_gain"], params[f"ln{n}_shift"])
        for n in (1, 2)
    ]


def pre_norm_layer(H, params, n_heads, mask=None):
    """x + F(LN(x)), for attention and then for feed-forward."""
    ln1, ln2 = norms(params)
    U = H + multi_head_attention(ln1(H), params, n_heads, mask)
    return U + feed_forward(ln2(U), params)


def post_norm_layer(H, params, n_heads, mask=None):
    """LN(x + F(x)), for attention and then for feed-forward."""
    ln1, ln2 = norms(params)
    U = ln1(H + multi_head_attention(H, params, n_heads, mask))
    return ln2(U + feed_forward(U, params))
