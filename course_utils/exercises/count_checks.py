"""Checks of ``count_trainable(config, method)``, for assignment a7."""

from collections.abc import Callable, Iterator
from operator import index
from typing import Any

import numpy as np

from course_utils.exercises.check import Check
from course_utils.exercises.count_mistakes import head_mistakes, mistakes
from course_utils.exercises.values import describe

METHODS = "head full bitfit prompt prefix prefix_kv lora adapter".split()
UNKNOWN = ("ia3", "pre", "")
BERT_BASE = dict(
    L=12, d=768, h=12, f=3072, V=30522, T_max=512, types=2, C=2, k=20, r=8, b=64
)
OF_BERT_BASE = {
    "head": 1_538,
    "full": 108_893_186,
    "bitfit": 103_682,
    "prompt": 16_898,
    "prefix": 185_858,
    "prefix_kv": 370_178,
    "lora": 296_450,
    "adapter": 2_380_802,
}


def sizes(check: Check) -> dict[str, int]:
    """A small configuration, on which no two known mistakes give the same count."""
    while True:
        config = drawn(check)
        if all(tells_apart(config, method) for method in METHODS):
            return config


def tells_apart(config: dict[str, int], method: str) -> bool:
    """Whether the right count and all known wrong ones differ."""
    from course_utils.adaptation import count_trainable

    right = count_trainable(config, method)
    wrong = [*mistakes(config, method), *head_mistakes(config, right)]
    return len({right, *(count for _, count in wrong)}) == 1 + len(wrong)


def drawn(check: Check) -> dict[str, int]:
    """A small configuration: all sizes differ, and no order of the keys is promised."""
    h, width = (int(n) for n in check.rng.permutation([3, 4, 5, 6])[:2])
    rest = [n for n in range(3, 60) if n not in (h, h * width)]
    names = ["f", "V", "T_max", "types", "C", "k", "r", "b"]
    drawn = [int(n) for n in check.rng.permutation(rest)[: len(names)]]
    few = [n for n in range(3, 9) if n not in (h, h * width, *drawn)] or [1]
    config = dict(zip(names, drawn, strict=True))
    config |= {"h": h, "d": h * width, "L": int(check.rng.permutation(few)[0])}
    return {str(name): config[name] for name in check.rng.permutation(list(config))}


def enumerated(config: dict[str, int], method: str) -> int:
    """The numbers that a method trains, counted one by one in a real model."""
    from course_utils.adaptation import Classifier, attach
    from course_utils.encoder import Encoder

    c = config
    encoder = Encoder(
        c["V"],
        c["d"],
        c["L"],
        c["h"],
        c["f"],
        max_len=c["T_max"],
        n_types=c["types"],
        norm="post",
    )
    head = Classifier(encoder, c["C"]).head
    letter = {"prompt": "k", "prefix": "k", "prefix_kv": "k", "lora": "r"}
    letter |= {"adapter": "b"}
    options = {letter[method]: c[letter[method]]} if method in letter else {}
    return attach(encoder, method, **options).count() + sum(
        p.numel() for p in head.parameters()
    )


def check_count(
    check: Check, count_trainable: Callable, config: dict, method: str, right: int
) -> None:
    """One method on one configuration."""
    shown = {name: int(size) for name, size in config.items()}
    tried = f"count_trainable({shown}, {method!r})"
    got = check.call(count_trainable, config, method, tried=tried)
    try:
        found = None if isinstance(got, bool) else index(got)
    except TypeError:
        found = None
    check.that(
        found is not None,
        tried=tried,
        expected="an int",
        got=describe(got),
    )
    if found != right:
        raise check.feedback(
            tried=tried,
            expected=f"{right:,}: so many numbers train in a real model of these sizes",
            got=f"{found:,}",
            cause=cause(shown, method, right, found),
        )


def cause(config: dict[str, int], method: str, right: int, found: int) -> str:
    """The one known mistake that gives this number, or "" if none or several do."""
    known = [*mistakes(config, method), *head_mistakes(config, right)]
    fitting = [text for text, wrong in known if wrong == found]
    return fitting[0] if len(fitting) == 1 else ""


def check_configs(check: Check, count_trainable: Callable) -> None:
    """Every method on configurations of several kinds; unknown ones are refused."""
    for config in configs(check):
        for method in METHODS:
            right = enumerated({k: int(n) for k, n in config.items()}, method)
            check_count(check, count_trainable, config, method, right)
    for method in METHODS:
        right = OF_BERT_BASE[method]
        check_count(check, count_trainable, dict(BERT_BASE), method, right)
    for method in UNKNOWN:
        check.raises(
            ValueError,
            count_trainable,
            drawn(check),
            method,
            tried=f"count_trainable with the unknown method {method!r}",
        )


def configs(check: Check) -> Iterator[dict[str, Any]]:
    """Random sizes, also as NumPy's integers; every size 1."""
    for _ in range(3):
        yield sizes(check)
    yield {name: np.int64(size) for name, size in sizes(check).items()}
    yield dict.fromkeys(BERT_BASE, 1)
