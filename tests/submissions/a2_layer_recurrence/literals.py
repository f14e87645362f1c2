# %% right: TRACE as nested lists
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[-3, 2], [-1, 7]]]

# %% right: TRACE as tuples
TRACE = (((1, -2), (3, 5)), ((1, -2), (4, 3)), ((2, -3), (5, 2)), ((2, -3), (7, -1)), ((-3, 2), (-1, 7)))

# %% right: TRACE with floats
TRACE = [[[1.0, -2.0], [3.0, 5.0]], [[1.0, -2.0], [4.0, 3.0]], [[2.0, -3.0], [5.0, 2.0]], [[2.0, -3.0], [7.0, -1.0]], [[-3.0, 2.0], [-1.0, 7.0]]]

# %% wrong: TRACE: every layer reads H[0]
# message: got 5 of 20 points
# message: H[2] is what layer 2 makes of H[0], but it reads H[1]
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [4, 4]], [[1, -2], [4, 3]], [[-2, 1], [5, 3]]]

# %% wrong: TRACE: one slip, the rest right
# message: got 15 of 20 points
# message: H[2] is not what layer 2 makes of H[1]
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 4]], [[2, -3], [7, -1]], [[-3, 2], [-1, 7]]]

# %% wrong: TRACE: one slip, carried on rightly
# message: got 15 of 20 points
# message: H[3] follows from the H[2] that you wrote
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 4]], [[2, -3], [7, 1]], [[-3, 2], [1, 7]]]

# %% wrong: TRACE: layer 3 gives what layer 1 gave
# message: got 15 of 20 points
# message: H[3] is what layer 3 makes of H[0]
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[1, -2], [4, 3]], [[-2, 1], [3, 4]]]

# %% wrong: TRACE: rows swapped in the place of columns
# message: got 15 of 20 points
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[7, -1], [2, -3]]]

# %% wrong: TRACE: layer 3 left out
# message: H[3] is H[2] again: layer 3 has not run
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [5, 2]], [[-3, 2], [-1, 7]]]

# %% wrong: TRACE: row 0 receives row 1
# message: got 10 of 20 points
TRACE = [[[1, -2], [3, 5]], [[4, 3], [3, 5]], [[5, 2], [4, 4]], [[9, 6], [4, 4]], [[6, 9], [4, 4]]]

# %% wrong: TRACE: H[0] left out
# message: list of 4
TRACE = [[[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[-3, 2], [-1, 7]]]

# %% wrong: TRACE: another H[0]
# message: TRACE[0] is H[0] as it is printed above
TRACE = [[[1, 2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[-3, 2], [-1, 7]]]

# %% wrong: TRACE: layers in reverse
# message: of 20 points
TRACE = [[[1, -2], [3, 5]], [[-2, 1], [5, 3]], [[-2, 1], [3, 4]], [[-1, 0], [4, 3]], [[-1, 0], [3, 3]]]

# %% wrong: TRACE: empty
# message: no answer yet
TRACE = []

# %% wrong: TRACE: a flat list
# message: five states H[0] to H[4]
TRACE = [1, -2, 3, 5]

# %% wrong: TRACE: text
# message: five states H[0] to H[4]
TRACE = '[[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[-3, 2], [-1, 7]]]'

# %% wrong: TRACE: numbers as text
# message: '-3'
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [['-3', '2'], ['-1', '7']]]

# %% wrong: TRACE: a truth value
# message: True
TRACE = [[[True, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[-3, 2], [-1, 7]]]

# %% wrong: TRACE: a tensor
# message: Tensor
import torch

TRACE = torch.tensor([[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[-3, 2], [-1, 7]]])

# %% wrong: TRACE: a row too short
# message: list of 1
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [[-3], [-1, 7]]]

# %% wrong: TRACE: not a number
# message: '?'
TRACE = [[[1, -2], [3, 5]], [[1, -2], [4, 3]], [[2, -3], [5, 2]], [[2, -3], [7, -1]], [['?', 2], [-1, 7]]]

# %% right: STATE_ORDER as a list
STATE_ORDER = ['U', 'P', 'S', 'K', 'W', 'Z', 'M', 'R']

# %% right: STATE_ORDER as a tuple, small letters and spaces
STATE_ORDER = (' u ', ' p ', ' s ', ' k ', ' w ', ' z ', ' m ', ' r ')

# %% wrong: STATE_ORDER: feed-forward after the layer's output
# message: K has to stand before W
# message: 1 block(s)
STATE_ORDER = ['U', 'P', 'S', 'W', 'K', 'Z', 'M', 'R']

# %% wrong: STATE_ORDER: attention weights before the norm (post-norm)
# message: Z has to stand before M
STATE_ORDER = ['U', 'P', 'S', 'K', 'W', 'M', 'Z', 'R']

# %% wrong: STATE_ORDER: states first
# message: has to stand before
STATE_ORDER = ['U', 'P', 'W', 'R', 'S', 'K', 'Z', 'M']

# %% wrong: STATE_ORDER: reversed
# message: 0 of 10 points
STATE_ORDER = ['R', 'M', 'Z', 'W', 'K', 'S', 'P', 'U']

# %% wrong: STATE_ORDER: alphabetical
# message: has to stand before
STATE_ORDER = ['K', 'M', 'P', 'R', 'S', 'U', 'W', 'Z']

# %% wrong: STATE_ORDER: token ids left out
# message: 1 block(s) of the right order
STATE_ORDER = ['P', 'S', 'K', 'W', 'Z', 'M', 'R']

# %% wrong: STATE_ORDER: only the states
# message: 0 of 10 points
STATE_ORDER = ['P', 'W', 'R']

# %% wrong: STATE_ORDER: a label twice
# message: the label 'U' twice
STATE_ORDER = ['U', 'P', 'S', 'K', 'W', 'Z', 'M', 'R', 'U']

# %% wrong: STATE_ORDER: an unknown label
# message: the unknown label 'H[2]'
STATE_ORDER = ['U', 'P', 'S', 'K', 'W', 'Z', 'M', 'H[2]']

# %% wrong: STATE_ORDER: one string
# message: not a list
STATE_ORDER = 'UPSKWZMR'

# %% wrong: STATE_ORDER: a set
# message: not a list
STATE_ORDER = set(['U', 'P', 'S', 'K', 'W', 'Z', 'M', 'R'])

# %% wrong: STATE_ORDER: numbers
# message: the unknown label 1
STATE_ORDER = [1, 2, 3, 4, 5, 6, 7, 8]

# %% wrong: STATE_ORDER: empty
# message: no answer yet
STATE_ORDER = []

# %% right: Q1 to Q5
Q1 = 'c'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% right: Q1 to Q5 in capitals, with spaces
Q1 = ' C'
Q2 = 'B '
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: a
# message: a2 · Q1
# message: 'a', which is not the best answer
# message: for a stack of one layer
Q1 = 'a'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: b
# message: a2 · Q1
# message: 'b', which is not the best answer
# message: The index fits, the length does not
Q1 = 'b'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: d
# message: a2 · Q1
# message: 'd', which is not the best answer
# message: what layer l wrote
Q1 = 'd'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q2: a
# message: a2 · Q2
# message: 'a', which is not the best answer
# message: does it read the same state
Q1 = 'c'
Q2 = 'a'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q2: c
# message: a2 · Q2
# message: 'c', which is not the best answer
# message: finished before the new layer
Q1 = 'c'
Q2 = 'c'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q2: d
# message: a2 · Q2
# message: 'd', which is not the best answer
# message: does layer 4 itself write
Q1 = 'c'
Q2 = 'd'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q3: a
# message: a2 · Q3
# message: 'a', which is not the best answer
# message: How many Layer objects were made
Q1 = 'c'
Q2 = 'b'
Q3 = 'a'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q3: b
# message: a2 · Q3
# message: 'b', which is not the best answer
# message: Later layers read H[3]
Q1 = 'c'
Q2 = 'b'
Q3 = 'b'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q3: c
# message: a2 · Q3
# message: 'c', which is not the best answer
# message: How many times was
Q1 = 'c'
Q2 = 'b'
Q3 = 'c'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q4: a
# message: a2 · Q4
# message: 'a', which is not the best answer
# message: read the right numbers at its time
Q1 = 'c'
Q2 = 'b'
Q3 = 'd'
Q4 = 'a'
Q5 = 'a'

# %% wrong: Q4: b
# message: a2 · Q4
# message: 'b', which is not the best answer
# message: What do they hold
Q1 = 'c'
Q2 = 'b'
Q3 = 'd'
Q4 = 'b'
Q5 = 'a'

# %% wrong: Q4: d
# message: a2 · Q4
# message: 'd', which is not the best answer
# message: numbers of another state
Q1 = 'c'
Q2 = 'b'
Q3 = 'd'
Q4 = 'd'
Q5 = 'a'

# %% wrong: Q5: b
# message: a2 · Q5
# message: 'b', which is not the best answer
# message: the state that layer 2 needs
Q1 = 'c'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'b'

# %% wrong: Q5: c
# message: a2 · Q5
# message: 'c', which is not the best answer
# message: need another row of H[1]
Q1 = 'c'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'c'

# %% wrong: Q5: d
# message: a2 · Q5
# message: 'd', which is not the best answer
# message: Layer 2 needs rows of H[1]
Q1 = 'c'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'd'

# %% wrong: Q1: "" is no letter
# message: no answer yet
Q1 = ''
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: "e" is no letter
# message: got 'e'
Q1 = 'e'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: "cb" is no letter
# message: got 'cb'
Q1 = 'cb'
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: 3 is no letter
# message: not a string
Q1 = 3
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: ["c"] is no letter
# message: not a string
Q1 = ['c']
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'

# %% wrong: Q1: None is no letter
# message: not a string
Q1 = None
Q2 = 'b'
Q3 = 'd'
Q4 = 'c'
Q5 = 'a'
