# %% right: two maps
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% right: einsum and where
def feed_forward(X, params):
    u = np.einsum("btd,df->btf", X, params["W1"]) + params["b1"]
    return np.einsum("btf,fd->btd", np.where(u > 0, u, 0.0), params["W2"]) + params["b2"]

# %% right: position by position, prints and warns
import warnings


def feed_forward(X, params):
    warnings.warn("slow")
    out = np.empty_like(X)
    for b, t in np.ndindex(X.shape[:2]):
        u = X[b, t] @ params["W1"] + params["b1"]
        u[u < 0] = 0
        out[b, t] = u @ params["W2"] + params["b2"]
    print("done")
    return out

# %% right: multiplied by a mask, flat rows
def feed_forward(X, params):
    rows = X.reshape(-1, X.shape[-1])
    u = rows @ params["W1"] + params["b1"]
    u *= u > 0
    return (u.dot(params["W2"]) + params["b2"]).reshape(X.shape)

# %% right: (u + |u|) / 2, biases as a row of the matrix
def feed_forward(X, params):
    def affine(x, W, b):
        ones = np.ones((*x.shape[:-1], 1))
        return np.concatenate([x, ones], -1) @ np.vstack([W, b])

    u = affine(X, params["W1"], params["b1"])
    return affine((u + abs(u)) / 2, params["W2"], params["b2"])

# %% wrong: ReLU missing
# message: The ReLU is missing
def feed_forward(X, params):
    inner = X @ params["W1"] + params["b1"]
    return inner @ params["W2"] + params["b2"]

# %% wrong: ReLU on the result too
# message: The ReLU also cuts off the result
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return np.maximum(0, inner @ params["W2"] + params["b2"])

# %% wrong: ReLU on the result only
# message: The ReLU stands after the second map
def feed_forward(X, params):
    inner = X @ params["W1"] + params["b1"]
    return np.maximum(0, inner @ params["W2"] + params["b2"])

# %% wrong: ReLU on the input
# message: The ReLU stands before the first map
def feed_forward(X, params):
    inner = np.maximum(0, X) @ params["W1"] + params["b1"]
    return inner @ params["W2"] + params["b2"]

# %% wrong: ReLU before b1
# message: The ReLU comes before b1
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"]) + params["b1"]
    return inner @ params["W2"] + params["b2"]

# %% wrong: minimum
# message: turned round
def feed_forward(X, params):
    inner = np.minimum(0, X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: absolute values
# message: absolute values
def feed_forward(X, params):
    inner = np.abs(X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: GELU
# message: This is GELU
def feed_forward(X, params):
    inner = X @ params["W1"] + params["b1"]
    inner = inner / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (inner + 0.044715 * inner**3)))
    return inner @ params["W2"] + params["b2"]

# %% wrong: leaky ReLU
# message: expected result
def feed_forward(X, params):
    inner = X @ params["W1"] + params["b1"]
    inner = np.maximum(0.01 * inner, inner)
    return inner @ params["W2"] + params["b2"]

# %% wrong: ReLU cut at 6
# message: expected result
def feed_forward(X, params):
    inner = np.clip(0, None, 6) + np.clip(X @ params["W1"] + params["b1"], 0, 1)
    return inner @ params["W2"] + params["b2"]

# %% wrong: b1 missing
# message: b1 is missing
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: b2 missing
# message: b2 is missing
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return inner @ params["W2"]

# %% wrong: both biases missing
# message: b1 and b2 are missing
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"])
    return inner @ params["W2"]

# %% wrong: residual added
# message: The residual belongs to the layer
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return X + inner @ params["W2"] + params["b2"]

# %% wrong: W2 first
# message: ValueError
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W2"] + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: transposed matrices
# message: ValueError
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"].T + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: W1 used twice
# message: expected result
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return inner @ params["W1"].T + params["b2"]

# %% wrong: hidden width always 4d
# message: AssertionError
def feed_forward(X, params):
    assert params["W1"].shape[1] == 4 * X.shape[-1]
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: positions mixed: mean over T
# message: an array of shape
def feed_forward(X, params):
    X = X.mean(1, keepdims=True)
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: positions mixed: softmax over T
# message: expected result
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    inner = inner / (1 + inner.sum(1, keepdims=True))
    return inner @ params["W2"] + params["b2"]

# %% wrong: dropout
# message: expected result
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    inner = inner * (np.random.random(inner.shape) < 0.9)
    return inner @ params["W2"] + params["b2"]

# %% wrong: b1 changed
# message: argument 2 was changed at ['b1']
def feed_forward(X, params):
    inner = np.maximum(0, params["b1"] + X @ params["W1"])
    params["b1"][0] = 0
    return inner @ params["W2"] + params["b2"]

# %% wrong: X changed
# message: argument 1 was changed
def feed_forward(X, params):
    X[X < 0] *= 0.5
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]

# %% wrong: b2 returned as a view for zeros
# message: shares its memory
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    if not params["W2"].any():
        return np.broadcast_to(params["b2"], X.shape)
    return inner @ params["W2"] + params["b2"]

# %% wrong: float32
# message: float32
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    return np.float32(inner @ params["W2"] + params["b2"])

# %% wrong: one buffer for all calls
# message: new memory for every result
BUFFERS = {}


def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params["b1"])
    out = BUFFERS.setdefault(X.shape, np.empty(X.shape))
    out[:] = inner @ params["W2"] + params["b2"]
    return out

# %% wrong: params removed after use
# message: argument 2 was changed
def feed_forward(X, params):
    inner = np.maximum(0, X @ params["W1"] + params.pop("b1"))
    return inner @ params["W2"] + params["b2"]

# %% wrong: dead units revived
# message: expected result
def feed_forward(X, params):
    inner = np.maximum(1e-6, X @ params["W1"] + params["b1"])
    return inner @ params["W2"] + params["b2"]
