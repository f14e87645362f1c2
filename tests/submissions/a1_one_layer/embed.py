# %% right: indexing
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[:T]

# %% right: one-hot times E
def embed(ids, E, Pos):
    if not ids.shape[1] <= Pos.shape[0]:
        raise ValueError
    return np.eye(E.shape[0])[ids] @ E + Pos[np.arange(ids.shape[1])]

# %% right: loops, prints and warns
import warnings


def embed(ids, E, Pos):
    warnings.warn("slow")
    B, T = ids.shape
    print(B, T)
    if T > len(Pos):
        raise ValueError(f"{T} > {len(Pos)}")
    H = np.zeros((B, T, E.shape[1]))
    for b in range(B):
        for t in range(T):
            H[b, t] = E[ids[b, t]]
            H[b, t] += Pos[t]
    return H

# %% right: np.take, and a subclass of ValueError
class TooLong(ValueError):
    pass


def embed(ids, E, Pos):
    B, T = ids.shape
    if T > len(Pos):
        raise TooLong(T)
    return np.add(np.take(E, ids, axis=0), np.broadcast_to(Pos[:T], (B, T, E.shape[1])))

# %% right: einsum over a comparison
def embed(ids, E, Pos):
    chosen = (ids[..., None] == np.arange(len(E))).astype(float)
    places = np.eye(len(Pos))[: ids.shape[1]]
    if len(places) < ids.shape[1]:
        raise ValueError("more tokens than positions")
    return np.einsum("btv,vd->btd", chosen, E) + np.einsum("tp,pd->td", places, Pos)

# %% right: a list of texts
def embed(ids, E, Pos):
    if len(ids[0]) > len(Pos):
        raise ValueError("too long")
    return np.stack([np.stack([E[i] + p for i, p in zip(text, Pos)]) for text in ids])

# %% wrong: Pos looked up by token id
# message: Pos is looked up by token id
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[ids]

# %% wrong: positions missing
# message: The positions are missing
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids]

# %% wrong: positions along the batch
# message: The positions are counted along the batch
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[: len(ids), None]

# %% wrong: the whole table added
# message: ValueError
# message: E[ids] + Pos
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos

# %% wrong: no check: T_max = 1 broadcasts
# message: a ValueError
# message: T = 3 tokens with T_max = 1
def embed(ids, E, Pos):
    T = ids.shape[1]
    return E[ids] + Pos[:T]

# %% wrong: an IndexError
# message: expected a ValueError
# message: IndexError: too long
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise IndexError("too long")
    return E[ids] + Pos[:T]

# %% wrong: an assertion
# message: expected a ValueError
# message: AssertionError
def embed(ids, E, Pos):
    T = ids.shape[1]
    assert T <= len(Pos)
    return E[ids] + Pos[:T]

# %% wrong: T = T_max refused
# message: ValueError: too long
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T >= len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[:T]

# %% wrong: cut to T_max
# message: no error, but an array of shape
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        T, ids = len(Pos), ids[:, : len(Pos)]
    return E[ids] + Pos[:T]

# %% wrong: positions repeated past T_max
# message: no error, but an array of shape
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        Pos = np.resize(Pos, (T, Pos.shape[1]))
    return E[ids] + Pos[:T]

# %% wrong: ValueError returned
# message: a ValueError
# message: no error, but ValueError
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        return ValueError("too long")
    return E[ids] + Pos[:T]

# %% wrong: position 1 for the first token
# message: The first token got position 1
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + np.roll(Pos, -1, axis=0)[:T]

# %% wrong: last rows of Pos
# message: These are the last rows of Pos
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[-T:]

# %% wrong: position 0 for all
# message: Every token got the position 0
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[0]

# %% wrong: backwards
# message: The positions run backwards
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[:T][::-1]

# %% wrong: multiplied
# message: Token and position are multiplied
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] * Pos[:T]

# %% wrong: one vector a text
# message: This is one vector for each text
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return (E[ids] + Pos[:T]).mean(axis=1)

# %% wrong: Pos added into E
# message: argument 2 was changed
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    for t in range(T):
        E[ids[:, t]] += Pos[t]
    return E[ids]

# %% wrong: only the first text
# message: expected H: an array of shape (2, 5, 3)
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids[0]] + Pos[:T]

# %% wrong: float32
# message: float32
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return (E[ids] + Pos[:T]).astype(np.float32)

# %% wrong: nested lists
# message: a list of
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return (E[ids] + Pos[:T]).tolist()

# %% wrong: ids squeezed
# message: one token a text
def embed(ids, E, Pos):
    ids = ids.squeeze()
    T = ids.shape[-1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[:T]

# %% wrong: flattened index in the dtype of ids
# message: uint8
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    flat = E.ravel()
    d = E.shape[1]
    start = ids * ids.dtype.type(d)
    return np.stack([flat.take(start.astype(int) + k) for k in range(d)], -1) + Pos[:T]

# %% wrong: one buffer for all calls
# message: new memory for every result
BUFFERS = {}


def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    H = BUFFERS.setdefault((*ids.shape, E.shape[1]), np.zeros((*ids.shape, E.shape[1])))
    np.add(E[ids], Pos[:T], out=H)
    return H

# %% wrong: remembered by shape
# message: expected H
SEEN = {}


def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    if ids.shape not in SEEN:
        SEEN[ids.shape] = E[ids] + Pos[:T]
    return SEEN[ids.shape].copy()

# %% wrong: ids of int64 only
# message: TypeError: ids
# message: uint8
def embed(ids, E, Pos):
    if ids.dtype != np.int64:
        raise TypeError("ids")
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + Pos[:T]

# %% wrong: sine positions in the place of Pos
# message: expected H
def embed(ids, E, Pos):
    T = ids.shape[1]
    if T > len(Pos):
        raise ValueError("too long")
    return E[ids] + np.sin(np.arange(T))[:, None]

# %% wrong: imports the finished one
# message: course_utils.exercises.reference, which holds the finished answer
from course_utils.exercises.reference import embed as finished


def embed(ids, E, Pos):
    if ids.shape[1] > len(Pos):
        raise ValueError
    return finished(ids, E, Pos)

# %% wrong: not written
# message: nothing yet
def embed(ids, E, Pos):
    raise NotImplementedError("a1 · embed")

# %% wrong: no return
# message: is a `return` missing?
def embed(ids, E, Pos):
    if ids.shape[1] > len(Pos):
        raise ValueError
    H = E[ids] + Pos[: ids.shape[1]]
