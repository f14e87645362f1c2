"""What checks of stacks share: they let pass what is right and notice the rest."""

import numpy as np
import pytest
import torch

from course_utils.exercises import Check, Feedback, stack_checks
from course_utils.exercises.fixtures import Spy
from course_utils.exercises.stack_checks import (
    CARELESS,
    call,
    careless,
    check_gradient,
    check_received,
    check_states,
    index_or_none,
    limited,
)


@pytest.fixture
def check():
    return Check("t1 · stack")


def message(call, *arguments, **options):
    """The feedback that a call raises."""
    with pytest.raises(Feedback) as caught:
        call(*arguments, **options)
    return " ".join(str(caught.value).split())


class TestCall:
    """The caller's things stay as they were."""

    def test_result_comes_back(self, check):
        H, layers = torch.ones(2), [torch.neg]
        assert torch.equal(
            call(check, lambda H, layers: layers[0](H), H, layers, tried="x"), -H
        )

    @pytest.mark.parametrize("change", [list.reverse, list.clear])
    def test_changed_layers_are_noticed(self, check, change):
        text = message(call, check, change, [torch.neg, torch.abs], tried="x")
        assert "was changed" in text or "another order" in text

    def test_changed_module_list_is_noticed(self, check):
        def swap(layers):
            layers[0] = torch.nn.Tanh()

        layers = torch.nn.ModuleList([torch.nn.Identity()])
        assert "other entries" in message(call, check, swap, layers, tried="x")

    @pytest.mark.parametrize("wrap", [lambda H: H, lambda H: [H], lambda H: (H, H)])
    def test_tensor_that_now_requires_gradients_is_noticed(self, check, wrap):
        given = wrap(torch.ones(2))
        first = given if torch.is_tensor(given) else given[0]
        text = message(call, check, lambda _: first.requires_grad_(), given, tried="x")
        assert "one of them requires gradients now" in text

    def test_tensor_that_required_them_before_may(self, check):
        H = torch.ones(2, requires_grad=True)
        assert call(check, lambda H: (H * 2).sum(), H, tried="x") == 4


class TestGradient:
    """A gradient flows and is right."""

    def square(self, x):
        return (x**2).sum()

    def test_right_gradient_passes(self, check):
        x = check.tensor(3)
        check_gradient(check, lambda x: (x * x).sum(), self.square, x, "g")

    def spoilt(self, x):
        y = x.exp()
        total = (y * y).sum()
        y.zero_()  # which backward would need
        return total

    def test_wrong_one_does_not(self, check):
        for f, text in (
            (lambda x: (x.detach() ** 2).sum(), "got none: on the way"),
            (lambda x: (x * x.detach()).sum(), "3 of 3 numbers differ"),
            (self.spoilt, "got RuntimeError: one of the variables"),
        ):
            x = check.tensor(3)
            assert text in message(check_gradient, check, f, self.square, x, "g")

    def test_feedback_of_the_call_inside_passes_through(self, check):
        def f(x):
            return call(check, lambda x: 1 / 0, x, tried="inside")

        text = message(check_gradient, check, f, self.square, check.tensor(3), "g")
        assert "ZeroDivisionError" in text
        assert text.count("✗") == 1


class TestLayers:
    """Layers that are careless, counted or limited."""

    def test_careless_layers_compute_the_same(self):
        H = torch.randn(2, 3)
        found = dict(careless(lambda H: H / 2))
        assert tuple(found) == CARELESS
        for layer in found.values():
            assert torch.equal(layer(H.clone()), H / 2)

    def test_limited_layer_refuses_one_call_too_many(self):
        layer = limited(torch.neg, 2)
        for _ in range(2):
            assert layer(torch.ones(1)) == -1
        with pytest.raises(RuntimeError, match="called 3 times"):
            layer(torch.ones(1))
        with pytest.raises(TypeError, match=r"^layer\(\) takes 1 positional"):
            layer(torch.ones(1), None)

    def test_what_was_received(self, check):
        states, log = [torch.zeros(1), torch.ones(1)], []
        spy = Spy(torch.neg, log, "layer 1")
        spy(states[0])
        check_received(check, log, ["layer 1: H[0]"], states, "x")
        spy(states[1])
        text = message(check_received, check, log, ["layer 1: H[0]"], states, "x")
        assert "got layer 1: H[0] layer 1: H[1]" in text
        assert "got no call" in message(check_received, check, [], ["a"], states, "x")


class TestResults:
    """Indices and lists of states."""

    @pytest.mark.parametrize("got", [3, np.int8(3), torch.tensor(3), np.array(3)])
    def test_any_integer_is_an_index(self, check, got):
        assert index_or_none(check, got, "a number", "x") == 3

    def test_none_is_none(self, check):
        assert index_or_none(check, None, "a number", "x") is None

    @pytest.mark.parametrize(
        "got", [True, 3.0, "3", [3], torch.tensor([3]), np.array([3]), np.bool(True)]
    )
    def test_nothing_else_is(self, check, got):
        text = message(index_or_none, check, got, "a number", "x")
        assert "expected a number, or None" in text

    def test_states_in_order(self, check):
        path = [torch.full((2,), float(l)) for l in range(4)]
        check_states(check, path[:3], path, 2, "x")
        text = message(check_states, check, path[1:], path, 2, "x", "look here")
        assert "expected H[0], H[1], H[2] got H[1], H[2], H[3] seen look here" in text
        assert "got no state" in message(check_states, check, [], path, 2, "x")
        odd = [path[0], torch.tensor([0.5, 0.5])]
        text = message(check_states, check, odd, path, 1, "x")
        assert "states[0]: H[0] states[1]: none of the states" in text

    def test_logits_are_normed_states_times_the_head(self):
        states, head = torch.randn(3, 2, 4, 5).double(), torch.randn(5, 7).double()
        made = stack_checks.logits(list(states), lambda H: H - H.mean(), head)
        assert made.shape == (3, 2, 4, 7)
        for l, H in enumerate(states):
            expected = (H - H.mean()) @ head
            assert torch.allclose(made[l], expected, rtol=0, atol=1e-13)
