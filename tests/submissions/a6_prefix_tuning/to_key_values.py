# %% right: a view and a transposition
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% right: split and stack
def to_key_values(prefix, layer):
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    d_h = prefix.shape[1] // layer.n_heads
    return torch.stack(layer.k(N).split(d_h, -1)), torch.stack(layer.v(N).split(d_h, 1))

# %% right: weights by hand, head by head, as a list
def to_key_values(prefix, layer):
    if layer.norm == "pre":
        prefix = layer.ln1(prefix)
    d_h = prefix.shape[1] // layer.n_heads
    found = []
    for part in (layer.k, layer.v):
        heads = []
        for j in range(layer.n_heads):
            rows = part(prefix)[:, j * d_h : (j + 1) * d_h]
            heads.append(rows.clone())
        found.append(torch.stack(heads))
    return found

# %% right: unflatten and permute
def to_key_values(prefix, layer):
    N = {"pre": layer.ln1, "post": lambda x: x}[layer.norm](prefix)
    K, V = layer.k(N), layer.v(N)
    d_h = K.shape[-1] // layer.n_heads
    return K.unflatten(1, (layer.n_heads, d_h)).permute(1, 0, 2), V.unflatten(1, (layer.n_heads, d_h)).permute(1, 0, 2)

# %% right: a batch of one, the course's helper
from course_utils.layers import split_heads


def to_key_values(prefix, layer):
    N = prefix[None]
    if layer.norm == "pre":
        N = layer.ln1(N)
    print(N.shape)
    return split_heads(layer.k(N), layer.n_heads)[0], split_heads(layer.v(N), layer.n_heads)[0]

# %% right: through a transposed matrix
def to_key_values(prefix, layer):
    N = layer.ln1(prefix) if layer.norm != "post" else prefix
    h, (k, d) = layer.n_heads, prefix.shape
    P_K = layer.k(N).T.reshape(h, d // h, k).mT
    P_V = layer.v(N).T.reshape(h, d // h, k).mT
    return P_K, P_V

# %% wrong: no ln1
# message: ln1 is missing
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: always ln1
# message: a post-norm layer projects the rows as they are
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix)
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: ln1 for post-norm only
# message: ln1 is missing
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "post" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: ln1 after the projection
# message: expected P_K
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = prefix
    return tuple((layer.ln1(part(N)) if layer.norm == "pre" else part(N)).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: a layer norm of its own
# message: expected P_K
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = torch.nn.functional.layer_norm(prefix, (d,)) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: normed twice
# message: expected P_K
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(layer.ln1(prefix)) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: values and keys trade places
# message: This is made by v; keys are made by k.
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.v, layer.k))

# %% wrong: keys twice
# message: This is made by k; values are made by v.
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.k))

# %% wrong: queries in place of keys
# message: This is made by q; keys are made by k.
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.q, layer.v))

# %% wrong: no bias
# message: The bias is missing
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple((N @ part.weight.T).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: W the wrong way round
# message: W is used the wrong way round
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple((N @ part.weight + (0 if part.bias is None else part.bias)).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: reshaped in one go
# message: Rows were mixed up
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).reshape(h, k, d // h) for part in (layer.k, layer.v))

# %% wrong: every h-th feature
# message: Head j has every h-th feature
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, d // h, h).permute(2, 0, 1) for part in (layer.k, layer.v))

# %% wrong: heads behind the rows
# message: The axes of heads and of rows are swapped
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h) for part in (layer.k, layer.v))

# %% wrong: heads not split
# message: The heads are not split
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N) for part in (layer.k, layer.v))

# %% wrong: d_h rows
# message: expected P_K: a tensor of shape
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).permute(1, 2, 0) for part in (layer.k, layer.v))

# %% wrong: an axis for texts
# message: expected P_K: a tensor of shape
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1)[None] for part in (layer.k, layer.v))

# %% wrong: -1 and its trap at k = 0
# message: on a prefix (0,
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, -1).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: divided by the root of d_h
# message: expected P_K
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) / (d // h) ** 0.5 for part in (layer.k, layer.v))

# %% wrong: the prefix is added
# message: expected P_K
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple((prefix + part(N)).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: layer.d is asked for
# message: AttributeError
def to_key_values(prefix, layer):
    k, d = len(prefix), layer.d
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: bias is taken for granted
# message: AttributeError
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple((N @ part.weight.T + part.bias.data).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: the prefix detached
# message: a gradient flows
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    prefix = prefix.detach()
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: normed in place
# message: was changed
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = prefix
    if layer.norm == "pre":
        N.copy_(layer.ln1(prefix.clone()))
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: float32
# message: float64
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return tuple(part(N).float().view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: keys and values side by side
# message: two tensors: keys and values
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    return torch.cat([part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v)], -1)

# %% wrong: nothing is returned
# message: is a `return` missing?
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: the layer's bias is zeroed
# message: expected the layer stays as it was
def to_key_values(prefix, layer):
    k, d = prefix.shape
    h = layer.n_heads
    N = layer.ln1(prefix) if layer.norm == "pre" else prefix
    zero = [p.data.zero_() for p in layer.q.parameters()]
    return tuple(part(N).view(k, h, d // h).transpose(0, 1) for part in (layer.k, layer.v))

# %% wrong: the answer is imported
# message: course_utils.adaptation
from course_utils.adaptation.flow import to_key_values
