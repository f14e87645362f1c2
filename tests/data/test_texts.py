"""Doubles and splits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data import Texts, deduplicate, load_spam, split


def texts(labels, words=None):
    words = [f"text {i}" for i in range(len(labels))] if words is None else words
    return Texts(words, labels, tuple("abc"[: max(labels) + 1]), "")


def test_first_of_several_is_kept_in_the_order_of_the_texts():
    data = texts([0, 1, 0, 1], ["Hi  there", "free", "hi THERE", "Free entry"])
    assert deduplicate(data).texts == ["Hi  there", "free", "Free entry"]
    assert deduplicate(data).labels == [0, 1, 1]


def test_text_under_two_labels_goes_altogether():
    data = texts([0, 1, 1], ["same", "SAME ", "other"])
    assert deduplicate(data).texts == ["other"]


def test_empty_texts_go():
    assert deduplicate(texts([0, 1, 1], ["", " \n", "x"])).texts == ["x"]


@given(st.lists(st.integers(0, 1), max_size=60), st.integers(0, 99))
def test_no_text_stands_in_two_sets_and_classes_keep_their_shares(labels, seed):
    labels = [0, 1] * 20 + labels
    data = texts(labels)
    sizes = (len(labels) // 2, len(labels) // 5, len(labels) // 5)
    sets = split(data, seed, sizes)
    found = [text for part in sets for text in part.texts]
    assert len(found) == len(set(found)) == sum(sizes)
    for part, size in zip(sets, sizes, strict=True):
        assert len(part.texts) == size
        for label in (0, 1):
            share = labels.count(label) / len(labels) * size
            assert abs(part.labels.count(label) - share) <= 2
        assert all(
            labels[data.texts.index(t)] == y for t, y in zip(*part[:2], strict=True)
        )


def test_same_seed_same_sets_another_seed_others():
    data = texts([0, 1] * 50)
    sizes = (40, 20, 20)
    assert split(data, 3, sizes) == split(data, 3, sizes)
    assert split(data, 3, sizes).train.texts != split(data, 4, sizes).train.texts


def test_sets_are_not_sorted_by_class():
    train = split(texts([0] * 50 + [1] * 50), 0, (60, 20, 20)).train
    assert 1 in train.labels[:10]
    assert 0 in train.labels[:10]


def test_rare_class_reaches_every_set():
    data = load_spam()
    for part in split(data, 0, (400, 200, 200)):
        share = part.counts()["spam"] / len(part.texts)
        assert abs(share - 561 / 4533) <= 1 / len(part.texts)


@pytest.mark.parametrize(
    ("labels", "sizes", "said"),
    [
        ([0, 1], (2, 2, 2), "6 texts are asked for, but there are 2"),
        ([0] * 9 + [1], (4, 3, 3), "leave out the class b"),
    ],
)
def test_what_cannot_be_split_is_refused(labels, sizes, said):
    with pytest.raises(ValueError, match=said):
        split(texts(labels), 0, sizes)
