"""The clinic of assignment a4: healthy layers pass, broken ones do not."""

import copy
import signal
import sys
import threading
import time

import pytest
import torch

from course_utils.bugs import bugs_of
from course_utils.bugs.steps import SteppedLayer
from course_utils.exercises import (
    Check,
    Feedback,
    clinic,
    clinic_faults,
    clinic_run,
    limits,
    specimens,
)
from course_utils.exercises.diagnosis import Diagnosis, answers, ask
from course_utils.tracing import panel, run_stack

BROKEN = list(specimens.broken())
NAMES = [name for _, name, _ in BROKEN]
# Faults that show in numbers which no invariant tries.
NUMBERS_ALONE = {
    "scores cut off at 20",
    "a query that may attend nowhere attends everywhere",
}
# Healthy for `diagnose`, and not what a piece of the clinic is mended to.
OTHER = [kind for what, kind in specimens.HEALTHY.items() if "GELU" in what]
OTHER += [specimens.Bare, specimens.BareByEinsum, specimens.healthy.WithDropout]


def case_of(name, check):
    family, what, kind = BROKEN[NAMES.index(name)]
    return specimens.Case(family, what, specimens.specimen(kind, 12, 3, check))


def run_for_ever(pause=0.0):
    while True:
        time.sleep(pause) if pause else None


class TestLimits:
    """Code that runs too long is stopped, and nothing else is."""

    @pytest.mark.parametrize("by", [limits.by_timers, limits.by_thread])
    def test_loop_without_an_end_is_stopped(self, by):
        with pytest.raises(limits.TooSlow), by(0.2, 60.0):
            run_for_ever()

    @pytest.mark.parametrize("by", [limits.by_timers, limits.by_thread])
    def test_wait_is_stopped_by_the_clock(self, by):
        with pytest.raises(limits.TooSlow), by(60.0, 0.2):
            run_for_ever(pause=0.01)

    @pytest.mark.parametrize("by", [limits.by_timers, limits.by_thread])
    def test_code_that_swallows_it_gets_it_again(self, by):
        swallowed = []

        def run_on():
            while len(swallowed) < 3:
                try:
                    run_for_ever()
                except BaseException as error:
                    swallowed.append(error)
            run_for_ever()

        with pytest.raises(limits.TooSlow), by(0.2, 60.0):
            run_on()
        assert len(swallowed) == 3

    def test_outside_the_main_thread(self):
        found = []

        def work():
            try:
                with limits.limited(0.2, 60.0):
                    run_for_ever()
            except limits.TooSlow as error:
                found.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert len(found) == 1

    @pytest.mark.parametrize("by", [limits.by_timers, limits.by_thread])
    def test_nothing_comes_late(self, by):
        with by(0.1, 0.2):
            pass
        time.sleep(0.4)

    def test_timers_and_handlers_of_others_go_on(self):
        handler = signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 1000)
        try:
            with limits.limited(5.0, 60.0):
                pass
            assert signal.getsignal(signal.SIGALRM) == signal.SIG_IGN
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 900
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)


class TestSpecimens:
    """Healthy and broken layers behind one class."""

    @pytest.mark.parametrize("draw", [specimens.visible, specimens.unseen])
    def test_invariants_agree_with_what_is_broken(self, draw):
        for case in draw(Check("test of the specimens")):
            found = {name for name, finding in panel(case.layer).items() if finding}
            if case.what not in NUMBERS_ALONE:
                assert bool(found) == bool(case.family), (case.what, found)

    @pytest.mark.parametrize(
        ("size", "extra"),
        [
            (specimens.SIZES[0], SteppedLayer),
            (specimens.SIZES[1], specimens.Smooth),
            (specimens.SIZES[2], specimens.Bare),
            (specimens.SIZES[3], SteppedLayer),
        ],
    )
    def test_every_fault_shows(self, size, extra):
        check = Check("test of the faults")
        for name, kind in zip(NAMES, [kind for *_, kind in BROKEN], strict=True):
            if name in specimens.PLAIN | NUMBERS_ALONE:
                continue
            both = type("Broken", (kind, extra), {})
            layer = specimens.specimen(both, *size, check)
            assert any(panel(layer).values()), name

    def test_names_are_unique_and_the_lists_name_existing_ones(self):
        assert len(set(NAMES)) == len(NAMES)
        assert {*specimens.VISIBLE, *specimens.PLAIN, *NUMBERS_ALONE} <= {*NAMES}
        families = {family for family, name, _ in BROKEN if name in specimens.VISIBLE}
        assert families == {family for family, *_ in BROKEN}

    def test_class_says_nothing(self):
        cases = specimens.visible(Check("test of the specimens"))
        assert {type(case.layer) for case in cases} == {specimens.Layer}
        assert len({str(case.layer.q) for case in cases}) > 1  # sizes differ

    def test_copy_has_parameters_and_parts_of_its_own(self):
        check = Check("test of the specimens")
        layer = specimens.specimen(SteppedLayer, 12, 3, check)
        twin, H, seen = copy.deepcopy(layer), check.tensor(2, 5, 12), []
        before = layer(H)
        assert torch.equal(twin(H), before)
        twin.ff1.register_forward_hook(lambda *args: seen.append(args))
        with torch.no_grad():
            twin.o.bias += 1
        assert not torch.equal(twin(H), before)
        assert torch.equal(layer(H), before)
        assert len(seen) == 1


class TestMendedLayers:
    """`check_layer` and `check_run`."""

    @pytest.mark.parametrize("size", [(12, 3), (8, 4), (6, 1), (4, 4)])
    def test_healthy_layers_pass(self, size):
        right = set(specimens.HEALTHY.values()) - set(OTHER)
        assert len(right) >= 6
        for kind in right:
            clinic.check_layer(Check("test of the clinic"), kind, *size)

    @pytest.mark.parametrize("name", NAMES)
    def test_broken_layers_do_not(self, name):
        kind = BROKEN[NAMES.index(name)][2]
        with pytest.raises(Feedback) as failed:
            clinic.check_layer(Check("test of the clinic"), kind, 12, 3)
        assert name not in str(failed.value)

    @pytest.mark.parametrize("kind", OTHER)
    def test_other_layers_do_not(self, kind):
        with pytest.raises(Feedback):
            clinic.check_layer(Check("test of the clinic"), kind, 12, 3)

    def test_method_called_norm_is_no_norm_placement(self):
        class Named(SteppedLayer):
            def __init__(self, d, n_heads):
                super().__init__(d, n_heads)
                del self.norm

            def norm(self):
                raise AssertionError

        clinic.check_layer(Check("test of the clinic"), Named, 12, 3)

    @pytest.mark.parametrize("L", [3, 1])
    def test_recurrence(self, L):
        clinic_run.check_run(Check("test of the clinic"), run_stack, L)

    @pytest.mark.parametrize("bug", bugs_of("stacks"), ids=lambda bug: bug.name)
    def test_broken_recurrence(self, bug):
        with pytest.raises(Feedback):
            clinic_run.check_run(Check("test of the clinic"), bug.load(), 3)


class TestDiagnosis:
    """What is made of a `diagnose`, whatever it does."""

    def exam(self, diagnose, *names):
        exam = Diagnosis("test of the diagnosis")
        cases = [case_of(name, exam) for name in names]
        layer = specimens.specimen(SteppedLayer, 12, 3, exam)
        with exam:
            exam.judge(diagnose, [*cases, specimens.Case("", "steps", layer)])
        return exam

    def test_share_of_flagged_layers_counts(self, capsys):
        doubled = "residual added twice", "residual from the normed rows"
        twins = "heads split without a transpose", "mask turned round"

        def diagnose(layer):
            twin = copy.deepcopy(layer)
            with torch.no_grad():
                for part in (twin.o, twin.ff2):
                    for p in part.parameters():
                        p.zero_()
            H = torch.ones(1, 2, layer.d).double()
            return set() if torch.equal(twin(H), H) else {"stream"}

        exam = self.exam(diagnose, *doubled, *twins)
        assert exam.points(30) == 15
        assert "missed" in (text := capsys.readouterr().out)
        assert "1 × head layout" in text
        assert self.exam(diagnose, *doubled).points(30) == 30
        assert "✓" in capsys.readouterr().out

    def test_healthy_layer_without_a_diagnosis_counts_as_missed(self):
        def diagnose(layer):
            H = torch.ones(1, 2, layer.d).double()
            assert not torch.allclose(layer(H + 1), layer(H) + 1)
            return {"shift"}

        exam = self.exam(diagnose, "residual added twice")
        assert exam.points(30) == 15

    def test_false_alarm_costs_all(self):
        with pytest.raises(Feedback, match="a healthy layer: steps"):
            self.exam(lambda layer: {"x"}, "residual added twice")

    def test_next_layer_is_not_affected(self):
        check = Check("test of the diagnosis")
        case = case_of("dropout in evaluation", check)
        state = torch.get_rng_state()
        settings = torch.get_default_dtype(), sys.getrecursionlimit()

        def spoil(layer):
            torch.set_default_dtype(torch.float16)
            torch.set_grad_enabled(False)
            torch.manual_seed(7)
            sys.setrecursionlimit(9999)
            layer.q.weight.data.zero_()
            return set()

        assert ask(spoil, case.layer).found is None
        assert (torch.get_default_dtype(), sys.getrecursionlimit()) == settings
        assert torch.is_grad_enabled()
        assert torch.equal(torch.get_rng_state(), state)
        assert case.layer.q.weight.abs().min() > 0

    def test_one_thread_computes_and_the_others_come_back(self):
        case = case_of("residual added twice", Check("test of the diagnosis"))
        before = torch.get_num_threads()
        torch.set_num_threads(3)
        try:
            answer = ask(lambda layer: {str(torch.get_num_threads())}, case.layer)
            assert torch.get_num_threads() == 3
        finally:
            torch.set_num_threads(before)
        assert answer.found == {"1"}

    def test_after_three_slow_ones_the_rest_is_left_out(self, monkeypatch):
        monkeypatch.setattr("course_utils.exercises.diagnosis.CPU", 0.1)
        cases = [case_of("mask turned round", Check("test"))] * 5
        calls = []

        def slow(layer):
            calls.append(layer)
            run_for_ever()

        found = list(answers(slow, cases))
        assert len(calls) == 3
        assert {a.found for a in found} == {None}
        assert found[-1].why_not.startswith("left out")

    def test_what_cannot_even_be_shown_is_no_diagnosis(self):
        class Odd(Exception):
            def __str__(self):
                raise ValueError

            __repr__ = __str__

        def fail(layer):
            raise Odd

        layer = case_of("mask turned round", Check("test")).layer
        for diagnose in (fail, lambda layer: Odd(), lambda layer: {Odd()}):
            assert ask(diagnose, layer).found is None


class TestFaults:
    """The literal `FAULTS`."""

    @pytest.mark.parametrize(
        "answer", [{}, {1: ""}, [], None, {0: "a"}, {True: "a"}, {1: "ab"}, {1: 1}]
    )
    def test_malformed(self, answer):
        with pytest.raises(Feedback):
            clinic_faults.the_faults("x", answer, 3, "abc")

    def test_score(self, capsys):
        right, ask = {1: "a", 2: "b", 3: "c"}, {"a": "A?", "b": "B?", "c": "C?"}
        assert clinic_faults.score_faults("x", {1: "a", 2: "c"}, right, ask, 12) == 4
        text = capsys.readouterr().out
        assert "piece 2: not c. C?" in text
        assert "piece 3: no letter" in text
        assert clinic_faults.score_faults("x", right, right, ask, 12) == 12
