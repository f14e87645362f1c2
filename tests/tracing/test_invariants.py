"""What invariants promise: silent on healthy layers, harmless, never a crash."""

import copy

import pytest
import torch
from torch import nn

from course_utils.bugs.healthy import HEALTHY
from course_utils.bugs.steps import SteppedLayer
from course_utils.layers import Layer
from course_utils.tracing.inside import score_scale
from course_utils.tracing.invariants import (
    causal,
    mixing,
    parameters_matter,
    repeatable,
    shapes,
    silent_sublayers,
)
from course_utils.tracing.panels import INVARIANTS, panel
from course_utils.tracing.plain_layer import plain_layer

SIZES = [(12, 3), (64, 4), (6, 1), (20, 5), (8, 8), (5, 1), (3, 3)]
each = pytest.mark.parametrize("check", INVARIANTS.values(), ids=list(INVARIANTS))


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(5)


def findings(layer, seed=0):
    return [str(finding) for finding in panel(layer, seed).values() if finding]


# Silent on healthy layers -----------------------------------------------------------


@pytest.mark.parametrize("layer", HEALTHY)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_nothing_is_found_in_a_healthy_layer(layer, dtype):
    for seed, (d, n_heads) in enumerate(SIZES):
        assert findings(layer(d, n_heads).to(dtype).eval(), seed) == []


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("eps", [1e-12, 1e-5, 1e-2])
def test_nothing_is_found_whatever_the_choices_of_a_layer(norm, activation, eps):
    options = dict(norm=norm, activation=activation, eps=eps)
    for seed in range(3):
        assert findings(Layer(12, 3, 7, **options).double().eval(), seed) == []


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_layer_in_half_precision_is_examined_in_float32(dtype):
    layer = Layer(12, 3).to(dtype)
    assert findings(layer) == []
    assert {p.dtype for p in layer.parameters()} == {dtype}


def test_nothing_is_found_in_a_trained_layer(encoder):
    assert [findings(encoder.layers[l]) for l in (0, -1)] == [[], []]


# Harmless -----------------------------------------------------------------------------


@each
def test_layer_and_random_state_stay_as_they_were(check):
    layer = Layer(12, 3, dropout=0.5).double().train()  # draws random numbers
    before = copy.deepcopy(layer.state_dict())
    gradients = [p.requires_grad for p in layer.parameters()]
    state = torch.get_rng_state()
    check(layer)
    assert torch.equal(torch.get_rng_state(), state)
    after = layer.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert [p.requires_grad for p in layer.parameters()] == gradients
    assert layer.training
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in layer.modules())


@each
def test_findings_depend_on_the_seed_alone(check):
    layer = Layer(12, 3, dropout=0.5).double().train()
    assert str(check(layer, 3)) == str(check(layer, 3))


# Never a crash ------------------------------------------------------------------------


class Raises(Layer):
    def forward(self, H, mask=None):
        raise ArithmeticError("broken")


class ReturnsNothing(Layer):
    def forward(self, H, mask=None):
        return None


class ReturnsATuple(Layer):
    def forward(self, H, mask=None):
        return super().forward(H, mask), H


class CannotBeCopied(Layer):
    def __deepcopy__(self, memo):
        raise TypeError("no copies")


class CopiesItself(Layer):
    def __deepcopy__(self, memo):
        return self


@pytest.mark.parametrize("layer", [Raises, ReturnsNothing, ReturnsATuple])
def test_a_layer_that_gives_no_states_is_found(layer):
    found = panel(layer(12, 3).double())
    assert found["repeatable"] is not None
    assert found["shapes"] is not None


def test_an_exception_is_told():
    finding = causal(Raises(12, 3).double())
    assert finding.got == "ArithmeticError: broken"
    assert "random states" in finding.fed


@each
@pytest.mark.parametrize("layer", [CannotBeCopied, CopiesItself])
def test_a_layer_that_cannot_be_copied_is_found_and_left_alone(check, layer):
    layer = layer(12, 3).double()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    assert check(layer) is not None or check.__name__ == "shift"
    after = layer.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_something_without_parameters_is_refused():
    class Bare(nn.Module):
        d, n_heads = 4, 2

    with pytest.raises(TypeError, match="no parameters"):
        causal(Bare())


def test_a_width_at_which_norms_leave_nothing_is_refused():
    with pytest.raises(ValueError, match="3 features"):
        causal(Layer(2, 1))


# Beyond the catalogue -----------------------------------------------------------------


class Grows(Layer):
    def forward(self, H, mask=None):
        out = super().forward(H, mask)
        return torch.cat([out, out[:, -1:]], 1)


class InSinglePrecision(Layer):
    def forward(self, H, mask=None):
        return super().forward(H, mask).float()


@pytest.mark.parametrize("layer", [Grows, InSinglePrecision])
def test_another_shape_or_dtype_is_found(layer):
    assert shapes(layer(12, 3).double()) is not None


def test_attention_that_looks_at_its_own_row_alone_is_found():
    class Selfish(SteppedLayer):
        def weigh(self, scores, mask):
            return torch.eye(scores.shape[-1]).to(scores).expand_as(scores)

    assert mixing(Selfish(12, 3).double()) is not None
    assert mixing(SteppedLayer(12, 3).double()) is None


def test_a_mask_shifted_by_one_is_found():
    class SeesTheNext(SteppedLayer):
        def weigh(self, scores, mask):
            if mask is not None and mask.dim() == 2:
                mask = mask.roll(-1, 0) | mask
            return super().weigh(scores, mask)

    assert causal(SeesTheNext(12, 3).double()) is not None


def test_dropout_in_training_mode_is_not_repeatable():
    layer = Layer(12, 3, dropout=0.1).double()
    assert repeatable(layer.train()) is not None
    assert repeatable(layer.eval()) is None


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.1, 2.0])
def test_the_scale_of_scores_is_measured(factor):
    class Scaled(SteppedLayer):
        def divisor(self):
            return factor * super().divisor()

    finding = score_scale(Scaled(12, 3).double())
    assert finding.expected == "scores divided by 2"
    assert finding.got == f"scores divided by {2 * factor:.4g}"


# What a finding says ----------------------------------------------------------------


def test_a_finding_shows_where_two_results_differ_most():
    class Twice(Layer):
        def forward(self, H, mask=None):
            return 2 * super().forward(H, mask)

    finding = silent_sublayers(Twice(12, 3).double())
    assert finding.expected.shape == finding.got.shape
    assert torch.allclose(finding.got, 2 * finding.expected)
    expected, got = finding.numbers()
    value, place = expected.split(" at ")
    index = tuple(int(i) for i in place.strip("[]").split(","))
    assert float(value) == pytest.approx(float(finding.expected[index]), rel=1e-5)
    assert float(got) == pytest.approx(2 * float(value), rel=1e-5)
    assert (
        str(finding).splitlines()[1].startswith("  fed       random states (2, 5, 12)")
    )


def test_parameters_without_effect_are_named():
    class NoBias(SteppedLayer):
        def feed_forward(self, N):
            return super().feed_forward(N) - self.ff2.bias

    assert parameters_matter(NoBias(12, 3).double()).got == "no effect: ff2.bias"


# The plain layer --------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_the_plain_layer_agrees_with_the_layer(norm):
    layer = Layer(12, 3, norm=norm, eps=0.1).double()
    H = torch.randn(2, 5, 12).double()
    mask = (torch.rand(2, 1, 5, 5) < 0.5) | torch.eye(5).bool()
    with torch.no_grad():
        for m in (None, mask):
            torch.testing.assert_close(
                plain_layer(layer, H, m), layer(H, m), rtol=0, atol=1e-12
            )


def test_a_method_named_norm_says_nothing_about_the_placement():
    class Own(Layer):
        """A layer of a learner's, whose norm is a method."""

        def __init__(self, d, n_heads):
            super().__init__(d, n_heads)
            del self.norm

        def norm(self, X, ln):
            return ln(X)

        def forward(self, H, mask=None):
            U = H + self.attend(self.norm(H, self.ln1), mask)
            return U + self.feed_forward(self.norm(U, self.ln2))

    assert not [name for name, found in panel(Own(12, 3)).items() if found]
