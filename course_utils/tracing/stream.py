"""The residual stream: what each layer adds to it, and what can be read off it.

Shapes: a stack of L layers has L+1 states H[0]..H[L], each (B, T, d).
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from course_utils.tracing.states import check_tensor, stack


def contributions(states: Sequence[Tensor]) -> Tensor:
    """What each layer adds: H[l] - H[l-1], so that H[0] plus all of them is H[L].

    Args:
        states: the L+1 states, each (B, T, d).

    Returns:
        (L, B, T, d): entry l-1 is what layer l adds. Empty for L = 0.

    Raises:
        TypeError: a state is not a tensor, or dtypes differ.
        ValueError: there is no state, or shapes differ.

    Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits".

    >>> H = torch.ones(1, 1, 2)
    >>> contributions([H, 3 * H, 0 * H]).flatten(1).tolist()
    [[2.0, 2.0], [-3.0, -3.0]]
    """
    stacked = stack(states)
    return stacked[1:] - stacked[:-1]


def lens(
    states: Sequence[Tensor], final_norm: Callable[[Tensor], Tensor], unembed: Tensor
) -> Tensor:
    """Read every state as if it were the last: logits of the model's own head.

    Args:
        states: the L+1 states, each (B, T, d); the last one as it leaves layer L,
            before the final norm.
        final_norm: callable (B, T, d) -> (B, T, d); it gets a copy of every state,
            one by one, in order.
        unembed: (d, V), from features to the vocabulary.

    Returns:
        (L+1, B, T, V): entry l are the logits final_norm(H[l]) @ unembed.

    Raises:
        TypeError: a state, `unembed`, or what `final_norm` returns is not a tensor,
            or dtypes differ.
        ValueError: there is no state, or shapes do not fit.

    Source: nostalgebraist 2020, "interpreting GPT: the logit lens".

    >>> states = [torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[0.0, 3.0]]])]
    >>> logits = lens(states, lambda H: 2 * H, torch.eye(2))
    >>> logits.shape, logits.argmax(-1).flatten().tolist()
    (torch.Size([2, 1, 1, 2]), [0, 1])
    """
    stacked = stack(states)
    check_tensor(unembed, "unembed")
    d = stacked.shape[-1]
    if unembed.ndim != 2 or len(unembed) != d:
        raise ValueError(
            f"unembed has shape {tuple(unembed.shape)}, but the states have {d} "
            f"features: it must be ({d}, V). A head of torch.nn.Linear has it as "
            "`head.weight.T`."
        )
    logits = []
    for l, H in enumerate(stacked):
        # A copy: the norm may write in place. Read at once: it may reuse a buffer.
        normed = final_norm(H.clone())
        check_tensor(normed, f"What final_norm returned for H[{l}]")
        if normed.shape != H.shape:
            raise ValueError(
                f"final_norm made {tuple(normed.shape)} of H[{l}], which has shape "
                f"{tuple(H.shape)}. A norm keeps the shape."
            )
        if normed.dtype != unembed.dtype:
            raise TypeError(
                f"final_norm returned {normed.dtype} for H[{l}], but unembed is "
                f"{unembed.dtype}. Convert one of them."
            )
        logits.append(normed @ unembed)
    return torch.stack(logits)
