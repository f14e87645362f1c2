# %% right: a filled vector
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().max()
    return gaps

# %% right: stack, with gradients, an empty list apart
def replay_gap(states, layers):
    if not len(layers):
        return torch.empty(0, dtype=states[0].dtype, device=states[0].device)
    pairs = zip(states, states[1:], layers)
    return torch.stack([(f(a.clone()) - b).abs().amax() for a, b, f in pairs])

# %% right: the larger of the largest and the negative smallest
def replay_gap(states, layers):
    gaps = []
    for l in range(1, len(states)):
        made = layers[l - 1](states[l - 1].detach().clone()).detach()
        D = states[l].detach() - made
        gaps.append(torch.maximum(D.max(), -D.min()))
    return torch.stack([states[0].detach().new_zeros(()), *gaps])[1:].clone()

# %% right: Python floats, an infinity norm, prints
def replay_gap(states, layers):
    gaps = []
    for before, after, layer in zip(states[:-1], states[1:], layers):
        D = after - layer(before.clone())
        gaps.append(torch.linalg.vector_norm(D, float("inf")).item())
        print(gaps[-1])
    return torch.tensor(gaps, dtype=states[0].dtype)

# %% right: one subtraction for all layers
def replay_gap(states, layers):
    made = [layer(H.detach().clone()).detach().clone() for H, layer in zip(states, layers)]
    if not made:
        return states[0].new_zeros(0)
    return (torch.stack(made) - torch.stack(list(states[1:]))).abs().flatten(1).max(1).values

# %% wrong: signed
# message: the absolute value is missing
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    for i, layer in enumerate(layers):
        gaps[i] = (states[i + 1] - layer(states[i].clone())).max()
    return gaps

# %% wrong: absolute value of the largest signed difference
# message: expected the gaps
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    for i, layer in enumerate(layers):
        gaps[i] = (layer(states[i].clone()) - states[i + 1]).min().abs() / 2
    return gaps

# %% wrong: the mean
# message: the mean of the absolute differences
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    for i, layer in enumerate(layers):
        gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().mean()
    return gaps

# %% wrong: the Euclidean norm
# message: the Euclidean length
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    for i, layer in enumerate(layers):
        gaps[i] = (states[i + 1] - layer(states[i].clone())).norm()
    return gaps

# %% wrong: the sum
# message: the sum of the absolute differences
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    for i, layer in enumerate(layers):
        gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().sum()
    return gaps

# %% wrong: compared with a new run
# message: a new run from states[0]
def replay_gap(states, layers):
    gaps, H = states[0].new_empty(len(layers)), states[0].clone()
    for i, layer in enumerate(layers):
        H = layer(H).clone()
        gaps[i] = (states[i + 1] - H).abs().max()
    return gaps

# %% wrong: change instead of replay
# message: no layer has run
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    for i in range(len(layers)):
        gaps[i] = (states[i + 1] - states[i]).abs().max()
    return gaps

# %% wrong: L+1 entries
# message: a tensor of shape (5,), float64
def replay_gap(states, layers):
    gaps = states[0].new_zeros(len(states))
    for i, layer in enumerate(layers):
        gaps[i + 1] = (states[i + 1] - layer(states[i].clone())).abs().max()
    return gaps

# %% wrong: one number for all
# message: a tensor of shape (), float64
def replay_gap(states, layers):
    gaps = [(b - f(a.clone())).abs().max() for a, b, f in zip(states, states[1:], layers)]
    return max(gaps)

# %% wrong: a list
# message: a list of 4
def replay_gap(states, layers):
    return [(b - f(a.clone())).abs().max() for a, b, f in zip(states, states[1:], layers)]

# %% wrong: largest over the features only
# message: expected the gaps: a tensor of shape (4,), float64
def replay_gap(states, layers):
    gaps = [(b - f(a.clone())).abs().amax(-1) for a, b, f in zip(states, states[1:], layers)]
    return torch.stack(gaps) if gaps else states[0].new_empty(0)

# %% wrong: layer and state do not belong together
# message: It runs layer l on states[l], but layer l reads states[l-1]
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    for i, layer in enumerate(layers):
        gaps[i] = (states[i] - layer(states[i + 1].clone())).abs().max()
    return gaps

# %% wrong: the state is not copied
# message: argument 1 was changed
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i])).abs().max()
    return gaps

# %% wrong: outputs gathered first, from one buffer
# message: layers that share one buffer
def replay_gap(states, layers):
    made = [layer(H.clone()) for H, layer in zip(states, layers)]
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, H in enumerate(made):
            gaps[i] = (states[i + 1] - H).abs().max()
    return gaps

# %% wrong: the state is lent and mended afterwards
# message: argument 1 was changed
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            before = states[i].clone()
            gaps[i] = (states[i + 1] - layer(states[i])).abs().max()
            states[i].copy_(before)
    return gaps

# %% wrong: NaN is taken for zero
# message: NaN has got lost on the way
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            D = (states[i + 1] - layer(states[i].clone())).abs()
            gaps[i] = torch.where(D.isnan(), 0, D).max()
    return gaps

# %% wrong: Python's max loses NaN
# message: three layers that double; states[2] has nan
def replay_gap(states, layers):
    gaps = []
    for before, after, layer in zip(states[:-1], states[1:], layers):
        D = (after - layer(before.clone())).abs().flatten().tolist()
        gaps.append(max([0.0, *D]))
    return torch.tensor(gaps, dtype=states[0].dtype)

# %% wrong: NaN on both sides counts as equal
# message: states[1] has nan at one place
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            a, b = states[i + 1], layer(states[i].clone())
            D = torch.where(a.isnan() & b.isnan(), 0.0, (a - b).abs())
            gaps[i] = D.max()
    return gaps

# %% wrong: equal infinities count as equal
# message: states[0] has inf at one place
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            a, b = states[i + 1], layer(states[i].clone())
            gaps[i] = torch.where(a == b, 0.0, (a - b).abs()).max()
    return gaps

# %% wrong: always float32
# message: got a tensor of shape (4,), float32
def replay_gap(states, layers):
    return torch.tensor(
        [float((b - f(a.clone())).abs().max()) for a, b, f in zip(states, states[1:], layers)]
    )

# %% wrong: always float64
# message: one state and no layer, in torch.float32
def replay_gap(states, layers):
    return torch.tensor(
        [float((b - f(a.clone())).abs().max()) for a, b, f in zip(states, states[1:], layers)],
        dtype=torch.float64,
    )

# %% wrong: no layers, an error
# message: one state and no layer
def replay_gap(states, layers):
    return torch.stack(
        [(b - f(a.clone())).abs().max() for a, b, f in zip(states, states[1:], layers)]
    )

# %% wrong: no layers, an empty float32 tensor
# message: one state and no layer
def replay_gap(states, layers):
    if not len(layers):
        return torch.tensor([])
    return torch.stack(
        [(b - f(a.clone())).abs().max() for a, b, f in zip(states, states[1:], layers)]
    )

# %% wrong: through NumPy, which refuses what requires gradients
# message: Can't call numpy() on Tensor that requires grad
def replay_gap(states, layers):
    gaps = [(b - f(a.clone())).abs().numpy().max() for a, b, f in zip(states, states[1:], layers)]
    return torch.tensor(gaps, dtype=states[0].dtype)

# %% wrong: each layer is called twice
# message: what does each layer receive
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            if torch.equal(layer(states[i].clone()), states[i + 1]):
                gaps[i] = 0
            else:
                gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().max()
    return gaps

# %% wrong: stops at the first gap
# message: expected the gaps
def replay_gap(states, layers):
    gaps = states[0].new_zeros(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().max()
            if gaps[i] > 0:
                break
    return gaps

# %% wrong: relative to the state
# message: expected the gaps
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            D = (states[i + 1] - layer(states[i].clone())).abs().max()
            gaps[i] = D / states[i + 1].abs().max()
    return gaps

# %% wrong: whether there is a gap
# message: expected the gaps
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = not torch.allclose(states[i + 1], layer(states[i].clone()))
    return gaps

# %% wrong: rounded
# message: expected the gaps
def replay_gap(states, layers):
    gaps = [round(float((b - f(a.clone())).abs().max()), 4) for a, b, f in zip(states, states[1:], layers)]
    return torch.tensor(gaps, dtype=states[0].dtype)

# %% wrong: nothing
# message: is a `return` missing
def replay_gap(states, layers):
    pass

# %% wrong: the finished answer is imported
# message: which holds the finished answer
import course_utils.tracing as helper

replay_gap = helper.replay_gap

# %% wrong: small gaps are taken for zero
# message: states off by about 1e-09
def replay_gap(states, layers):
    gaps = states[0].new_zeros(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            H = layer(states[i].clone())
            if not torch.allclose(states[i + 1], H):
                gaps[i] = (states[i + 1] - H).abs().max()
    return gaps

# %% wrong: an extra axis
# message: got a tensor of shape (4, 1), float64
def replay_gap(states, layers):
    gaps = states[0].new_zeros(len(layers), 1)
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().max()
    return gaps

# %% wrong: a NumPy array
# message: an array of shape (4,), float64
import numpy as np


def replay_gap(states, layers):
    with torch.no_grad():
        gaps = [(b - f(a.clone())).abs().max().item() for a, b, f in zip(states, states[1:], layers)]
    return np.array(gaps)

# %% wrong: only the first sequence of the batch
# message: expected the gaps
def replay_gap(states, layers):
    gaps = states[0].new_empty(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i].clone()))[0].abs().max()
    return gaps

# %% wrong: the first NaN ends it
# message: one place
def replay_gap(states, layers):
    gaps = states[0].new_zeros(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().max()
            if gaps[i].isnan():
                break
    return gaps

# %% wrong: infinity is reported as NaN
# message: states[1] has inf at one place
def replay_gap(states, layers):
    gaps = states[0].new_zeros(len(layers))
    with torch.no_grad():
        for i, layer in enumerate(layers):
            gaps[i] = (states[i + 1] - layer(states[i].clone())).abs().max()
    return torch.where(gaps.isfinite(), gaps, torch.nan)
