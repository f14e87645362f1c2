# %% right: cumulative sums over counts
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype).unsqueeze(-1)
    return keys.cumsum(-2) / count, values.cumsum(-2) / count

# %% right: the recurrence in a loop
def cumulative_memory(keys, values):
    means = []
    for X in (keys, values):
        memory, rows = 0, []
        for i in range(X.shape[-2]):
            memory = (X[..., i, :] + i * memory) / (i + 1)
            rows.append(memory)
        means.append(torch.stack(rows, dim=-2))
    return tuple(means)

# %% right: a triangular matrix of weights, a list
def cumulative_memory(keys, values):
    T = keys.size(-2)
    weights = torch.ones(T, T, dtype=keys.dtype).tril()
    weights = weights / weights.sum(1, keepdim=True)
    return [weights @ keys, weights @ values]

# %% right: one mean after the other, with a warning
import warnings
def cumulative_memory(keys, values):
    warnings.warn("slow")
    T = keys.shape[-2]
    return tuple(torch.stack([X[..., : i + 1, :].mean(-2) for i in range(T)], -2) for X in (keys, values))

# %% right: keys and values side by side, then split
def cumulative_memory(keys, values):
    both, d_k = torch.cat([keys, values], -1), keys.shape[-1]
    means = both.cumsum(-2).div(torch.arange(1, both.shape[-2] + 1)[:, None])
    return means[..., :d_k], means[..., d_k:]

# %% right: an update of the mean by its difference
def cumulative_memory(keys, values):
    def run(X):
        rows = [X.select(-2, 0).clone()]
        for i in range(1, X.shape[-2]):
            rows += [rows[-1] + (X.select(-2, i) - rows[-1]) / (i + 1)]
        return torch.stack(rows, -2)
    return run(keys), run(values)

# %% wrong: sums without division
# message: These are running sums: the division by i + 1 is missing.
def cumulative_memory(keys, values):
    return keys.cumsum(-2), values.cumsum(-2)

# %% wrong: divided by all positions
# message: Every sum is divided by the number of all positions.
def cumulative_memory(keys, values):
    T = keys.shape[-2]
    return keys.cumsum(-2) / T, values.cumsum(-2) / T

# %% wrong: divided by i
# message: The sums are divided by i, not by i + 1
def cumulative_memory(keys, values):
    i = torch.arange(keys.shape[-2], dtype=keys.dtype)[:, None]
    return keys.cumsum(-2) / i, values.cumsum(-2) / i

# %% wrong: i counts from 1
# message: The division is by i + 2
def cumulative_memory(keys, values):
    def run(X):
        memory, rows = torch.zeros_like(X[..., 0, :]), []
        for i in range(X.shape[-2]):
            memory = (X[..., i, :] + (i + 1) * memory) / (i + 2)
            rows.append(memory)
        return torch.stack(rows, -2)
    return run(keys), run(values)

# %% wrong: the old memory counts once
# message: the old memory stands for i rows, so it counts i times
def cumulative_memory(keys, values):
    def run(X):
        memory, rows = torch.zeros_like(X[..., 0, :]), []
        for i in range(X.shape[-2]):
            memory = (X[..., i, :] + memory) / (i + 1)
            rows.append(memory)
        return torch.stack(rows, -2)
    return run(keys), run(values)

# %% wrong: the old memory counts i + 1 times
# message: This is (x + (i + 1) · Mem) / (i + 1)
def cumulative_memory(keys, values):
    def run(X):
        memory, rows = torch.zeros_like(X[..., 0, :]), []
        for i in range(X.shape[-2]):
            memory = X[..., i, :] / (i + 1) + memory
            rows.append(memory)
        return torch.stack(rows, -2)
    return run(keys), run(values)

# %% wrong: the weights are exchanged
# message: the two weights are exchanged
def cumulative_memory(keys, values):
    def run(X):
        memory, rows = torch.zeros_like(X[..., 0, :]), []
        for i in range(X.shape[-2]):
            memory = (i * X[..., i, :] + memory) / (i + 1)
            rows.append(memory)
        return torch.stack(rows, -2)
    return run(keys), run(values)

# %% wrong: half old, half new
# message: This is the mean of the new row and the old memory
def cumulative_memory(keys, values):
    def run(X):
        rows = [X[..., 0, :].clone()]
        for i in range(1, X.shape[-2]):
            rows.append((X[..., i, :] + rows[-1]) / 2)
        return torch.stack(rows, -2)
    return run(keys), run(values)

# %% wrong: integer division
# message: `//` is no division here
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype)[:, None]
    return keys.cumsum(-2) // count, values.cumsum(-2) // count

# %% wrong: without the row itself
# message: Row i is missing in memory i
def cumulative_memory(keys, values):
    def run(X):
        count = torch.arange(1, X.shape[-2] + 1, dtype=X.dtype)[:, None]
        means = X.cumsum(-2) / count
        return torch.cat([torch.zeros_like(X[..., :1, :]), means[..., :-1, :]], -2)
    return run(keys), run(values)

# %% wrong: the mean of all
# message: Every position has the mean of all
def cumulative_memory(keys, values):
    return tuple(X.mean(-2, keepdim=True).expand_as(X).clone() for X in (keys, values))

# %% wrong: the last memory alone
# message: This is the last memory alone
def cumulative_memory(keys, values):
    return keys.mean(-2), values.mean(-2)

# %% wrong: along the features
# message: The means run along the last axis, the features
def cumulative_memory(keys, values):
    def run(X):
        return X.cumsum(-1) / torch.arange(1, X.shape[-1] + 1, dtype=X.dtype)
    return run(keys), run(values)

# %% wrong: along axis 0
# message: The means run along axis 0; positions are axis -2.
def cumulative_memory(keys, values):
    def run(X):
        count = torch.arange(1, len(X) + 1, dtype=X.dtype)
        return X.cumsum(0) / count.view(-1, *[1] * (X.dim() - 1))
    return run(keys), run(values)

# %% wrong: along axis 1
# message: IndexError
def cumulative_memory(keys, values):
    return tuple(torch.stack([X[:, : i + 1, :].mean(1) for i in range(X.shape[1])], 1) for X in (keys, values))

# %% wrong: backwards
# message: The means run backwards
def cumulative_memory(keys, values):
    def run(X):
        count = torch.arange(1, X.shape[-2] + 1, dtype=X.dtype)[:, None]
        return (X.flip(-2).cumsum(-2) / count).flip(-2)
    return run(keys), run(values)

# %% wrong: keys alone
# message: two tensors: mean_keys and mean_values
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype)[:, None]
    return keys.cumsum(-2) / count

# %% wrong: values as they were
# message: These are the rows as they were.
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype)[:, None]
    return keys.cumsum(-2) / count, values.clone()

# %% wrong: values before keys
# message: This was made of the other input
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype)[:, None]
    return values.cumsum(-2) / count, keys.cumsum(-2) / count

# %% wrong: counts go with the features
# message: RuntimeError
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype)
    return keys.cumsum(-2) / count, values.cumsum(-2) / count

# %% wrong: in float64 whatever came
# message: float32
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1)[:, None]
    return keys.double().cumsum(-2) / count, values.double().cumsum(-2) / count

# %% wrong: written into the inputs
# message: argument 1, argument 2 was changed
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype)[:, None]
    return keys.copy_(keys.cumsum(-2) / count), values.copy_(values.cumsum(-2) / count)

# %% wrong: by way of NumPy
# message: RuntimeError: Can't call numpy()
import numpy as np
def cumulative_memory(keys, values):
    def run(X):
        sums = np.cumsum(X.numpy(), axis=-2)
        count = np.arange(1, X.shape[-2] + 1, dtype=sums.dtype)[:, None]
        return torch.from_numpy(sums / count)
    return run(keys), run(values)

# %% wrong: cut off from keys and values
# message: expected a gradient flows
def cumulative_memory(keys, values):
    count = torch.arange(1, keys.shape[-2] + 1, dtype=keys.dtype)[:, None]
    return (keys.cumsum(-2) / count).detach(), (values.cumsum(-2) / count).detach()

# %% wrong: taken from the package
# message: it uses course_utils.context
import course_utils.context as done
def cumulative_memory(keys, values):
    return done.cumulative_memory(keys, values)

# %% wrong: nothing yet
# message: nothing yet
def cumulative_memory(keys, values):
    raise NotImplementedError("a8 · cumulative_memory")
