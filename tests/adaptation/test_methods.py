"""Every method: attached, trained, counted, taken off again without a trace."""

import copy

import pytest
import torch

from course_utils.adaptation import METHODS, Classifier, attach, count_trainable
from course_utils.adaptation.adapter import adapter_forward
from course_utils.adaptation.lora import lora_merge
from course_utils.adaptation.own import bitfit_parameters
from course_utils.data import Texts
from course_utils.training import fit
from tests.adaptation.conftest import SIZES, T, make_encoder, normal

OPTIONS = {
    "head": {},
    "full": {},
    "bitfit": {},
    "prompt": {"k": 3},
    "prefix": {"k": 3},
    "prefix_kv": {"k": 3},
    "lora": {"r": 2},
    "adapter": {"b": 5},
}
EXACT = dict(rtol=0, atol=1e-12)


def make(encoder, method, seed=0):
    options = OPTIONS[method]
    return attach(encoder, method, **options, **({"seed": seed} if options else {}))


def snapshot(encoder):
    """Values and flags of all parameters, and what hooks there are."""
    values = {name: x.clone() for name, x in encoder.state_dict().items()}
    flags = {name: p.requires_grad for name, p in encoder.named_parameters()}
    hooks = [
        (len(part._forward_hooks), len(part._forward_pre_hooks))
        for part in encoder.modules()
    ]
    return values, flags, hooks


def same(a, b):
    values, other = a[0], b[0]
    assert values.keys() == other.keys()
    return a[1:] == b[1:] and all(torch.equal(x, other[n]) for n, x in values.items())


def disturb(method):
    """Give all that is trained random values."""
    with torch.no_grad():
        for i, parameter in enumerate(method.trained()):
            parameter.copy_(normal(*parameter.shape, seed=i))


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


def test_the_table_is_tested_as_a_whole():
    assert OPTIONS.keys() == METHODS.keys()


# --- attach, detach -----------------------------------------------------------------


def test_detaching_leaves_the_encoder_as_it_was(encoder, ids, mask, method):
    encoder.layers[0].ff1.weight.requires_grad_(False)
    before, out = snapshot(encoder), encoder(ids, mask)
    attached = make(encoder, method)
    disturb(attached)
    if method != "head":
        assert not torch.equal(encoder(ids, mask), out)
    assert attached.detach() is encoder
    assert same(snapshot(encoder), before)
    assert torch.equal(encoder(ids, mask), out)
    assert attached.detach() is encoder  # and a second time nothing happens


def test_attaching_again_brings_the_trained_numbers_back(encoder, ids, method):
    attached = make(encoder, method)
    disturb(attached)
    out = encoder(ids)
    assert attached.detach() is encoder
    assert attached.attach() is attached.attach()
    assert torch.equal(encoder(ids), out)


def test_what_requires_gradients_is_what_the_method_trains(encoder, ids, method):
    attached = make(encoder, method)
    wanted = {id(p) for p in attached.trained()}
    assert {id(p) for p in encoder.parameters() if p.requires_grad} == wanted
    disturb(attached)
    if wanted:
        (encoder(ids) * normal(*ids.shape, SIZES["d"])).sum().backward()
    for name, parameter in encoder.named_parameters():
        assert (parameter.grad is not None) == parameter.requires_grad, name


def test_parameters_of_the_encoder_keep_their_names(encoder, method):
    names = set(encoder.state_dict())
    make(encoder, method)
    added = set(encoder.state_dict()) - names
    assert names <= set(encoder.state_dict())
    assert all(name.startswith("method.") for name in added)


def test_one_method_at_a_time(encoder, method):
    first = make(encoder, method)
    with pytest.raises(ValueError, match="Detach that one first"):
        make(encoder, "prefix")
    assert encoder.method is first
    first.detach()
    make(encoder, "prefix")


def test_a_copy_of_the_encoder_has_a_copy_of_the_method(encoder, ids, method):
    attached = make(encoder, method)
    disturb(attached)
    out, twin = encoder(ids), copy.deepcopy(encoder)
    assert torch.equal(twin(ids), out)
    for parameter in twin.method.trained():
        parameter.data.zero_()
    assert torch.equal(encoder(ids), out)
    base = attached.detach()(ids)
    assert torch.equal(twin.method.detach()(ids), base)


def test_the_method_moves_with_the_encoder(encoder, ids, method):
    make(encoder, method)
    assert encoder.float()(ids).dtype == torch.float32


def test_unknown_names_and_options_are_refused(encoder):
    with pytest.raises(ValueError, match="must be one of head, full, bitfit"):
        attach(encoder, "prefixes")
    with pytest.raises(TypeError):
        attach(encoder, "prefix", r=3)
    with pytest.raises(ValueError, match="at least 1"):
        attach(encoder, "lora", r=0)
    with pytest.raises(ValueError, match="at least 1"):
        attach(encoder, "adapter", b=0)
    assert not hasattr(encoder, "method")


# --- what each method does ----------------------------------------------------------


@pytest.mark.parametrize("method", ["head", "full", "bitfit", "lora", "adapter"])
def test_nothing_changes_before_the_first_step(encoder, ids, mask, method):
    before = encoder.states(ids, mask)
    make(encoder, method)
    for a, b in zip(encoder.states(ids, mask), before, strict=True):
        assert torch.equal(a, b)


def test_lora_is_a_change_of_weights(encoder, ids, mask):
    lora, base = make(encoder, "lora"), copy.deepcopy(encoder)
    base.method.detach()
    disturb(lora)
    for i, (l, part) in enumerate((l, part) for l in range(3) for part in "qv"):
        weight = base.get_parameter(f"layers.{l}.{part}.weight")
        merged = lora_merge(weight, lora.A[i], lora.B[i], lora.alpha)
        weight.data.copy_(merged)
    torch.testing.assert_close(encoder(ids, mask), base(ids, mask), **EXACT)


def test_merged_is_the_same_and_unmerged_is_bit_identical(encoder, ids, mask):
    before = snapshot(encoder)
    lora = make(encoder, "lora")
    disturb(lora)
    attached, out = snapshot(encoder), encoder(ids, mask)
    lora.merge()
    assert lora.merged
    torch.testing.assert_close(encoder(ids, mask), out, **EXACT)
    assert not torch.equal(encoder.layers[0].q.weight, before[0]["layers.0.q.weight"])
    with pytest.raises(ValueError, match="merged already"):
        lora.merge()
    lora.unmerge()
    assert same(snapshot(encoder), attached)
    assert torch.equal(encoder(ids, mask), out)
    lora.merge()
    lora.detach()  # unmerges as well
    assert same(snapshot(encoder), before)
    with pytest.raises(ValueError, match="not attached"):
        lora.merge()


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_adapters_stand_behind_both_sublayers(norm, ids):
    encoder = make_encoder(norm)
    adapter = make(encoder, "adapter")
    disturb(adapter)
    H, layer = encoder.embed(ids), encoder.layers[0]
    found = layer(H)
    adapter.detach()
    first, second = (tuple(twin.parameters()) for twin in adapter.adapters[:2])
    if norm == "pre":
        U = H + adapter_forward(layer.attend(layer.ln1(H)), *first)
        expected = U + adapter_forward(layer.feed_forward(layer.ln2(U)), *second)
    else:
        U = layer.ln1(H + adapter_forward(layer.attend(H), *first))
        expected = layer.ln2(U + adapter_forward(layer.feed_forward(U), *second))
    torch.testing.assert_close(found, expected, **EXACT)


# --- counts -------------------------------------------------------------------------

BERT_BASE = dict(
    L=12, d=768, h=12, f=3072, V=30522, T_max=512, types=2, C=2, k=20, r=8, b=64
)
PUBLISHED = {
    "head": 1_538,
    "full": 108_893_186,
    "bitfit": 103_682,
    "prompt": 16_898,
    "prefix": 185_858,
    "prefix_kv": 370_178,
    "lora": 296_450,
    "adapter": 2_380_802,
}


def test_counts_for_bert_base():
    assert {m: count_trainable(BERT_BASE, m) for m in METHODS} == PUBLISHED


def test_counts_are_those_of_the_attached_methods(method):
    config = dict(L=3, d=12, h=3, f=7, V=13, T_max=16, types=2, C=4, k=3, r=2, b=5)
    encoder = make_encoder("post", n_types=2, d_ff=7)
    model = Classifier(encoder, 4)
    attached = make(encoder, method)
    head = sum(p.numel() for p in model.head.parameters())
    assert attached.count() + head == count_trainable(config, method)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert trained == count_trainable(config, method)


def test_unknown_methods_are_not_counted():
    with pytest.raises(ValueError, match="'pre', but it must be one of head"):
        count_trainable(BERT_BASE, "pre")


def test_biases_have_their_own_names(encoder):
    names = bitfit_parameters(encoder)
    assert names == [n for n in dict(encoder.named_parameters()) if n.endswith("bias")]
    assert len(names) == 8 * 3 + (encoder.layers[0].norm == "post")


# --- training -----------------------------------------------------------------------

WORDS = "abcdefghijkl"


def tokenizer(texts, max_len=None):
    """Letters to ids 1..12, padded with 0."""
    rows = [[1 + WORDS.index(letter) for letter in text][:max_len] for text in texts]
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    return ids, torch.arange(width) < torch.tensor([len(row) for row in rows])[:, None]


@pytest.fixture
def data():
    """Texts in which "a" stands or not."""
    generator = torch.Generator().manual_seed(0)
    texts, labels = [], []
    for i in range(48):
        n = int(torch.randint(2, T, (1,), generator=generator))
        letters = [WORDS[j] for j in torch.randint(1, 12, (n,), generator=generator)]
        letters[n // 2] = "a" if i % 2 else "b"
        texts.append("".join(letters))
        labels.append(i % 2)
    return Texts(texts, labels, ("without", "with"), "made here")


def test_a_prefix_without_rows_can_be_trained_as_well(data):
    encoder = make_encoder("post").float()
    encoder.tokenizer = tokenizer
    attach(encoder, "prefix", k=0)
    history = fit(Classifier(encoder, 2), data, epochs=2, show=False)
    assert history.train_loss[-1] < history.train_loss[0]


def test_a_classifier_is_trained_with_the_method(data, method):
    encoder = make_encoder("post", dropout=0.1).float()
    encoder.tokenizer = tokenizer
    before = snapshot(encoder)
    model = Classifier(encoder, 2)
    attached = make(encoder, method)
    head, start = model.head.weight.clone(), attached.numbers()
    own = {id(p) for p in attached.trained()}
    history = fit(model, data, epochs=8, rate=1e-2, show=False)
    assert history.train_loss[-1] < history.train_loss[0]
    assert not torch.equal(model.head.weight, head)
    for name, x in attached.numbers().items():
        unused = name.endswith(("token_type.weight", "k.bias"))
        assert unused or not torch.equal(x, start[name]), name
    for name, parameter in encoder.named_parameters():
        if id(parameter) not in own:
            assert torch.equal(parameter, before[0][name]), name
    attached.detach()
    assert same(snapshot(encoder), before)
