"""Texts -> token ids and the mask over real tokens."""

import os
from collections.abc import Iterable
from operator import index
from pathlib import Path

import tokenizers
import torch
from torch import Tensor

# Threads of the tokenizer do not survive a fork, as of a DataLoader's workers, and
# older versions (0.22) say so on stderr. One thread is fast enough here.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class Tokenizer:
    """The tokenizer that belongs to a checkpoint.

    Args:
        backend: the library's own tokenizer.
        max_len: the longest text in tokens, [CLS] and [SEP] included.

    >>> from course_utils.pretrained import load_encoder
    >>> tokenizer = load_encoder().tokenizer
    >>> tokenizer.tokens("The bank")
    ['[CLS]', 'the', 'bank', '[SEP]']
    """

    def __init__(self, backend: tokenizers.Tokenizer, max_len: int):
        backend.no_padding()
        self.backend, self.max_len = backend, max_len

    def __call__(
        self, texts: Iterable[str], max_len: int | None = None
    ) -> tuple[Tensor, Tensor]:
        """Encode texts together, padded on the right to the longest.

        Args:
            texts: B texts.
            max_len: cut each text to this many tokens, its closing [SEP] among
                them; at most, and by default, what the encoder has positions for.

        Returns:
            ids (B, T) of int64 and mask (B, T) of bool, True at real tokens.

        Raises:
            TypeError: a single string, something that is not a string, or a
                max_len that is not a whole number.
            ValueError: no text at all, a text that is not Unicode, or a max_len
                that leaves no room for a token of the text.
        """
        if isinstance(texts, str) or not isinstance(texts, Iterable):
            raise TypeError(
                f"The tokenizer takes a list of texts, not a {type(texts).__name__}. "
                "Write tokenizer([text])."
            )
        rows = [row.ids for row in self.encode(list(texts), max_len)]
        if not rows:
            raise ValueError("There is no text to encode: the list is empty.")
        T = max(map(len, rows))
        padded = [row + [0] * (T - len(row)) for row in rows]
        lengths = torch.tensor([len(row) for row in rows])
        mask = torch.arange(T) < lengths[:, None]
        return torch.tensor(padded, dtype=torch.int64), mask

    def tokens(self, text: str) -> list[str]:
        """The tokens of one text, with [CLS] and [SEP]."""
        return self.encode([text], None)[0].tokens

    def encode(
        self, texts: list[str], max_len: int | None
    ) -> list[tokenizers.Encoding]:
        """Each text by itself, as the library returns it. Errors as above."""
        self.backend.enable_truncation(self.limit(max_len))
        for text in texts:
            check_text(text)
        return self.backend.encode_batch(texts)

    def limit(self, max_len: int | None) -> int:
        """The number of tokens to cut at."""
        if max_len is None:
            return self.max_len
        if isinstance(max_len, bool) or not hasattr(max_len, "__index__"):
            raise TypeError(
                f"max_len is {max_len!r}, but it must be a whole number of tokens."
            )
        lowest = self.backend.num_special_tokens_to_add(False) + 1
        if index(max_len) < lowest:
            raise ValueError(
                f"max_len={max_len} leaves no room for the text: take at least "
                f"{lowest}, since special tokens such as [CLS] and [SEP] count too."
            )
        return min(index(max_len), self.max_len)


def check_text(text: object) -> None:
    """Refuse what the library cannot encode.

    Raises:
        TypeError: not a string.
        ValueError: a string with half a character in it.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"Every text must be a str, but one is a {type(text).__name__}."
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"The text {text[:40]!r} is not valid Unicode at character {error.start}. "
            "Read its file with encoding='utf-8', or drop that character."
        ) from None


def load_tokenizer(path: Path, max_len: int, vocab_size: int) -> Tokenizer:
    """Tokenizer from a tokenizer.json, for an encoder of these sizes.

    Raises:
        ValueError: the file cannot be read as one, or its ids do not fit.
    """
    try:
        backend = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ValueError(
            f"{path} is not a tokenizer file ({error}). Copy it again from its source."
        ) from None
    largest = max(backend.get_vocab().values(), default=-1)
    lowest = backend.num_special_tokens_to_add(False) + 1
    if largest >= vocab_size:
        problem = f"has ids up to {largest}, but the encoder's table {vocab_size} rows"
    elif max_len < lowest:
        problem = f"needs {lowest} positions, but the encoder has {max_len}"
    else:
        return Tokenizer(backend, max_len)
    raise ValueError(
        f"{path} {problem}. Tokenizer and model do not belong together: copy all "
        "files again from one source."
    )
