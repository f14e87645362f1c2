# %% right: a loop with a way out
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% right: while, and a working copy
def run_tied(layer, H0, max_iter, tol):
    states, converged, old = [H0.clone()], False, H0.clone()
    while len(states) - 1 < max_iter and not converged:
        new = layer(old.clone()).clone()
        states.append(new.clone())
        with torch.no_grad():
            converged = bool(((new - old).abs() <= tol).all())
        old = new
    return states, converged

# %% right: for and else, the truth value a tensor, a list of two
def run_tied(layer, H0, max_iter, tol):
    states = [1 * H0]
    for l in range(1, int(max_iter) + 1):
        states += [1 * layer(1 * states[l - 1])]
        small = torch.linalg.vector_norm(states[l] - states[l - 1], float("inf")) <= tol
        if small:
            break
    else:
        small = torch.tensor(False)
    return [states, small]

# %% right: recursion
def run_tied(layer, H0, max_iter, tol):
    if max_iter == 0:
        return [H0.clone()], False
    new = layer(H0.clone()).clone()
    change = torch.amax((new.detach() - H0.detach()).abs())
    if change <= tol:
        return [H0.clone(), new], True
    rest, converged = run_tied(layer, new, max_iter - 1, tol)
    return [H0.clone(), *rest], converged

# %% right: NumPy's truth value, prints, a tuple of states
import numpy as np


def run_tied(layer, H0, max_iter, tol):
    states, converged = [H0.clone()], np.bool(False)
    for l in range(max_iter):
        states.append(layer(states[l].clone()).clone())
        change = np.abs((states[-1] - states[-2]).detach().numpy()).max()
        print(l, change)
        converged = change <= tol
        if converged:
            break
    return tuple(states), converged

# %% right: a change that starts as NaN
def run_tied(layer, H0, max_iter, tol):
    states, change = [H0.clone()], float("nan")
    while not change <= tol and len(states) <= max_iter:
        states.append(layer(states[-1].clone()).clone())
        change = (states[-1] - states[-2]).abs().max().item()
    return states, change <= tol

# %% right: a generator inside
def run_tied(layer, H0, max_iter, tol):
    def steps(H):
        for _ in range(max_iter):
            new = layer(H.clone()).clone()
            yield new, (new - H).abs().max() <= tol
            H = new

    states, converged = [H0.clone()], False
    for state, small in steps(states[0]):
        states.append(state)
        if small:
            converged = True
            break
    return states, converged

# %% wrong: the change keeps its sign
# message: what changes most falls
# message: Go on
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).max() <= tol:
            return states, True
    return states, False

# %% wrong: the size of the state
# message: run_tied on a layer that goes half the way to M
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if states[-1].abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: the mean change
# message: Go on
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().mean() <= tol:
            return states, True
    return states, False

# %% wrong: the length of the change
# message: The largest change by application 3 is 0.5
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).norm() <= tol:
            return states, True
    return states, False

# %% wrong: the first number alone
# message: Go on
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if abs(states[-1][0, 0, 0] - states[-2][0, 0, 0]) <= tol:
            return states, True
    return states, False

# %% wrong: any number at rest is enough
# message: Go on
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if ((states[-1] - states[-2]).abs() <= tol).any():
            return states, True
    return states, False

# %% wrong: relative to the state
# message: expected
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() / states[-2].abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: allclose, which is relative too
# message: expected
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if torch.allclose(states[-1], states[-2], atol=tol):
            return states, True
    return states, False

# %% wrong: smaller, not at most
# message: after 3 applications the change is just tol
# message: The largest change by application 3 is 0.5
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() < tol:
            return states, True
    return states, False

# %% wrong: NaN is small
# message: a layer that puts nan into one place
# message: The largest change by application 1 is nan. Go on.
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if not (states[-1] - states[-2]).abs().max() > tol:
            return states, True
    return states, False

# %% wrong: NaN ends it
# message: a layer that puts nan into one place
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        change = (states[-1] - states[-2]).abs().max()
        if change.isnan():
            return states, False
        if change <= tol:
            return states, True
    return states, False

# %% wrong: NaN raises an error
# message: a layer that puts nan into one place
# message: got ValueError: NaN
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        change = (states[-1] - states[-2]).abs().max()
        if change.isnan():
            raise ValueError("NaN")
        if change <= tol:
            return states, True
    return states, False

# %% wrong: Python's max loses NaN
# message: a layer that puts nan into one place
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if max(0.0, *(states[-1] - states[-2]).abs().flatten().tolist()) <= tol:
            return states, True
    return states, False

# %% wrong: a number that is NaN twice is at rest
# message: a layer that puts nan into one place
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if torch.allclose(states[-1], states[-2], rtol=0, atol=tol, equal_nan=True):
            return states, True
    return states, False

# %% wrong: infinity twice is at rest
# message: a layer that puts inf into one place
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if torch.allclose(states[-1], states[-2], rtol=0, atol=tol):
            return states, True
    return states, False

# %% wrong: until nothing changes at all
# message: expected
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if torch.equal(states[-1], states[-2]):
            return states, True
    return states, False

# %% wrong: max_iter is forgotten
# message: max_iter allows 2: stop there
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    while True:
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True

# %% wrong: one application too many
# message: max_iter allows 2: stop there
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter + 1):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: max_iter states, not applications
# message: got H[0], H[1], H[2]
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    while len(states) < max_iter:
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: the last application does not count
# message: converged is True
# message: converged is False
def run_tied(layer, H0, max_iter, tol):
    states, n = [H0.clone()], 0
    while n < max_iter:
        states.append(layer(states[-1].clone()).clone())
        n += 1
        if (states[-1] - states[-2]).abs().max() <= tol:
            break
    return states, n < max_iter

# %% wrong: without an application it has converged
# message: max_iter = 0
def run_tied(layer, H0, max_iter, tol):
    states, change = [H0.clone()], torch.tensor(0.0)
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        change = (states[-1] - states[-2]).abs().max()
        if change <= tol:
            break
    return states, bool(change <= tol)

# %% wrong: max_iter 0, an error
# message: max_iter = 0
# message: UnboundLocalError
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        change = (states[-1] - states[-2]).abs().max()
        if change <= tol:
            break
    return states, bool(change <= tol)

# %% wrong: one application at least
# message: max_iter = 0
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone(), layer(H0.clone()).clone()]
    while (states[-1] - states[-2]).abs().max() > tol and len(states) <= max_iter:
        states.append(layer(states[-1].clone()).clone())
    return states, bool((states[-1] - states[-2]).abs().max() <= tol)

# %% wrong: the last state is left out when it converges
# message: expected H[0], H[1], H[2], H[3]
# message: The largest change by application 2 is 1. Go on.
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        new = layer(states[-1].clone()).clone()
        if (new - states[-1]).abs().max() <= tol:
            return states, True
        states.append(new)
    return states, False

# %% wrong: goes on to max_iter
# message: The largest change by application 3 is 0.5
def run_tied(layer, H0, max_iter, tol):
    states, converged = [H0.clone()], False
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        converged = converged or (states[-1] - states[-2]).abs().max() <= tol
    return states, bool(converged)

# %% wrong: one more look before it stops
# message: What does the layer receive
# message: layer: H[3]
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (layer(states[-2].clone()) - states[-2]).abs().max() <= tol:
            layer(states[-1].clone())
            return states, True
    return states, False

# %% wrong: H[0] is left out
# message: got H[1], H[2], H[3]
def run_tied(layer, H0, max_iter, tol):
    states, old = [], H0.clone()
    for _ in range(max_iter):
        states.append(layer(old.clone()).clone())
        if (states[-1] - old).abs().max() <= tol:
            return states, True
        old = states[-1]
    return states, False

# %% wrong: always compared with H[0]
# message: expected
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[0]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: the layer always reads H[0]
# message: got H[0], H[1], H[1]
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(H0.clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: the verdict is turned round
# message: the right states, and converged is True
# message: the right states, but converged is False
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, False
    return states, True

# %% wrong: no copies
# message: it writes into its input and returns it
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1]))
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: no copy of H0
# message: shares its memory with an input
def run_tied(layer, H0, max_iter, tol):
    states = [H0]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: only what goes in is copied
# message: it returns one buffer that it uses again
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()))
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: only what comes out is copied
# message: it writes into its input and returns it
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1]).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: one tensor, written over
# message: got
def run_tied(layer, H0, max_iter, tol):
    H = H0.clone()
    states = [H]
    for _ in range(max_iter):
        new = layer(H.clone()).clone()
        change = (new - H).abs().max()
        H.copy_(new)
        states.append(H)
        if change <= tol:
            return states, True
    return states, False

# %% wrong: detached copies
# message: to H0
# message: the result is cut off
def run_tied(layer, H0, max_iter, tol):
    states = [H0.detach().clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).detach().clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: without gradients
# message: the gradient from states[0] to H0
@torch.no_grad()
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: the comparison through NumPy, without detach
# message: Can't call numpy() on Tensor that requires grad
import numpy as np


def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if np.abs(states[-1].numpy() - states[-2].numpy()).max() <= tol:
            return states, True
    return states, False

# %% wrong: the states alone
# message: expected two things
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            break
    return states

# %% wrong: the number of applications as well
# message: expected two things
# message: got a tuple of 3
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for n in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, n + 1, True
    return states, max_iter, False

# %% wrong: the last state in the place of the list
# message: expected a list of states as the first thing
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states[-1], True
    return states[-1], False

# %% wrong: the other way round
# message: expected a list of states as the first thing
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return True, states
    return False, states

# %% wrong: a truth value for each number
# message: expected true or false as the second thing
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    small = torch.zeros_like(H0, dtype=torch.bool)
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        small = (states[-1] - states[-2]).abs() <= tol
        if small.all():
            break
    return states, small

# %% wrong: the text "False"
# message: but converged is True
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, "True"
    return states, "False"

# %% wrong: everything in float32
# message: none of the states
def run_tied(layer, H0, max_iter, tol):
    states = [H0.float().clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).float().clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: only Python's own integers
# message: got TypeError: an integer
def run_tied(layer, H0, max_iter, tol):
    if not isinstance(max_iter, int):
        raise TypeError("an integer")
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: the layer gets a mask of None
# message: takes 1 positional argument but 2 were given
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone(), None).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: H0 is added once more at each step
# message: none of the states
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1] + H0).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: the finished answer is imported
# message: which holds the finished answer
from course_utils import tracing

run_tied = tracing.run_tied

# %% wrong: the list is a default argument
# message: got
def run_tied(layer, H0, max_iter, tol, states=[]):
    states.append(H0.clone())
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: nothing
# message: expected two things
def run_tied(layer, H0, max_iter, tol):
    pass

# %% wrong: no end for a layer that swings
# message: torch.neg, which swings
# message: no end?
def run_tied(layer, H0, max_iter, tol):
    states, n = [H0.clone()], 0
    while n < max_iter or max_iter > 3:
        states.append(layer(states[-1].clone()).clone())
        n += 1
        if (states[-1] - states[-2]).abs().max() <= tol:
            return states, True
    return states, False

# %% wrong: a state that was there before is rest
# message: torch.neg, which swings
# message: The largest change by application 2
def run_tied(layer, H0, max_iter, tol):
    states = [H0.clone()]
    for _ in range(max_iter):
        states.append(layer(states[-1].clone()).clone())
        if min((states[-1] - H).abs().max() for H in states[:-1]) <= tol:
            return states, True
    return states, False

# %% wrong: the change is looked at before the next application only
# message: expected the right states, and converged is True
# message: The largest change by application 3 is 0.5
def run_tied(layer, H0, max_iter, tol):
    states, change = [H0.clone()], float("inf")
    for _ in range(max_iter):
        if change <= tol:
            return states, True
        states.append(layer(states[-1].clone()).clone())
        change = (states[-1] - states[-2]).abs().max()
    return states, False

# %% right: the iteration apart from the question when to stop
from itertools import islice


def run_tied(layer, H0, max_iter, tol):
    def iterate(H):
        while True:
            yield H
            H = layer(H.clone()).clone()

    states = []
    for H in islice(iterate(H0.clone()), int(max_iter) + 1):
        states.append(H)
        if len(states) > 1 and (H - states[-2]).abs().amax().item() <= tol:
            return states, True
    return states, False
