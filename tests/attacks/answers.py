"""Results that look like an answer."""

from tests.attacks.attack import Attack

VISIBLE = 2.0  # what the visible test alone is worth

ATTACKS = [
    Attack(
        "answers-nan",
        {
            "mean": "def mean(values):\n    return float('nan')",
            "scale": "def scale(values):\n    return values * float('nan')",
        },
    ),
    Attack(
        "answers-empty",
        {
            "mean": "import numpy as np\ndef mean(values):\n    return np.empty(0)",
            "scale": "def scale(values):\n    return np.empty((0, 3))",
        },
    ),
    Attack(
        "answers-hard-coded",
        {"mean": "def mean(values):\n    return {3: 2, 1: 4}.get(len(values))"},
        worth=VISIBLE,
    ),
    Attack(
        "answers-broadcast",
        {
            "mean": "import numpy as np\ndef mean(values):\n    return np.ma.masked",
            "scale": "def scale(values):\n    return np.ma.masked_all(3)",
        },
    ),
    Attack(
        "answers-stateful",
        {
            "mean": """known = iter([2, 4])
def mean(values):
    return next(known, None)"""
        },
        worth=VISIBLE,
    ),
]
