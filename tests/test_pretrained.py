"""Checkpoint folder -> encoder: what is read, what agrees, what is refused."""

import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from course_utils import pretrained
from course_utils.checkpoint import course_name
from course_utils.pretrained import CheckpointError, load_encoder, packaged_folder
from tests.checkpoints import CONFIG, bert_tensors, small_tokenizer

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}
IDS = torch.tensor([[2, 4, 5, 7, 3], [2, 6, 3, 0, 0], [2, 1, 13, 3, 0]])
MASK = IDS != 0

LONG = "the bank by the river " * 150
BATCHES = {
    "one short text": ["The bank of the river."],
    "one text of one token": [""],
    "texts of all lengths": ["A dog.", "", "It rained, so we went in." * 3, "Why?"],
    "a full text and a short one": [LONG, "short"],
    "a wide batch": [LONG[i : 20 * i + 100] for i in range(32)],
}


def gap(ours, theirs, mask):
    """Largest difference on real tokens."""
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    assert ours.isfinite().all()
    return float((ours - theirs)[mask].abs().max())


# Agreement with BertModel ------------------------------------------------------


@pytest.fixture(scope="module", params=[torch.float32, torch.float64], ids=str)
def twins(request, transformers):
    """The packaged weights as an encoder of the course and as a BertModel."""
    dtype = request.param
    theirs = transformers.BertModel.from_pretrained(packaged_folder(), dtype=dtype)
    return load_encoder(dtype=dtype), theirs.eval(), TOLERANCE[dtype]


@pytest.mark.parametrize("batch", BATCHES)
@torch.inference_mode()
def test_every_state_equals_the_one_of_bert_model(twins, batch):
    encoder, theirs, tolerance = twins
    ids, mask = encoder.tokenizer(BATCHES[batch])
    assert (LONG in BATCHES[batch]) == (ids.shape[1] == 512)
    states = encoder.states(ids, mask)
    expected = theirs(ids, mask.long(), output_hidden_states=True).hidden_states
    assert len(states) == len(expected) == 7
    for ours, other in zip(states, expected, strict=True):
        assert gap(ours, other, mask) <= tolerance
    assert gap(encoder(ids, mask), expected[-1], mask) <= tolerance


def small_bert(transformers, kind, activation, folder):
    """A random model of the library, saved to a folder with a tokenizer."""
    sizes = {entry: CONFIG[entry] for entry in CONFIG if entry != "model_type"}
    config = transformers.BertConfig(**(sizes | {"hidden_act": activation}))
    torch.manual_seed(3)
    model = getattr(transformers, kind)(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3)
    model.save_pretrained(folder)
    small_tokenizer().save(str(folder / "tokenizer.json"))
    return model if kind == "BertModel" else model.bert


@pytest.mark.parametrize("activation", ["gelu", "relu"])
@pytest.mark.parametrize(
    "kind", ["BertModel", "BertForMaskedLM", "BertForSequenceClassification"]
)
def test_a_checkpoint_of_the_library_loads_and_agrees(
    transformers, kind, activation, tmp_path
):
    bert = small_bert(transformers, kind, activation, tmp_path)
    encoder = load_encoder(str(tmp_path), dtype=torch.float64)
    with torch.no_grad():
        states = encoder.states(IDS, MASK)
        expected = bert.double()(IDS, MASK.long(), output_hidden_states=True)
    for ours, other in zip(states, expected.hidden_states, strict=True):
        assert gap(ours, other, MASK) <= 1e-12
    assert not any("cls" in name or "pool" in name for name in encoder.state_dict())


# What is read ------------------------------------------------------------------


def test_a_folder_gives_an_encoder_of_its_sizes_that_is_ready_to_use(checkpoint):
    encoder = load_encoder(checkpoint())
    assert (encoder.d, len(encoder.layers), encoder.causal) == (24, 2, False)
    layer = encoder.layers[0]
    assert (layer.norm, layer.n_heads, layer.activation) == ("post", 3, "gelu")
    norms = [m for m in encoder.modules() if isinstance(m, torch.nn.LayerNorm)]
    assert [norm.eps for norm in norms] == [1e-6] * 5
    assert not encoder.training
    assert all(parameter.requires_grad for parameter in encoder.parameters())
    assert {p.device.type for p in encoder.parameters()} == {"cpu"}
    ids, mask = encoder.tokenizer(["The dog", "cats"])
    assert ids.tolist() == [[2, 4, 5, 3], [2, 6, 11, 3]]
    assert encoder(ids, mask).shape == (2, 4, 24)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_come_in_the_dtype_asked_for(checkpoint, dtype):
    encoder = load_encoder(checkpoint(), dtype=dtype)
    assert {p.dtype for p in encoder.parameters()} == {dtype}
    assert encoder(IDS, MASK).dtype == dtype


def test_half_precision_files_load(checkpoint):
    halved = {name: t.half() for name, t in bert_tensors(CONFIG).items()}
    encoder = load_encoder(checkpoint(tensors=halved))
    stored = halved["encoder.layer.1.output.dense.weight"]
    assert torch.equal(encoder.layers[1].ff2.weight, stored.float())


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: f"bert.{name}",
        lambda name: name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ),
    ],
    ids=["prefix bert.", "gamma and beta"],
)
def test_other_names_of_the_same_tensors_load(checkpoint, rename):
    expected = load_encoder(checkpoint()).states(IDS, MASK)
    folder = checkpoint()
    path = folder / "model.safetensors"
    tensors = {rename(name): t for name, t in load_file(path).items()}
    assert tensors.keys() != bert_tensors(CONFIG).keys()
    save_file(tensors, path)
    for ours, other in zip(
        load_encoder(folder).states(IDS, MASK), expected, strict=True
    ):
        assert torch.equal(ours, other)


def test_heads_pooler_and_buffers_are_left_out(checkpoint):
    others = {
        "cls.predictions.bias": torch.zeros(17),
        "bert.pooler.dense.weight": torch.zeros(24, 24),
        "pooler.dense.bias": torch.zeros(24),
        "classifier.weight": torch.zeros(2, 24),
        "embeddings.position_ids": torch.arange(11)[None],
    }
    assert [course_name(name) for name in others] == [None] * 5
    encoder = load_encoder(checkpoint(tensors=others))
    assert encoder.state_dict().keys() == load_encoder(checkpoint()).state_dict().keys()


def test_an_encoder_without_layers_loads(checkpoint):
    layers = {name: None for name in bert_tensors(CONFIG) if "layer." in name}
    folder = checkpoint({"num_hidden_layers": 0}, layers)
    assert len(load_encoder(folder).states(IDS, MASK)) == 1


# What is refused -----------------------------------------------------------------


def refusal(*arguments, error=CheckpointError, **options):
    """The one line with which load_encoder refuses."""
    with pytest.raises(error) as caught:
        load_encoder(*arguments, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400
    return text


AGAIN = "opy"  # "Copy it again", "copy both again"


def test_a_missing_folder_or_a_file_in_its_place_is_named(tmp_path):
    nowhere, file = tmp_path / "nowhere", tmp_path / "file"
    file.write_text("")
    assert f"{nowhere} does not exist" in refusal(nowhere)
    assert f"{file} is a file, not a folder" in refusal(str(file))
    assert "config.json, model.safetensors, tokenizer.json" in refusal(nowhere)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(checkpoint, name):
    folder = checkpoint()
    (folder / name).unlink()
    assert f"{folder} holds no {name}" in refusal(folder)
    (folder / name).mkdir()
    assert f"{folder} holds no {name}" in refusal(folder)


@pytest.mark.parametrize("size", [0, 4, 100, 5000])
def test_truncated_weights_are_refused(checkpoint, size):
    folder = checkpoint()
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    text = refusal(folder)
    assert str(path) in text
    assert "truncated or damaged: copy it again" in text


@pytest.mark.parametrize(
    "content", ["", "{", "\ufeffnot json", "[1]", '"bert"', "null"]
)
def test_a_config_that_is_no_json_object_is_refused(checkpoint, content):
    folder = checkpoint()
    (folder / "config.json").write_text(content, encoding="utf-8")
    text = refusal(folder)
    assert str(folder / "config.json") in text
    assert "JSON" in text
    assert AGAIN in text


def test_a_config_in_another_encoding_is_refused(checkpoint):
    folder = checkpoint()
    (folder / "config.json").write_bytes(b"\xff\xfe{}")
    assert "is not JSON" in refusal(folder)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model_type": "distilbert"}, "a model of type 'distilbert'"),
        ({"model_type": "roberta"}, "a model of type 'roberta'"),
        ({"model_type": None}, "a model of type None"),
        ({"position_embedding_type": "relative_key"}, "'relative_key'"),
        ({"is_decoder": True}, "a decoder"),
        ({"add_cross_attention": True}, "a decoder"),
    ],
)
def test_another_architecture_is_refused(checkpoint, change, named):
    text = refusal(checkpoint(change))
    assert named in text
    assert "BERT encoders with absolute positions only: take another" in text


@pytest.mark.parametrize("entry", [e for e in CONFIG if e.endswith(("size", "eps"))])
def test_a_missing_entry_is_named(checkpoint, entry):
    assert f"lacks the entry '{entry}'. Copy" in refusal(checkpoint({entry: None}))


@pytest.mark.parametrize(
    ("entry", "value", "needed"),
    [
        ("hidden_act", "silu", "gelu or relu"),
        ("hidden_act", "gelu_new", "gelu or relu"),
        ("hidden_act", ["gelu"], "gelu or relu"),
        ("hidden_size", "24", "a number"),
        ("hidden_size", 24.0, "a whole number from 1 on"),
        ("hidden_size", True, "a number"),
        ("num_attention_heads", 0, "a whole number from 1 on"),
        ("num_hidden_layers", -1, "a whole number from 0 on"),
        ("vocab_size", [17], "a number"),
        ("layer_norm_eps", "1e-6", "a number"),
        ("layer_norm_eps", -1e-6, "a number from 0 to below 1"),
        ("layer_norm_eps", float("nan"), "a number from 0 to below 1"),
        ("hidden_dropout_prob", 1.5, "a number from 0 to below 1"),
    ],
)
def test_an_entry_of_no_use_is_refused_with_what_is_needed(
    checkpoint, entry, value, needed
):
    text = refusal(checkpoint({entry: value}))
    assert f"gives {entry} as {value!r}, but this loader needs {needed}." in text


def test_heads_that_do_not_divide_the_width_are_refused(checkpoint):
    text = refusal(checkpoint({"num_attention_heads": 5}))
    assert "5 heads, into which hidden_size 24 cannot be split" in text


QUERY = "encoder.layer.1.attention.self.query"


@pytest.mark.parametrize(
    ("tensors", "named"),
    [
        ({f"{QUERY}.weight": None}, "lacks the tensor layers.1.q.weight"),
        (
            {"encoder.layer.2.output.dense.bias": torch.zeros(24)},
            "holds layers.2.ff2.bias, for which config.json leaves no place",
        ),
        (
            {"encoder.layer.0.crossattention.self.key.bias": torch.zeros(24)},
            "holds encoder.layer.0.crossattention.self.key.bias, for which",
        ),
        (
            {f"{QUERY}.weight": torch.zeros(24, 40)},
            "layers.1.q.weight of shape (24, 40), but config.json asks for (24, 24)",
        ),
        (
            {f"{QUERY}.bias": torch.full((24,), torch.nan)},
            "NaN or infinity in layers.1",
        ),
        (
            {f"{QUERY}.bias": torch.full((24,), torch.inf)},
            "NaN or infinity in layers.1",
        ),
        (
            {f"{QUERY}.bias": torch.zeros(24, dtype=torch.int32)},
            f"holds {QUERY}.bias as torch.int32, not as floating-point",
        ),
        (
            {f"bert.{QUERY}.bias": torch.zeros(24)},
            f"{QUERY}.bias under a second name",
        ),
    ],
)
def test_tensors_that_do_not_fit_are_named(checkpoint, tensors, named):
    folder = checkpoint(tensors=tensors)
    text = refusal(folder)
    assert str(folder / "model.safetensors") in text
    assert named in text
    assert AGAIN in text


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"model": 3}'])
def test_a_broken_tokenizer_file_is_refused(checkpoint, content):
    folder = checkpoint()
    (folder / "tokenizer.json").write_text(content)
    text = refusal(folder)
    assert f"{folder / 'tokenizer.json'} is not a tokenizer file" in text
    assert AGAIN in text


def test_a_tokenizer_of_another_model_is_refused(checkpoint):
    words = [f"word{i}" for i in range(14)]
    assert "ids up to 17, but the encoder's table 17 rows" in refusal(
        checkpoint(words=words)
    )
    assert load_encoder(checkpoint(words=words[:13])).d == 24


def test_an_encoder_with_too_few_positions_for_its_tokenizer_is_refused(checkpoint):
    table = {"embeddings.position_embeddings.weight": torch.zeros(2, 24)}
    text = refusal(checkpoint({"max_position_embeddings": 2}, table))
    assert "needs 3 positions, but the encoder has 2" in text


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, "float64", None])
def test_a_dtype_that_weights_cannot_have_is_refused(dtype):
    text = refusal(dtype=dtype, error=TypeError)
    assert repr(dtype) in text
    assert "torch.float64" in text


# The packaged model ---------------------------------------------------------------


def test_the_package_must_be_installed(monkeypatch):
    monkeypatch.setattr(pretrained, "PACKAGE", "a_package_that_nobody_has")
    assert refusal() == "The pre-trained encoder is not installed. Run `make setup`."


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_one_altered_byte_or_a_missing_file_of_the_package_is_found(
    monkeypatch, tmp_path, name
):
    folder = tmp_path / "model"
    folder.mkdir()
    for file in pretrained.FILES:
        (folder / file).symlink_to(packaged_folder() / file)
    monkeypatch.setattr(pretrained, "packaged_folder", lambda: folder)
    pretrained.verify(folder)
    path = folder / name
    path.unlink()
    assert f"{path} is missing. Run `make repair`" in refusal()
    shutil.copyfile(packaged_folder() / name, path)
    with path.open("r+b") as file:
        file.seek(-3, 2)
        byte = file.read(1)
        file.seek(-3, 2)
        file.write(bytes([byte[0] ^ 1]))
    text = refusal()
    assert f"{path} is damaged" in text
    assert pretrained.FILES[name][:12] in text
    assert "Run `make repair`" in text


def test_the_package_without_its_folder_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(pretrained, "packaged_folder", lambda: tmp_path / "model")
    assert "config.json is missing. Run `make repair`" in refusal()
