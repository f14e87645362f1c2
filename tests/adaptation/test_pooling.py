"""Pooling: real tokens only, wherever the padding stands."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.adaptation import pool
from course_utils.adaptation.pooling import HOW

B, T, D = 3, 5, 4


def by_hand(H, mask, how):
    rows = []
    for states, real in zip(H, mask, strict=True):
        own = states[real]
        if not len(own):
            rows.append(torch.zeros(H.shape[-1], dtype=H.dtype))
            continue
        one = {"first": own[0], "last": own[-1], "mean": own.mean(0)}
        rows.append(one.get(how, own.max(0).values))
    return torch.stack(rows)


@given(st.integers(0, 10_000), st.sampled_from(HOW))
def test_same_as_by_hand(seed, how):
    generator = torch.Generator().manual_seed(seed)
    H = torch.randn(B, T, D, generator=generator, dtype=torch.float64)
    mask = torch.rand(B, T, generator=generator) < 0.6
    torch.testing.assert_close(
        pool(H, mask, how), by_hand(H, mask, how), rtol=1e-12, atol=0
    )


@pytest.mark.parametrize("how", HOW)
def test_padding_has_no_say_and_gets_no_gradient(how):
    H = torch.randn(B, T, D, requires_grad=True)
    mask = torch.tensor([[1, 1, 0, 0, 0], [0, 1, 1, 0, 1], [0, 0, 0, 0, 0]]).bool()
    large = H.detach().masked_fill(~mask[..., None], 1e30)
    torch.testing.assert_close(pool(large, mask, how), pool(H, mask, how).detach())
    pool(H, mask, how).square().sum().backward()
    assert not H.grad[~mask].any()
    assert H.grad[mask].any()
    assert H.grad.isfinite().all()


@pytest.mark.parametrize("how", HOW)
def test_input_stays_and_dtype_is_kept(how):
    H, mask = torch.randn(2, 3, 4, dtype=torch.float64), torch.ones(2, 3).bool()
    before = H.clone()
    assert pool(H, mask, how).dtype == torch.float64
    assert torch.equal(H, before)


@pytest.mark.parametrize(
    ("mask", "how", "error", "said"),
    [
        (torch.ones(2, 3).bool(), "mode", ValueError, "must be one of first, mean"),
        (torch.ones(2, 3), "mean", TypeError, "torch.bool"),
        (torch.ones(2, 4).bool(), "mean", ValueError, "do not fit"),
        (torch.ones(3).bool(), "mean", ValueError, "do not fit"),
    ],
)
def test_bad_input_is_refused(mask, how, error, said):
    with pytest.raises(error, match=said):
        pool(torch.randn(2, 3, 4), mask, how)
