# %% right: SEQUENTIAL and Q2 to Q4
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% right: in capitals, with spaces
SEQUENTIAL = ' C'
Q2 = 'A '
Q3 = '\tB'
Q4 = ' D '

# %% wrong: SEQUENTIAL: a
# message: a3 · SEQUENTIAL
# message: 'a', which is not the best answer
# message: Is H[0] among them
SEQUENTIAL = 'a'
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: b
# message: a3 · SEQUENTIAL
# message: 'b', which is not the best answer
# message: What is that of layer 6
SEQUENTIAL = 'b'
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: d
# message: a3 · SEQUENTIAL
# message: 'd', which is not the best answer
# message: Can any function of them
SEQUENTIAL = 'd'
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q2: b
# message: a3 · Q2
# message: 'b', which is not the best answer
# message: A healthy layer 5 that receives another H[4]
SEQUENTIAL = 'c'
Q2 = 'b'
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q2: c
# message: a3 · Q2
# message: 'c', which is not the best answer
# message: Who has written the first state that differs
SEQUENTIAL = 'c'
Q2 = 'c'
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q2: d
# message: a3 · Q2
# message: 'd', which is not the best answer
# message: Nothing here tells
SEQUENTIAL = 'c'
Q2 = 'd'
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q3: a
# message: a3 · Q3
# message: 'a', which is not the best answer
# message: Where should the word come from
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'a'
Q4 = 'd'

# %% wrong: Q3: c
# message: a3 · Q3
# message: 'c', which is not the best answer
# message: whether a lens can read it or not
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'c'
Q4 = 'd'

# %% wrong: Q3: d
# message: a3 · Q3
# message: 'd', which is not the best answer
# message: Would it have written the same without layers 1 to 8
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'd'
Q4 = 'd'

# %% wrong: Q4: a
# message: a3 · Q4
# message: 'a', which is not the best answer
# message: At a fixed point the change is 0
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'b'
Q4 = 'a'

# %% wrong: Q4: b
# message: a3 · Q4
# message: 'b', which is not the best answer
# message: Many small steps in one direction
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'b'
Q4 = 'b'

# %% wrong: Q4: c
# message: a3 · Q4
# message: 'c', which is not the best answer
# message: One start was tried
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'b'
Q4 = 'c'

# %% wrong: SEQUENTIAL: "" is no letter
# message: a3 · SEQUENTIAL
# message: no answer yet
SEQUENTIAL = ''
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: "e" is no letter
# message: a3 · SEQUENTIAL
# message: got 'e'
SEQUENTIAL = 'e'
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: "ac" is no letter
# message: a3 · SEQUENTIAL
# message: got 'ac'
SEQUENTIAL = 'ac'
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: 3 is no letter
# message: a3 · SEQUENTIAL
# message: not a string
SEQUENTIAL = 3
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: ['c'] is no letter
# message: a3 · SEQUENTIAL
# message: not a string
SEQUENTIAL = ['c']
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: None is no letter
# message: a3 · SEQUENTIAL
# message: not a string
SEQUENTIAL = None
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: SEQUENTIAL: {'c'} is no letter
# message: a3 · SEQUENTIAL
# message: not a string
SEQUENTIAL = {'c'}
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q2: "" is no letter
# message: a3 · Q2
# message: no answer yet
SEQUENTIAL = 'c'
Q2 = ''
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q2: "e" is no letter
# message: a3 · Q2
# message: got 'e'
SEQUENTIAL = 'c'
Q2 = 'e'
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q2: 3 is no letter
# message: a3 · Q2
# message: not a string
SEQUENTIAL = 'c'
Q2 = 3
Q3 = 'b'
Q4 = 'd'

# %% wrong: Q3: "" is no letter
# message: a3 · Q3
# message: no answer yet
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = ''
Q4 = 'd'

# %% wrong: Q3: "e" is no letter
# message: a3 · Q3
# message: got 'e'
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'e'
Q4 = 'd'

# %% wrong: Q3: 3 is no letter
# message: a3 · Q3
# message: not a string
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 3
Q4 = 'd'

# %% wrong: Q4: "" is no letter
# message: a3 · Q4
# message: no answer yet
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'b'
Q4 = ''

# %% wrong: Q4: "e" is no letter
# message: a3 · Q4
# message: got 'e'
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'b'
Q4 = 'e'

# %% wrong: Q4: 3 is no letter
# message: a3 · Q4
# message: not a string
SEQUENTIAL = 'c'
Q2 = 'a'
Q3 = 'b'
Q4 = 3

# %% wrong: SEQUENTIAL: the option's text
# message: a3 · SEQUENTIAL
# message: for example
SEQUENTIAL = 'Nothing: all states from H^5 on are the same'
Q2 = 'a'
Q3 = 'b'
Q4 = 'd'
