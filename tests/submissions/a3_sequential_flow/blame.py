# %% right: copies in and out, try around the bad layer
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype:
            return l
        if not torch.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
            return l
        healthy = b
    return None

# %% right: all healthy states first, then the replay of the bad layers
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    states = [H0.detach().clone()]
    for layer in good_layers:
        states.append(layer(states[-1].clone()).detach().clone())
    for l in range(1, len(states)):
        try:
            out = bad_layers[l - 1](states[l - 1].clone())
        except Exception as error:
            print("layer", l, "raised", error)
            return l
        same_form = out.shape == states[l].shape and out.dtype is states[l].dtype
        if not same_form or not torch.isclose(out, states[l], rtol, atol, True).all():
            return l

# %% right: every layer is judged, the first bad one is named
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy, verdicts = H0 + 0, []
    for good, bad in zip(good_layers, bad_layers):
        b = good(healthy + 0) + 0
        try:
            a = bad(healthy + 0)
        except Exception:
            verdicts.append(True)
        else:
            form = (a.shape, a.dtype) == (b.shape, b.dtype)
            verdicts.append(not form or not torch.allclose(a, b, rtol, atol, True))
        healthy = b
    return verdicts.index(True) + 1 if True in verdicts else None

# %% right: torch's own test function
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    H = H0.detach().clone()
    for l in range(len(good_layers)):
        expected = good_layers[l](H.clone()).clone()
        try:
            found = bad_layers[l](H.clone())
            torch.testing.assert_close(found, expected, rtol=rtol, atol=atol, equal_nan=True)
        except Exception:
            return l + 1
        H = expected

# %% right: first_divergence does the comparison
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype:
            return l
        if first_divergence([a], [b], rtol, atol) == 0:
            return l
        healthy = b

# %% right: the formula written out, a NumPy integer, no gradients
import numpy as np


@torch.no_grad()
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = torch.empty_like(H0).copy_(H0)
    for l in np.arange(1, len(good_layers) + 1):
        b = torch.clone(good_layers[l - 1](torch.clone(healthy)))
        try:
            a = torch.clone(bad_layers[l - 1](torch.clone(healthy)))
        except Exception:
            return l
        if a.dtype != b.dtype or tuple(a.shape) != tuple(b.shape):
            return l
        same = (a == b) | (a.isnan() & b.isnan())
        finite = a.isfinite() & b.isfinite()
        close = finite & ((a - b).abs() <= atol + rtol * b.abs())
        if not bool((same | close).all()):
            return l
        healthy = b

# %% right: the bad layer first
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        try:
            a = bad(healthy.clone()).clone()
        except Exception:
            a = None
        b = good(healthy.clone()).clone()
        if a is None or a.shape != b.shape or a.dtype != b.dtype:
            return l
        if not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: two runs are compared
# message: an error within the tolerance in layer 2, which layer 3 blows up
# message: Given H[2], bad layer 3 does what good layer 3 does
def run(layers, H0):
    states = [H0.clone()]
    for layer in layers:
        states.append(layer(states[-1].clone()).clone())
    return states


def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    good, bad = run(good_layers, H0), [H0.clone()]
    for l, layer in enumerate(bad_layers, 1):
        try:
            a = layer(bad[-1].clone()).clone()
        except Exception:
            return l
        if a.shape != good[l].shape or a.dtype != good[l].dtype:
            return l
        bad.append(a)
    return first_divergence(bad, good, rtol, atol)

# %% wrong: each stack goes on with its own state
# message: Given H[2], bad layer 3 does what good layer 3 does
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    a, b = H0.clone(), H0.clone()
    found = None
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(b.clone()).clone()
        try:
            a = bad(a.clone()).clone()
        except Exception:
            return found or l
        same = a.shape == b.shape and a.dtype == b.dtype
        if not found and not (same and torch.allclose(a, b, rtol, atol, True)):
            found = l
    return found

# %% wrong: only the last outputs are compared
# message: 3 layers, of which layer 1 is bad
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    a, b = H0.clone(), H0.clone()
    for good, bad in zip(good_layers, bad_layers):
        a, b = bad(a.clone()).clone(), good(b.clone()).clone()
    return None if torch.allclose(a, b, rtol, atol, True) else len(good_layers)

# %% wrong: the last bad layer
# message: of which layer 1 and all behind it are bad
# message: got 3
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy, found = H0.clone(), None
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
            if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
                found = l
        except Exception:
            found = l
        healthy = b
    return found

# %% wrong: the layer with the largest difference
# message: expected
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy, gaps = H0.clone(), []
    for good, bad in zip(good_layers, bad_layers):
        b = good(healthy.clone()).clone()
        gaps.append(float((bad(healthy.clone()) - b).abs().max()))
        healthy = b
    return gaps.index(max(gaps)) + 1 if gaps and max(gaps) > 0 else None

# %% wrong: counted from 0
# message: expected 1
# message: got 0
# message: There is no layer 0: they are counted from 1 to 3
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers)):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: the layer behind the bad one
# message: expected 1
# message: got 2
# message: Given H[0], bad layer 1 and good layer 1 differ at index
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l + 1
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l + 1
        healthy = b

# %% wrong: every layer gets H0
# message: good layer 2: H[0]
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(H0.clone()).clone()
        try:
            a = bad(H0.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l

# %% wrong: the bad layer's output is handed on
# message: good layer 3: none of the states
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    H = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(H.clone()).clone()
        try:
            a = bad(H.clone()).clone()
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        H = a

# %% wrong: the layers themselves are compared
# message: expected good layer 1: H[0]
# message: got no call
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        if good is not bad:
            return l

# %% wrong: bisection over the last state
# message: What does each layer receive
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    def same(n):
        a = b = H0
        for good, bad in zip(good_layers[:n], bad_layers[:n]):
            b = good(b.clone()).clone()
            try:
                a = bad(a.clone()).clone()
            except Exception:
                return False
        return a.shape == b.shape and a.dtype == b.dtype and torch.allclose(a, b, rtol, atol, True)

    low, high = 0, len(good_layers)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if same(middle) else (low, middle - 1)
    return low + 1 if low < len(good_layers) else None

# %% wrong: the healthy state is made anew for each layer
# message: good layer 1: H[0]
# message: good layer 2: H[1]
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    for l in range(1, len(good_layers) + 1):
        H = H0.clone()
        for layer in good_layers[: l - 1]:
            H = layer(H.clone()).clone()
        b = good_layers[l - 1](H.clone()).clone()
        try:
            a = bad_layers[l - 1](H.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l

# %% wrong: no copies
# message: layers that write into their input
# message: argument 3 was changed
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy)
        try:
            a = bad(healthy)
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: one copy for both layers
# message: layers that write into their input and return it
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        given = healthy.clone()
        b = good(given).clone()
        try:
            a = bad(given)
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: only H0 is copied
# message: layers that write into their input and return it
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy)
        try:
            a = bad(healthy)
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: the good layer gets the healthy state itself
# message: layers that write into their input and return it
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% right: what the good layer has spoilt is mended before the bad one reads it
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        before = healthy.clone()
        b = good(healthy).clone()
        healthy.copy_(before)
        try:
            a = bad(healthy)
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% right: the bad layer may spoil what nobody reads any more
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy)
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: the good output is not copied
# message: layers that share one buffer for all that they return
# message: got None
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone())
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: a bad layer's error is not caught
# message: bad layer 1 raises ValueError
# message: got ValueError: this layer is broken
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        a = bad(healthy.clone())
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: only one kind of error is caught
# message: raises ZeroDivisionError
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except (RuntimeError, ValueError):
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: the good layer stands in try as well
# message: no layer is bad, and good layer 1 raises ValueError
# message: got no error, but 1 (int)
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        try:
            b = good(healthy.clone()).clone()
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: errors are skipped
# message: bad layer 1 raises ValueError
# message: Given H[0], bad layer 1 raises ValueError
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            healthy = b
            continue
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: the good layer's error becomes another
# message: expected a ValueError
# message: RuntimeError: good layer 1
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        try:
            b = good(healthy.clone()).clone()
        except Exception as error:
            raise RuntimeError(f"good layer {l}") from error
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: another shape passes by broadcasting
# message: layer 2 returns its input with T = 1
# message: Given H[1], bad layer 2 returns a tensor of shape
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: one axis more is let pass
# message: layer 2 returns its input with one axis more
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.numel() != b.numel() or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: another dtype is converted
# message: layer 2 returns its input in float32
# message: float32, and good layer 2 a tensor of shape
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or not torch.allclose(a.to(b.dtype), b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: another dtype ends in an error
# message: Float did not match Double
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: exact comparison
# message: got 2
# message: an error within the tolerance in layer 2
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if not torch.equal(a, b):
            return l
        healthy = b

# %% wrong: relative to the bad layer's output
# message: all numbers of layer 2 are a little less far off than allowed
# message: rtol = 0.5
# message: does what good layer 2 does: even at index
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(b, a, rtol, atol, True):
            return l
        healthy = b

# %% wrong: the caller's tolerances are ignored
# message: rtol = 0.5
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, equal_nan=True):
            return l
        healthy = b

# %% wrong: NaN in both differs
# message: NaN stands at the same places in both, which counts as equal
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol):
            return l
        healthy = b

# %% wrong: NaN in one is missed
# message: layer 2 puts nan into one place, the good one 1.0
# message: nan against
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or ((a - b).abs() > atol + rtol * b.abs()).any():
            return l
        healthy = b

# %% wrong: the good layer's infinity allows everything
# message: layer 2 puts 1.0 into one place, the good one inf
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        same = a.shape == b.shape and a.dtype == b.dtype
        if not same or not ((a == b) | (a.isnan() & b.isnan()) | ((a - b).abs() <= atol + rtol * b.abs())).all():
            return l
        healthy = b

# %% wrong: the good layer is called once more
# message: What does each layer receive
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = good(healthy.clone()).clone()

# %% wrong: layers get a mask of None
# message: takes 1 positional argument but 2 were given
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone(), None).clone()
        try:
            a = bad(healthy.clone(), None)
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: an error without layers
# message: blame: no layers
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    first = good_layers[0]
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: 0 for none
# message: got 0
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b
    return 0

# %% wrong: the layer itself
# message: expected the number of a layer, or None
# message: (function)
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for good, bad in zip(good_layers, bad_layers):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return bad
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return bad
        healthy = b

# %% wrong: all bad layers
# message: got a list of 1
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy, found = H0.clone(), []
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
            if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
                found.append(l)
        except Exception:
            found.append(l)
        healthy = b
    return found

# %% wrong: the finished answer is imported
# message: which holds the finished answer
import course_utils.tracing as tools

blame = tools.blame

# %% wrong: weights are compared, which functions do not have
# message: has no attribute 'state_dict'
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        a, b = bad.state_dict(), good.state_dict()
        if any(not torch.allclose(a[name], b[name], rtol, atol, True) for name in b):
            return l

# %% wrong: only the first sequence of the batch
# message: expected
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0[:1].clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l
        healthy = b

# %% wrong: the mean difference
# message: one number of layer 2 is a little further off than allowed
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    healthy = H0.clone()
    for l, (good, bad) in enumerate(zip(good_layers, bad_layers), 1):
        b = good(healthy.clone()).clone()
        try:
            a = bad(healthy.clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.equal(a.isnan(), b.isnan()):
            return l
        gap = (a - b).abs().nan_to_num().mean()
        if gap > atol + rtol * b.abs().nan_to_num().mean():
            return l
        healthy = b

# %% wrong: the last bad layer, from the end
# message: What does each layer receive
# message: got bad layer 3: H[2]
def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    states = [H0.clone()]
    for good in good_layers:
        states.append(good(states[-1].clone()).clone())
    for l in range(len(bad_layers), 0, -1):
        b = states[l]
        try:
            a = bad_layers[l - 1](states[l - 1].clone())
        except Exception:
            return l
        if a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol, atol, True):
            return l

# %% right: recursion, deep copies
import copy


def blame(good_layers, bad_layers, H0, rtol=1e-5, atol=1e-8):
    def look(l, H):
        if l == len(good_layers):
            return None
        b = good_layers[l](copy.deepcopy(H)).detach().clone()
        try:
            a = bad_layers[l](copy.deepcopy(H))
        except Exception:
            return l + 1
        if a.size() != b.size() or a.dtype != b.dtype:
            return l + 1
        return look(l + 1, b) if torch.allclose(a, b, rtol, atol, True) else l + 1

    return look(0, H0.detach())
