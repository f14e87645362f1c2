"""Arrays of NumPy and torch alike: copies, shared memory, differences."""

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np


def is_tensor(value: Any) -> bool:
    """Whether a value is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_array(value: Any) -> bool:
    """Whether a value is a NumPy array or a torch tensor."""
    return isinstance(value, np.ndarray) or is_tensor(value)


def to_numpy(value: Any) -> np.ndarray:
    """A NumPy copy of an array, tensor or number, on the CPU."""
    if is_tensor(value):
        value = value.detach().cpu().resolve_conj().resolve_neg()
        if str(value.dtype) == "torch.bfloat16":  # which NumPy does not have
            value = value.float()
        value = value.numpy()
    return np.array(value)


def arrays_in(value: Any, name: str) -> dict[str, Any]:
    """Every array inside lists, tuples and dicts, under a readable name.

    >>> list(arrays_in({"a": [np.ones(2)]}, "params"))
    ["params['a'][0]"]
    """
    if is_array(value):
        return {name: value}
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    else:
        return {}
    return {
        k: v for key, x in items for k, v in arrays_in(x, f"{name}[{key!r}]").items()
    }


def snapshot(value: Any) -> Any:
    """A copy of everything in a value that a function might change."""
    if is_array(value):
        return to_numpy(value)
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return (
            type(value)(map(snapshot, value)) if type(value) in (list, tuple) else None
        )
    if isinstance(value, set | frozenset):
        return set(value)
    return value if isinstance(value, int | float | str) else None


def same(a: Any, b: Any) -> bool:
    """Whether two snapshots agree bit by bit, NaN equal to NaN."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


def changed_places(before: Any, after: Any, name: str = "") -> list[str]:
    """Where two snapshots differ, in Python's notation.

    >>> changed_places({"W": np.ones(2)}, {"W": np.zeros(2)})
    ["['W']"]
    """
    if same(before, after):
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        if odd := before.keys() ^ after.keys():
            return [f"{name}[{key!r}]" for key in odd]
        keys = list(before)
    elif type(before) is type(after) in (list, tuple) and len(before) == len(after):
        keys = list(range(len(before)))
    else:
        return [name]
    found = (changed_places(before[k], after[k], f"{name}[{k!r}]") for k in keys)
    return [place for places in found for place in places]


def share_memory(a: Any, b: Any) -> bool:
    """Whether writing into one array would change the other."""
    if 0 in (*a.shape, *b.shape):
        return a is b
    try:
        return np.shares_memory(places(a), places(b), max_work=100_000)
    except np.exceptions.TooHardError:
        return np.may_share_memory(places(a), places(b))


def places(value: Any) -> np.ndarray:
    """An array over the same memory, only to be compared with others, not read."""
    if not is_tensor(value):
        return value
    size = value.element_size()
    interface = {
        "version": 3,
        "data": (value.data_ptr(), True),
        "shape": tuple(value.shape),
        "strides": tuple(size * stride for stride in value.stride()),
        "typestr": f"|V{size}",
    }
    return np.asarray(SimpleNamespace(__array_interface__=interface))


def describe(value: Any) -> str:
    """A short description: shape and dtype of an array, the type of the rest.

    >>> describe(np.ones((2, 3)))
    'an array of shape (2, 3), float64'
    """
    if is_array(value):
        kind = "tensor" if is_tensor(value) else "array"
        article = "a" if kind == "tensor" else "an"
        dtype = str(value.dtype).removeprefix("torch.")
        return f"{article} {kind} of shape {tuple(value.shape)}, {dtype}"
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value)
    return f"{text if len(text) < 60 else text[:57] + '...'} ({type(value).__name__})"
