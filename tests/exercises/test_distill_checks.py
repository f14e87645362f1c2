"""Checks of the distillation loss and of a distilled prompt; the task of the prompt."""

import pytest
import torch
from torch.distributions import Categorical, kl_divergence

from course_utils.context import distill_loss
from course_utils.exercises import Check, Feedback, distill_checks, distill_trial
from course_utils.exercises.adapt_task import VARIABLE
from course_utils.exercises.distill_task import shipped, task
from tests import bank

NAME = "a8_context_memory"


@pytest.fixture
def check():
    return Check("t1 · distill")


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")


def loss_checks(check, f):
    for dtype in (torch.float64, torch.float32):
        distill_checks.check_sizes(check, f, dtype)
        distill_checks.check_large(check, f, dtype)
        distill_checks.check_equal_logits(check, f, dtype)
        for size in (3, distill_checks.LARGEST):
            distill_checks.check_gradients(check, f, size, dtype)


class TestLoss:
    def test_right_loss_passes(self, check):
        loss_checks(check, distill_loss)

    def test_expected_number_is_that_of_torch(self):
        teacher, student = torch.randn(2, 7, 5).double()
        both = (Categorical(logits=x) for x in (teacher, student))
        gap = distill_checks.divergence(teacher, student) - kl_divergence(*both).mean()
        assert abs(gap) < 1e-14

    @pytest.mark.parametrize("text", distill_checks.known(*torch.randn(2, 3, 5)))
    def test_mistake_is_named(self, check, text):
        def wrong(teacher, student):
            return distill_checks.known(teacher, student)[text]()

        with pytest.raises(Feedback) as found:
            loss_checks(check, wrong)
        assert f"cause {text}" in " ".join(str(found.value).split())

    def test_number_below_0_is_found_in_every_class(self):
        def unguarded(teacher, student):
            p, q = teacher.log_softmax(-1), student.log_softmax(-1)
            return (p.exp() * (p - q)).sum(-1).mean()

        for i in range(20):
            check = Check(f"t{i} · another class")
            with pytest.raises(Feedback, match="no negative number"):
                distill_checks.check_equal_logits(check, unguarded, torch.float32)


class TestTask:
    def test_a_seed_gives_the_same(self):
        first, again, other = task(1), task(1), task(2)
        assert first.text == again.text != other.text
        assert torch.equal(first.inputs, again.inputs)
        assert torch.equal(first.unseen, again.unseen)

    @pytest.mark.parametrize("seed", range(5))
    def test_no_input_is_seen_twice(self, seed):
        given = task(seed)
        rows = {tuple(r) for r in torch.cat([given.inputs, given.unseen]).tolist()}
        assert len(rows) == len(given.inputs) + len(given.unseen) == 328

    def test_context_is_as_it_is_printed(self):
        given, words = task(3), shipped().tokenizer.words
        read = [words[i] for i in given.context[0]]
        assert read == ["<s>", *given.text.split()]
        assert read[-6:-5] == ["gave"]

    def test_context_and_inputs_fit_the_model(self):
        for seed in range(20):
            given = task(seed)
            assert given.context.shape[1] + given.inputs.shape[1] <= 32
            assert given.context.shape[1] > max(distill_trial.VECTORS)

    def test_half_of_the_inputs_go_on_with_the_story(self):
        given, words = task(0), shipped().tokenizer.words
        assert (given.inputs[:, 0] == words.index("then")).double().mean() > 0.4


class TestPrompt:
    """What a prompt is measured by."""

    @pytest.mark.parametrize("seed", range(3))
    def test_whole_context_is_the_teacher(self, seed):
        given = task(seed)
        rows = shipped().embed(given.context)[0].detach()
        assert distill_trial.nearness(given, rows, given.unseen) < 1e-5

    @pytest.mark.parametrize("seed", range(3))
    def test_rows_of_the_context_alone_are_not_near_enough(self, seed):
        given = task(seed)
        rows = shipped().embed(given.context)[0].detach()
        for n in (0, *distill_trial.VECTORS):
            prompt = rows[len(rows) - n :]
            assert distill_trial.nearness(given, prompt, given.unseen) > given.bound

    def test_clock_that_ran_out_is_told_from_work_that_took_too_long(self):
        given = task(0)
        assert "busy" in distill_trial.late(given, 3.0, True)["next"]
        assert "Fewer steps" in distill_trial.late(given, 30.0, False)["next"]


def instructors():
    """The functions of the solution."""
    setup, exercises = bank.notebook(NAME)
    space = {}
    for source in [setup[0], *(e.answer for e in exercises if "RECALL" not in e.names)]:
        exec(source, space)
    return space


def test_solution_reaches_the_small_bound(small, check):
    distill_trial.check_prompt(check, instructors()["distill_prompt"], twice=True)


@pytest.mark.slow
@pytest.mark.parametrize("n", distill_trial.VECTORS)
def test_solution_reaches_the_bound_with_a_margin(n):
    distill_prompt = instructors()["distill_prompt"]
    for seed in range(3):
        given = task(seed)
        prompt = distill_prompt(shipped(), given.context, given.inputs, n, seed)
        assert distill_trial.nearness(given, prompt, given.unseen) < 0.7 * given.bound
