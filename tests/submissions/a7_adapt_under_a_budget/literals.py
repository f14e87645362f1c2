# %% right: CHOICE
CHOICE = {'tenants': 'c', 'latency': 'b', 'evening': 'd'}

# %% right: CHOICE in capitals with spaces
CHOICE = {' Tenants': 'C ', 'LATENCY': ' b', 'evening ': 'D'}

# %% right: CHOICE in another order, as a dict of pairs
CHOICE = dict(evening='d', tenants='c', latency='b')

# %% wrong: CHOICE: tenants: a
# message: 6.67 of 10 points
# message: tenants: a, not the best answer
# message: how many MB are 500 of them
CHOICE = {'tenants': 'a', 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: tenants: b
# message: 6.67 of 10 points
# message: tenants: b, not the best answer
# message: A merged weight is a whole weight again
CHOICE = {'tenants': 'b', 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: tenants: d
# message: 6.67 of 10 points
# message: tenants: d, not the best answer
# message: would have changed the weights that serve each one
CHOICE = {'tenants': 'd', 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: latency: a
# message: 6.67 of 10 points
# message: latency: a, not the best answer
# message: Every layer gets 50 more keys
CHOICE = {'tenants': 'c', 'latency': 'a', 'evening': 'd'}

# %% wrong: CHOICE: latency: c
# message: 6.67 of 10 points
# message: latency: c, not the best answer
# message: with a relu between them
CHOICE = {'tenants': 'c', 'latency': 'c', 'evening': 'd'}

# %% wrong: CHOICE: latency: d
# message: 6.67 of 10 points
# message: latency: d, not the best answer
# message: Which numbers does Adam keep averages of
CHOICE = {'tenants': 'c', 'latency': 'd', 'evening': 'd'}

# %% wrong: CHOICE: evening: a
# message: 6.67 of 10 points
# message: evening: a, not the best answer
# message: Is it ahead by more than the spread
CHOICE = {'tenants': 'c', 'latency': 'b', 'evening': 'a'}

# %% wrong: CHOICE: evening: b
# message: 6.67 of 10 points
# message: evening: b, not the best answer
# message: It is behind by as much as its own spread
CHOICE = {'tenants': 'c', 'latency': 'b', 'evening': 'b'}

# %% wrong: CHOICE: evening: c
# message: 6.67 of 10 points
# message: evening: c, not the best answer
# message: Which of the two has to run the encoder again
CHOICE = {'tenants': 'c', 'latency': 'b', 'evening': 'c'}

# %% wrong: CHOICE: two wrong
# message: 3.33 of 10 points
CHOICE = {'tenants': 'a', 'latency': 'd', 'evening': 'd'}

# %% wrong: CHOICE: all wrong
# message: 0 of 10 points
CHOICE = {'tenants': 'a', 'latency': 'a', 'evening': 'a'}

# %% wrong: CHOICE: one left out
# message: 6.67 of 10 points
# message: evening: no letter
CHOICE = {'tenants': 'c', 'latency': 'b'}

# %% wrong: CHOICE: one left blank
# message: 6.67 of 10 points
# message: latency: no letter
CHOICE = {'tenants': 'c', 'latency': ' ', 'evening': 'd'}

# %% wrong: CHOICE: an unknown letter
# message: the unknown letter 'e' for 'tenants'
CHOICE = {'tenants': 'e', 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: two letters
# message: the unknown letter 'cd' for 'tenants'
CHOICE = {'tenants': 'cd', 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: a list of letters
# message: the unknown letter ['c'] for 'tenants'
CHOICE = {'tenants': ['c'], 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: a number
# message: the unknown letter 3 for 'tenants'
CHOICE = {'tenants': 3, 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: an unknown case
# message: the unknown case 'tenant'
CHOICE = {'tenant': 'c', 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: numbers for cases
# message: the unknown case 1
CHOICE = {1: 'c', 2: 'b', 3: 'd'}

# %% wrong: CHOICE: a case twice
# message: the case 'tenants' twice
CHOICE = {'tenants': 'c', 'Tenants': 'a', 'latency': 'b', 'evening': 'd'}

# %% wrong: CHOICE: a string
# message: str: not a dict
CHOICE = 'cbd'

# %% wrong: CHOICE: a list
# message: list: not a dict
CHOICE = ['c', 'b', 'd']

# %% wrong: CHOICE: empty
# message: no letter yet
CHOICE = {}

# %% wrong: CHOICE: None
# message: NoneType: not a dict
CHOICE = None
