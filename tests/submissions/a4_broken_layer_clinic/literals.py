# %% right: FAULTS
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: 'd', 5: 'i', 6: 'k'}

# %% right: FAULTS in capitals with spaces
FAULTS = {1: ' E', 2: 'B ', 3: 'P', 4: ' d ', 5: 'I', 6: 'K'}

# %% right: FAULTS with NumPy's integers
import numpy as np

FAULTS = dict(zip(np.arange(1, 7), 'ebpdik'))

# %% wrong: FAULTS: the residual around feed-forward
# message: 10 of 12 points
# message: piece 1: not h. Silence feed-forward alone
FAULTS = {1: 'h', 2: 'b', 3: 'p', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: not scaled at all
# message: 10 of 12 points
# message: piece 2: not m. Multiply d by 4
FAULTS = {1: 'e', 2: 'm', 3: 'p', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: softmax over the queries
# message: 10 of 12 points
# message: piece 2: not f. Make every value 1
FAULTS = {1: 'e', 2: 'f', 3: 'p', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: mask turned round
# message: 10 of 12 points
# message: piece 3: not o. Under a causal mask
FAULTS = {1: 'e', 2: 'b', 3: 'o', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: NaN
# message: 10 of 12 points
# message: piece 3: not j. Give it a mask with a row of False
FAULTS = {1: 'e', 2: 'b', 3: 'j', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: the merge
# message: 10 of 12 points
# message: piece 4: not l. Follow the axes
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: 'l', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: the mask on the weights
# message: 10 of 12 points
# message: piece 3: not g. Make every value 1
FAULTS = {1: 'e', 2: 'b', 3: 'g', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: over the positions
# message: 10 of 12 points
# message: piece 5: not a. Change one row
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: 'd', 5: 'a', 6: 'k'}

# %% wrong: FAULTS: the first state is read by all
# message: 10 of 12 points
# message: piece 6: not c. What does the second layer
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: 'd', 5: 'i', 6: 'c'}

# %% wrong: FAULTS: the first state is left out
# message: 8 of 12 points
# message: piece 6: not n. How many states
# message: piece 5: not a
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: 'd', 5: 'a', 6: 'n'}

# %% wrong: FAULTS: one letter for all
# message: 2 of 12 points
FAULTS = dict.fromkeys(range(1, 7), 'e')

# %% wrong: FAULTS: two pieces alone
# message: 4 of 12 points
# message: piece 3: no letter
FAULTS = {1: 'e', 2: 'b'}

# %% wrong: FAULTS: one left blank
# message: 10 of 12 points
# message: piece 4: no letter
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: '', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: all wrong
# message: got 0 of 12 points
FAULTS = {1: 'b', 2: 'g', 3: 'l', 4: 'i', 5: 'k', 6: 'e'}

# %% wrong: FAULTS: empty
# message: no letter yet
FAULTS = {}

# %% wrong: FAULTS: all blank
# message: no letter yet
FAULTS = {1: '', 2: '', 3: '', 4: '', 5: '', 6: ''}

# %% wrong: FAULTS: an unknown letter
# message: the unknown letter 'z' for piece 3
FAULTS = {1: 'e', 2: 'b', 3: 'z', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: two letters for one piece
# message: the unknown letter 'pj' for piece 3
FAULTS = {1: 'e', 2: 'b', 3: 'pj', 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: a list of letters for one piece
# message: the unknown letter ['p'] for piece 3
FAULTS = {1: 'e', 2: 'b', 3: ['p'], 4: 'd', 5: 'i', 6: 'k'}

# %% wrong: FAULTS: an unknown piece
# message: the unknown piece 7
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: 'd', 5: 'i', 6: 'k', 7: 'a'}

# %% wrong: FAULTS: pieces as text
# message: the unknown piece '1'
FAULTS = {'1': 'e', '2': 'b', '3': 'g', '4': 'l', '5': 'i', '6': 'k'}

# %% wrong: FAULTS: counted from 0
# message: the unknown piece 0
FAULTS = {0: 'e', 1: 'b', 2: 'g', 3: 'l', 4: 'i', 5: 'k'}

# %% wrong: FAULTS: a list
# message: not a dict
FAULTS = ['e', 'b', 'g', 'l', 'i', 'k']

# %% wrong: FAULTS: a string
# message: not a dict
FAULTS = 'ebglik'

# %% wrong: FAULTS: None for a piece
# message: the unknown letter None for piece 5
FAULTS = {1: 'e', 2: 'b', 3: 'p', 4: 'd', 5: None, 6: 'k'}

# %% wrong: FAULTS: letters and pieces exchanged
# message: the unknown piece 'e'
FAULTS = {'e': 1, 'b': 2, 'g': 3, 'l': 4, 'i': 5, 'k': 6}
