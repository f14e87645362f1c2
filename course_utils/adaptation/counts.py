"""How many numbers each method trains, from sizes alone."""

from collections.abc import Mapping


def count_trainable(config: Mapping[str, int], method: str) -> int:
    """Trainable numbers of a method on a BERT-shaped encoder without pooler.

    Args:
        config: L layers, d width, h heads, f feed-forward width, V vocabulary, T_max
            positions, types token types, C classes, k rows of a prompt or prefix, r
            rank of LoRA, b width of an adapter.
        method: a name of `METHODS`. All include the head, d·C + C.

    Raises:
        ValueError: the method is unknown.

    >>> BERT_BASE = dict(
    ...     L=12, d=768, h=12, f=3072, V=30522, T_max=512, types=2, C=2, k=20, r=8, b=64
    ... )
    >>> count_trainable(BERT_BASE, "prefix")
    185858
    """
    L, d, f, k, r, b = (config[name] for name in ("L", "d", "f", "k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    weights = 4 * d * d + 2 * d * f + 2 * d  # q k v o, ff1 ff2, gains of two norms
    biases = 4 * d + f + d + 2 * d  # q k v o, ff1, ff2, shifts of two norms
    own = {
        "head": 0,
        "full": tables + 2 * d + L * (weights + biases),
        "bitfit": d + L * biases,
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 2 * L * 2 * r * d,
        "adapter": 2 * L * (2 * d * b + b + d),
    }
    if method not in own:
        raise ValueError(
            f"method is {method!r}, but it must be one of {', '.join(own)}."
        )
    return own[method] + d * config["C"] + config["C"]
