# %% right: a list of products
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone()) @ unembed for H in states])

# %% right: copies out, one product for all
def lens(states, final_norm, unembed):
    normed = torch.stack([final_norm(H.clone()).clone() for H in states])
    return normed @ unembed

# %% right: einsum
def lens(states, final_norm, unembed):
    out = []
    for H in states:
        out.append(torch.einsum("btd,dv->btv", final_norm(H + 0), unembed))
    return torch.stack(out)

# %% right: a linear map with the transposed head
import torch.nn.functional as F


def lens(states, final_norm, unembed):
    logits = [F.linear(final_norm(H.clone()), unembed.T) for H in states]
    return torch.cat([Z.unsqueeze(0) for Z in logits], dim=0)

# %% right: filled in place, from the last state to the first
def lens(states, final_norm, unembed):
    B, T, _ = states[0].shape
    out = torch.zeros(len(states), B, T, unembed.shape[1], dtype=unembed.dtype)
    for l in reversed(range(len(states))):
        out[l] = torch.matmul(final_norm(1 * states[l]), unembed)
    return out

# %% right: map and a helper called norm
def lens(states, final_norm, unembed):
    def norm(H):
        print("norm", H.shape)
        return final_norm(H.clone())

    return torch.stack(list(map(lambda H: norm(H).matmul(unembed), states)), 0)

# %% right: tensordot
def lens(states, final_norm, unembed):
    return torch.stack(
        [torch.tensordot(final_norm(H.clone()), unembed, dims=([2], [0])) for H in states]
    )

# %% wrong: no final norm
# message: The final norm is missing.
def lens(states, final_norm, unembed):
    return torch.stack([H @ unembed for H in states])

# %% wrong: the last state is taken for normed
# message: H[L] is not normed yet
def lens(states, final_norm, unembed):
    normed = [final_norm(H.clone()).clone() for H in states[:-1]] + [states[-1]]
    return torch.stack([H @ unembed for H in normed])

# %% wrong: only the last state is normed
# message: Only the last state is normed
def lens(states, final_norm, unembed):
    normed = [*states[:-1], final_norm(states[-1].clone())]
    return torch.stack([H @ unembed for H in normed])

# %% wrong: H[0] is left out
# message: H[0] is missing
def lens(states, final_norm, unembed):
    logits = [final_norm(H.clone()) @ unembed for H in states[1:]]
    return torch.stack(logits)

# %% wrong: the last state is left out
# message: The last state is missing
def lens(states, final_norm, unembed):
    logits = [final_norm(H.clone()) @ unembed for H in states[:-1]]
    return torch.stack(logits)

# %% wrong: all states are normed at once
# message: a norm that looks at all it gets
# message: The final norm is applied to all states at once
def lens(states, final_norm, unembed):
    return final_norm(torch.stack(list(states))) @ unembed

# %% wrong: states one after another along the batch
# message: a norm that looks at all it gets
def lens(states, final_norm, unembed):
    normed = final_norm(torch.cat(list(states)))
    return (normed @ unembed).unflatten(0, (len(states), -1))

# %% wrong: states one after another along the positions
# message: a norm that looks at all it gets
def lens(states, final_norm, unembed):
    T = states[0].shape[1]
    normed = final_norm(torch.cat(list(states), 1))
    return torch.stack((normed @ unembed).split(T, 1))

# %% wrong: sequence by sequence
# message: expected logits
def lens(states, final_norm, unembed):
    return torch.stack(
        [torch.cat([final_norm(H[b : b + 1].clone()) @ unembed for b in range(len(H))]) for H in states]
    )

# %% wrong: position by position
# message: expected logits
def lens(states, final_norm, unembed):
    return torch.stack(
        [torch.cat([final_norm(H[:, t : t + 1].clone()) @ unembed for t in range(H.shape[1])], 1) for H in states]
    )

# %% wrong: a layer norm of its own
# message: expected logits
import torch.nn.functional as F


def lens(states, final_norm, unembed):
    return torch.stack([F.layer_norm(H, H.shape[-1:]) @ unembed for H in states])

# %% wrong: normed over the positions
# message: expected logits
def lens(states, final_norm, unembed):
    normed = [(H - H.mean(1, keepdim=True)) / H.std(1, keepdim=True, correction=0) for H in states]
    return torch.stack([H @ unembed for H in normed])

# %% wrong: probabilities
# message: softmax over V
def lens(states, final_norm, unembed):
    return torch.stack([(final_norm(H.clone()) @ unembed).softmax(-1) for H in states])

# %% wrong: log-probabilities
# message: These are log-probabilities
def lens(states, final_norm, unembed):
    return torch.stack([(final_norm(H.clone()) @ unembed).log_softmax(-1) for H in states])

# %% wrong: softmax along the positions
# message: softmax over positions
def lens(states, final_norm, unembed):
    return torch.stack([(final_norm(H.clone()) @ unembed).softmax(-2) for H in states])

# %% wrong: the most likely tokens
# message: numbers of tokens
def lens(states, final_norm, unembed):
    return torch.stack([(final_norm(H.clone()) @ unembed).argmax(-1) for H in states])

# %% wrong: normed twice
# message: applied twice
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(final_norm(H.clone()).clone()) @ unembed for H in states])

# %% wrong: the norm is called twice, its first result thrown away
# message: What does final_norm receive
def lens(states, final_norm, unembed):
    for H in states:
        final_norm(H.clone())
    return torch.stack([final_norm(H.clone()) @ unembed for H in states])

# %% wrong: the unembedding is transposed
# message: cannot be multiplied
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone()) @ unembed.T for H in states])

# %% wrong: reshaped in the place of transposed
# message: expected logits
import torch.nn.functional as F


def lens(states, final_norm, unembed):
    W = unembed.reshape(unembed.shape[1], unembed.shape[0])
    return torch.stack([F.linear(final_norm(H.clone()), W) for H in states])

# %% wrong: the norm gets the state itself
# message: a layer norm that writes into its input
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H) @ unembed for H in states])

# %% wrong: what the norm returns is kept, and read later
# message: a layer norm that returns one buffer that it uses again
# message: All entries are those of the last state
def lens(states, final_norm, unembed):
    normed = [final_norm(H.clone()) for H in states]
    return torch.stack([H @ unembed for H in normed])

# %% wrong: stacked before it is read
# message: a layer norm that returns one buffer that it uses again
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone()) for H in states]) @ unembed

# %% wrong: a list
# message: got a list of 4
def lens(states, final_norm, unembed):
    return [final_norm(H.clone()) @ unembed for H in states]

# %% wrong: states along the second axis
# message: The axes of B and of states are swapped
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone()) @ unembed for H in states], 1)

# %% wrong: contributions are read
# message: expected logits
def lens(states, final_norm, unembed):
    before = [torch.zeros_like(states[0]), *states[:-1]]
    added = [b - a for a, b in zip(before, states)]
    return torch.stack([final_norm(D) @ unembed for D in added])

# %% wrong: the last position only
# message: got a tensor of shape
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone())[:, -1] @ unembed for H in states])

# %% wrong: detached states
# message: the gradient from lens to H[0]
# message: the result is cut off
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.detach().clone()) @ unembed for H in states])

# %% wrong: the head is detached
# message: the gradient from lens to unembed
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone()) @ unembed.detach() for H in states])

# %% wrong: without gradients
# message: the gradient from lens to H[0]
@torch.no_grad()
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone()) @ unembed for H in states])

# %% wrong: the norm is cut off
# message: the gradient from lens to H[0]
def lens(states, final_norm, unembed):
    return torch.stack([final_norm(H.clone()).detach() @ unembed for H in states])

# %% wrong: the norm is taken for a constant factor
# message: the gradient from lens to H[0]
def lens(states, final_norm, unembed):
    logits = []
    for H in states:
        scale = (final_norm(H.clone()) / H).detach()
        logits.append((H * scale) @ unembed)
    return torch.stack(logits)

# %% wrong: everything in float32
# message: float32
def lens(states, final_norm, unembed):
    return torch.stack([(final_norm(H.clone()) @ unembed).float() for H in states])

# %% wrong: everything in float64
# message: in torch.float32
def lens(states, final_norm, unembed):
    return torch.stack([(final_norm(H.clone()) @ unembed).double() for H in states])

# %% wrong: the head is made to require gradients
# message: one of them requires gradients now
# message: expected the inputs stay
def lens(states, final_norm, unembed):
    unembed.requires_grad_(not unembed.grad_fn and unembed.is_leaf)
    return torch.stack([final_norm(H.clone()) @ unembed for H in states])

# %% wrong: axes of length 1 are squeezed away
# message: B = T = d = 1
def lens(states, final_norm, unembed):
    logits = torch.stack([final_norm(H.clone()) @ unembed for H in states])
    return logits.squeeze() if logits.shape[-1] == 1 else logits

# %% wrong: view needs contiguous memory
# message: view size is not compatible
def lens(states, final_norm, unembed):
    d, V = unembed.shape
    B, T, _ = states[0].shape
    return torch.stack([(final_norm(H.clone()).view(B * T, d) @ unembed).view(B, T, V) for H in states])

# %% wrong: nothing
# message: is a `return` missing
def lens(states, final_norm, unembed):
    for H in states:
        final_norm(H.clone()) @ unembed

# %% wrong: scaled by the width
# message: expected logits
def lens(states, final_norm, unembed):
    d = unembed.shape[0]
    return torch.stack([final_norm(H.clone()) @ unembed / d**0.5 for H in states])

# %% wrong: the finished answer is imported
# message: which holds the finished answer
from importlib import import_module

lens = import_module("course_utils.tracing").lens

# %% wrong: one state, an error
# message: on 1 states
def lens(states, final_norm, unembed):
    first, *middle, last = states
    return torch.stack([final_norm(H.clone()) @ unembed for H in [first, *middle, last]])

# %% wrong: the norm's forward is asked for
# message: has no attribute 'forward'
def lens(states, final_norm, unembed):
    return torch.stack([final_norm.forward(H.clone()) @ unembed for H in states])

# %% wrong: vmap, which calls the norm once for all states
# message: a norm that looks at all it gets
# message: vmap
def lens(states, final_norm, unembed):
    return torch.vmap(final_norm)(torch.stack(list(states)).clone()) @ unembed

# %% wrong: each state is added to what the norm made of the one before
# message: expected logits
def lens(states, final_norm, unembed):
    H, logits = final_norm(states[0].clone()).clone(), []
    logits.append(H @ unembed)
    for before, after in zip(states, states[1:]):
        H = final_norm(H + after - before).clone()
        logits.append(H @ unembed)
    return torch.stack(logits)
