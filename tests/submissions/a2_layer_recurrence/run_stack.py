# %% right: a loop with two copies
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% right: a working copy that is never stored
def run_stack(H0, layers):
    H = H0.clone()
    states = [H.clone()]
    for layer in layers:
        H = layer(H)
        states.append(H.clone())
    return states

# %% right: accumulate over copies, the result a tuple
from itertools import accumulate


def run_stack(H0, layers):
    step = lambda H, layer: layer(H.clone()).clone()
    return tuple(accumulate(layers, step, initial=H0.clone()))

# %% right: copies made while accumulate runs
from itertools import accumulate


def run_stack(H0, layers):
    run = accumulate(layers, lambda H, layer: layer(H), initial=H0.clone())
    return [H.clone() for H in run]

# %% right: reduce
from functools import reduce


def run_stack(H0, layers):
    return reduce(
        lambda states, layer: [*states, layer(states[-1] * 1) * 1], layers, [H0 * 1]
    )

# %% right: recursion from the end
def run_stack(H0, layers):
    if len(layers) == 0:
        return [H0.clone()]
    states = run_stack(H0, layers[:-1])
    return states + [layers[-1](states[-1].clone()).clone()]

# %% right: indices, prints, a warning, and a copy by copy_
import warnings


def run_stack(H0, layers):
    warnings.warn("slow")
    copy = lambda H: torch.empty_like(H).copy_(H)
    states = [copy(H0)]
    for l in range(1, len(layers) + 1):
        print("layer", l)
        states.append(copy(layers[l - 1](copy(states[l - 1]))))
    return states

# %% right: the state is set aside and put back by a copy
def run_stack(H0, layers):
    states = []
    H = H0.clone()
    for layer in layers:
        states.append(H)
        H = layer(H.clone()).clone()
    states.append(H)
    return states

# %% right: helpers named like those of checks
def careless(H):
    return H.clone()


def examine(H, layer):
    return careless(layer(careless(H)))


def run_stack(H0, layers):
    states = [careless(H0)]
    for f in layers:
        states.append(examine(states[-1], f))
    return states

# %% wrong: every layer reads H[0]
# message: layer 2: H[0]
def run_stack(H0, layers):
    return [H0.clone()] + [layer(H0.clone()).clone() for layer in layers]

# %% wrong: H[0] is dropped
# message: got H[1], H[2], H[3], H[4]
def run_stack(H0, layers):
    states, H = [], H0.clone()
    for layer in layers:
        H = layer(H.clone()).clone()
        states.append(H)
    return states

# %% wrong: the last state is dropped
# message: got H[0], H[1], H[2], H[3]
def run_stack(H0, layers):
    states, H = [], H0.clone()
    for layer in layers:
        states.append(H.clone())
        H = layer(H.clone()).clone()
    return states

# %% wrong: appended before it is computed
# message: got H[0], H[0], H[1], H[2], H[3]
def run_stack(H0, layers):
    states, H = [H0.clone()], H0.clone()
    for layer in layers:
        states.append(H.clone())
        H = layer(H.clone()).clone()
    return states

# %% wrong: layers in reverse
# message: layer 4: H[0]
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in reversed(layers):
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: the list of states in reverse
# message: got H[4], H[3], H[2], H[1], H[0]
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.insert(0, layer(states[0].clone()).clone())
    return states

# %% wrong: one tensor, updated in place and stored every time
# message: got H[4], H[4], H[4], H[4], H[4]
def run_stack(H0, layers):
    H = H0.clone()
    states = [H]
    for layer in layers:
        H.copy_(layer(H.clone()))
        states.append(H)
    return states

# %% wrong: every layer is called twice
# message: layer 1: H[0]
# message: layer 2: H[1]
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        layer(states[-1].clone())
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: each state computed anew from H[0]
# message: what does each layer receive
def run_stack(H0, layers):
    states = []
    for l in range(len(layers) + 1):
        H = H0.clone()
        for layer in layers[:l]:
            H = layer(H.clone()).clone()
        states.append(H)
    return states

# %% wrong: the first layer is skipped
# message: layer 2: H[0]
def run_stack(H0, layers):
    states = [H0.clone(), H0.clone()]
    for layer in layers[1:]:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: the last layer is skipped
# message: layer 3: H[2]
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers[:-1]:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: the first layer for all (tied)
# message: layer 1: H[1]
def run_stack(H0, layers):
    states = [H0.clone()]
    for _ in layers:
        states.append(layers[0](states[-1].clone()).clone())
    return states

# %% wrong: the last state alone
# message: expected a list of 5 tensors
# message: got a tensor of shape
def run_stack(H0, layers):
    H = H0.clone()
    for layer in layers:
        H = layer(H.clone())
    return H

# %% wrong: the output beside the list
# message: states[1]: none of the states (a list of 5)
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states[-1], states

# %% wrong: no return
# message: is a `return` missing
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())

# %% wrong: states[0] is the caller's tensor
# message: shares its memory with an input
def run_stack(H0, layers):
    states = [H0]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: the plain loop, no copy for the layer
# message: layers that write into their input and return it
# message: got H[4], H[4], H[4], H[4], H[4]
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1]))
    return states

# %% wrong: only what comes back is copied
# message: layers that write into their input and return it
# message: got H[1], H[2], H[3], H[4], H[4]
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1]).clone())
    return states

# %% wrong: a working state that is H0 itself
# message: argument 1 was changed
def run_stack(H0, layers):
    H, states = H0, [H0.clone()]
    for layer in layers:
        H = layer(H)
        states.append(H.clone())
    return states

# %% wrong: only what goes in is copied
# message: layers that share one buffer for all that they return
# message: got H[0], H[4], H[4], H[4], H[4]
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()))
    return states

# %% wrong: copies are made at the end
# message: layers that share one buffer for all that they return
def run_stack(H0, layers):
    states = [H0]
    for layer in layers:
        states.append(layer(states[-1].clone()))
    return [H.clone() for H in states]

# %% wrong: the last state is not copied
# message: a layer still holds their memory
def run_stack(H0, layers):
    states, H = [], H0.clone()
    for layer in layers:
        states.append(H.clone())
        H = layer(H)
    return states + [H]

# %% wrong: the stored state is given away and mended afterwards
# message: layers that keep their input and write into it at a later call
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        before = states[-1].clone()
        out = layer(states[-1]).clone()
        states[-1].copy_(before)
        states.append(out)
    return states

# %% wrong: a copy only where the layer returned its input
# message: layers that fill their input with zeros after use
# message: float64, all zeros
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        before = states[-1].clone()
        out = layer(states[-1])
        if out is states[-1]:
            states[-1] = before
        states.append(out.clone())
    return states

# %% wrong: copies that are detached
# message: none: a copy on the way cuts the states off
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].detach().clone()).clone())
    return states

# %% wrong: only the first state is detached
# message: the gradient from states[0] to H0
def run_stack(H0, layers):
    states = [H0.detach().clone()]
    H = H0.clone()
    for layer in layers:
        H = layer(H).clone()
        states.append(H.clone())
    return states

# %% wrong: stored states are detached, the stream is not
# message: the gradient from states[1] to H0
def run_stack(H0, layers):
    H, states = H0.clone(), [H0.clone()]
    for l, layer in enumerate(layers, 1):
        H = layer(H.clone()).clone()
        states.append(H.clone() if l == len(layers) else H.detach().clone())
    return states

# %% wrong: without gradients
# message: none: a copy on the way cuts the states off
def run_stack(H0, layers):
    with torch.no_grad():
        states = [H0.clone()]
        for layer in layers:
            states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: through NumPy
# message: run_stack
def run_stack(H0, layers):
    states = [torch.from_numpy(H0.numpy().copy())]
    for layer in layers:
        states.append(torch.from_numpy(layer(states[-1].clone()).numpy().copy()))
    return states

# %% wrong: deepcopy, which refuses what is part of a graph
# message: Only Tensors created explicitly by the user
import copy


def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(copy.deepcopy(layer(copy.deepcopy(states[-1]))))
    return states

# %% wrong: everything in float32
# message: layer 1: none of the states
def run_stack(H0, layers):
    states = [H0.float().clone()]
    for layer in layers:
        states.append(layer(states[-1].double().clone()).float().clone())
    return states

# %% wrong: everything in float64
# message: none of the states (a tensor of shape (1, 1, 1), float64)
def run_stack(H0, layers):
    states = [H0.double().clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).double().clone())
    return states

# %% wrong: one stacked tensor
# message: got a tensor of shape
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return torch.stack(states)

# %% right: parts of one stacked tensor, which do not overlap
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return list(torch.stack(states))

# %% wrong: a generator
# message: (generator)
def run_stack(H0, layers):
    H = H0.clone()
    yield H.clone()
    for layer in layers:
        H = layer(H.clone()).clone()
        yield H

# %% wrong: layers get None for a mask
# message: layers that return their one argument
# message: takes 1 positional argument but 2 were given
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone(), None).clone())
    return states

# %% wrong: layers are asked for their forward
# message: has no attribute 'forward'
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer.forward(states[-1].clone()).clone())
    return states

# %% wrong: no layers, no state
# message: an empty list of layers
def run_stack(H0, layers):
    if not layers:
        return []
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: the caller's list is used up
# message: argument 2 was changed
def run_stack(H0, layers):
    states = [H0.clone()]
    while layers:
        states.append(layers.pop(0)(states[-1].clone()).clone())
    return states

# %% wrong: a residual is added once more
# message: layer 2: none of the states
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(states[-1] + layer(states[-1].clone()))
    return states

# %% wrong: a layer's place is looked up, which fails for a repeated one
# message: run_stack on four layers, the third the same object as the first
def run_stack(H0, layers):
    states = [H0.clone()] + [None] * len(layers)
    for layer in layers:
        l = list(layers).index(layer)
        states[l + 1] = layer(states[l].clone()).clone()
    return states

# %% wrong: a list plus what must be a list
# message: a tuple of one function
def run_stack(H0, layers):
    states = []
    for layer in [lambda H: H] + layers:
        before = states[-1] if states else H0
        states.append(layer(before.clone()).clone())
    return states

# %% wrong: view needs contiguous memory
# message: view size is not compatible
def run_stack(H0, layers):
    states = [H0.view(H0.shape[0], -1).clone().view(H0.shape)]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: empty axes are squeezed away
# message: run_stack on two layers in torch.float32
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return [H.squeeze() for H in states]

# %% wrong: the caller's H0 is made to require gradients
# message: it requires gradients now
def run_stack(H0, layers):
    states = [H0.requires_grad_().clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: the finished answer is imported
# message: which holds the finished answer
from course_utils.tracing import run_stack

# %% right: gradients asked for by the answer itself
def run_stack(H0, layers):
    H = H0.clone().requires_grad_()
    states = [H.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% right: a dict of states, then a list; NumPy indices
import numpy as np


def run_stack(H0, layers):
    H = {0: H0.add(0)}
    for l in np.arange(1, len(layers) + 1):
        H[l] = layers[l - 1](H[l - 1].add(0)).add(0)
    return [H[l] for l in range(len(H))]

# %% wrong: the list is a default argument
# message: got H[0], H[1], H[2], H[3], H[4], H[0], H[1]
def run_stack(H0, layers, states=[]):
    states.append(H0.clone())
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: contiguous instead of a copy
# message: layers that write into their input and return it
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].contiguous()).contiguous())
    return states

# %% wrong: view_as instead of a copy
# message: shares its memory
def run_stack(H0, layers):
    states = [H0.view_as(H0)]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: copy.copy, which shares the memory
# message: layers that write into their input and return it
import copy


def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(copy.copy(layer(copy.copy(states[-1]))))
    return states

# %% wrong: each layer object only once
# message: the third the same object as the first
# message: states[3]: none of the states
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in dict.fromkeys(layers):
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: ends when a state does not change any more
# message: layers that return their one argument
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        H = layer(states[-1].clone()).clone()
        if torch.equal(H, states[-1]):
            break
        states.append(H)
    return states

# %% wrong: NaN is swept under the carpet
# message: an H0 with NaN and infinity in it
def run_stack(H0, layers):
    states = [H0.nan_to_num(0.0)]
    for layer in layers:
        states.append(layer(states[-1].clone()).nan_to_num(0.0))
    return states

# %% wrong: rounded states
# message: layer 2: none of the states
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).round(decimals=6))
    return states

# %% wrong: data instead of detach
# message: none: a copy on the way cuts the states off
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].data.clone()).clone())
    return states

# %% wrong: torch.tensor makes the copies
# message: none: a copy on the way cuts the states off
def run_stack(H0, layers):
    states = [torch.tensor(H0)]
    for layer in layers:
        states.append(torch.tensor(layer(torch.tensor(states[-1]))))
    return states

# %% wrong: inference mode
# message: run_stack
@torch.inference_mode()
def run_stack(H0, layers):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: batch by batch, then put together
# message: what does each layer receive
def run_stack(H0, layers):
    rows = []
    for H in H0:
        states = [H.clone()]
        for layer in layers:
            states.append(layer(states[-1].clone()).clone())
        rows.append(states)
    return [torch.stack(part) for part in zip(*rows)]

# %% wrong: the caller's layers are turned round
# message: the caller's layers stay as they were
def run_stack(H0, layers):
    if isinstance(layers, list):
        layers.reverse()
        stack = layers[::-1]
    else:
        stack = layers
    states = [H0.clone()]
    for layer in stack:
        states.append(layer(states[-1].clone()).clone())
    return states

# %% wrong: one state per layer and the last one twice
# message: got H[0], H[1], H[2], H[3], H[4], H[4]
def run_stack(H0, layers):
    states, H = [H0.clone()], H0.clone()
    for layer in layers:
        H = layer(H.clone()).clone()
        states.append(H.clone())
    return [*states, H.clone()]

# %% wrong: an error for no layers
# message: an empty list of layers
def run_stack(H0, layers):
    last = layers[-1]
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states
