# %% right: a range
def changed_states(L, i, j):
    return set() if i == j else set(range(min(i, j), L + 1))

# %% right: a comprehension over all states
def changed_states(L, i, j):
    return {l for l in range(L + 1) if i != j and l >= min(i, j)}

# %% right: by running the numbers of the layers
def changed_states(L, i, j):
    layers = list(range(1, L + 1))
    layers[i - 1], layers[j - 1] = layers[j - 1], layers[i - 1]
    return {l for l in range(L + 1) if layers[:l] != list(range(1, l + 1))}

# %% right: a frozenset of NumPy integers, with a print
import numpy as np


def changed_states(L, i, j):
    print(L, i, j)
    return frozenset(np.arange(min(i, j), L + 1) if i != j else [])

# %% right: the keys of a dict
def changed_states(L, i, j):
    if i > j:
        return changed_states(L, j, i)
    return dict.fromkeys(range(i, L + 1) if i < j else ()).keys()

# %% wrong: only the states between
# message: H[5] is missing: layer 5 reads H[4], which may differ
def changed_states(L, i, j):
    return set() if i == j else set(range(min(i, j), max(i, j) + 1))

# %% wrong: only the two states
# message: H[3] is missing: layer 3 reads H[2], which may differ
def changed_states(L, i, j):
    return set() if i == j else {i, j}

# %% wrong: one too early
# message: H[1] does not belong
def changed_states(L, i, j):
    return set() if i == j else set(range(min(i, j) - 1, L + 1))

# %% wrong: one too late
# message: H[2] is missing: another layer writes it now
def changed_states(L, i, j):
    return set() if i == j else set(range(min(i, j) + 1, L + 1))

# %% wrong: the last state left out
# message: H[6] is missing: layer 6 reads H[5]
def changed_states(L, i, j):
    return set() if i == j else set(range(min(i, j), L))

# %% wrong: counted from 0
# message: H[1] does not belong
def changed_states(L, i, j):
    return set() if i == j else set(range(min(i, j) - 1, L))

# %% wrong: from the later layer on
# message: H[2] is missing: another layer writes it now
def changed_states(L, i, j):
    return set() if i == j else set(range(max(i, j), L + 1))

# %% wrong: all states
# message: H[0] does not belong
def changed_states(L, i, j):
    return set() if i == j else set(range(L + 1))

# %% wrong: all states but the first
# message: H[1] does not belong: up to it the same layers have run
def changed_states(L, i, j):
    return set() if i == j else set(range(1, L + 1))

# %% wrong: i is taken for the smaller one
# message: i=4, j=2
def changed_states(L, i, j):
    return set() if i == j else set(range(i, L + 1))

# %% wrong: empty unless i is the smaller one
# message: got the empty set
def changed_states(L, i, j):
    return set(range(i, L + 1)) if i < j else set()

# %% wrong: a swap with itself changes states
# message: the empty set: nothing was swapped
def changed_states(L, i, j):
    return set(range(min(i, j), L + 1))

# %% wrong: identity in the place of equality
# message: L=300, i=299, j=299
def changed_states(L, i, j):
    return set() if i is j else set(range(min(i, j), L + 1))

# %% wrong: None where nothing changes
# message: None
def changed_states(L, i, j):
    if i != j:
        return set(range(min(i, j), L + 1))

# %% wrong: an empty dict where nothing changes
# message: {} (dict)
def changed_states(L, i, j):
    return {} if i == j else set(range(min(i, j), L + 1))

# %% wrong: a list
# message: expected a set
# message: a list of 5
def changed_states(L, i, j):
    return [] if i == j else list(range(min(i, j), L + 1))

# %% wrong: a range
# message: range(2, 7)
def changed_states(L, i, j):
    return range(0) if i == j else range(min(i, j), L + 1)

# %% wrong: names of states
# message: expected a set of integers
def changed_states(L, i, j):
    return set() if i == j else {f"H[{l}]" for l in range(min(i, j), L + 1)}

# %% wrong: floats
# message: expected a set of integers
def changed_states(L, i, j):
    return set() if i == j else {float(l) for l in range(min(i, j), L + 1)}

# %% wrong: only what the check shows
# message: changed_states
def changed_states(L, i, j):
    known = {(6, 2): range(2, 7), (6, 1): range(1, 7), (6, 5): (5, 6), (4, 2): (2, 3, 4)}
    return set() if i == j else set(known.get((L, min(i, j)), ()))

# %% wrong: neighbours are thought to commute
# message: i=6, j=5
def changed_states(L, i, j):
    return set() if abs(i - j) < 2 else set(range(min(i, j), L + 1))

# %% wrong: only Python's int is taken for a number
# message: int32
def changed_states(L, i, j):
    if not all(type(n) is int for n in (L, i, j)):
        raise TypeError("integers, please")
    return set() if i == j else set(range(min(i, j), L + 1))

# %% wrong: one state too many at the end
# message: There is no H[7] in a stack of 6 layers
def changed_states(L, i, j):
    return set() if i == j else set(range(min(i, j), L + 2))
