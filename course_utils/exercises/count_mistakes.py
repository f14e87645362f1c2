"""What known mistakes in ``count_trainable`` would give, for assignment a7."""

from collections.abc import Mapping

Known = list[tuple[str, int]]  # what to say, and the count that says it


def mistakes(config: Mapping[str, int], method: str) -> Known:
    """Wrong counts of one method, the head included."""
    head = config["d"] * config["C"] + config["C"]
    found = {
        "head": lambda c: [],
        "full": full,
        "bitfit": bitfit,
        "prompt": prompt,
        "prefix": prefix,
        "prefix_kv": prefix_kv,
        "lora": lora,
        "adapter": adapter,
    }[method](config)
    return [(text, count + head) for text, count in found]


def head_mistakes(config: Mapping[str, int], right: int) -> Known:
    """Wrong heads beside a right encoder."""
    d, C = config["d"], config["C"]
    return [
        ("The head is missing: every method trains it, d·C + C.", right - d * C - C),
        ("The head's biases are missing, C of them.", right - C),
        ("The head's weights are missing, d·C of them.", right - d * C),
        ("The head is counted twice.", right + d * C + C),
        (
            "The head reads one state of width d, not the states of all layers.",
            right + (config["L"] - 1) * d * C,
        ),
    ]


def layer(c: Mapping[str, int], f: int) -> tuple[int, int]:
    """Weights and gains, and biases and shifts, of one layer."""
    d = c["d"]
    return 4 * d * d + 2 * d * f + 2 * d, 4 * d + f + d + 2 * d


def full(c: Mapping[str, int]) -> Known:
    L, d, h, f = (c[name] for name in ("L", "d", "h", "f"))
    tables = (c["V"] + c["T_max"] + c["types"]) * d
    weights, biases = layer(c, f)
    right = tables + 2 * d + L * (weights + biases)
    return [
        ("A pooler is counted, d·d + d; this encoder has none.", right + d * d + d),
        (
            "The norm of the embeddings is missing: a gain and a shift, 2·d.",
            right - 2 * d,
        ),
        ("The table of words is missing, V·d.", right - c["V"] * d),
        ("The table of positions is missing, T_max·d.", right - c["T_max"] * d),
        ("The table of token types is missing, types·d.", right - c["types"] * d),
        (
            "The embeddings are missing: three tables and a norm.",
            right - tables - 2 * d,
        ),
        ("The three tables of the embeddings are missing.", right - tables),
        (
            "4·d numbers of each layer are missing: its norms, or biases of q k v o?",
            right - 4 * d * L,
        ),
        (
            "All norms are missing: two in each layer, one in the embeddings.",
            right - 4 * d * L - 2 * d,
        ),
        ("A layer has two norms; one of them is missing.", right - 2 * d * L),
        (
            "A norm has a gain and a shift; one of them is missing in every norm.",
            right - 2 * d * L - d,
        ),
        (
            "The attention's output map o is missing in every layer.",
            right - L * (d * d + d),
        ),
        (
            "The feed-forward part has two maps, ff1 and ff2; ff2 is missing.",
            right - L * (f * d + d),
        ),
        ("The biases of the linear maps are missing.", right - L * (5 * d + f)),
        ("The biases of ff1 and ff2 are missing.", right - L * (d + f)),
        (
            "f is taken as 4·d; it stands in the config.",
            tables + 2 * d + L * sum(layer(c, 4 * d)),
        ),
        (
            "The h heads share one q, k and v of d·d each: h changes nothing.",
            right + L * 3 * (h - 1) * (d * d + d),
        ),
        ("That is one layer; there are L.", tables + 2 * d + weights + biases),
    ]


def bitfit(c: Mapping[str, int]) -> Known:
    L, d, f = (c[name] for name in ("L", "d", "f"))
    each = layer(c, f)[1]
    right = d + L * each
    return [
        ("The shift of the embeddings' norm is missing, d.", right - d),
        (
            "The shifts of the layers' norms are missing; they are named bias, too.",
            right - 2 * d * L,
        ),
        (
            "The shifts of all norms are missing; they are named bias, too.",
            right - 2 * d * L - d,
        ),
        ("Gains of norms are counted; they are named weight.", right + 2 * d * L + d),
        (
            "Gains of the layers' norms are counted; they are named weight.",
            right + 2 * d * L,
        ),
        ("The bias of ff1 has f numbers, not d.", right + L * (d - f)),
        ("The bias of ff2 has d numbers, not f.", right + L * (f - d)),
        ("f is taken as 4·d; it stands in the config.", d + L * layer(c, 4 * d)[1]),
        ("The bias of ff1 is missing.", right - L * f),
        (
            "One bias of d numbers is missing: q, k, v, o and ff2 have one each.",
            right - L * d,
        ),
        ("That is one layer; there are L.", d + each),
        (
            "The tables of the embeddings have no bias.",
            right + c["V"] + c["T_max"] + c["types"],
        ),
    ]


def prompt(c: Mapping[str, int]) -> Known:
    L, d, k = (c[name] for name in ("L", "d", "k"))
    return [
        (
            "A prompt stands before the tokens of layer 1 alone, not of every layer.",
            L * k * d,
        ),
        ("A prompt is trained as rows, k·d; there are no separate values.", 2 * k * d),
        ("Each of the k rows has d numbers.", k),
    ]


def prefix(c: Mapping[str, int]) -> Known:
    L, d, k = (c[name] for name in ("L", "d", "k"))
    return [
        ("That is a prompt: every layer has a prefix of its own.", k * d),
        (
            "That is the key/value form; in the hidden form a row has d numbers.",
            2 * L * k * d,
        ),
        (
            "There are L prefixes, one a layer; nothing reads one after layer L.",
            (L + 1) * k * d,
        ),
        ("Layer 1 has a prefix, too.", (L - 1) * k * d),
        ("Each of the k rows has d numbers.", L * k),
    ]


def prefix_kv(c: Mapping[str, int]) -> Known:
    L, d, h, k = (c[name] for name in ("L", "d", "h", "k"))
    return [
        (
            "That is the hidden form, or keys alone: here keys and values train.",
            L * k * d,
        ),
        ("That is one layer; every layer has a prefix of its own.", 2 * k * d),
        ("h heads of width d/h make d numbers together, not h·d.", 2 * L * k * d * h),
        ("That is one head; h heads of width d/h make d.", 2 * L * k * (d // h)),
        (
            "Queries of a prefix are not read by anybody: keys and values alone.",
            3 * L * k * d,
        ),
    ]


def lora(c: Mapping[str, int]) -> Known:
    L, d, f, r = (c[name] for name in ("L", "d", "f", "r"))
    return [
        (
            "Half of it: A and B, for q and for v, are four times r·d in a layer.",
            2 * L * r * d,
        ),
        (
            "A quarter of it: A and B, for q and for v, are four times r·d in a layer.",
            L * r * d,
        ),
        (
            "LoRA stands beside q and v alone here, not beside q, k, v and o.",
            8 * L * r * d,
        ),
        ("LoRA stands beside q and v alone here, not beside k.", 6 * L * r * d),
        (
            "LoRA stands beside q and v alone here, not beside all six maps.",
            8 * L * r * d + 2 * L * r * (d + f),
        ),
        ("That is one layer; there are L.", 4 * r * d),
        ("That is whole weights, d·d; A and B have r·d each.", 2 * L * d * d),
        (
            "The frozen weights beside A and B do not train.",
            4 * L * r * d + 2 * L * d * d,
        ),
        ("A and B have no biases.", 4 * L * r * d + 2 * L * (r + d)),
    ]


def adapter(c: Mapping[str, int]) -> Known:
    L, d, b = (c[name] for name in ("L", "d", "b"))
    one = 2 * d * b + b + d
    return [
        ("That is one adapter a layer; there are two.", L * one),
        ("The adapters' biases are missing, b + d in each.", 2 * L * 2 * d * b),
        (
            "An adapter's bias on the way up has d numbers; it is missing.",
            2 * L * (2 * d * b + b),
        ),
        (
            "An adapter's bias on the way down has b numbers; it is missing.",
            2 * L * (2 * d * b + d),
        ),
        (
            "The way up has weights as well: d·b down and b·d up.",
            2 * L * (d * b + b + d),
        ),
        ("That is one layer; there are L.", 2 * one),
        ("That is one adapter; there are two in each of L layers.", one),
    ]
