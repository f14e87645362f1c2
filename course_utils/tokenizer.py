"""Texts -> token ids and the mask over real tokens."""

from collections.abc import Sequence
from pathlib import Path

import tokenizers
import torch
from torch import Tensor


class Tokenizer:
    """The tokenizer that belongs to a checkpoint.

    >>> from course_utils.pretrained import load_encoder
    >>> tokenizer = load_encoder().tokenizer
    >>> tokenizer.tokens("The bank")
    ['[CLS]', 'the', 'bank', '[SEP]']
    """

    def __init__(self, backend: tokenizers.Tokenizer, max_len: int):
        backend.enable_truncation(max_len)
        backend.no_padding()
        self.backend, self.max_len = backend, max_len

    def __call__(
        self, texts: Sequence[str], max_len: int | None = None
    ) -> tuple[Tensor, Tensor]:
        """Encode texts together, padded on the right to the longest.

        Args:
            texts: B texts.
            max_len: cut each text to this many tokens; at most, and by default,
                what the encoder has positions for.

        Returns:
            ids (B, T) of int64 and mask (B, T) of bool, True at real tokens.

        Raises:
            TypeError: a single string, or something that is not a string.
            ValueError: no text at all.
        """
        if isinstance(texts, str):
            raise TypeError(
                "The tokenizer takes a list of texts. Write tokenizer([text])."
            )
        texts = list(texts)
        wrong = [type(text).__name__ for text in texts if not isinstance(text, str)]
        if wrong:
            raise TypeError(f"Every text must be a str, but one is a {wrong[0]}.")
        if not texts:
            raise ValueError("There is no text to encode: the list is empty.")
        rows = [row.ids for row in self.backend.encode_batch(texts)]
        if max_len is not None and max_len < self.max_len:
            # Keep the closing [SEP] where a text is cut.
            rows = [r if len(r) <= max_len else r[: max_len - 1] + r[-1:] for r in rows]
        T = max(map(len, rows))
        ids = torch.tensor([row + [0] * (T - len(row)) for row in rows])
        lengths = torch.tensor([len(row) for row in rows])
        return ids, torch.arange(T) < lengths[:, None]

    def tokens(self, text: str) -> list[str]:
        """The tokens of one text, with [CLS] and [SEP]."""
        return self.backend.encode(text).tokens


def load_tokenizer(path: Path, max_len: int) -> Tokenizer:
    """Tokenizer from a tokenizer.json.

    Raises:
        ValueError: the file cannot be read as one.
    """
    try:
        backend = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ValueError(
            f"{path} is not a tokenizer file ({error}). Copy it again from its source."
        ) from None
    return Tokenizer(backend, max_len)
