# %% right: two passes
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% right: np.var, keyword arguments
def layer_norm(X, gain, shift, eps=1e-5):
    mean = np.mean(X, axis=-1, keepdims=True)
    return gain * ((X - mean) / np.sqrt(np.var(X, axis=X.ndim - 1, keepdims=True) + eps)) + shift

# %% right: row by row, prints
def layer_norm(X, gain, shift, eps=1e-5):
    print(X.shape)
    rows = X.reshape(-1, X.shape[-1])
    out = []
    for row in rows:
        centred = row - sum(row) / len(row)
        out.append(centred / (centred @ centred / len(row) + eps) ** 0.5 * gain + shift)
    return np.array(out).reshape(X.shape)

# %% right: shifted by the first feature, then the short formula
def layer_norm(X, gain, shift, eps=1e-5):
    Y = X - X[..., :1]
    m = Y.mean(-1, keepdims=True)
    variance = np.maximum((Y**2).mean(-1, keepdims=True) - m**2, 0)
    return (Y - m) / np.sqrt(variance + eps) * gain + shift

# %% right: apply_along_axis with a warning
import warnings


def layer_norm(X, gain, shift, eps=1e-5):
    warnings.warn("slow")

    def one(row):
        centred = row - row.mean()
        return centred / np.sqrt((centred**2).mean() + eps) * gain + shift

    return np.apply_along_axis(one, -1, X)

# %% right: in torch
import torch


def layer_norm(X, gain, shift, eps=1e-5):
    t = torch.tensor
    return torch.nn.functional.layer_norm(t(X), gain.shape, t(gain), t(shift), float(eps)).numpy()

# %% wrong: over the positions
# message: over the positions (axis -2)
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-2, keepdims=True)
    variance = (C**2).mean(-2, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: over positions and features
# message: over positions and features together
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean((-2, -1), keepdims=True)
    variance = (C**2).mean((-2, -1), keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: over the batch
# message: over the batch (axis 0)
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(0, keepdims=True)
    variance = (C**2).mean(0, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: over the whole array
# message: over the whole array
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(None, keepdims=True)
    variance = (C**2).mean(None, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: axis 2, right for rank 3 only
# message: an array of rank 4
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(2, keepdims=True)
    variance = (C**2).mean(2, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: ddof=1
# message: (ddof=1)
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = X.var(-1, keepdims=True, ddof=1 if X.shape[-1] > 1 else 0)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: eps outside the root
# message: eps stands outside the root
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / (np.sqrt(variance) + eps) * gain + shift

# %% wrong: eps missing
# message: eps is missing
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance) * gain + shift

# %% wrong: eps always 1e-5
# message: eps is always 1e-5
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + 1e-5) * gain + shift

# %% wrong: eps = 0 taken for no eps
# message: eps is always 1e-5
# message: eps = 0
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + (eps or 1e-5)) * gain + shift

# %% wrong: default 1e-6
# message: expected result
def layer_norm(X, gain, shift, eps=1e-6):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: default 1e-12, as in BERT
# message: expected result
def layer_norm(X, gain, shift, eps=1e-12):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: eps by keyword only
# message: TypeError
def layer_norm(X, gain, shift, *, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: eps called epsilon
# message: unexpected keyword argument 'eps'
def layer_norm(X, gain, shift, epsilon=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + epsilon) * gain + shift

# %% wrong: divided by the variance
# message: divided by the variance
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / (variance + eps) * gain + shift

# %% wrong: not centred
# message: without its mean being subtracted
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return X / np.sqrt(variance + eps) * gain + shift

# %% wrong: RMS norm
# message: This is RMS norm
def layer_norm(X, gain, shift, eps=1e-5):
    C = X
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: short formula for the variance
# message: E[x²] - E[x]²
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (X**2).mean(-1, keepdims=True) - X.mean(-1, keepdims=True) ** 2
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: short formula, kept above 0
# message: random numbers +
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = np.maximum((X**2).mean(-1, keepdims=True) - X.mean(-1, keepdims=True) ** 2, 0)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: no gain
# message: The gain is missing
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) + shift

# %% wrong: no shift
# message: The shift is missing
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain

# %% wrong: no gain, no shift
# message: Gain and shift are missing
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps)

# %% wrong: shift before gain
# message: The shift is added before the gain
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return (C / np.sqrt(variance + eps) + shift) * gain

# %% wrong: gain and shift exchanged
# message: Gain and shift are exchanged
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * shift + gain

# %% wrong: 1 + gain
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * (1 + gain) + shift

# %% wrong: constant rows left out
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    if (variance == 0).all():
        return X
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: variance clipped at eps
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(np.maximum(variance, eps)) * gain + shift

# %% wrong: eps added twice
# message: With gain and shift undone, the first row has mean
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / (np.sqrt(variance + eps) + eps) * gain + shift

# %% wrong: eps squared
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps**2) * gain + shift

# %% wrong: mean absolute deviation
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / (np.abs(C).mean(-1, keepdims=True) + eps) * gain + shift

# %% wrong: max-min scaling
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / (X.max(-1, keepdims=True) - X.min(-1, keepdims=True) + eps) * gain + shift

# %% wrong: X centred in place
# message: argument 1 was changed
def layer_norm(X, gain, shift, eps=1e-5):
    C = X
    C -= X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: gain and shift overwritten
# message: argument 3 was changed
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    shift += 0.5
    shift -= 0.25
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: no keepdims
# message: ValueError
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1)
    variance = (C**2).mean(-1)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: result float32
# message: float32
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return np.float32(C / np.sqrt(variance + eps) * gain + shift)

# %% wrong: computed in float32
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    X = X.astype(np.float32)
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return np.float64(C / np.sqrt(variance + eps) * gain + shift)

# %% wrong: always rank 3
# message: an array of shape
def layer_norm(X, gain, shift, eps=1e-5):
    X = X[None] if X.ndim < 3 else X
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: constant rows return shift itself
# message: shares its memory
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    if X.shape[-1] == 1:
        return np.broadcast_to(shift, X.shape)
    return C / np.sqrt(variance + eps) * gain + shift

# %% wrong: NaN in constant rows set to zero, not to shift
# message: expected result
def layer_norm(X, gain, shift, eps=1e-5):
    C = X - X.mean(-1, keepdims=True)
    variance = (C**2).mean(-1, keepdims=True)
    out = C / np.sqrt(variance + eps) * gain + shift
    return np.where(variance == 0, 0, out)

# %% wrong: imports the finished one
# message: course_utils.exercises.reference, which holds the finished answer
from course_utils.exercises import reference

layer_norm = reference.layer_norm
