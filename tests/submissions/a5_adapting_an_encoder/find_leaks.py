# %% right: a set of normal forms
def find_leaks(train, validation, test):
    def same(text):
        return " ".join(text.casefold().split())
    known = {same(t) for t in train} | {same(t) for t in validation}
    return [i for i, t in enumerate(test) if same(t) in known]

# %% right: two loops
def find_leaks(train, validation, test):
    found = []
    for i, t in enumerate(test):
        for other in list(train) + list(validation):
            if " ".join(t.casefold().split()) == " ".join(other.casefold().split()):
                found.append(i)
                break
    return found

# %% right: words as tuples
def find_leaks(train, validation, test):
    known = set()
    for part in (train, validation):
        known.update(tuple(t.casefold().split()) for t in part)
    return tuple(i for i, t in enumerate(test) if tuple(t.casefold().split()) in known)

# %% right: places of each text, sorted; prints
def find_leaks(train, validation, test):
    from collections import defaultdict
    places = defaultdict(list)
    for i, t in enumerate(test):
        places[" ".join(t.casefold().split())].append(i)
    found = set()
    for t in (*train, *validation):
        found.update(places.get(" ".join(t.casefold().split()), []))
    print(len(found), "leaks")
    return sorted(found)

# %% right: NumPy's integers
def find_leaks(train, validation, test):
    import numpy as np
    norm = lambda t: " ".join(t.casefold().split())
    known = set(map(norm, [*train, *validation]))
    return list(np.flatnonzero([norm(t) in known for t in test]))

# %% wrong: as they are
# message: is missing
def find_leaks(train, validation, test):
    known = {*train, *validation}
    return [i for i, t in enumerate(test) if t in known]

# %% wrong: only the training set
# message: validation has
def find_leaks(train, validation, test):
    known = {" ".join(t.casefold().split()) for t in train}
    return [i for i, t in enumerate(test) if " ".join(t.casefold().split()) in known]

# %% wrong: only the validation set
# message: train has
def find_leaks(train, validation, test):
    known = {" ".join(t.casefold().split()) for t in validation}
    return [i for i, t in enumerate(test) if " ".join(t.casefold().split()) in known]

# %% wrong: lower in place of casefold
# message: letters and spaces of all kinds
def find_leaks(train, validation, test):
    known = {" ".join(t.lower().split()) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if " ".join(t.lower().split()) in known]

# %% wrong: strip in place of split
# message: other capitals, with other white space
def find_leaks(train, validation, test):
    known = {t.casefold().strip() for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if t.casefold().strip() in known]

# %% wrong: split at single spaces
# message: other capitals, with other white space
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split(" "))
    known = {same(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if same(t) in known]

# %% wrong: all white space goes
# message: does not stand in train or validation
def find_leaks(train, validation, test):
    def same(t):
        return "".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if same(t) in known]

# %% wrong: punctuation goes
# message: does not stand in train or validation
def find_leaks(train, validation, test):
    import re
    def same(t):
        return " ".join(re.findall(r"\w+", t.casefold()))
    known = {same(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if same(t) in known]

# %% wrong: parts of a text count
# message: does not stand in train or validation
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = " | ".join(same(t) for t in [*train, *validation])
    return [i for i, t in enumerate(test) if same(t) in known]

# %% wrong: composed and decomposed letters are the same
# message: letters that only look alike
def find_leaks(train, validation, test):
    import unicodedata
    def same(t):
        return " ".join(unicodedata.normalize("NFC", t).casefold().split())
    known = {same(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if same(t) in known]

# %% wrong: texts that stand twice in the test set
# message: does not stand in train or validation
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = [same(t) for t in [*train, *validation, *test]]
    return [i for i, t in enumerate(test) if known.count(same(t)) > 1]

# %% wrong: of equal test texts only the first
# message: a test set with two texts twice
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    rest = {same(t) for t in [*train, *validation]}
    found = []
    for i, t in enumerate(test):
        if same(t) in rest:
            found.append(i)
            rest.discard(same(t))
    return found

# %% wrong: index finds the first place again
# message: a test set with two texts twice
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation]}
    clean = [same(t) for t in test]
    return [clean.index(t) for t in clean if t in known]

# %% wrong: in the order of the training texts
# message: not each once and ascending
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    clean = [same(t) for t in test]
    found = []
    for t in [*validation, *train]:
        found += [i for i, c in enumerate(clean) if c == same(t)]
    return found[::-1]

# %% wrong: the texts
# message: a list of indices into test
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation]}
    return [t for t in test if same(t) in known]

# %% wrong: a set
# message: a list of indices into test
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation]}
    return {i for i, t in enumerate(test) if same(t) in known}

# %% wrong: true and false
# message: a list of indices into test
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation]}
    return [same(t) in known for t in test]

# %% wrong: counted from 1
# message: expected
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test, 1) if same(t) in known]

# %% wrong: the clean ones
# message: does not stand in train or validation
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if same(t) not in known]

# %% wrong: places in the training set
# message: expected
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    clean = {same(t) for t in test}
    return [i for i, t in enumerate([*train, *validation]) if same(t) in clean]

# %% wrong: empty texts are passed over
# message: empty texts
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    known = {same(t) for t in [*train, *validation] if t.strip()}
    return [i for i, t in enumerate(test) if same(t) in known]

# %% wrong: the caller's training set grows
# message: argument 1 was changed
def find_leaks(train, validation, test):
    def same(t):
        return " ".join(t.casefold().split())
    if isinstance(train, list):
        train.extend(validation)
    known = {same(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if same(t) in known]

# %% wrong: the normal form of the package
# message: course_utils.data.texts
from course_utils.data.texts import normalised
def find_leaks(train, validation, test):
    known = {normalised(t) for t in [*train, *validation]}
    return [i for i, t in enumerate(test) if normalised(t) in known]

# %% wrong: nothing comes back
# message: None (is a `return` missing?)
def find_leaks(train, validation, test):
    known = {*train, *validation}
