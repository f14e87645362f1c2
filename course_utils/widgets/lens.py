"""Explorer of the lens: what each state says when it is read as if it were the last.

Layers run downwards, positions across. Every number is computed once, here; the
browser then needs no kernel. The widget knows arrays, not models.
"""

from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets

from course_utils.widgets import FOLDER, script

MOST_TOKENS = 128  # the grid is made of elements, not drawn


class LensExplorer(anywidget.AnyWidget):
    """A grid of states and positions, each field with the word read there.

    For the selected field, bars show the most probable words. Two measures colour
    the grid: the probability of each field's top word, and that of the word that
    the last state puts on top at the same position.

    Args:
        logits: (L+1, T, V), what the lens reads in H[0] … H[L]; array or tensor.
        tokens: the T tokens of the text.
        words: the V words that logits are about.
        top: how many words of each field are kept.
        title: shown above the grid.

    Raises:
        ValueError: logits are not (L+1, T, V) or not finite, there is not one token
            a position or one word a logit, or `top` is not positive.

    Example:
        >>> logits = np.zeros((2, 1, 3))
        >>> logits[1, 0, 2] = 5
        >>> LensExplorer(logits, ["the"], ["cat", "dog", "end"])
        LensExplorer: 1 position, states H[0] to H[1]
    """

    _esm = script("lens.js")
    _css = FOLDER / "lens.css"

    title = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)  # those that appear
    best = traitlets.Bytes().tag(sync=True)  # float32 (L+1, T, top): places in words
    shares = traitlets.Bytes().tag(sync=True)  # float32 (L+1, T, top): probabilities
    final = traitlets.Bytes().tag(sync=True)  # float32 (L+1, T): of the final word
    top = traitlets.Int().tag(sync=True)
    measure = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int(0).tag(sync=True)
    token = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        logits: Any,
        tokens: Sequence[str],
        words: Sequence[str],
        *,
        top: int = 5,
        title: str = "",
    ) -> None:
        probability = probabilities(logits)
        rows, T, V = probability.shape
        names, vocabulary = as_names(tokens, T, "tokens"), as_names(words, V, "words")
        if top < 1:
            raise ValueError(f"top is {top}, but at least one word must be shown.")
        best, shares = ranked(probability, min(top, V))
        winner = best[-1, :, 0]
        used, place = np.unique(best, return_inverse=True)
        self._sizes = {"measure": 2, "layer": rows, "token": T}
        super().__init__(
            title=title,
            tokens=names,
            words=[vocabulary[i] for i in used],
            best=as_bytes(place.reshape(best.shape)),
            shares=as_bytes(shares),
            final=as_bytes(probability[:, np.arange(T), winner]),
            top=best.shape[-1],
        )

    @traitlets.validate("measure", "layer", "token")
    def _inside(self, proposal: dict) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        if not 0 <= value < self._sizes[name]:
            last = self._sizes[name] - 1
            raise traitlets.TraitError(f"{name} goes from 0 to {last}, not {value}.")
        return value

    def __repr__(self) -> str:
        T, last = self._sizes["token"], self._sizes["layer"] - 1
        many = "position" if T == 1 else "positions"
        return f"LensExplorer: {T} {many}, states H[0] to H[{last}]"


def probabilities(logits: Any) -> np.ndarray:
    """Softmax over the last axis as float64 (L+1, T, V).

    Raises:
        ValueError: logits are not (L+1, T, V), are too many, or are not finite.
    """
    if hasattr(logits, "detach"):
        logits = logits.detach().cpu().double().numpy()
    table = np.asarray(logits, dtype=np.float64)
    if table.ndim == 4:
        raise ValueError(
            f"The logits have shape {table.shape}, but the explorer shows one text, "
            "(L+1, T, V). Take one of the batch: logits[:, 0]."
        )
    if table.ndim != 3 or not table.size:
        raise ValueError(
            f"The explorer needs logits (L+1, T, V), but got {table.shape}."
        )
    if table.shape[1] > MOST_TOKENS:
        raise ValueError(
            f"{table.shape[1]} positions are too many: show at most {MOST_TOKENS}, "
            f"for example logits[:, :{MOST_TOKENS}]."
        )
    if not np.isfinite(table).all():
        raise ValueError(
            "Some logits are NaN or infinite, so they are no probabilities. Look for "
            "the first state that is not finite."
        )
    weights = np.exp(table - table.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def ranked(probability: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids and probabilities of the `top` best words, best first; ties by id."""
    best = np.argsort(-probability, axis=-1, kind="stable")[..., :top]
    return best, np.take_along_axis(probability, best, axis=-1)


def as_names(given: Sequence[str], count: int, what: str) -> list[str]:
    """A list of `count` strings.

    Raises:
        ValueError: there are more or fewer, or `given` is one string.
    """
    if isinstance(given, str):
        raise ValueError(f"{what} is one string; give a list of {count} strings.")
    names = [str(name) for name in given]
    if len(names) != count:
        raise ValueError(f"There are {len(names)} {what} where {count} are needed.")
    return names


def as_bytes(values: np.ndarray) -> bytes:
    """Numbers as the browser reads them: float32, little-endian, row by row."""
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
