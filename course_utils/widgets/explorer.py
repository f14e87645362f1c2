"""Explorer of hidden states: tokens across, states H[0] … H[L] downwards.

Every number is computed once, here; the browser then needs no kernel. The widget
knows arrays, not models.
"""

from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script

MOST_TOKENS = 256  # cosines between all pairs travel to the browser


class StateExplorer(anywidget.AnyWidget):
    """A map of the hidden states of one text, to be explored by mouse or keyboard.

    Each field of the map is one token's row in one state; H[0] is on top, so the
    layers run downwards. Four measures colour it (see `measures`); for the selected
    field the other tokens of the same state are ranked by cosine.

    Numbers that do not exist (the change of H[0], the cosine of a row of length 0)
    and rows that are not finite are hatched and named in words.

    Args:
        states: (L+1, T, d), the states H[0] … H[L] of one text; array, tensor, or
            a list of L+1 of them, each (T, d).
        tokens: the T tokens of the text.
        title: shown above the map.

    Raises:
        ValueError: states are not (L+1, T, d), or there is not one token a position.

    Example:
        >>> explorer = StateExplorer(np.eye(3)[None].repeat(2, axis=0), ["a", "b", "c"])
        >>> explorer
        StateExplorer: 3 tokens, states H[0] to H[1]
        >>> explorer.layer, explorer.token  # follows the selection
        (0, 0)
    """

    _esm = script("explorer_map.js", "explorer.js")
    _css = FOLDER / "explorer.css"

    title = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    measure_names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    values = traitlets.Bytes().tag(sync=True)  # float32 (measures, L+1, T)
    near = traitlets.Bytes().tag(sync=True)  # float32 (L+1, T, T)
    measure = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int(0).tag(sync=True)
    token = traitlets.Int(0).tag(sync=True)

    def __init__(self, states: Any, tokens: Sequence[str], *, title: str = "") -> None:
        H = as_states(states)
        names = as_tokens(tokens, H.shape[1])
        table = measures(H)
        self._sizes = {
            "measure": len(table),
            "layer": H.shape[0],
            "token": H.shape[1],
        }
        super().__init__(
            title=title,
            tokens=names,
            measure_names=list(table),
            values=as_bytes(np.stack(list(table.values()))),
            near=as_bytes(cosines(H)),
        )

    @traitlets.validate("measure", "layer", "token")
    def _inside(self, proposal: dict) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        if not 0 <= value < self._sizes[name]:
            last = self._sizes[name] - 1
            raise traitlets.TraitError(f"{name} goes from 0 to {last}, not {value}.")
        return value

    def __repr__(self) -> str:
        sizes = self._sizes
        return (
            f"StateExplorer: {sizes['token']} tokens, "
            f"states H[0] to H[{sizes['layer'] - 1}]"
        )


def measures(states: Any) -> dict[str, np.ndarray]:
    """What the map can show: name -> (L+1, T); NaN where there is no number.

    With h the row of token t in H[l], the measures are the norm of h, the norm of
    its change since H[l-1] (none for H[0]), and the cosines between h and the same
    token's row in H[0] and in H[L].
    """
    H = as_states(states)
    with np.errstate(invalid="ignore", over="ignore"):
        norm = np.linalg.norm(H, axis=-1)
        change = np.full_like(norm, np.nan)
        change[1:] = np.linalg.norm(np.diff(H, axis=0), axis=-1)
        unit = directions(H)
        table = {
            "norm": norm,
            "change per layer": change,
            "cosine to the first state": (unit * unit[0]).sum(-1),
            "cosine to the last state": (unit * unit[-1]).sum(-1),
        }
    return {name: np.where(np.isfinite(v), v, np.nan) for name, v in table.items()}


def cosines(states: Any) -> np.ndarray:
    """Cosine of every two tokens in each state, (L+1, T, T)."""
    unit = directions(as_states(states))
    with np.errstate(invalid="ignore"):
        return unit @ unit.transpose(0, 2, 1)


def directions(H: np.ndarray) -> np.ndarray:
    """Rows divided by their norm; NaN for rows of length 0 and not finite ones."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        norm = np.linalg.norm(H, axis=-1, keepdims=True)
        return H / np.where(np.isfinite(norm), norm, np.nan)


def as_states(states: Any) -> np.ndarray:
    """States as one float64 array (L+1, T, d)."""
    if isinstance(states, list | tuple):
        shapes = {tuple(np.shape(state)) for state in states}
        if len(shapes) != 1:
            raise ValueError(f"The states differ in shape: {sorted(shapes)}.")
        states = np.stack([as_array(state) for state in states])
    H = as_array(states)
    if H.ndim == 4:
        raise ValueError(
            f"The states have shape {H.shape}, but the explorer shows one text, "
            "(L+1, T, d). Take one of the batch: states[:, 0]."
        )
    if H.ndim != 3 or not H.size:
        raise ValueError(f"The explorer needs states (L+1, T, d), but got {H.shape}.")
    if H.shape[1] > MOST_TOKENS:
        raise ValueError(
            f"{H.shape[1]} tokens are too many for the map: show at most "
            f"{MOST_TOKENS}, for example states[:, :{MOST_TOKENS}]."
        )
    return H


def as_array(values: Any) -> np.ndarray:
    """An array or tensor as float64."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().double().numpy()
    return np.asarray(values, dtype=np.float64)


def as_tokens(tokens: Sequence[str], count: int) -> list[str]:
    """One token a position, as a list of strings."""
    if isinstance(tokens, str):
        raise ValueError("tokens is one string; give a list with one token a position.")
    names = [str(token) for token in tokens]
    if len(names) != count:
        raise ValueError(f"There are {len(names)} tokens for {count} positions.")
    return names


def as_bytes(values: np.ndarray) -> bytes:
    """Numbers as the browser reads them: float32, little-endian, row by row."""
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
