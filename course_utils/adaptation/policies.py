"""Which parameters may change: head, last layer, biases, or all."""

from torch import nn

from course_utils.encoder import Encoder

POLICIES = ("head", "last", "bias", "full")


def set_trainable(encoder: Encoder, head: nn.Module, policy: str) -> list[nn.Parameter]:
    """Freeze and unfreeze by a policy; values stay as they are.

    Args:
        encoder, head: their parameters get requires_grad set, both ways.
        policy: "head", only the head; "last", the encoder's last layer and the
            head; "bias", every encoder parameter whose name ends in "bias", the
            shifts of norms included, and the head; "full", everything.

    Returns:
        The parameters that may change, each once.

    Raises:
        ValueError: the policy is unknown.

    Source: Ben Zaken et al. 2022, "BitFit" (biases).

    >>> encoder = Encoder(vocab_size=10, d=8, n_layers=2, n_heads=2)
    >>> len(set_trainable(encoder, nn.Linear(8, 2), "head"))
    2
    """
    if policy not in POLICIES:
        raise ValueError(
            f"policy is {policy!r}, but it must be one of {', '.join(POLICIES)}."
        )
    last = f"layers.{len(encoder.layers) - 1}."
    chosen = {
        "head": lambda name: False,
        "last": lambda name: name.startswith(last),
        "bias": lambda name: name.endswith("bias"),
        "full": lambda name: True,
    }[policy]
    for name, parameter in encoder.named_parameters():
        parameter.requires_grad_(chosen(name))
    head.requires_grad_(True)
    both = [*encoder.parameters(), *head.parameters()]
    return list(dict.fromkeys(p for p in both if p.requires_grad))
