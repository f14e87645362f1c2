"""The course's tiny causal language model: states, and a head that reads them.

Shapes: B texts, T positions, width d, V words. The logits at position t are about
the word at position t+1.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_utils.checkpoint import shipped_weights
from course_utils.encoder import Encoder
from course_utils.grammar import vocabulary
from course_utils.layers import causal_mask

WEIGHTS = "tiny_lm.safetensors"
SHA256 = "c388866602962971ce6b5096c0ccd424ab5066d1039a34739d659f582fdef17e"
SHAPE = dict(d=64, n_layers=4, n_heads=4, max_len=32)


class WordTokenizer:
    """Words at spaces -> ids, with a start mark in front; capitals do not count.

    >>> tokenizer = WordTokenizer()
    >>> tokenizer.tokens("the dog is old .")
    ['<s>', 'the', 'dog', 'is', 'old', '.']
    """

    def __init__(self):
        self.words = vocabulary()
        self.ids = {word: i for i, word in enumerate(self.words)}

    def tokens(self, text: str) -> list[str]:
        """The start mark and the words of one text.

        Raises:
            ValueError: names the first word that the vocabulary does not hold.
        """
        words = text.lower().split()
        unknown = [word for word in words if word not in self.ids]
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} is not among the {len(self.words)} words of the tiny "
                "model. Its sentences are those of course_utils.grammar, with spaces "
                "around every sign: 'the dog is old .'"
            )
        return ["<s>", *words]

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """ids (B, T), padded on the right, and mask (B, T), True at real tokens.

        Raises:
            TypeError: one text instead of a list.
            ValueError: there is no text, or a word is unknown.
        """
        if isinstance(texts, str):
            raise TypeError("The tokenizer takes a list of texts: tokenizer([text]).")
        if not texts:
            raise ValueError("There is no text: the list is empty.")
        rows = [[self.ids[token] for token in self.tokens(text)] for text in texts]
        T = max(map(len, rows))
        ids = torch.tensor([row + [self.ids["<pad>"]] * (T - len(row)) for row in rows])
        lengths = torch.tensor([len(row) for row in rows])
        return ids, torch.arange(T) < lengths[:, None]


class LanguageModel(nn.Module):
    """A causal pre-norm `Encoder`, a final norm, and an output head.

    Padding on the right needs no mask here: no real position can see it.

    Args:
        vocab_size: number of words, V.
        d, n_layers, n_heads, max_len: as of `Encoder`.

    Attributes:
        encoder: embeddings and layers; ``encoder.states(ids)`` are H[0]..H[L].
        final_norm: layer norm in front of the head.
        unembed: (d, V), what turns a normed row into logits.
        tokenizer: what turns texts into ids, the encoder's as well; kept, not used.

    Source: Radford et al. 2019, "Language Models are Unsupervised Multitask
    Learners", sec. 2.3 (pre-norm layers and a norm behind the last one).

    >>> model = load_language_model()
    >>> ids, mask = model.tokenizer(["the capital of peru is"])
    >>> model.tokenizer.words[int(model(ids)[0, -1].argmax())]
    'lima'
    """

    def __init__(
        self, vocab_size: int, d: int, n_layers: int, n_heads: int, max_len: int
    ):
        super().__init__()
        self.encoder = Encoder(
            vocab_size, d, n_layers, n_heads, max_len=max_len, causal=True
        )
        self.final_norm = nn.LayerNorm(d)
        self.unembed = nn.Parameter(torch.randn(d, vocab_size) / d**0.5)
        self.tokenizer: WordTokenizer | None = None

    def embed(self, ids: Tensor) -> Tensor:
        """H[0] (B, T, d) of token ids (B, T)."""
        return self.encoder.embed(ids)

    def logits(self, H0: Tensor) -> Tensor:
        """Logits (B, T, V) of the next word at every position, from H[0] (B, T, d).

        H[0] need not come from `embed`: rows of a prompt may stand in front.
        """
        H, mask = H0, causal_mask(H0.shape[1], H0.device)
        for layer in self.encoder.layers:
            H = layer(H, mask)
        return self.final_norm(H) @ self.unembed

    def forward(self, ids: Tensor) -> Tensor:
        """Logits (B, T, V) of token ids (B, T)."""
        return self.logits(self.embed(ids))


def new_language_model(seed: int = 0) -> LanguageModel:
    """The tiny model with random weights, drawn with a seed of their own."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LanguageModel(len(vocabulary()), **SHAPE)
    model.tokenizer = model.encoder.tokenizer = WordTokenizer()
    return model


def load_language_model() -> LanguageModel:
    """The tiny model with the weights that ship with the course, in eval mode.

    ``tools/train_tiny_lm.py`` trained it on one or two sentences at a time of
    `course_utils.grammar`.

    Raises:
        CheckpointError: the shipped file is missing or damaged.
    """
    model = new_language_model()
    model.load_state_dict(shipped_weights(WEIGHTS, SHA256))
    return model.eval()
