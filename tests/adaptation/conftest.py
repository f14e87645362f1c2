"""Small random encoders in float64, with texts and padding."""

import pytest
import torch

from course_utils.encoder import Encoder

SIZES = dict(vocab_size=13, d=12, n_layers=3, n_heads=3, max_len=16)
B, T = 4, 6
KINDS = [(norm, causal) for norm in ("pre", "post") for causal in (False, True)]


def make_encoder(norm="pre", causal=False, seed=0, **sizes):
    """A random encoder whose norms and biases are not at their start values."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = Encoder(**(SIZES | sizes), norm=norm, causal=causal).double().eval()
        for parameter in encoder.parameters():
            if parameter.dim() == 1:
                parameter.data += 0.3 * torch.randn_like(parameter)
    return encoder


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0]}-{'<' if kind[1] else '='}")
def encoder(request):
    """One of each kind: both norm placements, bidirectional (=) and causal (<)."""
    return make_encoder(*request.param)


@pytest.fixture
def ids():
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, SIZES["vocab_size"], (B, T), generator=generator)


@pytest.fixture(params=[False, True], ids=["whole", "padded"])
def mask(request):
    """None, or padding on the right and in the middle."""
    if not request.param:
        return None
    mask = torch.ones(B, T, dtype=torch.bool)
    mask[1, -3:] = mask[2, 2] = False
    return mask


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)
