# %% right: one line
def lora_merge(W, A, B, alpha):
    return W + (alpha / len(A)) * (B @ A)

# %% right: einsum
def lora_merge(W, A, B, alpha):
    return W + torch.einsum("or,ri->oi", B, A) * alpha / A.shape[0]

# %% right: rank one after the other
def lora_merge(W, A, B, alpha):
    merged = W.clone()
    for a, b in zip(A, B.T):
        merged = merged + torch.outer(b, a) * (alpha / B.shape[1])
    return merged

# %% right: addmm
def lora_merge(W, A, B, alpha):
    return torch.addmm(W, B, A, alpha=alpha / A.size(0))

# %% right: in place on a copy, with a print
def lora_merge(W, A, B, alpha):
    print("merging")
    r, _ = A.shape
    new = W.clone()
    new += (B * (alpha / r)) @ A
    return new

# %% right: by columns, under functional linear
def lora_merge(W, A, B, alpha):
    difference = nn.functional.linear(A.T, B).T
    return torch.stack([W[i] + alpha * difference[i] / len(A) for i in range(len(W))])

# %% wrong: not scaled
# message: alpha / r is missing
def lora_merge(W, A, B, alpha):
    return W + B @ A

# %% wrong: scaled by alpha alone
# message: It is scaled by alpha, not by alpha / r
def lora_merge(W, A, B, alpha):
    return W + alpha * B @ A

# %% wrong: scaled by 1 / r
# message: It is scaled by 1 / r
def lora_merge(W, A, B, alpha):
    return W + B @ A / len(A)

# %% wrong: scaled by alpha r
# message: It is scaled by alpha · r
def lora_merge(W, A, B, alpha):
    return W + alpha * len(A) * B @ A

# %% wrong: the root of r
# message: It is divided by the root of r
def lora_merge(W, A, B, alpha):
    return W + alpha / len(A) ** 0.5 * B @ A

# %% wrong: a whole number
# message: The division was cut to a whole number
def lora_merge(W, A, B, alpha):
    return W + alpha // len(A) * B @ A

# %% wrong: divided by d_in
# message: It is divided by d_in
def lora_merge(W, A, B, alpha):
    return W + alpha / A.shape[1] * B @ A

# %% wrong: divided by d_out
# message: It is divided by d_out
def lora_merge(W, A, B, alpha):
    return W + alpha / len(B) * B @ A

# %% wrong: subtracted
# message: It is subtracted
def lora_merge(W, A, B, alpha):
    return W - alpha / len(A) * B @ A

# %% wrong: added twice
# message: It is added twice
def lora_merge(W, A, B, alpha):
    return W + 2 * alpha / len(A) * B @ A

# %% wrong: the difference alone
# message: That is the difference alone, without W
def lora_merge(W, A, B, alpha):
    return alpha / len(A) * B @ A

# %% wrong: the wrong order of factors
# message: RuntimeError
def lora_merge(W, A, B, alpha):
    return W + alpha / len(A) * A @ B

# %% wrong: transposed
# message: shape
def lora_merge(W, A, B, alpha):
    return W.T + alpha / len(A) * A.T @ B.T

# %% wrong: transposed where it fits
# message: W (
# message: The difference is transposed
def lora_merge(W, A, B, alpha):
    difference = alpha / len(A) * B @ A
    if W.shape[0] == W.shape[1]:
        difference = difference.T
    return W + difference

# %% wrong: written into W
# message: argument 1 was changed
def lora_merge(W, A, B, alpha):
    W += alpha / len(A) * B @ A
    return W

# %% wrong: B is scaled in place
# message: argument 3 was changed
def lora_merge(W, A, B, alpha):
    B *= alpha / len(A)
    return W + B @ A

# %% wrong: W itself where B is zero
# message: B is zero
# message: shares its memory
def lora_merge(W, A, B, alpha):
    if not B.any():
        return W
    return W + alpha / len(A) * B @ A

# %% wrong: always in double precision
# message: float32
# message: float64
def lora_merge(W, A, B, alpha):
    return (W.double() + alpha / len(A) * B.double() @ A.double())

# %% wrong: always in single precision
# message: float32
def lora_merge(W, A, B, alpha):
    new = torch.zeros(W.shape)
    new += W
    return new + alpha / len(A) * (B @ A).float()

# %% wrong: W is cut off
# message: the gradient from the new W to W
# message: cut off
def lora_merge(W, A, B, alpha):
    return W.detach() + alpha / len(A) * B @ A

# %% wrong: A and B are cut off
# message: to A
# message: cut off
def lora_merge(W, A, B, alpha):
    return W + alpha / len(A) * (B @ A).detach()

# %% wrong: no gradients at all
# message: a gradient flows
def lora_merge(W, A, B, alpha):
    with torch.no_grad():
        return W + alpha / len(A) * B @ A

# %% wrong: nothing comes back
# message: None (is a `return` missing?)
def lora_merge(W, A, B, alpha):
    W + alpha / len(A) * B @ A

# %% wrong: the function of the package
# message: it uses course_utils.adaptation
from course_utils.adaptation.lora import lora_merge
