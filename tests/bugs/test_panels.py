"""The panels of recurrences, prefixes and training: silent where all is right."""

import pytest
import torch

from course_utils.bugs import BUGS
from course_utils.bugs.prefix_panel import Given, key_values, prefix_panel
from course_utils.bugs.prefixes import HEALTHY as FLOWS
from course_utils.bugs.prefixes import AppendedWithoutItsMask, PrefixFlow
from course_utils.bugs.training import HEALTHY as RECIPES
from course_utils.bugs.training import Training
from course_utils.bugs.training_panel import training_panel
from course_utils.tracing import recurrence_panel, run_stack

SEEDS = range(4)


def found(panel):
    return [str(finding) for finding in panel.values() if finding]


def states_by_recursion(H0, layers):
    if not layers:
        return [H0.clone()]
    before = states_by_recursion(H0, layers[:-1])
    return [*before, layers[-1](before[-1].clone()).clone()]


@pytest.mark.parametrize("run", [run_stack, states_by_recursion])
def test_nothing_is_found_in_a_healthy_recurrence(run):
    assert [found(recurrence_panel(run, seed)) for seed in SEEDS] == [[]] * len(SEEDS)


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_is_found_in_healthy_prefix_tuning(flow):
    assert [found(prefix_panel(flow(), seed)) for seed in SEEDS] == [[]] * len(SEEDS)


@pytest.mark.parametrize("recipe", RECIPES)
def test_nothing_is_found_in_healthy_training(recipe):
    assert [found(training_panel(recipe, seed)) for seed in SEEDS] == [[]] * len(SEEDS)


def test_panels_leave_the_random_state_as_it_was():
    state = torch.get_rng_state()
    recurrence_panel(run_stack)
    prefix_panel(PrefixFlow())
    training_panel(Training)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_recurrence_that_changes_the_first_state_is_found():
    def run(H0, layers):
        states = run_stack(H0, layers)
        H0.mul_(2)
        return states

    assert recurrence_panel(run)["untouched"] is not None


def test_a_recurrence_that_raises_is_found_and_not_a_crash():
    def run(H0, layers):
        raise ArithmeticError("broken")

    assert {f.got for f in recurrence_panel(run).values()} == {
        "ArithmeticError: broken"
    }


def test_a_flow_that_changes_its_prefixes_is_found():
    class Scales(PrefixFlow):
        def prefix(self, l, prefixes):
            return prefixes[l].mul_(2)

    assert prefix_panel(Scales())["inputs_untouched"] is not None


def test_a_replay_names_the_layer():
    finding = recurrence_panel(BUGS["last layer skipped"].load())["replay"]
    assert finding.expected == "H[4] = Layer_4(H[3])"


def test_an_appended_prefix_is_right_without_a_mask():
    given = Given(3)
    with torch.no_grad():
        expected = given.run(PrefixFlow())
        got = given.run(AppendedWithoutItsMask())
        other = given.run(AppendedWithoutItsMask(), causal=True)
        causal = given.run(PrefixFlow(), causal=True)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)
    assert (other - causal).abs().max() > 1e-3


def test_key_values_without_prefix_rows_are_the_plain_stack():
    given = Given(2)
    none = [P[:0] for P in given.prefixes]
    with torch.no_grad():
        H = run_stack(given.H0, given.layers)[-1]
        got = key_values(given.H0, given.layers, none)
    torch.testing.assert_close(got, H, rtol=0, atol=1e-12)


def test_shifted_positions_count_only_where_there_is_a_prefix():
    findings = prefix_panel(BUGS["positions shifted by the prefix"].load())
    assert findings["no_prefix_is_base"] is None
    assert findings["key_value_form"] is not None


def test_training_on_another_copy_than_the_callers_is_the_rule():
    class OnTheOriginal(Training):
        def load(self, encoder):
            return encoder

    assert training_panel(OnTheOriginal)["base_stays"] is not None
