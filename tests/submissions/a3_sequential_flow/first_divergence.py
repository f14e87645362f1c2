# %% right: allclose in a loop
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError("lists of unequal length")
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
            return l
    return None

# %% right: isclose and next
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    return next(
        (
            l
            for l in range(len(states_a))
            if (~torch.isclose(states_a[l], states_b[l], rtol, atol, equal_nan=True)).any()
        ),
        None,
    )

# %% right: the formula written out, with its exceptions
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError(f"{len(states_a)} and {len(states_b)} states")
    for l in range(len(states_a)):
        a, b = states_a[l].detach(), states_b[l].detach()
        same = (a == b) | (a.isnan() & b.isnan())
        finite = a.isfinite() & b.isfinite()
        close = finite & ((a - b).abs() <= atol + rtol * b.abs())
        if not (same | close).all():
            return l

# %% right: NumPy, all states at once, a NumPy integer
import numpy as np


def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError("unequal")
    A = np.stack([H.detach().numpy().astype(float) for H in states_a])
    B = np.stack([H.detach().numpy().astype(float) for H in states_b])
    close = np.isclose(A, B, rtol=rtol, atol=atol, equal_nan=True)
    differ = ~close.reshape(len(A), -1).all(axis=1)
    return np.flatnonzero(differ)[0] if differ.any() else None

# %% right: torch's own test function, its error caught
import torch.testing


def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError("unequal")
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        try:
            torch.testing.assert_close(a, b, rtol=rtol, atol=atol, equal_nan=True)
        except AssertionError:
            print("they differ at", l)
            return l

# %% right: zip that is strict, a 0-d tensor, one number at a time
import math


def apart(x, y, rtol, atol):
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) != math.isnan(y)
    if math.isinf(x) or math.isinf(y):
        return x != y
    return abs(x - y) > atol + rtol * abs(y)


def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    pairs = list(zip(states_a, states_b, strict=True))
    for l, (a, b) in enumerate(pairs):
        numbers = zip(a.flatten().tolist(), b.flatten().tolist())
        if any(apart(x, y, rtol, atol) for x, y in numbers):
            return torch.tensor(l)

# %% right: argmax over a list of truth values
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    assert_equal = len(states_a) == len(states_b)
    if not assert_equal:
        raise ValueError
    differ = torch.tensor(
        [
            not torch.allclose(a, b, rtol, atol, equal_nan=True)
            for a, b in zip(states_a, states_b)
        ]
    )
    return int(differ.int().argmax()) if differ.any() else None

# %% wrong: the state with the largest difference
# message: H[0] differs, at index
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    gaps = [float((a - b).abs().max()) for a, b in zip(states_a, states_b)]
    return gaps.index(max(gaps)) if max(gaps) > atol else None

# %% wrong: only the last states are compared
# message: expected 0
# message: got None
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    if torch.allclose(states_a[-1], states_b[-1], rtol, atol, equal_nan=True):
        return None
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l

# %% wrong: counted from 1
# message: expected 0
# message: got 1
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b), 1):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l

# %% wrong: the last state that differs
# message: all later ones are 9 smaller
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    found = None
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            found = l
    return found

# %% wrong: index 0 is taken for nothing
# message: got None
# message: H[0] differs, at index
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    found = 0
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            found = l
            break
    return found or None

# %% wrong: -1 for none
# message: There is no H[-1]
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l
    return -1

# %% wrong: the number of states for none
# message: There is no H[5]: the states are H[0] to H[4]
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    l = 0
    while l < len(states_a) and torch.allclose(states_a[l], states_b[l], rtol, atol, equal_nan=True):
        l += 1
    return l

# %% wrong: H[0] is never looked at
# message: one number of H[0]
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l in range(1, len(states_a)):
        if not torch.allclose(states_a[l], states_b[l], rtol, atol, equal_nan=True):
            return l

# %% wrong: all places have to differ
# message: one number of H[0] is 0.5 smaller
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if (~torch.isclose(a, b, rtol, atol, equal_nan=True)).all():
            return l

# %% wrong: the sign of the difference is kept
# message: smaller in states_a
# message: they may be
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        odd = (a.isnan() != b.isnan()) | ((a != b) & (a.isinf() | b.isinf()))
        if (odd | (a - b > atol + rtol * b.abs())).any():
            return l

# %% wrong: the mean difference
# message: a little
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not (a - b).abs().mean() <= atol + rtol * b.abs().mean():
            return l

# %% wrong: bisection, which needs differences that stay
# message: one number of H[0]
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    low, high = 0, len(states_a)
    while low < high:
        middle = (low + high) // 2
        if torch.allclose(states_a[middle], states_b[middle], rtol, atol, equal_nan=True):
            low = middle + 1
        else:
            high = middle
    return low if low < len(states_a) else None

# %% wrong: no tolerance
# message: all a little less apart than they may be
# message: H[0] of one run agrees with H[0] of the other: even at index
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if ((a != b) & ~(a.isnan() & b.isnan())).any():
            return l

# %% wrong: only the absolute tolerance
# message: all a little less apart than they may be
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol=0, atol=atol, equal_nan=True):
            return l

# %% wrong: only the relative tolerance
# message: a little less apart
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol=rtol, atol=0, equal_nan=True):
            return l

# %% wrong: the caller's tolerances are ignored
# message: rtol = 0.5
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, equal_nan=True):
            return l

# %% wrong: rtol and atol trade places
# message: a little less apart than they may be
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, atol, rtol, equal_nan=True):
            return l

# %% wrong: relative to a
# message: rtol = 0.5
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(b, a, rtol, atol, equal_nan=True):
            return l

# %% wrong: relative to the larger of both, and not a sum
# message: all a little less apart than they may be
import math


def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        for x, y in zip(a.flatten().tolist(), b.flatten().tolist()):
            nan = math.isnan(x) and math.isnan(y)
            if not nan and not math.isclose(x, y, rel_tol=rtol, abs_tol=atol):
                return l

# %% wrong: relative to the largest number of the state
# message: one of H[0] a little further apart than it may be
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not (a - b).abs().max() <= atol + rtol * b.abs().max():
            return l

# %% wrong: at the tolerance is beyond it
# message: just as far apart as they may be
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        same = (a == b) | (a.isnan() & b.isnan())
        finite = a.isfinite() & b.isfinite()
        close = finite & ((a - b).abs() < atol + rtol * b.abs())
        if not (same | close).all():
            return l

# %% wrong: NaN never differs
# message: H[3] has nan in states_a and 0.0 in states_b
# message: H[3] differs, at index
# message: nan against 0
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if ((a - b).abs() > atol + rtol * b.abs()).any():
            return l

# %% wrong: NaN always differs
# message: NaN stands at the same places in both, which counts as equal
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol=rtol, atol=atol):
            return l

# %% wrong: a state with NaN in both is skipped
# message: H[1] has NaN at the same place in both, and another number differs
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if a.isnan().any() and b.isnan().any():
            continue
        if not torch.allclose(a, b, rtol, atol):
            return l

# %% wrong: NaN becomes 0
# message: nan against 0
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        a, b = a.nan_to_num(0.0, torch.inf, -torch.inf), b.nan_to_num(0.0, torch.inf, -torch.inf)
        if not torch.allclose(a, b, rtol, atol):
            return l

# %% wrong: NaN at all is what differs
# message: H[1] of one run agrees with H[1] of the other
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if a.isnan().any() or not torch.allclose(a, b, rtol, atol):
            return l

# %% wrong: NaN in a alone is looked for
# message: got None
# message: 0 against nan
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        nan = a.isnan() & ~b.isnan()
        inf = (a != b) & (a.isinf() | b.isinf()) & ~b.isnan()
        if (nan | inf | ((a - b).abs() > atol + rtol * b.abs())).any():
            return l

# %% wrong: infinity minus infinity is taken for a difference
# message: the same infinity stands at the same places in both
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        close = (a - b).abs() <= atol + rtol * b.abs()
        if not (close | (a.isnan() & b.isnan())).all():
            return l

# %% wrong: every infinity in both is equal
# message: inf against -inf
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        odd = (a.isnan() != b.isnan()) | (a.isinf() != b.isinf())
        if (odd | ((a - b).abs() > atol + rtol * b.abs()) & a.isfinite()).any():
            return l

# %% wrong: an infinite b allows everything
# message: inf against -inf
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        same = (a == b) | (a.isnan() & b.isnan())
        close = (a - b).abs() <= atol + rtol * b.abs()
        if not (same | close).all():
            return l

# %% wrong: lists of unequal length are cut
# message: first_divergence on lists of 3 and 2
# message: expected a ValueError
# message: got no error
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l

# %% wrong: lists of unequal length differ where one ends
# message: expected a ValueError
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l
    if len(states_a) != len(states_b):
        return min(len(states_a), len(states_b))

# %% wrong: the length is looked at last
# message: expected a ValueError
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l
    if len(states_a) != len(states_b):
        raise ValueError

# %% wrong: an assert instead of a ValueError
# message: expected a ValueError
# message: AssertionError
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    assert len(states_a) == len(states_b)
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l

# %% wrong: only a longer first list is refused
# message: expected a ValueError
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) > len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l

# %% wrong: through NumPy, which refuses what requires gradients
# message: Can't call numpy() on Tensor that requires grad
import numpy as np


def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not np.allclose(a.numpy(), b.numpy(), rtol, atol, equal_nan=True):
            return l

# %% wrong: view needs contiguous memory
# message: view size is not compatible
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a.view(-1), b.view(-1), rtol, atol, equal_nan=True):
            return l

# %% wrong: every state against the first one
# message: differs, at index
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l in range(len(states_a) - 1):
        if not torch.allclose(states_a[l] - states_a[0], states_b[l] - states_b[0], rtol, atol, equal_nan=True):
            return l

# %% wrong: only the first sequence of the batch
# message: expected
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a[0], b[0], rtol, atol, equal_nan=True):
            return l

# %% wrong: the last state is never looked at
# message: one number of H[4]
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l in range(len(states_a) - 1):
        if not torch.allclose(states_a[l], states_b[l], rtol, atol, equal_nan=True):
            return l

# %% wrong: all states that differ
# message: expected the index of a state, or None
# message: got a list of
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    pairs = enumerate(zip(states_a, states_b))
    return [l for l, (a, b) in pairs if not torch.allclose(a, b, rtol, atol, equal_nan=True)]

# %% wrong: whether they differ
# message: expected the index of a state, or None
# message: False (bool)
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    return not all(torch.allclose(a, b, rtol, atol, equal_nan=True) for a, b in zip(states_a, states_b))

# %% wrong: a float
# message: 0.0 (float)
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a, b, rtol, atol, equal_nan=True):
            return l / 1

# %% wrong: a tensor of one index
# message: got a tensor of shape (1,), int64
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    differ = [not torch.allclose(a, b, rtol, atol, equal_nan=True) for a, b in zip(states_a, states_b)]
    return torch.tensor(differ).nonzero()[0] if any(differ) else None

# %% wrong: NaN is written over
# message: was changed
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        both = a.isnan() & b.isnan()
        with torch.no_grad():
            a[both] = 0
            b[both] = 0
        if not torch.allclose(a, b, rtol, atol):
            return l

# %% wrong: the lists are used up
# message: was changed
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    l = 0
    while states_a:
        if not torch.allclose(states_a.pop(0), states_b.pop(0), rtol, atol, equal_nan=True):
            return l
        l += 1

# %% wrong: the finished answer is imported
# message: which holds the finished answer
from course_utils.tracing import first_divergence

# %% wrong: nothing is done
# message: got None
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    pass

# %% wrong: the lengths of the states are compared
# message: differs, at index
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.isclose(a.norm(), b.norm(), rtol, atol, True):
            return l

# %% wrong: as many NaN in both
# message: H[1] has NaN, each time elsewhere
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        keep = ~(a.isnan() | b.isnan())
        if a.isnan().sum() != b.isnan().sum() or not torch.allclose(a[keep], b[keep], rtol, atol):
            return l

# %% wrong: compared in float32
# message: two numbers that are 1e-15 apart, no tolerance
def first_divergence(states_a, states_b, rtol=1e-5, atol=1e-8):
    if len(states_a) != len(states_b):
        raise ValueError
    for l, (a, b) in enumerate(zip(states_a, states_b)):
        if not torch.allclose(a.float(), b.float(), rtol, atol, True):
            return l
