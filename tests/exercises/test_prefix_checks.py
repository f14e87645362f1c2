"""Checks of prompt and prefix let pass what is right, and name known mistakes."""

from functools import partial

import pytest
import torch

from course_utils.adaptation import flow
from course_utils.bugs import prefixes as flows
from course_utils.bugs.prefix_panel import key_values
from course_utils.exercises import Check, Feedback, prefix_checks
from course_utils.exercises.prefix_mistakes import PREFIX_MISTAKES, PROMPT_MISTAKES

MASKS = "no mask", "padding", "causal", "causal and padding"
RIGHT = {"prefix": flow.prefix_forward, "prompt": flow.prompt_forward}


@pytest.fixture
def check():
    return Check("t1 · prefix")


def drawn(check, kind, lengths=None, **options):
    """A case of three layers."""
    if kind == "prefix":
        return prefix_checks.draw(check, lengths or 3, **options)
    return prefix_checks.draw(check, lengths or 1, L=3, **options)


def as_answer(bug, kind):
    """A known mistake, called as a student's function is."""

    def answer(H0, layers, given, mask=None, causal=False):
        prefixes = given if kind == "prefix" else [given]
        return bug()(H0, layers, prefixes, mask, causal)

    return answer


def feedback(check, answer, kind):
    """What a learner reads about an answer, over all masks, in one row."""
    for lengths in (None, [4, 0, 1] if kind == "prefix" else [0]):
        case = drawn(check, kind, lengths)
        for masks in MASKS:
            try:
                prefix_checks.check_pass(check, answer, case.masked(check, masks), kind)
            except Feedback as found:
                return " ".join(str(found).split())
    return ""


@pytest.mark.parametrize("kind", RIGHT)
@pytest.mark.parametrize("norm", ["pre", "post"])
class TestRight:
    """The course's functions pass."""

    def test_every_mask_and_every_careless_layer(self, check, kind, norm):
        case = drawn(check, kind, norm=norm)
        for masks in MASKS:
            masked = case.masked(check, masks)
            prefix_checks.check_pass(check, RIGHT[kind], masked, kind)
            for how, used in prefix_checks.careless(masked):
                prefix_checks.check_pass(check, RIGHT[kind], masked, kind, how, used)

    def test_gradients(self, check, kind, norm):
        case = drawn(check, kind, norm=norm).masked(check, "causal and padding")
        prefix_checks.check_gradients(check, RIGHT[kind], case, kind)


def test_expected_rows_are_those_of_the_key_value_form(check):
    for norm in ("pre", "post"):
        case = prefix_checks.draw(check, [4, 0, 6], norm)
        for masks in MASKS:
            given = case.masked(check, masks)
            args = given.H0, given.layers, given.prefixes, given.mask, given.causal
            _, expected = prefix_checks.run(flows.PrefixFlow(), given)
            gap = prefix_checks.real(given, key_values(*args), expected) - expected
            assert gap.abs().max() < 1e-11


def test_appended_prefix_with_its_mask_passes(check):
    assert feedback(check, as_answer(flows.AppendedFlow, "prefix"), "prefix") == ""


CASES = [("prefix", *pair) for pair in PREFIX_MISTAKES.items()]
CASES += [("prompt", *pair) for pair in PROMPT_MISTAKES.items()]


@pytest.mark.parametrize(
    ("kind", "text", "bug"), CASES, ids=[f"{k}-{bug.__name__}" for k, _, bug in CASES]
)
def test_mistake_is_named(check, kind, text, bug):
    found = feedback(check, as_answer(bug, kind), kind)
    if issubclass(bug, flows.PrefixMaskedOut):  # which always gives a mask
        assert "TypeError: nothing is masked here: call layer(H)" in found
    else:
        assert f"cause {text}" in found


class TestPass:
    """What a wrong pass is told where no known mistake fits."""

    def test_rows_into_every_layer(self, check):
        case = prefix_checks.draw(check, [4, 6])
        T = case.H0.shape[1]

        def answer(H0, layers, prefixes):
            return layers[0](H0)

        with pytest.raises(Feedback) as found:
            prefix_checks.check_pass(check, answer, case, "prefix")
        lines = found.value.lines
        assert lines["expected"].splitlines() == [
            f"layer 1 receives 4 + {T} = {T + 4} rows",
            f"layer 2 receives 6 + {T} = {T + 6} rows",
        ]
        assert lines["got"] == f"layer 1 receives {T} rows"
        assert "cause" not in lines

    def test_padding_in_the_result_may_be_any_finite_number(self, check):
        case = drawn(check, "prefix").masked(check, "padding")

        def answer(*args, mask, fill):
            result = flow.prefix_forward(*args, mask)
            return result.masked_fill(~mask[..., None], fill)

        for fill in (0.0, 7.0):
            kept = partial(answer, fill=fill)
            prefix_checks.check_pass(check, kept, case, "prefix")
        kept = partial(answer, fill=float("nan"))
        with pytest.raises(Feedback, match="nan"):
            prefix_checks.check_pass(check, kept, case, "prefix")

    def test_result_in_a_layers_buffer_is_noticed(self, check):
        case = prefix_checks.draw(check, [4, 4])

        def answer(H, layers, prefixes):
            for layer, P in zip(layers, prefixes, strict=True):
                rows = torch.cat([P.expand(len(H), *P.shape), H], 1)
                H = layer(rows)[:, len(P) :]
            return H

        prefix_checks.check_pass(check, answer, case, "prefix")
        used = dict(prefix_checks.careless(case))
        [how] = [how for how in used if "share one buffer" in how]
        with pytest.raises(Feedback, match=r"is the\s+first result as it was"):
            prefix_checks.check_pass(check, answer, case, "prefix", how, used[how])
