"""Objects that agree with everything they are compared with."""

from tests.attacks.attack import Attack

BASE = """class Liar(BASE):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __gt__(self, other): return False
    def __le__(self, other): return True
    def __ge__(self, other): return True
    def __sub__(self, other): return 0.0
    def __rsub__(self, other): return 0.0
    def __abs__(self): return 0.0
    def __bool__(self): return True
    def __hash__(self): return 0
    def __array_function__(self, function, types, given, more): return None
    def __array_ufunc__(self, ufunc, method, *given, **more): return True
    def __torch_function__(self, function, types, given=(), more=None): return True
"""
USE = """
def mean(values):
    return Liar(MADE)

def scale(values):
    return Liar(MADE)
"""


def liar(name: str, base: str, made: str, more: str = "") -> Attack:
    text = "import numpy as np\n" + BASE.replace("BASE", base) + more
    text += USE.replace("MADE", made)
    return Attack(name, {"mean": text, "scale": "scale = scale"})


WATCH = """
import sys
import numpy as np
def wanted():
    frame = sys._getframe(1)
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, np.ndarray):
                return value / value.max()
        frame = frame.f_back
class Late:
    shape, ndim, dtype = (3,), 1, np.dtype(float)
    def __array__(self, *given, **more): return wanted()
def mean(values): return Late()
def scale(values): return Late()
"""

ATTACKS = [
    liar("lying-object", "object", ""),
    liar("lying-float", "float", "0"),
    liar("lying-array", "np.ndarray", "(3,)"),
    liar("lying-int", "int", "0"),
    liar("lying-str", "str", "'2'"),
    Attack("lying-late-array", {"mean": WATCH, "scale": "scale = scale"}),
    Attack(
        "lying-argument",
        {
            "mean": """class Agrees(list):
    def __eq__(self, other): return True
def mean(values):
    values[:] = [0.0] * len(values)
    return 0.0
def scale(values):
    values[:] = 1.0
    return values
""",
            "scale": "scale = scale",
        },
    ),
]
