"""Texts -> ids and mask: agreement, limits, and what is refused."""

import pickle
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
import torch

from course_utils.pretrained import load_encoder, packaged_folder
from tests.checkpoints import small_tokenizer

CLS, SEP = 101, 102
TEXTS = [
    *(
        "",
        " ",
        "\n\t ",
        ".",
        "...",
        "a",
        "I",
        "42",
        "3.14159",
        "1,000,000",
        "€5",
        "[SEP]",
    ),
    *("The bank of the river.", "THE BANK", "don't", "it's", "co-operate", "e-mail"),
    *(
        "naïve café",
        "Ångström",
        "Größe",
        "Straße",
        "e\u0301le\u0300ve",
        "¿Qué?",
        "Łódź",
    ),
    *(
        "Привет, мир",
        "Γειά σου",
        "你好，世界",
        "日本語のテキスト",
        "한국어",
        "שלום",
        "مرحبا",
    ),
    *(
        "नमस्ते",
        "🙂",
        "👩‍👩‍👧‍👦 family",
        "a\u200bb",
        "a\u00a0b",
        "\u2028",
        "a\x00b",
        "\ufffd",
    ),
    *(
        "https://example.org/a?b=c&d=%20",
        "me@example.org",
        "C:\\dir\\file.txt",
        "x = {1: 2}",
    ),
    *("[CLS] in a text [MASK]", "##ing", "antidisestablishmentarianism", "w" * 101),
    *("supercalifragilisticexpialidocious " * 30, "word " * 600, "No. " * 300),
]


@pytest.fixture
def tokenizer(encoder):
    return encoder.tokenizer


# What comes out ----------------------------------------------------------------


def test_ids_are_padded_on_the_right_and_the_mask_marks_real_tokens(tokenizer):
    ids, mask = tokenizer(["The bank", "Why?", ""])
    assert (ids.dtype, mask.dtype) == (torch.int64, torch.bool)
    assert ids.tolist() == [
        [CLS, 1996, 2924, SEP],
        [CLS, 2339, 1029, SEP],
        [CLS, SEP, 0, 0],
    ]
    assert mask.tolist() == [[True] * 4, [True] * 4, [True, True, False, False]]


def test_tokens_are_those_of_the_ids(tokenizer):
    text = "Unbelievable! The café"
    ids, _ = tokenizer([text])
    tokens = tokenizer.tokens(text)
    assert tokens[0] == "[CLS]"
    assert tokens[-1] == "[SEP]"
    assert [tokenizer.backend.token_to_id(token) for token in tokens] == ids[0].tolist()


@pytest.mark.parametrize("limit", [None, 16, 512])
def test_ids_and_mask_are_those_of_transformers(tokenizer, transformers, limit):
    assert len({unicodedata.normalize("NFC", text) for text in TEXTS}) >= 50
    theirs = transformers.AutoTokenizer.from_pretrained(packaged_folder())
    expected = theirs(
        TEXTS,
        padding=True,
        truncation=True,
        max_length=limit or 512,
        return_tensors="pt",
    )
    ids, mask = tokenizer(TEXTS, limit)
    assert torch.equal(ids, expected["input_ids"])
    assert torch.equal(mask, expected["attention_mask"].bool())


@pytest.mark.parametrize(
    "kind", [list, tuple, iter, lambda texts: (text for text in texts), np.array]
)
def test_texts_may_come_as_any_iterable(tokenizer, kind):
    texts = ["The bank", "of the river"]
    ids, mask = tokenizer(kind(texts))
    assert torch.equal(ids, tokenizer(texts)[0])
    assert torch.equal(mask, tokenizer(texts)[1])


def test_a_text_gets_the_same_ids_in_every_batch(tokenizer):
    ids, mask = tokenizer(TEXTS)
    for text, row, real in zip(TEXTS, ids, mask, strict=True):
        assert row[real].tolist() == tokenizer([text])[0][0].tolist()
        assert not row[~real].any()


# Limits --------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [3, 4, 17, 511, 512, np.int64(17), torch.tensor(17)])
def test_a_long_text_is_cut_and_keeps_its_closing_mark(tokenizer, limit):
    whole, _ = tokenizer(["one two three " * 300])
    ids, mask = tokenizer(["one two three " * 300, "short"], limit)
    assert ids.shape == (2, int(limit))
    assert ids[0, :-1].tolist() == whole[0, : int(limit) - 1].tolist()
    assert ids[0, -1] == SEP
    assert ids[1][mask[1]].tolist() == [CLS, 2460, SEP]


@pytest.mark.parametrize("limit", [None, 513, 10**6])
def test_no_text_gets_longer_than_the_encoder_has_positions_for(encoder, limit):
    ids, mask = encoder.tokenizer(["word " * 100_000], limit)
    assert ids.shape == (1, 512)
    assert ids[0, -1] == SEP
    assert mask.all()
    assert len(encoder.tokenizer.tokens("word " * 1000)) == 512
    assert encoder.embed(ids).shape == (1, 512, 384)


def test_a_limit_holds_for_one_call_only(tokenizer):
    tokenizer(["one two three four"], 3)
    assert tokenizer(["one two three four"])[0].shape == (1, 6)
    tokenizer(["one two three four"], 3)
    assert len(tokenizer.tokens("one two three four")) == 6


@pytest.mark.parametrize("limit", [2, 1, 0, -1, -(10**9)])
def test_a_limit_without_room_for_the_text_is_refused(tokenizer, limit):
    with pytest.raises(ValueError, match=f"max_len={limit} leaves no room") as caught:
        tokenizer(["a text"], limit)
    assert "take at least 3" in str(caught.value)


@pytest.mark.parametrize("limit", [16.0, "16", True, [16]])
def test_a_limit_that_is_no_whole_number_is_refused(tokenizer, limit):
    with pytest.raises(TypeError, match="whole number of tokens") as caught:
        tokenizer(["a text"], limit)
    assert repr(limit) in str(caught.value)


def test_a_small_checkpoint_has_its_own_limit_and_unknown_words(checkpoint):
    tokenizer = load_encoder(checkpoint()).tokenizer
    ids, mask = tokenizer(["the zebra", "dog " * 50])
    assert ids[0].tolist() == [2, 4, 1, 3] + [0] * 7
    assert ids[1].tolist() == [2] + [5] * 9 + [3]
    assert mask.sum(1).tolist() == [4, 11]


def test_a_tokenizer_without_special_tokens_cuts_at_the_limit(checkpoint):
    folder = checkpoint()
    backend = small_tokenizer()
    backend.post_processor = None
    backend.save(str(folder / "tokenizer.json"))
    tokenizer = load_encoder(folder).tokenizer
    ids, mask = tokenizer(["the dog saw a cat", ""], 2)
    assert ids.tolist() == [[4, 5], [0, 0]]
    assert mask.tolist() == [[True, True], [False, False]]
    ids, mask = tokenizer([""])
    assert (ids.shape, ids.dtype, mask.shape) == ((1, 0), torch.int64, (1, 0))


# What is refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        ("one text", r"list of texts, not a str. Write tokenizer\(\[text\]\)"),
        (None, "not a NoneType"),
        (3, "not a int"),
        (b"bytes", "must be a str, but one is a int"),
        ([b"bytes"], "one is a bytes"),
        (["text", None], "one is a NoneType"),
        ([["nested"]], "one is a list"),
        ([("a", "pair")], "one is a tuple"),
        ([np.nan], "one is a float"),
        (torch.zeros(2), "one is a Tensor"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(tokenizer, texts, named):
    with pytest.raises(TypeError, match=named) as caught:
        tokenizer(texts)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("texts", [[], (), iter([])])
def test_no_text_at_all_is_refused(tokenizer, texts):
    with pytest.raises(ValueError, match="no text to encode: the list is empty"):
        tokenizer(texts)


@pytest.mark.parametrize("text", [None, 3, ["The bank"], b"bank"])
def test_tokens_takes_one_string(tokenizer, text):
    with pytest.raises(TypeError, match=f"one is a {type(text).__name__}"):
        tokenizer.tokens(text)


def test_half_a_character_is_refused_and_found(tokenizer):
    with pytest.raises(ValueError, match="not valid Unicode at character 2") as caught:
        tokenizer(["good", "no\ud800"])
    assert "encoding='utf-8'" in str(caught.value)
    assert str(caught.value).isprintable()


# Processes -----------------------------------------------------------------------


def test_a_tokenizer_can_be_pickled(tokenizer):
    twin = pickle.loads(pickle.dumps(tokenizer))
    assert twin.max_len == 512
    assert torch.equal(twin(TEXTS)[0], tokenizer(TEXTS)[0])


FORKING = """
import sys
from torch.utils.data import DataLoader
from course_utils.pretrained import load_encoder

tokenizer = load_encoder(sys.argv[1]).tokenizer
tokenizer(["the dog"] * 2000)
loader = DataLoader(["the dog"] * 8, batch_size=4, num_workers=2,
                    collate_fn=tokenizer, multiprocessing_context="fork")
print(*[tuple(ids.shape) for ids, mask in loader])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_loaders_may_fork_after_the_tokenizer_was_used(checkpoint, monkeypatch):
    monkeypatch.delenv("TOKENIZERS_PARALLELISM", raising=False)
    run = subprocess.run(
        [sys.executable, "-c", FORKING, checkpoint()], capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "(4, 4) (4, 4)\n"
