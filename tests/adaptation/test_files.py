"""Numbers in a file come back bit for bit; what does not fit is refused."""

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from course_utils.adaptation import METHODS, attach, load, save
from course_utils.checkpoint import CheckpointError
from tests.adaptation.conftest import make_encoder
from tests.adaptation.test_methods import OPTIONS, disturb, make, same, snapshot

TIED_TO_A_BASE = {"bitfit", "lora", "adapter"}


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


@pytest.fixture
def path(tmp_path):
    return tmp_path / "method.safetensors"


@pytest.fixture
def saved(path):
    """Writes a method with random numbers; returns what it makes of ids."""

    def write(method, ids, **changed):
        encoder = make_encoder(**changed)
        attached = make(encoder, method)
        disturb(attached)
        save(attached, path)
        return encoder(ids)

    return write


def test_numbers_come_back(saved, path, ids, method):
    out, encoder = saved(method, ids), make_encoder()
    before = snapshot(encoder)
    found = load(path, encoder)
    assert torch.equal(encoder(ids), out)
    assert {name: getattr(found, name) for name in OPTIONS[method]} == OPTIONS[method]
    found.detach()
    assert same(snapshot(encoder), before)


def test_detached_methods_are_saved_as_well(path, ids, method):
    encoder = make_encoder()
    attached = make(encoder, method)
    disturb(attached)
    out = encoder(ids)
    attached.detach()
    save(attached, path)
    load(path, encoder)
    assert torch.equal(encoder(ids), out)


def test_another_base_of_the_same_shape(saved, path, ids, method):
    saved(method, ids)
    other = make_encoder(seed=1)
    if method in TIED_TO_A_BASE:
        with pytest.raises(CheckpointError, match="this encoder is another"):
            load(path, other)
        assert not hasattr(other, "method")
    else:
        load(path, other)


def test_a_merged_lora_is_saved_with_its_own_base(path, ids):
    encoder = make_encoder()
    lora = make(encoder, "lora")
    disturb(lora)
    out = encoder(ids)
    lora.merge()
    save(lora, path)
    fresh = make_encoder()
    load(path, fresh)
    assert torch.equal(fresh(ids), out)
    # Merged weights, copied into an encoder, are another base.
    other = make_encoder()
    for l, layer in enumerate(other.layers):
        layer.q.weight.data.copy_(encoder.layers[l].q.weight)
    with pytest.raises(CheckpointError, match="this encoder is another"):
        load(path, other)


@pytest.mark.parametrize("method", ["prefix", "prefix_kv"])
def test_of_an_mlp_the_prefix_alone_is_kept(path, ids, method):
    encoder = make_encoder()
    written = attach(encoder, method, k=3, mlp=7)
    out = encoder(ids)
    save(written, path)
    assert [x.numel() for x in load_file(path).values()] == [written.rows().numel()]
    written.detach()
    assert torch.equal(load(path, encoder).rows(), written.rows())
    torch.testing.assert_close(encoder(ids), out, rtol=0, atol=1e-12)


def test_a_prefix_is_small(path):
    encoder = make_encoder(d=96, n_layers=6).float()
    save(attach(encoder, "prefix", k=4), path)
    assert path.stat().st_size < 6 * 4 * 96 * 4 + 1500  # float32, and what it is


def test_no_rows(path, ids):
    encoder = make_encoder()
    save(attach(encoder, "prefix", k=0), path)
    encoder.method.detach()
    assert load(path, encoder).k == 0


def test_numbers_take_the_dtype_of_the_encoder(saved, path, ids, method):
    """Adding to a base model or not: it is the same model in float32."""
    saved(method, ids)
    rounded = make_encoder().float()
    found = load(path, rounded)
    assert {x.dtype for x in found.numbers().values()} <= {torch.float32}
    assert rounded(ids).dtype == torch.float32


CHANGES = {
    "d": dict(d=24),
    "layers": dict(n_layers=2),
    "heads": dict(n_heads=4),
    "norm": dict(norm="post"),
    "causal": dict(causal=True),
    "activation": dict(activation="gelu"),
    "d_ff": dict(d_ff=5),
}


@pytest.mark.parametrize("entry", CHANGES)
def test_another_shape_is_refused_with_both_values(saved, path, ids, entry):
    saved("prefix", ids)
    encoder = make_encoder(**CHANGES[entry])
    [value] = CHANGES[entry].values()
    with pytest.raises(CheckpointError, match=f"this one has {entry} = {value}"):
        load(path, encoder)
    assert not hasattr(encoder, "method")


def test_another_vocabulary_is_refused_where_it_is_trained(saved, path, ids):
    saved("full", ids)
    with pytest.raises(CheckpointError, match=r"word.weight as \(13, 12\).*\(14, 12\)"):
        load(path, make_encoder(vocab_size=14))


def test_another_method_is_refused(saved, path, ids):
    saved("prefix", ids)
    with pytest.raises(CheckpointError, match="holds the method 'prefix', not lora"):
        load(path, make_encoder(), "lora")
    assert load(path, make_encoder(), "prefix").k == 3


def test_an_encoder_with_a_method_is_refused(saved, path, ids):
    saved("prefix", ids)
    encoder = make_encoder()
    first = make(encoder, "lora")
    with pytest.raises(ValueError, match="Detach that one first"):
        load(path, encoder)
    assert encoder.method is first


def test_damage_is_found_wherever_it_is(saved, path, ids):
    saved("prefix", ids)
    whole = path.read_bytes()
    for place in range(0, len(whole), 41):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(CheckpointError):
            load(path, make_encoder())
    for length in (0, 7, 100, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="truncated or damaged"):
            load(path, make_encoder())


def test_other_files_are_refused(path):
    with pytest.raises(CheckpointError, match="is missing"):
        load(path, make_encoder())
    save_file({"x": torch.ones(2)}, path)
    with pytest.raises(CheckpointError, match="holds no method of adaptation"):
        load(path, make_encoder())


def test_metadata_can_be_read_without_the_course(saved, path, ids):
    saved("lora", ids)
    with safe_open(path, "pt") as file:
        about = file.metadata()
    assert about["method"] == "lora"
    assert json.loads(about["options"]) == {"r": 2, "alpha": 4.0}
    assert json.loads(about["shape"])["layers"] == 3
