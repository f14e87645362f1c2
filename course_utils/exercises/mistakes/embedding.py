"""`embed` with one mistake."""

import numpy as np

EMBED = {
    "The positions are missing.": lambda ids, E, Pos: E[ids],
    "Pos is looked up by token id. It belongs to the place in the text: 0, 1, 2, …": (
        lambda ids, E, Pos: E[ids] + Pos[ids % len(Pos)]
    ),
    "Every token got the position 0.": lambda ids, E, Pos: E[ids] + Pos[0],
    "The positions are counted along the batch. They run along axis 1.": (
        lambda ids, E, Pos: E[ids] + Pos[: len(ids), None]
    ),
    "These are the last rows of Pos. The text starts at position 0.": (
        lambda ids, E, Pos: E[ids] + Pos[-ids.shape[1] :]
    ),
    "The first token got position 1. It stands at position 0.": (
        lambda ids, E, Pos: E[ids] + np.roll(Pos, -1, 0)[: ids.shape[1]]
    ),
    "The positions run backwards.": (
        lambda ids, E, Pos: E[ids] + Pos[: ids.shape[1]][::-1]
    ),
    "Token and position are multiplied. They are added.": (
        lambda ids, E, Pos: E[ids] * Pos[: ids.shape[1]]
    ),
    "This is one vector for each text. There has to be one for each token.": (
        lambda ids, E, Pos: (E[ids] + Pos[: ids.shape[1]]).mean(1)
    ),
}
