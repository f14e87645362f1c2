# %% right: one stack, two slices
def contributions(states):
    S = torch.stack(list(states))
    return S[1:] - S[:-1]

# %% right: diff along the first axis
def contributions(states):
    return torch.diff(torch.stack(tuple(states)), dim=0)

# %% right: a loop, an empty result apart
def contributions(states):
    if len(states) == 1:
        return states[0].new_empty((0, *states[0].shape))
    return torch.stack([b - a for a, b in zip(states, states[1:])])

# %% right: filled in place, which lets gradients through
def contributions(states):
    out = torch.zeros(len(states) - 1, *states[0].shape, dtype=states[0].dtype)
    for l in range(1, len(states)):
        out[l - 1] = torch.sub(states[l], states[l - 1])
    return out

# %% right: concatenation of new axes, prints
def contributions(states):
    parts = [states[0][None][:0]]
    for l in range(1, len(states)):
        print("layer", l)
        parts.append((states[l] - states[l - 1]).unsqueeze(0))
    return torch.cat(parts)

# %% right: minus plus, from the end
def contributions(states):
    S = torch.stack([H for H in states])
    return -(S[:-1] - S[1:])

# %% wrong: the wrong way round
# message: The sign is wrong: it is H[l-1] - H[l]
def contributions(states):
    S = torch.stack(list(states))
    return S[:-1] - S[1:]

# %% wrong: from H[0]
# message: what has come to H[0] up to layer l
def contributions(states):
    S = torch.stack(list(states))
    return S[1:] - S[0]

# %% wrong: the states themselves
# message: expected the contributions
def contributions(states):
    return torch.stack(list(states))[1:]

# %% wrong: H[0] counts as a contribution
# message: H[0] is no layer's contribution
def contributions(states):
    S = torch.stack(list(states))
    return torch.cat([S[:1], S[1:] - S[:-1]])

# %% wrong: nothing in front, so that the index is the layer
# message: nothing is added before layer 1
def contributions(states):
    S = torch.stack(list(states))
    return torch.cat([torch.zeros_like(S[:1]), S[1:] - S[:-1]])

# %% wrong: diff along the features
# message: differences between positions or features
def contributions(states):
    return torch.diff(torch.stack(list(states)))

# %% wrong: diff along the positions
# message: differences between positions or features
def contributions(states):
    return torch.diff(torch.stack(list(states)), dim=2)

# %% wrong: absolute
# message: whether a layer adds or takes away is lost
def contributions(states):
    S = torch.stack(list(states))
    return (S[1:] - S[:-1]).abs()

# %% wrong: lengths
# message: the length of each contribution
def contributions(states):
    S = torch.stack(list(states))
    return (S[1:] - S[:-1]).norm(dim=-1)

# %% wrong: a list
# message: got a list of 4
def contributions(states):
    return [b - a for a, b in zip(states, states[1:])]

# %% wrong: what is missing to the last state
# message: expected the contributions
def contributions(states):
    S = torch.stack(list(states))
    return S[-1] - S[:-1]

# %% wrong: stacked behind the batch
# message: got a tensor of shape
def contributions(states):
    S = torch.stack(list(states), dim=1)
    return S[:, 1:] - S[:, :-1]

# %% wrong: one layer, no result
# message: one state in torch.float64, no layer
def contributions(states):
    return torch.stack([b - a for a, b in zip(states, states[1:])])

# %% wrong: no layer, an empty tensor of the wrong shape
# message: got a tensor of shape (0,)
def contributions(states):
    if len(states) == 1:
        return states[0].new_empty(0)
    return torch.stack([b - a for a, b in zip(states, states[1:])])

# %% wrong: no layer, an empty tensor of another dtype
# message: one state in torch.float64, no layer
def contributions(states):
    if len(states) == 1:
        return torch.empty(0, *states[0].shape)
    return torch.stack([b - a for a, b in zip(states, states[1:])])

# %% wrong: everything in float32
# message: float32
def contributions(states):
    S = torch.stack(list(states)).float()
    return S[1:] - S[:-1]

# %% wrong: through float32 and back
# message: expected the contributions
def contributions(states):
    S = torch.stack(list(states))
    return (S[1:].float() - S[:-1].float()).to(S.dtype)

# %% wrong: everything in float64
# message: states in torch.float32
def contributions(states):
    S = torch.stack(list(states)).double()
    return S[1:] - S[:-1]

# %% wrong: detached
# message: the gradient from contributions to H[0]
# message: the result is cut off
def contributions(states):
    S = torch.stack([H.detach() for H in states])
    return S[1:] - S[:-1]

# %% wrong: gradients to later states only
# message: the gradient from contributions to H[0]
def contributions(states):
    return torch.stack([b - a.detach() for a, b in zip(states, states[1:])] or [states[0]])[: len(states) - 1]

# %% wrong: through NumPy
# message: contributions to H[0]
import numpy as np


def contributions(states):
    return torch.from_numpy(np.diff(np.stack([H.numpy() for H in states]), axis=0))

# %% wrong: NumPy's diff along its last axis
# message: an array of shape
import numpy as np


def contributions(states):
    return np.diff(np.stack([H.detach().numpy() for H in states]))

# %% wrong: the states are written over
# message: argument 1 was changed at [1]
def contributions(states):
    for l in range(len(states) - 1, 0, -1):
        states[l] -= states[l - 1]
    return torch.stack(list(states))[1:]

# %% wrong: the sum of all
# message: got a tensor of shape
def contributions(states):
    return states[-1] - states[0]

# %% wrong: NaN becomes 0
# message: states with NaN at one place
def contributions(states):
    S = torch.stack(list(states))
    return (S[1:] - S[:-1]).nan_to_num()

# %% wrong: relative to the state
# message: expected the contributions
def contributions(states):
    S = torch.stack(list(states))
    return (S[1:] - S[:-1]) / S[:-1].norm(dim=-1, keepdim=True)

# %% wrong: axes of length 1 are squeezed away
# message: B = T = d = 1
def contributions(states):
    S = torch.stack(list(states))
    out = S[1:] - S[:-1]
    return out.squeeze() if len(out) else out

# %% wrong: the last layer is left out
# message: got a tensor of shape (3,
def contributions(states):
    S = torch.stack(list(states))
    return S[1:-1] - S[:-2]

# %% wrong: one buffer for all calls
# message: shares its memory with
buffers = {}


def contributions(states):
    S = torch.stack(list(states))
    key = (S.shape, S.dtype)
    buffers.setdefault(key, torch.empty_like(S[1:])).copy_((S[1:] - S[:-1]).detach())
    return buffers[key]

# %% wrong: the finished answer is imported
# message: which holds the finished answer
from course_utils.tracing.stream import contributions

# %% wrong: nothing
# message: is a `return` missing
def contributions(states):
    S = torch.stack(list(states))
    S[1:] - S[:-1]

# %% wrong: the last contribution first
# message: expected the contributions
def contributions(states):
    S = torch.stack(list(states))
    return (S[1:] - S[:-1]).flip(0)

# %% wrong: only a list will do
# message: a tuple of 5 states
def contributions(states):
    before = [states[0]] + states
    S = torch.stack(before)
    return (S[1:] - S[:-1])[1:]

# %% wrong: the finished sibling is used
# message: got a tensor of shape
def contributions(states):
    S = torch.stack(list(states))
    return (S[1:] - S[:-1]).abs().amax((1, 2, 3))

# %% right: the states, rolled by one
def contributions(states):
    S = torch.stack(list(states))
    return (S - S.roll(1, 0))[1:]

# %% wrong: rolled, and the wrong end cut off
# message: expected the contributions
def contributions(states):
    S = torch.stack(list(states))
    return (S - S.roll(1, 0))[:-1]
