"""Where a prefix can start: from what an encoder makes of a real prompt.

Shapes: L layers, k tokens in the prompt, width d.
"""

import torch
from torch import Tensor, nn

from course_utils.encoder import Encoder


@torch.no_grad()
def prompt_states(encoder: Encoder, ids: Tensor) -> Tensor:
    """The states of a prompt's tokens in front of each layer: H[0]..H[L-1].

    Args:
        encoder: in the mode that it shall run in; eval for no dropout.
        ids: token ids (k,) of the prompt.

    Returns:
        (L, k, d), an init of `Prefix`. Its first group, (k, d), is one of `Prompt`.

    Raises:
        ValueError: ids are not (k,).

    Source: Li and Liang 2021, "Prefix-Tuning", section 7.4.

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> prompt_states(encoder, torch.tensor([4, 5])).shape
    torch.Size([3, 2, 8])
    """
    if ids.dim() != 1:
        raise ValueError(
            f"The prompt's ids have shape {tuple(ids.shape)}, but a prefix starts from "
            "one text, (k,). Take a row: ids[0]."
        )
    return torch.cat(encoder.states(ids[None]))[:-1]


@torch.no_grad()
def projected(encoder: Encoder, prefix: Tensor) -> Tensor:
    """The keys and values that an encoder's layers make of a prefix in hidden form.

    Args:
        encoder: whose layers project.
        prefix: (L, k, d).

    Returns:
        (L, 2, k, d), an init of `KeyValuePrefix`: heads side by side.
    """
    L, k, d = prefix.shape
    found = prefix.new_empty(L, 2, k, d)
    for layer, P, both in zip(encoder.layers, prefix, found, strict=True):
        N = layer.ln1(P) if layer.norm == "pre" else P
        for part, rows in zip((layer.k, layer.v), both, strict=True):
            # Without the hooks of a method that is attached.
            rows.copy_(nn.functional.linear(N, part.weight, part.bias))
    return found


def prompt_cache(encoder: Encoder, ids: Tensor) -> Tensor:
    """The keys and values of a prompt's tokens in each layer, (L, 2, k, d).

    A causal model that holds them behaves as if it had read the prompt. Arguments
    and errors as of `prompt_states`.

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=3, n_heads=2)
    >>> prompt_cache(encoder, torch.tensor([4, 5])).shape
    torch.Size([3, 2, 2, 8])
    """
    return projected(encoder, prompt_states(encoder, ids))
