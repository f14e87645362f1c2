"""Files of a BERT checkpoint -> arguments and tensors for an `Encoder`.

Also the weights that ship with the course.
"""

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, load_file
from torch import Tensor

from course_utils.layers import ACTIVATIONS

AGAIN = "Copy it again from its source."

# Entries of config.json and the arguments of `Encoder` that they give.
ARGUMENTS = {
    "vocab_size": "vocab_size",
    "hidden_size": "d",
    "num_hidden_layers": "n_layers",
    "num_attention_heads": "n_heads",
    "intermediate_size": "d_ff",
    "max_position_embeddings": "max_len",
    "type_vocab_size": "n_types",
    "hidden_act": "activation",
    "layer_norm_eps": "eps",
    "hidden_dropout_prob": "dropout",
}

# BERT's names, as regular expressions, and what the course calls the same tensor.
NAMES = (
    (r"embeddings\.word_embeddings", "embeddings.word"),
    (r"embeddings\.position_embeddings", "embeddings.position"),
    (r"embeddings\.token_type_embeddings", "embeddings.token_type"),
    (r"embeddings\.LayerNorm", "embeddings.norm"),
    (r"encoder\.layer\.(\d+)\.attention\.self\.query", r"layers.\1.q"),
    (r"encoder\.layer\.(\d+)\.attention\.self\.key", r"layers.\1.k"),
    (r"encoder\.layer\.(\d+)\.attention\.self\.value", r"layers.\1.v"),
    (r"encoder\.layer\.(\d+)\.attention\.output\.dense", r"layers.\1.o"),
    (r"encoder\.layer\.(\d+)\.attention\.output\.LayerNorm", r"layers.\1.ln1"),
    (r"encoder\.layer\.(\d+)\.intermediate\.dense", r"layers.\1.ff1"),
    (r"encoder\.layer\.(\d+)\.output\.dense", r"layers.\1.ff2"),
    (r"encoder\.layer\.(\d+)\.output\.LayerNorm", r"layers.\1.ln2"),
)
TENSOR = re.compile(
    r"(?:bert\.)?((?:embeddings|encoder)\..+)\.(weight|bias|gamma|beta)"
)
OLD_ENDINGS = {"gamma": "weight", "beta": "bias"}


class CheckpointError(Exception):
    """A checkpoint is missing, damaged or of another kind; the text says which."""


def read_config(path: Path) -> dict:
    """Arguments for `Encoder` from a BERT config.json.

    Raises:
        CheckpointError: it is not JSON, not BERT's, lacks an entry, or holds one
            that no encoder of the course can have.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} is not JSON ({error}). {AGAIN}") from None
    if not isinstance(config, dict):
        raise CheckpointError(f"{path} holds no JSON object. {AGAIN}")
    check_kind(config, path)
    config.setdefault("hidden_dropout_prob", 0.1)
    for entry in ARGUMENTS:
        if entry not in config:
            raise CheckpointError(f"{path} lacks the entry {entry!r}. {AGAIN}")
        needed = what_is_needed(entry, config[entry])
        if needed:
            raise CheckpointError(
                f"{path} gives {entry} as {config[entry]!r}, but this loader needs "
                f"{needed}. Take another checkpoint, or copy this one again."
            )
    d, n_heads = config["hidden_size"], config["num_attention_heads"]
    if d % n_heads:
        raise CheckpointError(
            f"{path} asks for {n_heads} heads, into which hidden_size {d} cannot be "
            f"split. {AGAIN}"
        )
    return {ARGUMENTS[entry]: config[entry] for entry in ARGUMENTS} | {"norm": "post"}


def check_kind(config: dict, path: Path) -> None:
    """Refuse a configuration of anything but a BERT encoder.

    Raises:
        CheckpointError: another model type, relative positions, or a decoder.
    """
    positions = config.get("position_embedding_type", "absolute")
    if config.get("model_type") != "bert":
        kind = f"a model of type {config.get('model_type')!r}"
    elif positions != "absolute":
        kind = f"a BERT with position_embedding_type {positions!r}"
    elif config.get("is_decoder") or config.get("add_cross_attention"):
        kind = "a decoder"
    else:
        return
    raise CheckpointError(
        f"{path} describes {kind}. This loader reads BERT encoders with absolute "
        "positions only: take another checkpoint."
    )


def what_is_needed(entry: str, value: object) -> str | None:
    """What an entry of config.json should be, or None if its value is right."""
    if entry == "hidden_act":
        return None if value in list(ACTIVATIONS) else " or ".join(sorted(ACTIVATIONS))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "a number"
    if entry in ("layer_norm_eps", "hidden_dropout_prob"):
        return None if 0 <= value < 1 else "a number from 0 to below 1"
    lowest = 0 if entry == "num_hidden_layers" else 1
    right = isinstance(value, int) and value >= lowest
    return None if right else f"a whole number from {lowest} on"


def read_tensors(path: Path, dtype: torch.dtype) -> dict[str, Tensor]:
    """Tensors of a BERT checkpoint under the course's names, heads left out.

    Raises:
        CheckpointError: the file is truncated or not in safetensors format, or
            holds a tensor that is no part of a BERT encoder, stands there twice,
            or is not of floating-point numbers.
    """
    try:
        stored = load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} cannot be read ({error}). It is truncated or damaged: "
            "copy it again from its source."
        ) from None
    tensors = {}
    for name, tensor in stored.items():
        course, problem = course_name(name), None
        if course is None:
            continue
        if course in tensors:
            problem = f"holds {name} under a second name as well"
        elif not tensor.is_floating_point():
            problem = f"holds {name} as {tensor.dtype}, not as floating-point numbers"
        if problem:
            raise CheckpointError(f"{path} {problem}. {AGAIN}")
        tensors[course] = tensor.to(dtype)
    return tensors


def course_name(stored: str) -> str | None:
    """The course's name for a stored tensor; None for heads, pooler, buffers.

    A part of the encoder that has no name in the course keeps its own, so that
    it is not overlooked.

    >>> course_name("bert.encoder.layer.3.attention.self.query.weight")
    'layers.3.q.weight'
    """
    found = TENSOR.fullmatch(stored)
    if found is None:
        return None
    for pattern, replacement in NAMES:
        module, count = re.subn(f"^{pattern}$", replacement, found[1])
        if count:
            return f"{module}.{OLD_ENDINGS.get(found[2], found[2])}"
    return stored


def check_tensors(found: dict, wanted: dict, path: Path) -> None:
    """Compare names, shapes and finiteness with what the encoder needs.

    Raises:
        CheckpointError: names the first tensor that is missing, too many, of
            another shape, or not finite.
    """
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            problem = f"lacks the tensor {name}"
        elif name not in wanted:
            problem = f"holds {name}, for which config.json leaves no place"
        elif found[name].shape != wanted[name].shape:
            problem = (
                f"holds {name} of shape {tuple(found[name].shape)}, but config.json "
                f"asks for {tuple(wanted[name].shape)}"
            )
        elif not found[name].isfinite().all():
            problem = f"holds NaN or infinity in {name}"
        else:
            continue
        raise CheckpointError(
            f"{path} {problem}. The two files do not belong together, or one is "
            "damaged: copy both again from their source."
        )


def shipped_weights(name: str, sha256: str) -> dict[str, Tensor]:
    """Tensors by name of a file in course_utils/weights.

    Args:
        name: of the file.
        sha256: what its bytes have to give.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    path = files("course_utils").joinpath("weights", name)
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise CheckpointError(
            f"{path} is {'damaged' if data else 'missing'}. Restore it with "
            f"`git checkout course_utils/weights/{name}`."
        )
    return load(data)
