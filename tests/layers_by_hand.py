"""A layer twice more: by hand in NumPy, and as torch's own encoder layer."""

import numpy as np
import torch


def layer_norm_by_hand(x, norm):
    """Layer norm of one row (d,) in NumPy."""
    gain, shift = norm.weight.detach().numpy(), norm.bias.detach().numpy()
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + norm.eps) * gain + (
        shift
    )


def affine(x, part):
    """x (d_in,) through a Linear module, in NumPy."""
    return part.weight.detach().numpy() @ x + part.bias.detach().numpy()


def attend_by_hand(layer, rows, mask):
    """What attention writes for rows (T, d), head by head and query by query."""
    Q, K, V = ([affine(row, p) for row in rows] for p in (layer.q, layer.k, layer.v))
    d_h = layer.d // layer.n_heads
    written = []
    for t in range(len(rows)):
        mixed = np.zeros(layer.d)
        keys = [s for s in range(len(rows)) if mask[t, s]]
        for part in (slice(i, i + d_h) for i in range(0, layer.d, d_h)):
            powers = [np.exp(Q[t][part] @ K[s][part] / np.sqrt(d_h)) for s in keys]
            for s, power in zip(keys, powers, strict=True):
                mixed[part] += power / sum(powers) * V[s][part]
        written.append(affine(mixed, layer.o))
    return np.array(written)


def layer_by_hand(layer, rows, mask, activation):
    """One sequence (T, d) through a layer, by the formulas of lesson 02."""

    def ln(X, norm):
        return np.array([layer_norm_by_hand(x, norm) for x in X])

    def ffn(X):
        return np.array(
            [affine(activation(affine(x, layer.ff1)), layer.ff2) for x in X]
        )

    if layer.norm == "pre":
        U = rows + attend_by_hand(layer, ln(rows, layer.ln1), mask)
        return U + ffn(ln(U, layer.ln2))
    U = ln(rows + attend_by_hand(layer, rows, mask), layer.ln1)
    return ln(U + ffn(U), layer.ln2)


def gelu(x):
    return x * np.array([0.5 * (1 + torch.erf(torch.tensor(v / 2**0.5))) for v in x])


def torch_layer(layer):
    """torch's own encoder layer with the parameters of a layer of the course."""
    theirs = torch.nn.TransformerEncoderLayer(
        layer.d,
        layer.n_heads,
        layer.ff1.out_features,
        dropout=0.0,
        activation=layer.activation,
        layer_norm_eps=layer.ln1.eps,
        batch_first=True,
        norm_first=layer.norm == "pre",
    ).double()
    theirs.self_attn.in_proj_weight.data = torch.cat(
        [part.weight.data for part in (layer.q, layer.k, layer.v)]
    )
    theirs.self_attn.in_proj_bias.data = torch.cat(
        [part.bias.data for part in (layer.q, layer.k, layer.v)]
    )
    for part, twin in {
        layer.o: theirs.self_attn.out_proj,
        layer.ff1: theirs.linear1,
        layer.ff2: theirs.linear2,
        layer.ln1: theirs.norm1,
        layer.ln2: theirs.norm2,
    }.items():
        twin.load_state_dict(part.state_dict())
    return theirs.train()  # without dropout the same, and never the fused path
