"""Drift of parameters, distances of classes."""

import pytest
import torch

from course_utils.encoder import Encoder
from course_utils.training import class_distances, drift


def test_drift_by_part():
    encoder = Encoder(9, 8, 3, 2)
    before = {name: x.clone() for name, x in encoder.state_dict().items()}
    assert set(drift(before, before).values()) == {0.0}
    with torch.no_grad():
        for parameter in encoder.layers[1].parameters():
            parameter.mul_(1.25)
    found = drift(before, encoder.state_dict())
    assert list(found) == ["embeddings", "layer 1", "layer 2", "layer 3"]
    assert found["layer 2"] == pytest.approx(0.25, rel=1e-6)
    assert found["layer 1"] == found["layer 3"] == found["embeddings"] == 0.0


def test_drift_of_different_models_is_refused():
    with pytest.raises(ValueError, match="differ in names or shapes"):
        drift(Encoder(9, 8, 1, 2).state_dict(), Encoder(9, 8, 2, 2).state_dict())


def test_distances():
    X = torch.tensor([[0.0, 0], [0, 2], [3, 0], [3, 2], [0, 9], [0, 11]])
    between, within = class_distances(X, torch.tensor([7, 7, 2, 2, 5, 5]))
    assert between == pytest.approx((3 + 9 + (3**2 + 9**2) ** 0.5) / 3)
    assert within == pytest.approx(1.0)


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="two classes"):
        class_distances(torch.zeros(3, 2), torch.ones(3))
