"""What training moved: parameters layer by layer, and classes in the states."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor


def drift(
    before: Mapping[str, Tensor], after: Mapping[str, Tensor]
) -> dict[str, float]:
    """How far each part of an encoder moved, relative to its length.

    Args:
        before, after: state dicts of one encoder.

    Returns:
        "embeddings", "layer 1" … "layer L" -> ‖θ̃ - θ̂‖ / ‖θ̂‖ over all parameters
        of the part; further parts under their names.

    Raises:
        ValueError: the two do not have the same names and shapes.

    >>> name = "layers.0.q.weight"
    >>> drift({name: torch.ones(4)}, {name: torch.zeros(4)})
    {'layer 1': 1.0}
    """
    shapes = [{name: x.shape for name, x in state.items()} for state in (before, after)]
    if shapes[0] != shapes[1]:
        odd = sorted(shapes[0].items() ^ shapes[1].items())
        raise ValueError(f"The two differ in names or shapes, for example {odd[0][0]}.")
    moved: dict[str, list[float]] = {}
    for name, old in before.items():
        old, new = old.double().cpu(), after[name].double().cpu()
        sums = moved.setdefault(part_of(name), [0.0, 0.0])
        sums[0] += float((new - old).square().sum())
        sums[1] += float(old.square().sum())
    return {part: (a / b) ** 0.5 if b else 0.0 for part, (a, b) in moved.items()}


def part_of(name: str) -> str:
    """The part of an encoder that a parameter belongs to.

    >>> part_of("layers.3.q.weight"), part_of("embeddings.word.weight")
    ('layer 4', 'embeddings')
    """
    layer = re.match(r"layers\.(\d+)\.", name)
    return f"layer {int(layer[1]) + 1}" if layer else name.split(".")[0]


def class_distances(vectors: Tensor, labels: Tensor) -> tuple[float, float]:
    """Distance between the classes and within them.

    Args:
        vectors: (N, d), one a text.
        labels: (N,) class numbers; at least two classes.

    Returns:
        The mean distance between two class means, and the root mean square distance
        of a vector to the mean of its own class.

    Raises:
        ValueError: there are fewer than two classes.

    >>> X = torch.tensor([[0.0], [2.0], [10.0], [12.0]])
    >>> class_distances(X, torch.tensor([0, 0, 1, 1]))
    (10.0, 1.0)
    """
    classes = labels.unique()
    if len(classes) < 2:
        raise ValueError("Distances between classes need texts of two classes.")
    means = torch.stack([vectors[labels == c].mean(0) for c in classes])
    own = means[torch.searchsorted(classes, labels)]
    between = torch.pdist(means).mean().item()
    within = (vectors - own).square().sum(-1).mean().sqrt().item()
    return between, within
