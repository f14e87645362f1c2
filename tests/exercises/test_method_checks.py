"""LoRA's merge, adapters, names of biases: right answers pass, wrong ones are named."""

import pytest
import torch

from course_utils.adaptation.adapter import adapter_forward
from course_utils.adaptation.lora import lora_merge
from course_utils.adaptation.own import bitfit_parameters
from course_utils.encoder import Encoder
from course_utils.exercises import Check, Feedback, bitfit_checks, method_checks


@pytest.fixture
def check():
    return Check("t1 · methods")


def merge_inputs(check, d_out=3, d_in=5, r=2):
    shapes = (d_out, d_in), (r, d_in), (d_out, r)
    return [check.tensor(*shape) for shape in shapes]


class TestRight:
    """The course's own functions, and what the checks compare with."""

    def test_merge(self, check):
        method_checks.check_merges(check, lora_merge)
        W, A, B = merge_inputs(check)
        torch.testing.assert_close(
            method_checks.merged(W, A, B, 7), lora_merge(W, A, B, 7)
        )

    def test_adapter(self, check):
        method_checks.check_adapters(check, adapter_forward)
        given = method_checks.adapter_inputs(check, (2, 3, 5), 4)
        expected = adapter_forward(**given)
        torch.testing.assert_close(method_checks.adapted(**given), expected)

    def test_names(self, check):
        def names(module):
            return [n for n, _ in module.named_parameters() if n.endswith("bias")]

        bitfit_checks.check_names(check, names)
        encoder = Encoder(11, 6, 2, 2, norm="post")
        assert names(encoder) == bitfit_parameters(encoder)


def test_every_mistake_in_merging_is_named(check):
    known = method_checks.merge_mistakes(*merge_inputs(check, 5, 5), 7)
    for message in known:
        with pytest.raises(Feedback) as found:
            method_checks.check_merges(
                check,
                lambda *args, m=message: method_checks.merge_mistakes(*args).get(
                    m, lora_merge(*args)
                ),
            )
        assert found.value.lines["cause"] == message


def test_every_mistake_in_adapters_is_named(check):
    square = method_checks.adapter_inputs(check, (2, 5), 5)
    for message in method_checks.adapter_mistakes(**square):

        def answer(*args, m=message):
            names = ("u", "W_down", "b_down", "W_up", "b_up")
            given = dict(zip(names, args, strict=True))
            right = method_checks.adapted(**given)
            return method_checks.adapter_mistakes(**given).get(m, right)

        with pytest.raises(Feedback) as found:
            method_checks.check_adapters(check, answer)
        assert found.value.lines["cause"] == message


def test_no_known_mistake_is_right(check):
    inputs = merge_inputs(check, 5, 5)
    for wrong in method_checks.merge_mistakes(*inputs, 7).values():
        assert not torch.allclose(wrong, lora_merge(*inputs, 7))
    given = method_checks.adapter_inputs(check, (2, 5), 5)
    for wrong in method_checks.adapter_mistakes(**given).values():
        assert not torch.allclose(wrong, adapter_forward(**given))


class TestNames:
    """What is said of wrong names is true of them."""

    @pytest.mark.parametrize(
        ("chosen", "seen"),
        [
            (
                lambda n, p: n.endswith("bias") and p.requires_grad,
                "All that are frozen",
            ),
            (lambda n, p: "bias" in n, "does not end in bias"),
            (lambda n, p: n.endswith(".bias"), "though it is longer"),
        ],
    )
    def test_what_they_have_in_common(self, check, chosen, seen):
        def names(module):
            return [n for n, p in module.named_parameters() if chosen(n, p)]

        with pytest.raises(Feedback) as found:
            bitfit_checks.check_names(check, names)
        assert seen in found.value.lines["seen"]

    def test_shifts_of_norms(self, check):
        def names(module):
            return [n for n in bitfit_parameters(module) if "n" not in n.split(".")[-2]]

        with pytest.raises(Feedback) as found:
            bitfit_checks.check_names(check, names)
        assert "shifts of norms" in found.value.lines["seen"]

    def test_buffers(self, check):
        def names(module):
            return [name for name in module.state_dict() if name.endswith("bias")]

        with pytest.raises(Feedback) as found:
            bitfit_checks.check_names(check, names)
        assert "buffers" in found.value.lines["seen"]
        assert found.value.lines["excess"] == "position_bias, kept.bias"
