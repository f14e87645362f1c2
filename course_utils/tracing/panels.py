"""All invariants of a layer in the order of diagnosis: cheapest and clearest first."""

from collections.abc import Callable

from torch import nn

from course_utils.tracing import inside, invariants
from course_utils.tracing.probes import Finding

INVARIANTS: dict[str, Callable[..., Finding | None]] = {
    check.__name__: check
    for check in (
        invariants.repeatable,
        invariants.shapes,
        invariants.finite,
        invariants.input_untouched,
        invariants.silent_sublayers,
        invariants.shift,
        inside.rows_sum_to_one,
        inside.masked_keys_ignored,
        invariants.causal,
        invariants.padding,
        invariants.permutation,
        invariants.batch,
        invariants.mixing,
        inside.norm_statistics,
        inside.score_scale,
        invariants.parameters_matter,
        inside.heads_apart,
        inside.nonlinear,
        invariants.golden_value,
    )
}


def panel(layer: nn.Module, seed: int = 0) -> dict[str, Finding | None]:
    """Every invariant's finding, None where it holds, in the order of diagnosis.

    Args:
        layer: called as ``layer(H)`` and ``layer(H, mask)``, with ``d``,
            ``n_heads``, parts with the standard names, and ``norm`` unless it is
            pre-norm; in eval mode. It stays as it is.
        seed: of the random probes.

    >>> from course_utils.layers import Layer
    >>> {name for name, finding in panel(Layer(d=12, n_heads=3)).items() if finding}
    set()
    """
    return {name: check(layer, seed) for name, check in INVARIANTS.items()}
