"""Predictions: compared, never graded, and never a traceback."""

import numpy as np
import pytest
import torch

from course_utils.exercises import predict


def said(capsys, *arguments, **options):
    predict(*arguments, **options)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("prediction", "outcome"),
    [
        (3, 3),
        (3, 3.0),
        ("yes", " Yes"),
        (True, True),
        ([1, "a"], [1, "A"]),
        ((2, 3), [2, 3]),
        ((2, 3), torch.ones(2, 3).shape),
        ({1, 2}, {2, 1}),
        (3, np.int64(3)),
        (3, torch.tensor(3)),
        ([1, 2], np.array([1, 2])),
        ([[1, 2]], torch.tensor([[1, 2]])),
        ("3", 3),
        (3, "3"),
    ],
)
def test_foreseen(capsys, prediction, outcome):
    assert said(capsys, prediction, outcome).startswith("You foresaw it: ")


@pytest.mark.parametrize(
    ("prediction", "outcome"),
    [
        (3, 4),
        ("yes", "no"),
        ([1, 2], [1]),
        ([1, 2], np.array([1, 3])),
        ((2, 3), torch.ones(3, 2).shape),
        (3, [3]),
        ("a", None),
        ({1}, {2}),
        (float("nan"), 1.0),
    ],
)
def test_not_foreseen(capsys, prediction, outcome):
    text = said(capsys, prediction, outcome)
    assert text.startswith("You predicted ")
    assert "what did you assume" in text


def test_none_yet(capsys):
    text = said(capsys, None, 0.123456)
    assert text.startswith("No prediction yet.")
    assert text.endswith("Outcome: 0.1235\n")


@pytest.mark.parametrize(
    ("tolerance", "start"), [(0.1, "You foresaw"), (0.01, "You p")]
)
def test_tolerance(capsys, tolerance, start):
    assert said(capsys, 0.5, 0.55, tolerance=tolerance).startswith(start)
    assert said(capsys, [1, 0.5], [1, 0.55], tolerance=tolerance).startswith(start)
