"""Snapshots, comparisons and descriptions of arrays."""

import numpy as np
import pytest
import torch

from course_utils.exercises.values import (
    arrays_in,
    changed_places,
    describe,
    same,
    share_memory,
    snapshot,
    to_numpy,
)


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6).reshape(2, 3).T,
        torch.arange(6).reshape(2, 3).T,
        torch.ones(2, dtype=torch.bfloat16),
        torch.ones(2, requires_grad=True),
        torch.ones(2, dtype=torch.complex64).conj(),
        torch.tensor(3.0),
        {"a": [np.ones(2), (1, "x", {2})]},
        float("nan"),
        None,
    ],
)
def test_snapshot_is_equal_to_itself(value):
    assert same(snapshot(value), snapshot(value))
    assert changed_places(snapshot(value), snapshot(value)) == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros(2), -np.zeros(2)),
        (np.zeros((2, 1)), np.zeros((1, 2))),
        ([1, 2], [1, 3]),
        ([1], [1, 2]),
        ([1], (1, 2)),
        ({"a": 1}, {"b": 1}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (1, 1.0),
        (1, True),
        ({1}, {2}),
        ("a", "b"),
    ],
)
def test_different_values(a, b):
    assert not same(snapshot(a), snapshot(b))


def test_snapshot_does_not_follow_changes():
    array, tensor, items = np.zeros(2), torch.zeros(2), {1}
    before = snapshot([array, tensor, items])
    array[0], tensor[0] = 1, 1
    items.add(2)
    assert changed_places(before, snapshot([array, tensor, items])) == [
        "[0]",
        "[1]",
        "[2]",
    ]


def test_names_of_arrays_inside():
    value = {"W": np.ones(1), "rest": [torch.ones(1), (np.ones(1), 3)]}
    names = ["p['W']", "p['rest'][0]", "p['rest'][1][0]"]
    assert list(arrays_in(value, "p")) == names


@pytest.mark.parametrize(
    ("part", "other", "shared"),
    [
        (np.s_[:2], np.s_[1:], True),
        (np.s_[:2], np.s_[2:], False),
        (np.s_[::2], np.s_[1::2], False),
        (np.s_[::2], np.s_[::3], True),
        (np.s_[:, 0], np.s_[:, 1], False),
        (np.s_[:, 0], np.s_[1], True),
        (np.s_[:0], np.s_[:], False),
    ],
)
def test_memory_is_compared_number_by_number(part, other, shared):
    array = np.zeros((4, 3))
    tensor = torch.from_numpy(array)
    pairs = [(a[part], b[other]) for a in (array, tensor) for b in (array, tensor)]
    assert [share_memory(a, b) for a, b in pairs] == [shared] * 4


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.bool])
def test_memory_of_any_type(dtype):
    tensor = torch.zeros(4, 3, dtype=dtype)
    assert share_memory(tensor.T, tensor)
    assert share_memory(tensor, tensor.expand(2, 4, 3))
    assert not share_memory(tensor, tensor.clone())


def test_to_numpy_is_a_copy():
    array = np.zeros(2)
    to_numpy(array)[0] = 1
    assert array[0] == 0
    assert to_numpy(3).shape == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.ones((2, 3)), "an array of shape (2, 3), float64"),
        (torch.ones(2).half(), "a tensor of shape (2,), float16"),
        (None, "None (is a `return` missing?)"),
        ([1, 2], "a list of 2"),
        ((), "a tuple of 0"),
        (3, "3 (int)"),
        ("x" * 100, f"'{'x' * 56}... (str)"),
    ],
)
def test_describe(value, text):
    assert describe(value) == text
