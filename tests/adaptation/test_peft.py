"""The same models through the peft library: outputs, and parameters after training.

Tiny random BERT (bidirectional, post-norm), GPT-2 and OPT (causal, pre-norm), copied
into an `Encoder`, in float64 and without dropout. In peft a prefix and a prompt take
the first k positions, in the course none: the course's table of positions begins at
row k here.
"""

import copy
import os
import re
from importlib import import_module

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from course_utils.adaptation import METHODS, attach
from course_utils.checkpoint import course_name
from course_utils.encoder import Encoder
from tests.adaptation.conftest import SIZES, B, T, normal

K, R, ALPHA, HIDDEN, STEPS = 3, 2, 6.0, 9, 5
V, D, L, H, F = SIZES["vocab_size"], SIZES["d"], SIZES["n_layers"], 3, 20
NEAR = dict(rtol=0, atol=1e-9)  # float64; in float32 it is the same to 1e-5


@pytest.fixture(scope="session")
def peft(transformers):
    """The library to compare with; only outside CI may it be absent."""
    if os.environ.get("CI"):
        return import_module("peft")
    return pytest.importorskip(
        "peft", reason="peft is not installed (`make test` does it)"
    )


# --- the models, and the same numbers in an Encoder ---------------------------------


def shaken(model):
    """In float64 and eval mode, with random numbers that no start value hides."""
    for i, parameter in enumerate(model.parameters()):
        parameter.data = 0.2 + 0.4 * normal(*parameter.shape, seed=i)
    return model.double().eval()


def new_encoder(tensors, first, **options):
    """An encoder with the model's tensors; positions begin at row `first`."""
    tensors["embeddings.position.weight"] = tensors["embeddings.position.weight"][
        first:
    ]
    rows = len(tensors["embeddings.position.weight"])
    encoder = Encoder(V, D, L, H, F, max_len=rows, **options).double().eval()
    encoder.load_state_dict(tensors)
    return encoder


def bert(transformers, first):
    config = transformers.BertConfig(
        vocab_size=V,
        hidden_size=D,
        num_hidden_layers=L,
        num_attention_heads=H,
        intermediate_size=F,
        max_position_embeddings=16,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = shaken(transformers.BertModel(config, add_pooling_layer=False))
    tensors = {course_name(n): x.clone() for n, x in model.state_dict().items()}
    tensors.pop(None, None)
    options = dict(n_types=2, norm="post", activation="gelu", eps=1e-12)
    return model, new_encoder(tensors, first, **options), nn.Identity()


def gpt2(transformers, first):
    config = transformers.GPT2Config(
        vocab_size=V,
        n_embd=D,
        n_layer=L,
        n_head=H,
        n_inner=F,
        n_positions=16,
        activation_function="gelu",
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = shaken(transformers.GPT2Model(config))
    tensors = embeddings(model.wte.weight, model.wpe.weight)
    for l, block in enumerate(model.h):
        both = "weight", "bias"
        qkv = [getattr(block.attn.c_attn, end).chunk(3, -1) for end in both]
        parts = {p: [X[i] for X in qkv] for i, p in enumerate("qkv")}
        maps = dict(o=block.attn.c_proj, ff1=block.mlp.c_fc, ff2=block.mlp.c_proj)
        parts |= {name: [part.weight, part.bias] for name, part in maps.items()}
        # GPT-2 keeps its weights as (in, out).
        parts = {name: [W.T, b] for name, (W, b) in parts.items()}
        parts |= {
            f"ln{i}": list(block.get_submodule(f"ln_{i}").parameters()) for i in (1, 2)
        }
        tensors |= named(l, parts)
    options = dict(causal=True, activation="gelu")
    return model, new_encoder(tensors, first, **options), copy.deepcopy(model.ln_f)


def opt(transformers, first):
    config = transformers.OPTConfig(
        vocab_size=V,
        hidden_size=D,
        word_embed_proj_dim=D,
        num_hidden_layers=L,
        num_attention_heads=H,
        ffn_dim=F,
        max_position_embeddings=16,
        activation_function="relu",
        dropout=0.0,
        attention_dropout=0.0,
        pad_token_id=0,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = shaken(transformers.OPTModel(config))
    decoder = model.decoder
    # OPT's table has two rows in front that no position uses.
    tensors = embeddings(
        decoder.embed_tokens.weight, decoder.embed_positions.weight[2:]
    )
    names = dict(q="q_proj", k="k_proj", v="v_proj", o="out_proj")
    names = {part: f"self_attn.{name}" for part, name in names.items()}
    names |= dict(ff1="fc1", ff2="fc2", ln2="final_layer_norm")
    names |= dict(ln1="self_attn_layer_norm")
    for l, layer in enumerate(decoder.layers):
        found = {p: layer.get_submodule(name) for p, name in names.items()}
        tensors |= named(l, {p: [m.weight, m.bias] for p, m in found.items()})
    encoder = new_encoder(tensors, first, causal=True)
    return model, encoder, copy.deepcopy(decoder.final_layer_norm)


def embeddings(words, positions):
    """Of a model without token types."""
    tables = dict(word=words, position=positions, token_type=torch.zeros(1, D))
    return {f"embeddings.{n}.weight": x.detach().clone() for n, x in tables.items()}


def named(l, parts):
    """Tensors of layer l by their names in the course."""
    return {
        f"layers.{l}.{part}.{end}": x.detach().clone()
        for part, both in parts.items()
        for end, x in zip(("weight", "bias"), both, strict=True)
    }


# --- the methods, with the same numbers on both sides -------------------------------


class FromWords(nn.Module):
    """Rows of H[0] from rows on the level of words, where peft puts a prompt."""

    def __init__(self, positions, types, norm):
        super().__init__()
        self.register_buffer("offset", (positions + types).detach())
        self.norm = [copy.deepcopy(norm).requires_grad_(False)]  # no part to train

    def forward(self, words):
        return self.norm[0](words + self.offset)


def prefix(peft, model, encoder, **options):
    """peft keeps (k, 2·L·d); the course (2·L, k, d), keys and values in turn."""
    config = peft.PrefixTuningConfig(num_virtual_tokens=K, **options)
    mlp = HIDDEN if options else None
    return config, attach(encoder, "prefix_kv", k=K, mlp=mlp)


def written_prefix(peft, model, encoder):
    options = dict(prefix_projection=True, encoder_hidden_size=HIDDEN)
    return prefix(peft, model, encoder, **options)


def prompt(peft, model, encoder):
    own = attach(encoder, "prompt", k=K)
    table = getattr(model, "wpe", None)
    if table is None:
        parts = model.embeddings
        table, norm = parts.position_embeddings, parts.LayerNorm
        types = parts.token_type_embeddings.weight[0]
    else:
        norm, types = nn.Identity(), 0.0
    words = FromWords(table.weight[:K], types, norm)
    parametrize.register_parametrization(own.P, "weight", words, unsafe=True)
    return peft.PromptTuningConfig(num_virtual_tokens=K), own


def lora(peft, model, encoder):
    targets = ["query", "value"] if hasattr(model, "encoder") else ["q_proj", "v_proj"]
    config = peft.LoraConfig(r=R, lora_alpha=ALPHA, target_modules=targets)
    return config, attach(encoder, "lora", r=R, alpha=ALPHA)


def pairs(theirs, own):
    """Parameters of peft, the course's, and how the first become the second."""
    found = dict(theirs.named_parameters())
    found = {n: p for n, p in found.items() if p.requires_grad}
    if isinstance(own, METHODS["lora"]):
        where = [(l, part) for l in range(L) for part in ("q", "v")]
        for i, (l, part) in enumerate(where):
            for sort, mine in (("lora_A", own.A), ("lora_B", own.B)):
                [name] = (
                    n for n in found if re.search(rf"\.{l}\..*\.{part}.*{sort}", n)
                )
                yield found[name], mine[i], torch.clone
        return
    if len(found) > 1:  # an MLP writes the prefix
        mine = (own.P.vectors, *own.P.inner.parameters(), *own.P.outer.parameters())
        yield from zip(found.values(), mine, [torch.clone] * len(mine), strict=True)
        return
    [weight], [mine] = found.values(), own.trained()
    groups = len(mine)
    yield weight, mine, lambda x: x.view(K, groups, D).transpose(0, 1)


CASES = [
    (bert, prefix),
    (bert, written_prefix),
    (bert, prompt),
    (bert, lora),
    (gpt2, prefix),
    (gpt2, written_prefix),
    (gpt2, prompt),
    (opt, lora),
]


@pytest.fixture(params=CASES, ids=lambda case: "-".join(f.__name__ for f in case))
def both(request, transformers, peft):
    """A model with a method of peft, and an encoder with the course's, alike."""
    architecture, method = request.param
    model, encoder, norm = architecture(transformers, first=0 if method is lora else K)
    config, own = method(peft, model, encoder)
    config.task_type = "FEATURE_EXTRACTION"
    theirs = peft.get_peft_model(copy.deepcopy(model), config).double().eval()
    for i, (a, b, convert) in enumerate(pairs(theirs, own)):
        a.data = 0.5 * normal(*a.shape, seed=50 + i)
        b.data = convert(a.data).clone()
    return theirs, own, norm.requires_grad_(False)


def outputs(theirs, own, norm, ids, mask):
    """Final states of the real tokens, peft's and the course's."""
    full = torch.ones_like(ids) if mask is None else mask.long()
    a = theirs(input_ids=ids, attention_mask=full).last_hidden_state
    a = a[:, a.shape[1] - ids.shape[1] :]  # peft leaves the prompt's rows in
    return a[full.bool()], norm(own.encoder(ids, mask))[full.bool()]


@pytest.fixture
def mask():
    """Padding on the right: with it in the middle, OPT would count positions anew."""
    mask = torch.ones(B, T, dtype=torch.bool)
    mask[1, -3:] = mask[3, -1:] = False
    return mask


def test_the_same_outputs(both, ids, mask):
    for m in (None, mask):
        a, b = outputs(*both, ids, m)
        assert a.std() > 0.1
        torch.testing.assert_close(a, b, **NEAR)


def test_the_same_parameters_after_five_steps(both, ids, mask):
    theirs, own, _ = both
    start = [b.detach().clone() for _, b, _ in pairs(theirs, own)]
    trained = [p for p in theirs.parameters() if p.requires_grad], own.trained()
    optimizers = [torch.optim.AdamW(p, lr=1e-2, weight_decay=0.01) for p in trained]
    target = normal(int(mask.sum()), D, seed=99)
    for _ in range(STEPS):
        for out, optimizer in zip(outputs(*both, ids, mask), optimizers, strict=True):
            optimizer.zero_grad()
            (out - target).square().mean().backward()
            optimizer.step()
    for (a, b, convert), before in zip(pairs(theirs, own), start, strict=True):
        torch.testing.assert_close(convert(a.detach()), b.detach(), **NEAR)
        assert (b.detach() - before).abs().max() > 1e-3
    torch.testing.assert_close(*outputs(*both, ids, mask), **NEAR)


def test_as_many_numbers(both):
    theirs, own, _ = both
    assert own.count() == theirs.get_nb_trainable_parameters()[0]
