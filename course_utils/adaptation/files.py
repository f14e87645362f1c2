"""A method's numbers in a file, with what they belong to.

The file is in safetensors format. Its metadata name the method and its sizes, the
encoder's shape, the base model by a checksum, and a checksum of all this.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from course_utils.adaptation.method import Method
from course_utils.adaptation.methods import METHODS
from course_utils.checkpoint import CheckpointError
from course_utils.encoder import Encoder

FORMAT = "course adaptation 1"


def save(method: Method, path: str | Path) -> None:
    """Write a method's numbers, attached or not; a classifier's head is not included.

    Of a prefix that an MLP wrote, the prefix is kept and the MLP is not.

    >>> import tempfile
    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> prefix = METHODS["prefix"](encoder, k=5).attach()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(prefix, f"{folder}/prefix.safetensors")
    ...     again = load(f"{folder}/prefix.safetensors", prefix.detach())
    >>> torch.equal(again.rows(), prefix.rows())
    True
    """
    numbers = {name: x.cpu().contiguous() for name, x in method.numbers().items()}
    metadata = {
        "format": FORMAT,
        "method": name_of(method),
        "options": json.dumps(method.options),
        "shape": json.dumps(shape(method.encoder)),
        "base": base_model(method),
    }
    save_file(numbers, path, metadata | {"checksum": checksum(numbers, metadata)})


def load(path: str | Path, encoder: Encoder, method: str | None = None) -> Method:
    """Attach the method that a file holds.

    Prompts, prefixes and full fine-tuning go onto any encoder of the same shape; LoRA,
    adapters and biases onto the base model that they were trained with.

    Args:
        path: a file that `save` wrote.
        encoder: what to attach it to.
        method: refuse a file of any other method; None takes every one.

    Returns:
        The attached method, in the encoder's dtype and on its device.

    Raises:
        CheckpointError: the file is missing, damaged, no such file, of another method,
            or for another encoder; nothing is attached then.
        ValueError: the encoder has a method already.
    """
    about, numbers = read(Path(path))
    found, options = about["method"], json.loads(about["options"])
    wanted = method or found
    if found not in METHODS or found != wanted:
        allowed = wanted if method else ", ".join(METHODS)
        raise CheckpointError(f"{path} holds the method {found!r}, not {allowed}.")
    check_shape(path, json.loads(about["shape"]), shape(encoder))
    made = METHODS[found](encoder, **options)
    if made.needs_base and about["base"] != base_model(made):
        raise CheckpointError(
            f"{path} holds numbers of the method {found!r}, which add to those of the "
            "base model that they were trained with, and this encoder is another: its "
            "checksum differs. Load that base model first."
        )
    sizes = {name: x.shape for name, x in numbers.items()}
    needed = {name: x.shape for name, x in made.numbers().items()}
    if sizes != needed:
        odd = min(name for name, _ in sizes.items() ^ needed.items())
        here, there = (tuple(x.get(odd, ())) for x in (needed, sizes))
        raise CheckpointError(
            f"{path} gives {odd} as {there}, but this encoder needs {here}. Take an "
            "encoder of the same shape."
        )
    made.attach()
    made.set_numbers(numbers)
    return made


def read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and numbers of a file.

    Raises:
        CheckpointError: it is missing, damaged, or not one that `save` wrote.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} is missing. Save a method there first.")
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            numbers = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} is truncated or damaged ({error}). Save the method again."
        ) from None
    if about.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} holds no method of adaptation. Take a file that `save` wrote."
        )
    written = about.pop("checksum", None)
    if written != checksum(numbers, about):
        raise CheckpointError(
            f"{path} is damaged: what it holds does not have the checksum that was "
            "written with it. Save the method again."
        )
    return about, numbers


def name_of(method: Method) -> str:
    """The method's name in `METHODS`."""
    return next(name for name, kind in METHODS.items() if kind is type(method))


def shape(encoder: Encoder) -> dict[str, object]:
    """What has to agree between two encoders for one's method to fit the other."""
    found: dict[str, object] = {
        "d": encoder.d,
        "layers": len(encoder.layers),
        "causal": encoder.causal,
    }
    for layer in encoder.layers[:1]:
        found |= {"heads": layer.n_heads, "norm": layer.norm}
        found |= {"activation": layer.activation, "d_ff": layer.ff1.out_features}
    return found


def check_shape(path: str | Path, stored: Mapping, here: Mapping) -> None:
    """Refuse an encoder of another shape; the error names the first difference."""
    for name in dict.fromkeys([*stored, *here]):
        a, b = stored.get(name), here.get(name)
        if a != b:
            raise CheckpointError(
                f"{path} is for an encoder with {name} = {a}, but this one has "
                f"{name} = {b}. Take an encoder of the same shape."
            )


def base_model(method: Method) -> str:
    """A checksum of the base model, the same in float32 and in float64."""
    return checksum({n: x.float() for n, x in method.base_tensors().items()})


def checksum(tensors: Mapping[str, Tensor], about: Mapping | None = None) -> str:
    """SHA-256 over names, shapes and bytes of tensors, and over some words.

    >>> x, y = torch.tensor([1.0]), torch.tensor([2.0])
    >>> checksum({"x": x, "y": y}) == checksum({"y": y, "x": x})
    True
    >>> checksum({"x": x, "y": y}) == checksum({"x": y, "y": x})
    False
    """
    found = hashlib.sha256(json.dumps(dict(about or {}), sort_keys=True).encode())
    for name in sorted(tensors):
        x = tensors[name].detach().cpu().contiguous()
        found.update(f"{name} {tuple(x.shape)}".encode())
        found.update(x.reshape(-1).view(torch.uint8).numpy())
    return found.hexdigest()
