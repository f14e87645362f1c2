"""A small BERT checkpoint, written by hand: config, random tensors, tokenizer."""

import json

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

# No size equals another, so that no wrong axis fits.
CONFIG = {
    "model_type": "bert",
    "vocab_size": 17,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 40,
    "max_position_embeddings": 11,
    "type_vocab_size": 5,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-6,
    "hidden_dropout_prob": 0.1,
}
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = "the dog cat saw a bird near ##s old tree".split()


def bert_shapes(config):
    """Name -> shape of every tensor of a BERT encoder of this configuration."""
    d, d_ff = config["hidden_size"], config["intermediate_size"]
    shapes = {
        f"embeddings.{table}_embeddings.weight": (config[size], d)
        for table, size in {
            "word": "vocab_size",
            "position": "max_position_embeddings",
            "token_type": "type_vocab_size",
        }.items()
    }
    norms, linears = ["embeddings.LayerNorm"], {}
    for l in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{l}"
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            linears[f"{layer}.attention.{part}"] = (d, d)
        linears[f"{layer}.intermediate.dense"] = (d_ff, d)
        linears[f"{layer}.output.dense"] = (d, d_ff)
    for name, (d_out, d_in) in linears.items():
        shapes |= {f"{name}.weight": (d_out, d_in), f"{name}.bias": (d_out,)}
    for name in norms:
        shapes |= {f"{name}.weight": (d,), f"{name}.bias": (d,)}
    return shapes


def bert_tensors(config, seed=0):
    """All tensors of a BERT encoder, random: no gain 1 and no bias 0."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: 0.3 * torch.randn(shape, generator=generator)
        for name, shape in bert_shapes(config).items()
    }


def small_tokenizer(words=None):
    """A WordPiece tokenizer with a few words, [CLS] in front and [SEP] behind."""
    vocabulary = {word: i for i, word in enumerate([*SPECIAL, *(words or WORDS)])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def write_checkpoint(folder, config=None, tensors=None, words=None):
    """Write the three files; changes as in the fixture `checkpoint`."""
    folder.mkdir(exist_ok=True)
    # Tensors fit the unchanged configuration.
    stored = keep(bert_tensors(CONFIG) | (tensors or {}))
    entries = keep(CONFIG | (config or {}))
    (folder / "config.json").write_text(json.dumps(entries), encoding="utf-8")
    save_file(stored, folder / "model.safetensors")
    small_tokenizer(words).save(str(folder / "tokenizer.json"))
    return folder


def keep(entries):
    """The entries whose value is not None."""
    return {name: value for name, value in entries.items() if value is not None}
