"""What `make bench ARGS=methods` measured of all methods of adaptation."""

import json
import math
from collections.abc import Sequence
from importlib.resources import files
from statistics import mean, stdev
from typing import Any

MEASURED = "methods.json"
# Student's t for 95 %, by the number of seeds.
T95 = {
    2: 12.71,
    3: 4.30,
    4: 3.18,
    5: 2.78,
    6: 2.57,
    7: 2.45,
    8: 2.36,
    9: 2.31,
    10: 2.26,
}


def methods_compared() -> dict[str, Any]:
    """The trainings that the course ships, as benchmarks/methods.py wrote them.

    Returns:
        "encoder", "machine", "options", "rates", "seeds" and "tasks", the settings;
        "steps", the memory of a training step of each method; "choices", what was
        tried to choose the learning rates; "runs", a dict for each training.

    >>> sorted(methods_compared())[:3]
    ['choices', 'encoder', 'machine']
    """
    path = files("course_utils").joinpath("data", MEASURED)
    return json.loads(path.read_text(encoding="utf-8"))


def accuracies(found: dict[str, Any], data: str, regime: str) -> dict[str, list[float]]:
    """Accuracy of each method, one number a seed in the order of the seeds.

    Args:
        found: see `methods_compared`.
        data: "sarcasm" or "spam".
        regime: "full" or "low".

    >>> by_method = accuracies(methods_compared(), "spam", "low")
    >>> list(by_method)[:4]
    ['majority', 'words', 'head', 'full']
    """
    own = [r for r in found["runs"] if (r["data"], r["regime"]) == (data, regime)]
    by_method: dict[str, list[float]] = {}
    for run in sorted(own, key=lambda run: run["seed"]):
        by_method.setdefault(run["method"], []).append(run["accuracy"])
    return by_method


def difference(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Mean difference of two methods, seed by seed, and half its 95 % interval.

    Where the second is larger than the first, the difference is inside the noise.

    Raises:
        ValueError: there are fewer than two seeds, or not the same number.

    >>> mean, half = difference([0.9, 0.8, 0.7], [0.6, 0.5, 0.4])
    >>> round(mean, 3), round(half, 3)
    (0.3, 0.0)
    """
    gaps = [a - b for a, b in zip(first, second, strict=True)]
    if len(gaps) not in T95:
        raise ValueError(f"{len(gaps)} seeds; a difference needs 2 to {max(T95)}.")
    return mean(gaps), T95[len(gaps)] * stdev(gaps) / math.sqrt(len(gaps))
