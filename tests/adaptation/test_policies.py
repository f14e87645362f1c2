"""Which parameters may change, and that nothing else happens to them."""

import pytest
import torch

from course_utils.adaptation import POLICIES, Classifier, set_trainable
from course_utils.encoder import Encoder


@pytest.fixture
def model():
    torch.manual_seed(0)
    encoder = Encoder(vocab_size=11, d=6, n_layers=3, n_heads=2, norm="post")
    return Classifier(encoder, 2)


CHOSEN = {
    "head": lambda name: False,
    "last": lambda name: "layers.2." in name,
    "bias": lambda name: name.split(".")[-1] == "bias",
    "full": lambda name: True,
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("before", [True, False])
def test_flags_are_set_both_ways_and_values_stay(model, policy, before):
    model.requires_grad_(before)
    values = {name: p.clone() for name, p in model.named_parameters()}
    found = set_trainable(model.encoder, model.head, policy)
    flags = {name: p.requires_grad for name, p in model.named_parameters()}
    assert flags == {
        name: name.startswith("head.") or CHOSEN[policy](name) for name in flags
    }
    assert {id(p) for p in found} == {
        id(p) for p in model.parameters() if p.requires_grad
    }
    assert len({id(p) for p in found}) == len(found)
    assert all(torch.equal(values[name], p) for name, p in model.named_parameters())


def test_shifts_of_norms_are_biases(model):
    set_trainable(model.encoder, model.head, "bias")
    assert model.encoder.layers[0].ln1.bias.requires_grad
    assert model.encoder.embeddings.norm.bias.requires_grad
    assert not model.encoder.layers[0].ln1.weight.requires_grad


def test_unknown_policy_is_refused(model):
    with pytest.raises(ValueError, match="must be one of head, last, bias, full"):
        set_trainable(model.encoder, model.head, "biases")


class TestClassifier:
    def test_head_depends_on_its_seed_alone(self, model):
        torch.manual_seed(5)
        state = torch.random.get_rng_state()
        again, other = (Classifier(model.encoder, 2, seed=s).head for s in (0, 1))
        assert torch.equal(again.weight, model.head.weight)
        assert not torch.equal(other.weight, model.head.weight)
        assert torch.equal(torch.random.get_rng_state(), state)

    def test_head_has_the_encoders_type(self, model):
        model.encoder.double()
        ids, mask = torch.tensor([[1, 2, 3]]), torch.ones(1, 3).bool()
        assert Classifier(model.encoder, 4)(ids, mask).dtype == torch.float64

    def test_padding_has_no_say(self, model):
        ids, mask = torch.tensor([[1, 2, 3, 9, 9]]), torch.ones(1, 5).bool()
        mask[:, 3:] = False
        short = model(ids[:, :3], mask[:, :3])
        torch.testing.assert_close(model(ids, mask), short)
