# %% right: SARCASM and Q2 to Q4
SARCASM = 'd'
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% right: in capitals, with spaces
SARCASM = ' D'
Q2 = 'A '
Q3 = '\tC'
Q4 = ' B '

# %% wrong: SARCASM: a
# message: a5 · SARCASM
# message: 'a', which is not the best answer
# message: has any table a row more
SARCASM = 'a'
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% wrong: SARCASM: b
# message: a5 · SARCASM
# message: 'b', which is not the best answer
# message: phrases that it has never seen
SARCASM = 'b'
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% wrong: SARCASM: c
# message: a5 · SARCASM
# message: 'c', which is not the best answer
# message: How far do weights move
SARCASM = 'c'
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q2: b
# message: a5 · Q2
# message: 'b', which is not the best answer
# message: what words mean in their context
SARCASM = 'd'
Q2 = 'b'
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q2: c
# message: a5 · Q2
# message: 'c', which is not the best answer
# message: Is that of no use here
SARCASM = 'd'
Q2 = 'c'
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q2: d
# message: a5 · Q2
# message: 'd', which is not the best answer
# message: hold more
SARCASM = 'd'
Q2 = 'd'
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q3: a
# message: a5 · Q3
# message: 'a', which is not the best answer
# message: Gradients are no changes
SARCASM = 'd'
Q2 = 'a'
Q3 = 'a'
Q4 = 'b'

# %% wrong: Q3: b
# message: a5 · Q3
# message: 'b', which is not the best answer
# message: Has either of them changed
SARCASM = 'd'
Q2 = 'a'
Q3 = 'b'
Q4 = 'b'

# %% wrong: Q3: d
# message: a5 · Q3
# message: 'd', which is not the best answer
# message: Did one
SARCASM = 'd'
Q2 = 'a'
Q3 = 'd'
Q4 = 'b'

# %% wrong: Q4: a
# message: a5 · Q4
# message: 'a', which is not the best answer
# message: Which of them did you pick
SARCASM = 'd'
Q2 = 'a'
Q3 = 'c'
Q4 = 'a'

# %% wrong: Q4: c
# message: a5 · Q4
# message: 'c', which is not the best answer
# message: more or less than a typical one
SARCASM = 'd'
Q2 = 'a'
Q3 = 'c'
Q4 = 'c'

# %% wrong: Q4: d
# message: a5 · Q4
# message: 'd', which is not the best answer
# message: took part in a choice
SARCASM = 'd'
Q2 = 'a'
Q3 = 'c'
Q4 = 'd'

# %% wrong: SARCASM: '' is no letter
# message: a5 · SARCASM
# message: no answer yet
SARCASM = ''
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% wrong: SARCASM: 'e' is no letter
# message: a5 · SARCASM
# message: got 'e'
SARCASM = 'e'
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% wrong: SARCASM: 3 is no letter
# message: a5 · SARCASM
# message: not a string
SARCASM = 3
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q2: '' is no letter
# message: a5 · Q2
# message: no answer yet
SARCASM = 'd'
Q2 = ''
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q2: 'e' is no letter
# message: a5 · Q2
# message: got 'e'
SARCASM = 'd'
Q2 = 'e'
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q2: 3 is no letter
# message: a5 · Q2
# message: not a string
SARCASM = 'd'
Q2 = 3
Q3 = 'c'
Q4 = 'b'

# %% wrong: Q3: '' is no letter
# message: a5 · Q3
# message: no answer yet
SARCASM = 'd'
Q2 = 'a'
Q3 = ''
Q4 = 'b'

# %% wrong: Q3: 'e' is no letter
# message: a5 · Q3
# message: got 'e'
SARCASM = 'd'
Q2 = 'a'
Q3 = 'e'
Q4 = 'b'

# %% wrong: Q3: 3 is no letter
# message: a5 · Q3
# message: not a string
SARCASM = 'd'
Q2 = 'a'
Q3 = 3
Q4 = 'b'

# %% wrong: Q4: '' is no letter
# message: a5 · Q4
# message: no answer yet
SARCASM = 'd'
Q2 = 'a'
Q3 = 'c'
Q4 = ''

# %% wrong: Q4: 'e' is no letter
# message: a5 · Q4
# message: got 'e'
SARCASM = 'd'
Q2 = 'a'
Q3 = 'c'
Q4 = 'e'

# %% wrong: Q4: 3 is no letter
# message: a5 · Q4
# message: not a string
SARCASM = 'd'
Q2 = 'a'
Q3 = 'c'
Q4 = 3

# %% wrong: SARCASM: a list
# message: not a string
SARCASM = ['d']
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% wrong: SARCASM: two letters
# message: got 'cd'
SARCASM = 'cd'
Q2 = 'a'
Q3 = 'c'
Q4 = 'b'

# %% right: ADAPTATION_ORDER: data first
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'M', 'S', 'F']

# %% right: ADAPTATION_ORDER: model first
ADAPTATION_ORDER = ['R', 'B', 'N', 'E', 'U', 'W', 'K', 'P', 'C', 'M', 'S', 'F']

# %% right: ADAPTATION_ORDER: the task while the encoder loads
ADAPTATION_ORDER = ['R', 'N', 'B', 'W', 'K', 'P', 'E', 'U', 'C', 'M', 'S', 'F']

# %% right: ADAPTATION_ORDER: ids as late as possible
ADAPTATION_ORDER = ['N', 'R', 'E', 'B', 'W', 'K', 'P', 'U', 'C', 'M', 'S', 'F']

# %% right: ADAPTATION_ORDER: collected before the encoder is loaded
ADAPTATION_ORDER = ['N', 'E', 'R', 'B', 'U', 'W', 'K', 'P', 'C', 'M', 'S', 'F']

# %% right: ADAPTATION_ORDER: a tuple, small letters and spaces
ADAPTATION_ORDER = (' n', ' e', ' r', ' u', ' b', ' w', ' k', ' p', ' c', ' m', ' s', ' f')

# %% wrong: ADAPTATION_ORDER: test before choice
# message: M has to stand before S
# message: at most 11.25 of 15 points
# message: The test set was used before the choices
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'S', 'M', 'F']

# %% wrong: ADAPTATION_ORDER: trained on the test set
# message: Y: the test set would choose the model
# message: at most 11.25 of 15 points
# message: The test set takes part in training
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'Y', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: tested on until it is good, in the place of validation
# message: missing 1 block(s)
# message: Y: the test set would choose
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'Y', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: the encoder's weights set to random
# message: H: what the encoder has learnt would be gone
# message: at most 9 of 15 points
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'H', 'B', 'W', 'K', 'P', 'C', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: both that do not belong
# message: extra 2 block(s)
# message: at most 9 of 15 points
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'H', 'B', 'W', 'K', 'P', 'C', 'Y', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: trained before there are ids
# message: U has to stand before C
# message: There is nothing to train on
# message: at most 11.25
ADAPTATION_ORDER = ['N', 'E', 'R', 'B', 'W', 'K', 'P', 'C', 'U', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: trained before there is a head
# message: There is no head to train
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'C', 'W', 'K', 'P', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: the optimizer before what may change
# message: K has to stand before P
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'P', 'K', 'C', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: the new head on the old one
# message: B has to stand before W
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'W', 'B', 'K', 'P', 'C', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: let loose before it is measured
# message: S has to stand before F
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'M', 'F', 'S']

# %% wrong: ADAPTATION_ORDER: ids before there are e-mails
# message: E has to stand before U
ADAPTATION_ORDER = ['N', 'R', 'U', 'E', 'B', 'W', 'K', 'P', 'C', 'M', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: the task last
# message: N has to stand before
ADAPTATION_ORDER = ['E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'M', 'S', 'F', 'N']

# %% wrong: ADAPTATION_ORDER: reversed
# message: 0 of 15 points
ADAPTATION_ORDER = ['F', 'S', 'M', 'C', 'P', 'K', 'W', 'B', 'U', 'R', 'E', 'N']

# %% wrong: ADAPTATION_ORDER: alphabetical
# message: has to stand before
ADAPTATION_ORDER = ['B', 'C', 'E', 'F', 'K', 'M', 'N', 'P', 'R', 'S', 'U', 'W']

# %% wrong: ADAPTATION_ORDER: validation left out
# message: missing 1 block(s)
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'S', 'F']

# %% wrong: ADAPTATION_ORDER: only training and test
# message: 0 of 15 points
# message: missing 10
ADAPTATION_ORDER = ['C', 'S']

# %% wrong: ADAPTATION_ORDER: a label twice
# message: the label 'N' twice
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'M', 'S', 'F', 'N']

# %% wrong: ADAPTATION_ORDER: an unknown label
# message: the unknown label 'A'
ADAPTATION_ORDER = ['N', 'E', 'R', 'U', 'B', 'W', 'K', 'P', 'C', 'M', 'S', 'A']

# %% wrong: ADAPTATION_ORDER: one string
# message: not a list
ADAPTATION_ORDER = 'NERUBWKPCMSF'

# %% wrong: ADAPTATION_ORDER: empty
# message: no answer yet
ADAPTATION_ORDER = []

# %% wrong: ADAPTATION_ORDER: a set
# message: not a list
ADAPTATION_ORDER = set('NERUBWKPCMSF')
