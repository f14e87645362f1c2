# %% right: one dict of all methods
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% right: a branch for each method, sums over layers
def linear(n_in, n_out):
    return n_in * n_out + n_out
def count_trainable(config, method):
    c = config
    total = linear(c["d"], c["C"])
    if method == "head":
        return total
    if method == "full":
        for rows in ("V", "T_max", "types"):
            total += c[rows] * c["d"]
        total += 2 * c["d"]
        for _ in range(c["L"]):
            total += 4 * linear(c["d"], c["d"]) + 2 * 2 * c["d"]
            total += linear(c["d"], c["f"]) + linear(c["f"], c["d"])
    elif method == "bitfit":
        total += c["d"]
        for _ in range(c["L"]):
            for n in [c["d"]] * 4 + [c["f"]] + [c["d"]] * 3:
                total += n
    elif method in ("prompt", "prefix", "prefix_kv"):
        times = {"prompt": 1, "prefix": c["L"], "prefix_kv": 2 * c["L"]}[method]
        total += times * c["k"] * c["d"]
    elif method == "lora":
        total += sum(2 * (c["r"] * c["d"] + c["d"] * c["r"]) for _ in range(c["L"]))
    elif method == "adapter":
        total += c["L"] * 2 * (linear(c["d"], c["b"]) + linear(c["b"], c["d"]))
    else:
        raise ValueError(f"no such method: {method}")
    return total

# %% right: an encoder is built without memory and counted
def count_trainable(config, method):
    c = {name: int(size) for name, size in config.items()}
    sizes = c["V"], c["d"], c["L"], c["h"], c["f"]
    with torch.device("meta"):
        encoder = Encoder(*sizes, max_len=c["T_max"], n_types=c["types"], norm="post")
        head = nn.Linear(c["d"], c["C"])
    named = {name: p.numel() for name, p in encoder.named_parameters()}
    rows = {"prompt": 1, "prefix": c["L"], "prefix_kv": 2 * c["L"]}
    match method:
        case "head":
            own = 0
        case "full":
            own = sum(named.values())
        case "bitfit":
            own = sum(n for name, n in named.items() if name.endswith(".bias"))
        case "prompt" | "prefix" | "prefix_kv":
            own = rows[method] * c["k"] * c["d"]
        case "lora":
            own = sum(2 * c["r"] * c["d"] for name in named if name.endswith(("q.bias", "v.bias")))
        case "adapter":
            own = sum(2 * c["d"] * c["b"] + c["b"] + c["d"] for name in named if name.endswith(("o.bias", "ff2.bias")))
        case _:
            raise ValueError(method)
    return own + sum(p.numel() for p in head.parameters())

# %% right: NumPy's integers come back
import numpy as np
def count_trainable(config, method):
    g = {name: np.int64(size) for name, size in dict(config).items()}
    L, d, f, k = g["L"], g["d"], g["f"], g["k"]
    layer = np.array([d * d] * 4 + [d] * 4 + [d * f, f, d * f, d] + [d] * 4)
    sizes = {
        "head": 0 * d,
        "full": np.sum([g["V"] * d, g["T_max"] * d, g["types"] * d, d, d]) + L * layer.sum(),
        "bitfit": d + L * np.sum([d, d, d, d, f, d, d, d]),
        "prompt": k * d,
        "prefix": np.prod([L, k, d]),
        "prefix_kv": np.prod([2, L, k, d]),
        "lora": np.prod([L, 2, 2, g["r"], d]),
        "adapter": 2 * L * np.sum([2 * d * g["b"], g["b"], d]),
    }
    try:
        return sizes[method] + (d + 1) * g["C"]
    except KeyError:
        raise ValueError(method) from None

# %% wrong: without the head
# message: 'head')
# message: The head is missing: every method trains it
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method]

# %% wrong: the head without biases
# message: The head's biases are missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: the head in head only, twice elsewhere
# message: The head is counted twice
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d + head,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: a pooler
# message: A pooler is counted
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + d * d + d + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full without the embeddings' norm
# message: The norm of the embeddings is missing: a gain and a shift
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full without positions
# message: The table of positions is missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full with one row of token types
# message: real model of these sizes
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + 1) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full without token types
# message: The table of token types is missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full without norms in layers
# message: 4·d numbers of each layer are missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full with one norm a layer
# message: A layer has two norms; one of them is missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full without the output map
# message: The attention's output map o is missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 3 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full without biases
# message: The biases of the linear maps are missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * d * d + 2 * d * f
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full without biases of q, k, v and o
# message: 4·d numbers of each layer are missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * d * d + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: f as 4 d
# message: f is taken as 4·d; it stands in the config
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    f = 4 * d
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: each head with maps of its own
# message: h heads share one q, k and v
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = (3 * config["h"] + 1) * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: full for one layer
# message: That is one layer; there are L
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + 1 * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: bitfit without the embeddings' norm
# message: The shift of the embeddings' norm is missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: bitfit without norms
# message: The shifts of all norms are missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": L * (4 * d + f + d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: bitfit without the layers' norms
# message: The shifts of the layers' norms are missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: bitfit with gains
# message: Gains of norms are counted
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": 2 * d + L * (4 * d + f + d + 4 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: bitfit with d for ff1
# message: The bias of ff1 has f numbers, not d
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + d + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: a prompt for every layer
# message: A prompt stands before the tokens of layer 1 alone
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": L * k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: a prefix for layer 1 alone
# message: That is a prompt: every layer has a prefix of its own
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: a prefix with keys and values
# message: That is the key/value form
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": 2 * L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: a prefix behind the last layer, too
# message: There are L prefixes, one a layer
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": (L + 1) * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: keys alone
# message: here keys and values train
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: keys and values of width d for each head
# message: h heads of width d/h make d numbers together
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": config["h"] * 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: LoRA beside q alone
# message: Half of it: A and B, for q and for v
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 2 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: LoRA beside all four maps of attention
# message: LoRA stands beside q and v alone here
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 8 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: LoRA as the product BA
# message: That is whole weights, d·d
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 2 * L * d * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: LoRA with the frozen weights
# message: The frozen weights beside A and B do not train
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d + 2 * L * d * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: one adapter a layer
# message: That is one adapter a layer; there are two
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: adapters without biases
# message: The adapters' biases are missing
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (2 * d * b),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: adapters with one weight
# message: The way up has weights as well
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: an unknown method gives the head
# message: a ValueError
# message: no error, but
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        return head
    return own[method] + head

# %% wrong: an unknown method is a KeyError
# message: a ValueError
# message: KeyError
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    return own[method] + head

# %% wrong: the beginning of a name will do
# message: unknown method 'pre'
# message: no error, but
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    method = next((m for m in own if method and m.startswith(method)), "")
    if not method:
        raise ValueError(method)
    return own[method] + head

# %% wrong: sizes by their order
# message: real model of these sizes
def count_trainable(config, method):
    L, d, h, f, V, T_max, types, C, *_ = config.values()
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: a float
# message: an int
# message: (float)
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return float(own[method] + head)

# %% wrong: a share of the whole
# message: an int
# message: (float)
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return (own[method] + head) / (own["full"] + head)

# %% wrong: a string
# message: an int
# message: (str)
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return f"{own[method] + head:,}"

# %% wrong: the config is changed
# message: the inputs stay as they were
# message: 'total'
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    config["total"] = own[method]
    return own[method] + head

# %% wrong: the config is emptied
# message: the inputs stay as they were
def count_trainable(config, method):
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config.pop("types")) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: the function of the package
# message: it uses course_utils.adaptation
def count_trainable(config, method):
    from course_utils.adaptation.counts import count_trainable as count
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head

# %% wrong: the check's own count
# message: it uses course_utils.exercises.count_checks.enumerated
def count_trainable(config, method):
    from course_utils.exercises.count_checks import enumerated
    L, d, f, C = (config[name] for name in ("L", "d", "f", "C"))
    k, r, b = (config[name] for name in ("k", "r", "b"))
    tables = (config["V"] + config["T_max"] + config["types"]) * d
    linear = 4 * (d * d + d) + (d * f + f) + (f * d + d)
    norm, head = 2 * d, d * C + C
    own = {
        "head": 0,
        "full": tables + norm + L * (linear + 2 * norm),
        "bitfit": d + L * (4 * d + f + d + 2 * d),
        "prompt": k * d,
        "prefix": L * k * d,
        "prefix_kv": 2 * L * k * d,
        "lora": 4 * L * r * d,
        "adapter": 2 * L * (d * b + b + b * d + d),
    }
    if method not in own:
        raise ValueError(method)
    return own[method] + head
