"""The task of a5 · adapt and a7 · adapt_within: an encoder, texts, new texts.

The encoder is the pre-trained one and the texts are the sarcasm set, unless the
environment has COURSE_TINY_ENCODER=1. Then both are small, and a submission is judged
in about two seconds: for the bank of answers and for whole courses in tests. This is
the one place that knows of the variable; points for a class are given without it.
"""

import copy
import os
import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from course_utils.encoder import Encoder

VARIABLE = "COURSE_TINY_ENCODER"
PENALTY = 1e-3  # of the baseline's weights
WORDS = 40  # of a kind in the small vocabulary
KINDS = ("bad", "good", "blame", "praise")
FILLERS = [f"so{i}" for i in range(20)]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


class Labelled(NamedTuple):
    """Texts and their labels, 0 or 1."""

    texts: list[str]
    labels: list[int]


class Task(NamedTuple):
    """What a submission gets, what it is judged on, and how much time it has."""

    name: str  # of the texts
    encoder: "Encoder"
    train: Labelled
    unseen: Labelled
    margin: float  # how far above the head-only baseline the accuracy has to be
    budget: float  # seconds of CPU time on one thread
    numbers: int  # how many trained ones `adapt_within` may return


def task(seed: int) -> Task:
    """The task with one draw of its texts.

    Args:
        seed: decides which texts and phrases are kept for `unseen`.
    """
    return small(seed) if os.environ.get(VARIABLE) else real(seed)


def real(seed: int) -> Task:
    """The pre-trained encoder and the sarcasm set: 396 texts, 240 on new phrases."""
    from course_utils.data import sarcasm

    data = sarcasm(seed)
    train, unseen = (Labelled(p.texts, p.labels) for p in (data.train, data.unseen))
    encoder = copy.deepcopy(pretrained())
    return Task("short reviews", encoder, train, unseen, 0.2, 60.0, 40_000)


@cache
def pretrained() -> "Encoder":
    """The pre-trained encoder, loaded once; submissions get copies."""
    from course_utils.pretrained import load_encoder

    return load_encoder()


def small(seed: int) -> Task:
    """A small encoder that knows words, and texts with a fact and an evaluation.

    As in the sarcasm set the label is 1 if the two disagree, no word gives it away,
    and the words of `unseen` stand in no text of `train`.
    """
    rng, cut = random.Random(seed), 3 * WORDS // 4
    train, unseen = draw(rng, 396, 0, cut), draw(rng, 120, cut, WORDS)
    encoder = copy.deepcopy(small_encoder())
    return Task("toy reviews", encoder, train, unseen, 0.15, 5.0, 6_000)


def draw(rng: random.Random, size: int, first: int, end: int) -> Labelled:
    """Texts such as "so3 good17 so1 blame4", with the words first to end - 1."""
    rows = []
    for i in range(size):
        fact, praise = i // 2 % 2, i % 2
        words = [
            f"{KINDS[fact]}{rng.randrange(first, end)}",
            f"{KINDS[2 + praise]}{rng.randrange(first, end)}",
        ]
        rng.shuffle(words)
        words[1:1] = rng.choices(FILLERS, k=rng.randrange(4))
        rows.append((" ".join(words), int(fact != praise)))
    rng.shuffle(rows)
    texts, labels = zip(*rows, strict=True)
    return Labelled(list(texts), list(labels))


@cache
def small_encoder() -> "Encoder":
    """Two random layers over words whose vectors tell bad from good, as if learnt."""
    import torch

    from course_utils.encoder import Encoder

    words = [f"{kind}{i}" for kind in KINDS for i in range(WORDS)]
    vocabulary = {word: i for i, word in enumerate([*SPECIAL, *words, *FILLERS])}
    tokenizer = small_tokenizer(vocabulary)
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        encoder = Encoder(
            len(vocabulary),
            64,
            2,
            4,
            max_len=32,
            norm="post",
            activation="gelu",
            dropout=0.1,
            tokenizer=tokenizer,
        )
        table = encoder.embeddings.word.weight.data.normal_(0, 0.3)
        encoder.embeddings.position.weight.data.normal_(0, 0.1)
        meaning = 1.5 * torch.randn(2, encoder.d)
        for i in range(len(words)):
            kind = i // WORDS
            table[len(SPECIAL) + i] += (1 if kind % 2 else -1) * meaning[kind // 2]
    return encoder.eval()


def small_tokenizer(vocabulary: dict[str, int]) -> Callable:
    """One token a word, [CLS] in front, [SEP] behind."""
    import tokenizers

    from course_utils.tokenizer import Tokenizer

    backend = tokenizers.Tokenizer(
        tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]")
    )
    backend.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    backend.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    return Tokenizer(backend, 32)


def head_only(task: Task) -> float:
    """Accuracy on the unseen texts of a linear head on the encoder as it is."""
    import torch

    from course_utils.training.baselines import logistic

    def rows(data: Labelled) -> "Tensor":
        X = features(task.encoder, data.texts)
        return torch.cat([X, X.new_ones(len(X), 1)], 1)

    X, y = rows(task.train), torch.tensor(task.train.labels)
    W = logistic(X, y, 2, PENALTY)
    return accuracy((rows(task.unseen) @ W).argmax(-1).tolist(), task.unseen.labels)


def features(encoder: "Encoder", texts: Sequence[str]) -> "Tensor":
    """Mean final states over real tokens (N, d), computed in eval mode."""
    import torch

    pieces = []
    with torch.no_grad():
        for start in range(0, len(texts), 48):
            ids, mask = encoder.tokenizer(texts[start : start + 48])
            H = encoder(ids, mask).masked_fill(~mask[..., None], 0)
            pieces.append(H.sum(1) / mask.sum(1, keepdim=True))
    return torch.cat(pieces)


def accuracy(found: Sequence[int], labels: Sequence[int]) -> float:
    """Share of labels that were found."""
    return sum(a == b for a, b in zip(found, labels, strict=True)) / len(labels)
