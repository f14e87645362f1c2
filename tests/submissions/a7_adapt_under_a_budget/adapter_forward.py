# %% right: one line
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% right: functional linear
def adapter_forward(u, W_down, b_down, W_up, b_up):
    linear, relu = nn.functional.linear, nn.functional.relu
    return u + linear(relu(linear(u, W_down.T, b_down)), W_up.T, b_up)

# %% right: einsum
def adapter_forward(u, W_down, b_down, W_up, b_up):
    inside = torch.einsum("...d,db->...b", u, W_down) + b_down
    inside = torch.where(inside > 0, inside, torch.zeros_like(inside))
    return torch.einsum("...b,bd->...d", inside, W_up) + b_up + u

# %% right: flat, in place on copies
def adapter_forward(u, W_down, b_down, W_up, b_up):
    flat = u.reshape(-1, u.shape[-1])
    inside = torch.addmm(b_down, flat, W_down).clamp(min=0)
    out = flat.clone()
    out += inside @ W_up
    out += b_up
    return out.reshape(u.shape)

# %% right: one unit after the other
def adapter_forward(u, W_down, b_down, W_up, b_up):
    out = u + b_up
    for j in range(len(b_down)):
        unit = torch.relu((u * W_down[:, j]).sum(-1, keepdim=True) + b_down[j])
        out = out + unit * W_up[j]
    return out

# %% wrong: without u
# message: u itself is missing
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: without relu
# message: There is no relu
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down + b_down) @ W_up + b_up

# %% wrong: relu after the way up
# message: The relu comes after the way up
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + ((u @ W_down + b_down) @ W_up + b_up).relu()

# %% wrong: relu twice
# message: There is a relu too many
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + ((u @ W_down + b_down).relu() @ W_up + b_up).relu()

# %% wrong: relu of the sum
# message: The relu comes after the sum with u
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return (u + (u @ W_down + b_down).relu() @ W_up + b_up).relu()

# %% wrong: relu before the bias
# message: The relu comes before b_down is added
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + ((u @ W_down).relu() + b_down) @ W_up + b_up

# %% wrong: gelu
# message: That is gelu, not relu
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + nn.functional.gelu(u @ W_down + b_down) @ W_up + b_up

# %% wrong: tanh
# message: That is tanh, not relu
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down + b_down).tanh() @ W_up + b_up

# %% wrong: without b_down
# message: b_down is missing
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down).relu() @ W_up + b_up

# %% wrong: without b_up
# message: b_up is missing
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down + b_down).relu() @ W_up

# %% wrong: without biases
# message: Both biases are missing
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down).relu() @ W_up

# %% wrong: u twice
# message: u is added twice
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return 2 * u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: as Linear keeps weights
# message: RuntimeError
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down.T + b_down).relu() @ W_up.T + b_up

# %% wrong: transposed where it fits
# message: W_down is transposed
def adapter_forward(u, W_down, b_down, W_up, b_up):
    if len(b_down) == u.shape[-1]:
        W_down = W_down.T
    return u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: written into u
# message: argument 1 was changed
def adapter_forward(u, W_down, b_down, W_up, b_up):
    u += (u @ W_down + b_down).relu() @ W_up + b_up
    return u

# %% wrong: u itself where nothing is added
# message: W_up and b_up are zero
# message: shares its memory
def adapter_forward(u, W_down, b_down, W_up, b_up):
    if not W_up.any() and not b_up.any():
        return u
    return u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: for three axes alone
# message: states of one text
def adapter_forward(u, W_down, b_down, W_up, b_up):
    B, T, d = u.shape
    return u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: flat and not folded back
# message: shape
def adapter_forward(u, W_down, b_down, W_up, b_up):
    u = u.reshape(-1, u.shape[-1])
    return u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: always in single precision
# message: float64
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return (u + (u @ W_down + b_down).relu() @ W_up + b_up).float()

# %% wrong: u is cut off
# message: the gradient from the result to u
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u.detach() @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: weights are cut off
# message: to W_down
# message: cut off
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down.detach() + b_down).relu() @ W_up + b_up

# %% wrong: no gradients
# message: a gradient flows
@torch.no_grad()
def adapter_forward(u, W_down, b_down, W_up, b_up):
    return u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: nothing comes back
# message: None (is a `return` missing?)
def adapter_forward(u, W_down, b_down, W_up, b_up):
    u + (u @ W_down + b_down).relu() @ W_up + b_up

# %% wrong: the function of the package
# message: it uses course_utils.adaptation
from course_utils.adaptation.adapter import adapter_forward
