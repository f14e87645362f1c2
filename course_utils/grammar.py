"""Sentences of a small grammar with regularities that a model can discover.

Five kinds: agreement of verb and subject across a distracting noun, facts
(country and capital), who did what to whom (names come back), days in order,
and numbers in order. Words and signs are split at spaces. Every kind is a function
of a random generator, so that a seed fixes the text; its docstring is an example.
"""

import random

SINGULAR = ["key", "dog", "tree", "boat", "child", "lamp", "house", "bird"]
PLURAL = ["keys", "dogs", "trees", "boats", "children", "lamps", "houses", "birds"]
PLACES = ["near", "behind", "beside", "under"]
ADJECTIVES = ["old", "small", "green", "quiet", "heavy", "new", "dark", "clean"]
NAMES = ["anna", "boris", "clara", "david", "elena", "felix", "greta", "hugo"]
THINGS = ["book", "ring", "map", "cup", "coat", "letter"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
CAPITALS = {
    "france": "paris",
    "italy": "rome",
    "spain": "madrid",
    "japan": "tokyo",
    "egypt": "cairo",
    "peru": "lima",
    "kenya": "nairobi",
    "norway": "oslo",
    "cuba": "havana",
    "ghana": "accra",
}


def agreement(rng: random.Random) -> str:
    """the keys near the dog are old ."""
    nouns, verb = rng.choice([(SINGULAR, "is"), (PLURAL, "are")])
    subject, other = rng.choice(nouns), rng.choice(SINGULAR + PLURAL)
    adjective = rng.choice(ADJECTIVES)
    return f"the {subject} {rng.choice(PLACES)} the {other} {verb} {adjective} ."


def fact(rng: random.Random) -> str:
    """the capital of peru is lima ."""
    country, city = rng.choice(list(CAPITALS.items()))
    if rng.random() < 0.5:
        return f"the capital of {country} is {city} ."
    return f"{city} is the capital of {country} ."


def exchange(rng: random.Random) -> str:
    """anna gave the map to hugo . then hugo returned the map to anna ."""
    (a, b), thing = rng.sample(NAMES, 2), rng.choice(THINGS)
    return f"{a} gave the {thing} to {b} . then {b} returned the {thing} to {a} ."


def days(rng: random.Random) -> str:
    """after friday comes saturday , then sunday ."""
    i = rng.randrange(7)
    return f"after {DAYS[i]} comes {DAYS[(i + 1) % 7]} , then {DAYS[(i + 2) % 7]} ."


def count(rng: random.Random) -> str:
    """three four five six ."""
    start = rng.randrange(6)
    return " ".join(NUMBERS[start : start + rng.randint(3, 4)]) + " ."


KINDS = (agreement, fact, exchange, days, count)


def sentence(rng: random.Random) -> str:
    """One sentence of a kind drawn at random.

    >>> sentence(random.Random(3))
    'accra is the capital of ghana .'
    """
    return rng.choice(KINDS)(rng)


def passage(rng: random.Random) -> str:
    """One sentence, or two that have nothing to do with each other."""
    return " ".join(sentence(rng) for _ in range(rng.randint(1, 2)))


def vocabulary() -> list[str]:
    """All words in a fixed order; the first is the start mark, the second padding.

    >>> vocabulary()[:4], len(vocabulary())
    (['<s>', '<pad>', 'the', 'is'], 93)
    """
    groups = [SINGULAR, PLURAL, PLACES, ADJECTIVES, NAMES, THINGS, DAYS, NUMBERS]
    words = sorted({word for group in groups for word in group})
    words += [word for pair in CAPITALS.items() for word in pair]
    frame = "the is are . capital of gave to then returned after comes ,".split()
    return ["<s>", "<pad>", *frame, *words]
