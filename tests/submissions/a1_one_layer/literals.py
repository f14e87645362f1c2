# %% right: all five
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% right: capitals and spaces
Q1 = " B"
Q2 = "D "
Q3 = "C"
Q4 = " A "
Q5 = "B"

# %% wrong: Q1 a
# message: over the features of one row
# message: which is not the best answer
Q1 = "a"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q1 c
# message: axis of it that belongs to positions
# message: which is not the best answer
Q1 = "c"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q1 d
# message: The residual adds the row of position 0
# message: which is not the best answer
Q1 = "d"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q1 empty
# message: no answer yet
Q1 = ""
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q2 a
# message: To what is it added?
# message: which is not the best answer
Q1 = "b"
Q2 = "a"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q2 b
# message: the last thing that each layer does
# message: which is not the best answer
Q1 = "b"
Q2 = "b"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q2 c
# message: on the stream or beside it?
# message: which is not the best answer
Q1 = "b"
Q2 = "c"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q2 empty
# message: no answer yet
Q1 = "b"
Q2 = ""
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q3 a
# message: does the part with b_q depend on the key j?
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "a"
Q4 = "a"
Q5 = "b"

# %% wrong: Q3 b
# message: Is each part with a bias the same for all keys j?
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "b"
Q4 = "a"
Q5 = "b"

# %% wrong: Q3 d
# message: Other scores may give the same weights
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "d"
Q4 = "a"
Q5 = "b"

# %% wrong: Q3 empty
# message: no answer yet
Q1 = "b"
Q2 = "d"
Q3 = ""
Q4 = "a"
Q5 = "b"

# %% wrong: Q4 b
# message: a row to which a constant was added
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "b"
Q5 = "b"

# %% wrong: Q4 c
# message: Does the residual pass through it?
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "c"
Q5 = "b"

# %% wrong: Q4 d
# message: Which sublayer sees another number than before?
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "d"
Q5 = "b"

# %% wrong: Q4 empty
# message: no answer yet
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = ""
Q5 = "b"

# %% wrong: Q5 a
# message: Could they be all zeros?
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "a"

# %% wrong: Q5 c
# message: is the sum still 0?
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "c"

# %% wrong: Q5 d
# message: The old scores are gone
# message: which is not the best answer
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "d"

# %% wrong: Q5 empty
# message: no answer yet
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = ""

# %% wrong: Q1 a number
# message: not a string
Q1 = 2
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q1 an unknown letter
# message: one of the letters
Q1 = "e"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q2 two letters
# message: one of the letters
Q1 = "b"
Q2 = "bd"
Q3 = "c"
Q4 = "a"
Q5 = "b"

# %% wrong: Q3 a list
# message: not a string
Q1 = "b"
Q2 = "d"
Q3 = ["c"]
Q4 = "a"
Q5 = "b"

# %% wrong: Q4 None
# message: not a string
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = None
Q5 = "b"

# %% wrong: Q5 in words
# message: one of the letters
Q1 = "b"
Q2 = "d"
Q3 = "c"
Q4 = "a"
Q5 = "1/T"
