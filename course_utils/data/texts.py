"""Labelled texts: without doubles, shared out fairly."""

import random
from collections.abc import Sequence
from typing import NamedTuple


class DataError(Exception):
    """Data are missing or cannot be used; the text says which and what to do."""


class Texts(NamedTuple):
    """Labelled texts of one kind."""

    texts: list[str]
    labels: list[int]  # each an index into `classes`
    classes: tuple[str, ...]
    credit: str  # where they come from, and under which licence

    def only(self, places: Sequence[int]) -> "Texts":
        """The texts at these places, in this order."""
        return self._replace(
            texts=[self.texts[i] for i in places],
            labels=[self.labels[i] for i in places],
        )

    def counts(self) -> dict[str, int]:
        """How many texts each class has."""
        return {name: self.labels.count(i) for i, name in enumerate(self.classes)}


class Splits(NamedTuple):
    """Texts to train on, to choose by, and to report on, with none in two of them."""

    train: Texts
    validation: Texts
    test: Texts


def normalised(text: str) -> str:
    """Small letters, single spaces: texts that agree in this count as the same.

    >>> normalised("  Free  ENTRY ")
    'free entry'
    """
    return " ".join(text.casefold().split())


def deduplicate(data: Texts) -> Texts:
    """The first of all texts that count as the same; empty ones go.

    The same text under two labels goes as well, for nobody knows which is right.
    """
    labels: dict[str, set[int]] = {}
    first: dict[str, int] = {}
    for i, (text, label) in enumerate(zip(data.texts, data.labels, strict=True)):
        key = normalised(text)
        labels.setdefault(key, set()).add(label)
        first.setdefault(key, i)
    return data.only([i for key, i in first.items() if key and len(labels[key]) == 1])


def split(data: Texts, seed: int, sizes: tuple[int, int, int]) -> Splits:
    """Draw three sets in which every class has its share, to within one text.

    Args:
        data: without doubles, see `deduplicate`.
        seed: decides what is drawn.
        sizes: how many texts train, validation and test hold.

    Raises:
        ValueError: there are fewer texts than that, or a class would be missing
            from one of the sets.

    >>> data = Texts(list("abcdef"), [0, 1] * 3, ("x", "y"), "")
    >>> split(data, 0, (2, 2, 2)).train.counts()
    {'x': 1, 'y': 1}
    """
    if sum(sizes) > len(data.texts):
        raise ValueError(
            f"{sum(sizes)} texts are asked for, but there are {len(data.texts)}."
        )
    rng = random.Random(seed)
    places = spread_classes(data, rng)
    sets, start = [], 0
    for name, size in zip(Splits._fields, sizes, strict=True):
        chosen = places[start : start + size]
        start += size
        missing = set(range(len(data.classes))) - {data.labels[i] for i in chosen}
        if missing:
            classes = ", ".join(data.classes[i] for i in sorted(missing))
            raise ValueError(
                f"{size} texts for {name} leave out the class {classes}. Ask for "
                "more, or bring more texts of that class."
            )
        rng.shuffle(chosen)
        sets.append(data.only(chosen))
    return Splits(*sets)


def spread_classes(data: Texts, rng: random.Random) -> list[int]:
    """All places, so ordered that each stretch holds the classes in their shares."""
    keyed = []
    for label in range(len(data.classes)):
        own = [i for i, found in enumerate(data.labels) if found == label]
        rng.shuffle(own)
        keyed += [((n + rng.random()) / len(own), i) for n, i in enumerate(own)]
    return [i for _, i in sorted(keyed)]
