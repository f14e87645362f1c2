"""Prefix-tuning and prompt tuning: identities, exact ones first."""

import pytest
import torch

from course_utils.adaptation import (
    attach,
    gate,
    prefix_forward,
    projected,
    prompt_cache,
    prompt_forward,
    prompt_states,
    to_key_values,
)
from course_utils.layers import attention, attention_weights, causal_mask, split_heads
from tests.adaptation.conftest import SIZES, make_encoder, normal

L, D, K = SIZES["n_layers"], SIZES["d"], 2
EXACT = dict(rtol=0, atol=1e-12)  # float64, a few hundred sums of numbers near 1


def gradients(encoder, method, ids, mask):
    """Output, and the gradients of a random sum of its real rows."""
    out = encoder(ids, mask)
    real = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask
    loss = (out * normal(*out.shape, seed=9))[real].sum()
    return out, torch.autograd.grad(loss, method.trained())


# --- bit for bit --------------------------------------------------------------------


@pytest.mark.parametrize("method", ["prompt", "prefix", "prefix_kv"])
def test_no_rows_is_the_base_model(encoder, ids, mask, method):
    before = encoder.states(ids, mask)
    attach(encoder, method, k=0)
    for a, b in zip(encoder.states(ids, mask), before, strict=True):
        assert torch.equal(a, b)
    assert torch.equal(encoder(ids, mask), before[-1])


def test_no_rows_word_for_word(encoder, ids, mask):
    before = encoder(ids, mask)
    attach(encoder, "prefix", k=0, literal=True)
    assert torch.equal(encoder(ids, mask), before)


@pytest.mark.parametrize("method", ["prompt", "prefix", "prefix_kv"])
def test_states_end_in_the_result_and_have_a_row_for_each_token(
    encoder, ids, mask, method
):
    H0 = encoder.embed(ids)
    attach(encoder, method, k=K)
    states = encoder.states(ids, mask)
    assert [H.shape for H in states] == [(*ids.shape, D)] * (L + 1)
    assert torch.equal(states[0], H0)
    assert torch.equal(states[-1], encoder(ids, mask))


# --- two forms, one result ----------------------------------------------------------


def test_efficient_form_is_the_definition(encoder, ids, mask):
    init, found = normal(L, K, D), []
    for literal in (False, True):
        prefix = attach(encoder, "prefix", init=init, literal=literal)
        found.append(gradients(encoder, prefix, ids, mask))
        prefix.detach()
    (a, [da]), (b, [db]) = found
    torch.testing.assert_close(a, b, **EXACT)
    torch.testing.assert_close(da, db, **EXACT)
    assert da.abs().amax((1, 2)).min() > 1e-3  # every layer's prefix matters


def test_efficient_form_is_the_plain_function(encoder, ids, mask):
    init, H0 = normal(L, K, D), encoder.embed(ids)
    expected = prefix_forward(H0, encoder.layers, list(init), mask, encoder.causal)
    attach(encoder, "prefix", init=init)
    torch.testing.assert_close(encoder(ids, mask), expected, **EXACT)


def test_prompt_is_the_plain_function(encoder, ids, mask):
    init, H0 = normal(K, D), encoder.embed(ids)
    expected = prompt_forward(H0, encoder.layers, init, mask, encoder.causal)
    prompt = attach(encoder, "prompt", init=init)
    found, [gradient] = gradients(encoder, prompt, ids, mask)
    torch.testing.assert_close(found, expected, **EXACT)
    assert gradient.abs().amin() > 0


def test_hidden_form_is_key_value_form_from_the_projected_prefix(encoder, ids, mask):
    init = normal(L, K, D)
    prefix = attach(encoder, "prefix", init=init)
    a, [da] = gradients(encoder, prefix, ids, mask)
    prefix.detach()
    pairs = attach(encoder, "prefix_kv", init=projected(encoder, init))
    b, [db] = gradients(encoder, pairs, ids, mask)
    pairs.detach()
    torch.testing.assert_close(a, b, **EXACT)
    # The chain rule through the projection leads from one gradient to the other.
    P = init.clone().requires_grad_()
    rows = [
        torch.stack([X.transpose(0, 1).reshape(K, D) for X in to_key_values(p, layer)])
        for p, layer in zip(P, encoder.layers, strict=True)
    ]
    torch.stack(rows).backward(db.view(L, 2, K, D))
    torch.testing.assert_close(da, P.grad, **EXACT)


def test_projected_agrees_with_heads_side_by_side(encoder):
    P = normal(L, K, D)
    for l, layer in enumerate(encoder.layers):
        pairs = zip(projected(encoder, P)[l], to_key_values(P[l], layer), strict=True)
        for part, heads in pairs:
            assert heads.shape == (3, K, D // 3)
            assert torch.equal(split_heads(part[None], 3)[0], heads)


@pytest.mark.parametrize("method", ["prefix", "prefix_kv"])
def test_order_of_rows_does_not_matter(encoder, ids, mask, method):
    prefix, found = attach(encoder, method, k=3), []
    for _ in range(2):
        found.append(encoder(ids, mask))
        prefix.P.weight.data = prefix.P.weight.flip(1).detach()
    torch.testing.assert_close(*found, **EXACT)


def test_order_of_prompt_rows_matters_under_a_causal_mask_alone(ids):
    for causal in (False, True):
        encoder = make_encoder(causal=causal)
        prompt = attach(encoder, "prompt", k=3)
        before = encoder(ids)
        prompt.P.weight.data = prompt.P.weight.flip(1).detach()
        assert ((before - encoder(ids)).abs().max() > 1e-3) == causal


def test_zero_keys_and_values_are_not_nothing(encoder, ids, mask):
    before = encoder(ids, mask)
    attach(encoder, "prefix_kv", init=torch.zeros(L, 2, K, D).double())
    assert (encoder(ids, mask) - before).abs().amax(-1).min() > 1e-3


@pytest.mark.parametrize("method", ["prompt", "prefix", "prefix_kv"])
def test_padding_does_not_matter(encoder, ids, method):
    mask = torch.ones_like(ids, dtype=torch.bool)
    mask[1, -3:] = False
    attach(encoder, method, k=K)
    before = encoder(ids, mask)[mask]
    torch.testing.assert_close(
        encoder(torch.where(mask, ids, 0), mask)[mask], before, **EXACT
    )
    torch.testing.assert_close(
        encoder(ids[1:2, :3])[0], encoder(ids, mask)[1, :3], **EXACT
    )


@pytest.mark.parametrize("method", ["prompt", "prefix", "prefix_kv"])
def test_one_token_and_one_text(encoder, method):
    """A mask of a single row of queries is still told from one of keys."""
    one = torch.tensor([[5]])
    attach(encoder, method, k=K)
    mask = torch.ones(1, 1, dtype=torch.bool)
    torch.testing.assert_close(encoder(one), encoder(one, mask), **EXACT)


# --- what a prefix can and cannot do ------------------------------------------------


@pytest.fixture
def inside(encoder, ids):
    """Queries, keys and values of layer 1's tokens, and its prefix's."""
    layer, H, P = encoder.layers[0], encoder.embed(ids), normal(K, D)
    N = layer.ln1(H) if layer.norm == "pre" else H
    Q, *KV = (split_heads(part(N), 3) for part in (layer.q, layer.k, layer.v))
    return Q, *KV, *to_key_values(P, layer)


def together(X, P):
    return torch.cat([P.expand(len(X), *P.shape), X], 2)


def test_gate_identity(inside):
    Q, keys, values, PK, PV = inside
    share = gate(Q, keys, PK)[..., None]
    assert ((share > 0) & (share < 1)).all()
    both = attention(Q, together(keys, PK), together(values, PV))
    mixed = (1 - share) * attention(Q, keys, values)
    mixed = mixed + share * attention(
        Q, *(P.expand(len(Q), *P.shape) for P in (PK, PV))
    )
    torch.testing.assert_close(both, mixed, **EXACT)


def test_gate_is_the_weight_of_the_prefix(inside):
    Q, keys, _, PK, _ = inside
    weights = attention_weights(Q, together(keys, PK))
    torch.testing.assert_close(gate(Q, keys, PK), weights[..., :K].sum(-1), **EXACT)


def test_gate_at_its_ends(inside):
    Q, keys, _, PK, _ = inside
    assert (gate(Q, keys, PK[:, :0]) == 0).all()
    steep = gate(1e4 * Q, keys, PK)
    assert steep.isfinite().all()
    assert ((steep < 1e-6) | (steep > 1 - 1e-6)).double().mean() > 0.9


def test_ratios_among_tokens_stay_in_the_first_layer(inside):
    Q, keys, _, PK, _ = inside
    before = attention_weights(Q, keys)
    after = attention_weights(Q, together(keys, PK))[..., K:]
    share = gate(Q, keys, PK)[..., None]
    torch.testing.assert_close(after, (1 - share) * before, **EXACT)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_prompt_tuning_is_prefix_tuning_under_a_causal_mask(norm, ids):
    encoder, init = make_encoder(norm, causal=True), normal(K, D)
    prompt = attach(encoder, "prompt", init=init)
    expected = encoder.states(ids)
    prompt.detach()
    attach(encoder, "prefix", init=states_of_rows(encoder, init, K))
    for a, b in zip(encoder.states(ids), expected, strict=True):
        torch.testing.assert_close(a, b, **EXACT)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_prompt_tuning_is_no_prefix_tuning_under_a_bidirectional_mask(norm, ids):
    """The prompt's rows read the text, so no prefix stands for them in two texts."""
    encoder, init = make_encoder(norm), normal(K, D)
    for row in (0, 1):
        H = torch.cat([init[None], encoder.embed(ids[row : row + 1])], 1)
        evolved = []
        for layer in encoder.layers:
            evolved.append(H[0, :K])
            H = layer(H)
        expected = H[0, K:]
        prefix = attach(encoder, "prefix", init=torch.stack(evolved))
        found = encoder(ids)
        torch.testing.assert_close(found[row], expected, **EXACT)
        prompt_found = prefix.detach() and prompted(encoder, init, ids)
        assert (found[1 - row] - prompt_found[1 - row]).abs().max() > 1e-3


def states_of_rows(encoder, rows, k):
    """H[0]..H[L-1] of the first k rows, (L, k, d), when rows (n, d) run alone."""
    H, states = rows[None], []
    for layer in encoder.layers:
        states.append(H[0, :k])
        H = layer(H, causal_mask(len(rows)) if encoder.causal else None)
    return torch.stack(states).detach()


def prompted(encoder, rows, ids):
    prompt = attach(encoder, "prompt", init=rows)
    found = encoder(ids)
    prompt.detach()
    return found


@pytest.mark.parametrize("form", ["prefix", "prefix_kv"])
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_real_prompts_states_or_cache_stand_for_the_prompt(norm, form, ids):
    """Causal: the text behind the prompt comes out as if the prompt had been read."""
    encoder, prompt = make_encoder(norm, causal=True), torch.tensor([3, 7, 5])
    k = len(prompt)
    whole = torch.cat([prompt.expand(len(ids), k), ids], 1)
    expected = encoder(whole)[:, k:]
    init = {"prefix": prompt_states, "prefix_kv": prompt_cache}[form](encoder, prompt)
    # The text stands where it stood: its positions begin behind the prompt.
    H = encoder.embed(whole)[:, k:]
    attach(encoder, form, init=init)
    for layer in encoder.layers:
        H = layer(H, causal_mask(H.shape[1]))
    torch.testing.assert_close(H, expected, **EXACT)


def test_layers_can_be_called_with_a_mask_by_name(encoder, ids):
    attach(encoder, "prefix", k=K)
    H, triangle = encoder.embed(ids), causal_mask(ids.shape[1])
    layer = encoder.layers[0]
    assert torch.equal(layer(H, mask=triangle), layer(H, triangle))


# --- starts, and the MLP ------------------------------------------------------------


@pytest.mark.parametrize("method", ["prefix", "prefix_kv"])
def test_a_prefix_written_by_an_mlp_is_a_prefix(encoder, ids, mask, method):
    written = attach(encoder, method, k=K, mlp=5)
    found, rows = encoder(ids, mask), written.rows()
    assert written.count() == K * D + D * 5 + 5 + (5 + 1) * rows.numel() // K
    written.detach()
    attach(encoder, method, init=rows)
    torch.testing.assert_close(encoder(ids, mask), found, **EXACT)


@pytest.mark.parametrize(
    ("method", "groups"), [("prefix", (L,)), ("prefix_kv", (L, 2))]
)
def test_an_mlp_can_start_from_given_rows(encoder, method, groups):
    init = normal(*groups, K, D)
    rows = attach(encoder, method, init=init, mlp=4).rows()
    torch.testing.assert_close(rows, init, rtol=0, atol=1e-6)


@pytest.mark.parametrize("mlp", [None, 4])
@pytest.mark.parametrize("method", ["prefix", "prefix_kv"])
def test_numbers_of_one_prefix_can_be_given_to_another(encoder, method, mlp):
    numbers = attach(encoder, method, k=K, seed=1).numbers()
    encoder.method.detach()
    other = attach(encoder, method, k=K, seed=2, mlp=mlp)
    other.set_numbers(numbers)
    torch.testing.assert_close(other.rows(), numbers["prefix"], rtol=0, atol=1e-6)


def test_an_mlp_narrower_than_the_prefix_cannot(encoder):
    with pytest.raises(ValueError, match="make it at least 5 wide"):
        attach(encoder, "prefix", init=normal(L, 5, D), mlp=4)


@pytest.mark.parametrize("method", ["prompt", "prefix", "prefix_kv"])
def test_starts_depend_on_the_seed_alone(encoder, method):
    rows = []
    for seed in (0, 0, 1):
        torch.manual_seed(len(rows))
        state = torch.random.get_rng_state()
        method_ = attach(encoder, method, k=K, seed=seed)
        assert torch.equal(torch.random.get_rng_state(), state)
        rows.append(method_.rows())
        method_.detach()
    assert torch.equal(rows[0], rows[1])
    assert not torch.equal(rows[0], rows[2])


@pytest.mark.parametrize("method", ["prompt", "prefix", "prefix_kv"])
def test_an_init_of_another_shape_is_refused(encoder, method):
    with pytest.raises(ValueError, match="this encoder and k="):
        attach(encoder, method, init=normal(L + 1, K, D))
    with pytest.raises(ValueError, match="k is -1"):
        attach(encoder, method, k=-1)


def test_a_prompt_of_several_texts_is_refused(encoder, ids):
    with pytest.raises(ValueError, match=r"ids\[0\]"):
        prompt_states(encoder, ids)


def test_an_encoder_without_layers(ids):
    encoder = make_encoder(n_layers=0)
    assert prompt_cache(encoder, ids[0]).shape == (0, 2, ids.shape[1], D)
    before = encoder(ids)
    assert attach(encoder, "prefix_kv", k=K).count() == 0
    assert torch.equal(encoder(ids), before)
