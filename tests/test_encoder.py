"""What the recurrence as a model must do, as a specification of the encoder."""

import copy

import numpy as np
import pytest
import torch

from course_utils.encoder import Encoder
from course_utils.tracing import replay_gap

SIZES = dict(vocab_size=19, d=12, n_layers=4, n_heads=3, d_ff=20, max_len=9)
IDS = torch.tensor([[2, 7, 11, 3, 1, 18, 4], [5, 5, 0, 9, 13, 6, 8]])
MASK = torch.ones(2, 7, dtype=torch.bool)
MASK[0, 5:] = MASK[1, 3:] = False


def random_encoder(**options):
    """An encoder in float64 whose parameters are all random."""
    torch.manual_seed(5)
    encoder = Encoder(**(SIZES | options)).double().eval()
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.normal_(std=0.4)
    return encoder


def gap(ours, theirs):
    assert ours.shape == theirs.shape
    assert ours.isfinite().all()
    return float((ours - theirs).detach().abs().max())


both_norms = pytest.mark.parametrize("norm", ["pre", "post"])
causal_or_not = pytest.mark.parametrize("causal", [False, True])
with_and_without_mask = pytest.mark.parametrize(
    "mask", [None, MASK], ids=["all", "mask"]
)


# The recurrence ------------------------------------------------------------------


@both_norms
@causal_or_not
@with_and_without_mask
def test_each_state_is_what_its_layer_makes_of_the_one_before(norm, causal, mask):
    encoder = random_encoder(norm=norm, causal=causal)
    states = encoder.states(IDS, mask)
    wide = {
        (False, True): None,
        (False, False): MASK[:, None, None],
        (True, True): torch.ones(7, 7).tril().bool(),
        (True, False): MASK[:, None, None] & torch.ones(7, 7).tril().bool(),
    }[causal, mask is None]
    layers = [lambda H, layer=layer: layer(H, wide) for layer in encoder.layers]
    assert len(states) == SIZES["n_layers"] + 1
    assert {state.shape for state in states} == {(2, 7, 12)}
    assert replay_gap(states, layers).tolist() == [0.0] * 4
    assert torch.equal(states[0], encoder.embed(IDS))
    assert torch.equal(states[-1], encoder(IDS, mask))
    assert len({state.data_ptr() for state in states}) == len(states)


@both_norms
def test_the_first_state_adds_word_position_and_type(norm):
    encoder = random_encoder(norm=norm, n_types=3)
    parts = encoder.embeddings
    H = encoder.embed(IDS)
    for b, t in np.ndindex(2, 7):
        row = parts.word.weight[IDS[b, t]] + parts.position.weight[t]
        row = row + parts.token_type.weight[0]
        expected = parts.norm(row) if norm == "post" else row
        assert gap(H[b, t], expected) <= 1e-12


def test_only_post_norm_normalises_the_embeddings():
    assert isinstance(random_encoder(norm="post").embeddings.norm, torch.nn.LayerNorm)
    assert isinstance(random_encoder(norm="pre").embeddings.norm, torch.nn.Identity)


def test_without_layers_the_embeddings_are_the_only_and_the_last_state():
    encoder = random_encoder(n_layers=0)
    (state,) = encoder.states(IDS, MASK)
    assert torch.equal(state, encoder.embed(IDS))
    assert torch.equal(encoder(IDS, MASK), state)


@both_norms
def test_neighbouring_layers_in_another_order_change_the_states_after_them(norm):
    encoder = random_encoder(norm=norm)
    before = encoder.states(IDS)
    layers = encoder.layers
    layers[1], layers[2] = layers[2], layers[1]
    same = [torch.equal(a, b) for a, b in zip(before, encoder.states(IDS), strict=True)]
    assert same == [True, True, False, False, False]


# Causal, padding, batch ------------------------------------------------------------


@both_norms
@with_and_without_mask
def test_a_causal_encoder_keeps_earlier_rows_when_a_later_token_changes(norm, mask):
    encoder = random_encoder(norm=norm, causal=True)
    other = IDS.clone()
    other[:, 2] = (other[:, 2] + 7) % 19
    for a, b in zip(
        encoder.states(IDS, mask), encoder.states(other, mask), strict=True
    ):
        assert gap(a[:, :2], b[:, :2]) <= 1e-12
        assert ((a - b)[:, 2].abs().amax(-1) > 1e-9).all()


@both_norms
def test_without_causal_a_later_token_reaches_every_row(norm):
    encoder = random_encoder(norm=norm)
    other = IDS.clone()
    other[:, 6] = (other[:, 6] + 7) % 19
    assert ((encoder(IDS) - encoder(other)).abs().amax(-1) > 1e-9).all()


@both_norms
@causal_or_not
def test_what_stands_in_the_padding_does_not_matter(norm, causal):
    encoder = random_encoder(norm=norm, causal=causal)
    other = torch.where(MASK, IDS, torch.tensor([[17, 16, 15, 14, 12, 10, 1]]))
    assert not torch.equal(other, IDS)
    states, others = encoder.states(IDS, MASK), encoder.states(other, MASK)
    for a, b in zip(states, others, strict=True):
        assert gap(a[MASK], b[MASK]) <= 1e-12


@both_norms
@causal_or_not
def test_a_text_does_not_depend_on_its_batch_or_its_padding(norm, causal):
    encoder = random_encoder(norm=norm, causal=causal)
    alone = encoder.states(IDS[1:, :3])
    for a, b in zip(encoder.states(IDS, MASK), alone, strict=True):
        assert gap(a[1:, :3], b) <= 1e-12
    whole = encoder.states(IDS, torch.ones_like(MASK))
    for a, b in zip(whole, encoder.states(IDS), strict=True):
        assert gap(a, b) <= 1e-12


@both_norms
@causal_or_not
def test_padding_may_stand_anywhere_and_be_everything(norm, causal):
    encoder, mask = random_encoder(norm=norm, causal=causal), MASK.flip(1)
    mask[1] = False
    H = encoder(IDS, mask)
    assert H.isfinite().all()
    H.sum().backward()
    assert all(p.grad.isfinite().all() for p in encoder.parameters())


@torch.inference_mode()
def test_the_packaged_encoder_is_blind_to_padding_and_to_its_batch(encoder):
    texts = ["The bank of the river.", "A much longer text, with more than six tokens."]
    ids, mask = encoder.tokenizer(texts)
    junk = torch.where(mask, ids, 1000 + torch.arange(ids.shape[1]))
    assert not torch.equal(junk, ids)
    alone = encoder.tokenizer(texts[:1])
    n = alone[0].shape[1]
    runs = (encoder.states(*pair) for pair in ((ids, mask), (junk, mask), alone))
    for both, probed, single in zip(*runs, strict=True):
        assert gap(both[mask], probed[mask]) <= 1e-5
        assert gap(both[:1, :n], single) <= 1e-5


# Parameters and training -------------------------------------------------------------


def test_names_and_shapes_of_the_parameters():
    shapes = {
        name: tuple(p.shape)
        for name, p in random_encoder(norm="post").named_parameters()
    }
    assert shapes["layers.3.q.weight"] == (12, 12)
    assert shapes["layers.0.ff1.weight"] == (20, 12)
    assert shapes.keys() == {
        *(f"embeddings.{table}.weight" for table in ("word", "position", "token_type")),
        *(f"embeddings.norm.{end}" for end in ("weight", "bias")),
        *(
            f"layers.{l}.{part}.{end}"
            for l in range(4)
            for part in ("q", "k", "v", "o", "ff1", "ff2", "ln1", "ln2")
            for end in ("weight", "bias")
        ),
    }
    assert random_encoder().state_dict().keys() == {
        name for name in shapes if not name.startswith("embeddings.norm")
    }


@both_norms
@causal_or_not
def test_gradients_reach_every_parameter_but_the_key_biases(norm, causal):
    encoder = random_encoder(norm=norm, causal=causal)
    (encoder(IDS, MASK)[MASK] ** 3).sum().backward()
    sizes = {n: float(p.grad.abs().max()) for n, p in encoder.named_parameters()}
    largest = max(sizes.values())
    for name, size in sizes.items():
        if name.endswith("k.bias"):  # it moves all scores of a query alike
            assert size <= 1e-12 * largest
        else:
            assert size > 1e-9 * largest
    used = torch.zeros(19, dtype=torch.bool)
    used[IDS[MASK]] = True
    assert torch.equal(encoder.embeddings.word.weight.grad.any(-1), used)


@both_norms
def test_dropout_acts_in_training_only(norm):
    encoder = random_encoder(norm=norm, dropout=0.3)
    assert torch.equal(encoder(IDS, MASK), encoder(IDS, MASK))
    assert torch.equal(encoder(IDS, MASK), random_encoder(norm=norm)(IDS, MASK))
    encoder.train()
    first = encoder.states(IDS, MASK)
    assert (first[0] == 0).any()
    assert not torch.equal(first[-1], encoder(IDS, MASK))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_dtype_and_device_stay(dtype, device):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU on this machine")
    encoder = random_encoder(causal=True).to(device, dtype)
    states = encoder.states(IDS.to(device), MASK.to(device))
    assert {(H.dtype, H.device.type) for H in states} == {(dtype, device)}
    expected = random_encoder(causal=True)(IDS, MASK)
    tolerance = 1e-4 if dtype == torch.float32 else 1e-12
    assert (
        gap(states[-1].cpu()[MASK], expected[MASK]) <= tolerance * expected.abs().max()
    )


def test_int32_ids_give_the_same_and_inputs_stay_as_they_were():
    encoder, ids, mask = random_encoder(), IDS.clone(), MASK.clone()
    assert torch.equal(encoder(ids.int(), mask), encoder(ids, mask))
    assert torch.equal(ids, IDS)
    assert torch.equal(mask, MASK)


def test_a_copy_has_its_own_weights_and_a_tokenizer_that_works(encoder):
    twin = copy.deepcopy(encoder)
    with torch.no_grad():
        twin.layers[0].q.weight.zero_()
    assert encoder.layers[0].q.weight.any()
    ids, _ = twin.tokenizer(["The bank"])
    assert torch.equal(ids, encoder.tokenizer(["The bank"])[0])


@pytest.mark.parametrize("shape", [(2, 0), (0, 7), (1, 1), (1, 9)])
def test_empty_and_extreme_shapes(shape):
    ids = torch.zeros(shape, dtype=torch.int64)
    assert random_encoder()(ids, ids == 0).shape == (*shape, 12)


# What is refused ------------------------------------------------------------------


@pytest.mark.parametrize("call", ["embed", "states", "forward"])
@pytest.mark.parametrize(
    ("ids", "error", "named"),
    [
        (IDS.tolist(), TypeError, "they are list"),
        (IDS.numpy(), TypeError, "they are ndarray"),
        ("the bank", TypeError, "they are str"),
        (None, TypeError, "they are NoneType"),
        (IDS.double(), TypeError, "torch.float64"),
        (IDS > 3, TypeError, "torch.bool"),
        (IDS.to(torch.uint8), TypeError, "torch.uint8. Take"),
        (IDS[0], ValueError, "(B, T), but got (7,)"),
        (IDS[None], ValueError, "got (1, 2, 7)"),
        (torch.zeros(1, 10).long(), ValueError, "10 tokens, but this encoder has 9"),
        (IDS + 1, ValueError, "from 1 to 19, but the vocabulary has ids 0..18"),
        (IDS - 1, ValueError, "from -1 to 17"),
    ],
)
def test_wrong_ids_are_refused(call, ids, error, named):
    with pytest.raises(error) as caught:
        getattr(random_encoder(), call)(ids)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@causal_or_not
@pytest.mark.parametrize(
    ("mask", "error", "named"),
    [
        (MASK.long(), TypeError, "torch.int64"),
        (MASK.double(), TypeError, "torch.float64"),
        (MASK.tolist(), TypeError, "list"),
        (MASK.numpy(), TypeError, "bool"),
        (MASK[0], ValueError, "(7,), but ids of shape (2, 7)"),
        (MASK[:, :6], ValueError, "(2, 6)"),
        (MASK[:1], ValueError, "(1, 7)"),
        (MASK[:, None, None], ValueError, "(2, 1, 1, 7)"),
    ],
)
def test_wrong_masks_are_refused(causal, mask, error, named):
    encoder = random_encoder(causal=causal)
    for call in (encoder, encoder.states):
        with pytest.raises(error, match="The mask") as caught:
            call(IDS, mask)
        assert named in str(caught.value)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"vocab_size": 0}, "vocab_size is 0, but must be at least 1"),
        ({"d": 0}, "d is 0"),
        ({"n_layers": -1}, "n_layers is -1, but must be at least 0"),
        ({"max_len": 0}, "max_len is 0"),
        ({"n_types": 0}, "n_types is 0"),
        ({"n_heads": 5}, "d=12 cannot be split into 5"),
        ({"n_heads": 0}, "d=12 cannot be split into 0"),
        ({"n_heads": -3}, "d=12 cannot be split into -3"),
        ({"norm": "middle"}, "'pre' or 'post', not 'middle'"),
        ({"activation": "silu"}, "not 'silu'"),
    ],
)
def test_impossible_sizes_and_choices_are_refused(options, named):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared
        Encoder(**(SIZES | options))
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("H", "named"),
    [
        (torch.zeros(1, 2, 12), "torch.float32, but this layer is torch.float64"),
        (torch.zeros(1, 2, 12).long(), "torch.int64"),
        (np.zeros((1, 2, 12)), "not as a ndarray"),
        ([[[0.0] * 12]], "not as a list"),
    ],
)
def test_a_layer_refuses_states_that_it_cannot_read(H, named):
    with pytest.raises(TypeError) as caught:
        random_encoder().layers[0](H)
    assert named in str(caught.value)
    assert "Convert" in str(caught.value)


def test_autocast_still_works():
    encoder = random_encoder().float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert encoder(IDS, MASK).isfinite().all()
        H = encoder.embed(IDS).bfloat16()  # as a linear part would hand it on
        assert encoder.layers[0](H).isfinite().all()
