"""What a classifier has to beat: the commonest class, and single words."""

import re
from collections import Counter

import torch
from torch import Tensor, nn

from course_utils.data import Splits, Texts
from course_utils.training.evaluate import Score, score

WORD = re.compile(r"\w+|[^\w\s]")
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)


def majority(train: Texts, test: Texts) -> Score:
    """Always the commonest class of the training texts.

    Its loss is that of the training shares, told to every text alike.
    """
    shares = torch.tensor([train.labels.count(c) for c in range(len(train.classes))])
    shares = (shares / shares.sum()).clamp(min=1e-6).log()
    return score(shares.expand(len(test.texts), -1), torch.tensor(test.labels))


def bag_of_words(data: Splits, *tests: Texts) -> list[Score]:
    """Logistic regression on which words a text holds; no order, no encoder.

    Args:
        data: the words are those of data.train; the strength of the penalty is
            chosen on data.validation.
        tests: what to report on.

    Returns:
        A score for each of `tests`.
    """
    vocabulary = words_of(data.train)
    X, y = vectors(data.train, vocabulary), torch.tensor(data.train.labels)
    weights = [
        logistic(X, y, len(data.train.classes), penalty) for penalty in PENALTIES
    ]

    def judged(W: Tensor, part: Texts) -> Score:
        found = vectors(part, vocabulary) @ W
        return score(found, torch.tensor(part.labels))

    best = min(weights, key=lambda W: judged(W, data.validation).loss)
    return [judged(best, part) for part in tests]


def words_of(data: Texts) -> dict[str, int]:
    """Words that stand in two or more texts -> their columns."""
    found = Counter(w for text in data.texts for w in set(split_words(text)))
    kept = sorted(word for word, count in found.items() if count > 1)
    return {word: i for i, word in enumerate(kept)}


def split_words(text: str) -> list[str]:
    """Words and signs in small letters.

    >>> split_words("Best day ever!")
    ['best', 'day', 'ever', '!']
    """
    return WORD.findall(text.casefold())


def vectors(data: Texts, vocabulary: dict[str, int]) -> Tensor:
    """(N, V+1): 1 where a text holds a word, and a last column of ones."""
    X = torch.zeros(len(data.texts), len(vocabulary) + 1)
    X[:, -1] = 1
    for row, text in zip(X, data.texts, strict=True):
        row[[vocabulary[w] for w in split_words(text) if w in vocabulary]] = 1
    return X


def logistic(X: Tensor, y: Tensor, n_classes: int, penalty: float) -> Tensor:
    """Weights (V+1, C) of least cross-entropy plus penalty times squared length."""
    W = torch.zeros(X.shape[1], n_classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([W], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = nn.functional.cross_entropy(X @ W, y) + penalty * W[:-1].square().sum()
        value.backward()
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    return W.detach()
