# %% right: FLOW_ORDER as a list
FLOW_ORDER = ["S", "E", "K", "C", "W", "G", "Z", "M"]

# %% right: FLOW_ORDER as a tuple, in small letters, with spaces
FLOW_ORDER = ("s ", " e", "k", "c", "w", "g", "z", "m")

# %% wrong: FLOW_ORDER: the prefix comes after the norm
# message: E has to stand before K
FLOW_ORDER = ["S", "K", "E", "C", "W", "G", "Z", "M"]

# %% wrong: FLOW_ORDER: dropped before feed-forward
# message: Z has to stand before M. Rows are dropped from what the layer returns
FLOW_ORDER = ["S", "E", "K", "C", "W", "G", "M", "Z"]

# %% wrong: FLOW_ORDER: feed-forward before attention
# message: G has to stand before Z
FLOW_ORDER = ["S", "E", "K", "Z", "C", "W", "G", "M"]

# %% wrong: FLOW_ORDER: weights before keys
# message: C has to stand before W. Attention weights are made of queries and keys.
FLOW_ORDER = ["S", "E", "K", "W", "C", "G", "Z", "M"]

# %% wrong: FLOW_ORDER: post-norm
# message: K has to stand before C
FLOW_ORDER = ["S", "E", "C", "W", "G", "K", "Z", "M"]

# %% wrong: FLOW_ORDER: what is handed on comes first
# message: 1 block(s) stand where they cannot stay
FLOW_ORDER = ["M", "S", "E", "K", "C", "W", "G", "Z"]

# %% wrong: FLOW_ORDER: in reverse
# message: got 0 of 10 points
FLOW_ORDER = ["M", "Z", "G", "W", "C", "K", "E", "S"]

# %% wrong: FLOW_ORDER: two left out
# message: 2 block(s) of the right order
FLOW_ORDER = ["E", "K", "C", "W", "G", "Z"]

# %% wrong: FLOW_ORDER: in the order of the table
# message: of 10 points
FLOW_ORDER = ["C", "E", "G", "K", "M", "S", "W", "Z"]

# %% wrong: FLOW_ORDER: empty
# message: no answer yet
FLOW_ORDER = []

# %% wrong: FLOW_ORDER: one string
# message: not a list
FLOW_ORDER = "SEKCWGZM"

# %% wrong: FLOW_ORDER: an unknown label
# message: the unknown label 'A'
FLOW_ORDER = ["A", "E", "K", "C", "W", "G", "Z", "M"]

# %% wrong: FLOW_ORDER: a label twice
# message: the label 'S' twice
FLOW_ORDER = ["S", "S", "K", "C", "W", "G", "Z", "M"]

# %% right: all letters
Q1 = "b"
Q2 = "d"
Q3 = "b"
Q4 = "c"
Q5 = "a"

# %% right: capitals and spaces
Q1 = "B"
Q2 = " d"
Q3 = "b "
Q4 = "C"
Q5 = " A "

# %% wrong: Q1: the first prefix stays for layer 2
# message: Are the ten rows of the first prefix still there when layer 2 begins?
Q1 = "a"

# %% wrong: Q1: one length for all
# message: Each layer has a prefix of its own.
Q1 = "c"

# %% wrong: Q1: tokens alone
# message: What is put in front before the layer runs?
Q1 = "d"

# %% wrong: Q1: rows as a number
# message: not a string
Q1 = 50

# %% wrong: Q2: a layer returns tokens alone
# message: can it return fewer than it receives?
Q2 = "a"

# %% wrong: Q2: rows pile up
# message: When are they dropped?
Q2 = "b"

# %% wrong: Q2: all passed on
# message: What do its tokens do with 20 more?
Q2 = "c"

# %% wrong: Q3: the end makes up for it
# message: What did the tokens of layer 2 attend to
Q3 = "a"

# %% wrong: Q3: an error
# message: Is the number of rows fixed
Q3 = "c"

# %% wrong: Q3: the last token
# message: Does the last token attend to the rows that are too many
Q3 = "d"

# %% wrong: Q4: always
# message: To which rows do the prompt's rows attend
Q4 = "a"

# %% wrong: Q4: never
# message: different for the two texts?
Q4 = "b"

# %% wrong: Q4: the other way round
# message: may a row at the front attend to the tokens?
Q4 = "d"

# %% wrong: Q5: keys
# message: is decided by keys
Q5 = "b"

# %% wrong: Q5: nothing
# message: made before the prefix's rows change
Q5 = "c"

# %% wrong: Q5: all of it
# message: the tokens have attended to them
Q5 = "d"

# %% wrong: Q5: no answer
# message: no answer yet
Q5 = ""

# %% wrong: Q5: two letters
# message: one of the letters
Q5 = "ad"
