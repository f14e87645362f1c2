"""Numbers are counted, copied, and all that predict_with gets."""

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.exercises import Check, Feedback, adapt_task, budget_checks
from course_utils.exercises.adapt_task import VARIABLE, task
from course_utils.exercises.budget_trial import BudgetTrial
from tests import bank

NAME = "a7_adapt_under_a_budget"


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")


@pytest.fixture
def check():
    return Check("t1 · budget")


def instructors(*names):
    """Functions of the solution."""
    setup, exercises = bank.notebook(NAME)
    space = {}
    for source in [*setup, *(e.answer for e in exercises)]:
        exec(source, space)
    return [space[name] for name in names]


def made(check, numbers, budget=100):
    """A trial of a function that returns these numbers, on the small task."""
    return BudgetTrial(check, lambda *_: numbers, lambda *_: [], task(0), budget)


def feedback(check, numbers, budget=100):
    """What a learner reads about these numbers, by lines."""
    run = made(check, numbers, budget)
    with pytest.raises(Feedback) as found:
        run.train(run.task.train, 0, "t")
    return found.value.lines


class TestNumbers:
    """What `adapt_within` may return."""

    @pytest.mark.parametrize("budget", [100, np.int64(100), np.int32(100)])
    def test_the_whole_budget_may_be_used(self, small, check, budget):
        numbers = {"a": torch.ones(9, 10), "b": torch.ones(()), "c": torch.ones(9)}
        run = made(check, numbers, budget)
        assert run.train(run.task.train, 0, "t").keys() == numbers.keys()

    def test_one_more_may_not(self, small, check):
        lines = feedback(check, {"a": torch.ones(9, 10), "b": torch.ones(11)})
        assert lines["expected"] == "at most 100 numbers in all"
        assert lines["got"].startswith("101 numbers; all of them:\n'a': 90\n'b': 11")

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
    def test_number_formats(self, small, check, dtype):
        run = made(check, {"a": torch.ones(3, dtype=dtype)})
        assert run.train(run.task.train, 0, "t")["a"].dtype == dtype

    @pytest.mark.parametrize(
        "value",
        [
            torch.ones(2, dtype=torch.float64),
            torch.ones(2, dtype=torch.complex64),
            torch.ones(2, dtype=torch.int64),
            torch.ones(2, dtype=torch.bool),
            np.ones(2, dtype=np.float32),
            [1.0, 2.0],
            1.0,
            None,
        ],
    )
    def test_other_formats_do_not_count(self, small, check, value):
        lines = feedback(check, {"a": value})
        assert "32 bits or less" in lines["expected"]
        assert lines["got"].startswith("'a': ")

    @pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
    def test_not_finite(self, small, check, value):
        assert feedback(check, {"a": torch.tensor([0.0, value])})["got"].endswith("'a'")

    def test_weights_that_were_not_trained_are_recognised(self, small, check):
        name, weight = next(iter(task(0).encoder.named_parameters()))
        lines = feedback(check, {"W": torch.ones(3), "copy": weight.detach().clone()})
        assert f"'copy' is the encoder's {name} as it was" in lines["cause"]
        lines = feedback(check, {"copy": weight.detach() + 1})
        assert "cause" not in lines

    def test_they_are_copied_and_cut_off(self, small, check):
        numbers = {"a": nn.Parameter(torch.ones(3))}
        run = made(check, numbers)
        kept = run.train(run.task.train, 0, "t")
        with torch.no_grad():
            numbers["a"].zero_()
        assert kept["a"].tolist() == [1, 1, 1]
        assert not kept["a"].requires_grad


def test_predict_with_gets_an_encoder_without_a_trace(small, check):
    seen = []

    def adapt_within(encoder, texts, labels, budget, seed):
        encoder.trace = True
        encoder.layers[0].register_forward_hook(lambda *_: None)
        return {"a": torch.zeros(1)}

    def predict_with(encoder, numbers, texts):
        hooks = encoder.layers[0]._forward_hooks
        seen.append((hasattr(encoder, "trace"), len(hooks), numbers["a"].data_ptr()))
        return [0] * len(texts)

    run = BudgetTrial(check, adapt_within, predict_with, task(0), 5)
    numbers = run.train(run.task.train, 0, "t")
    for _ in range(2):
        run.labels(numbers, run.task.unseen.texts[:3], "t")
    assert [trace[:2] for trace in seen] == [(False, 0), (False, 0)]
    assert numbers["a"].data_ptr() not in [trace[2] for trace in seen]


def test_budgets_are_tried_down_to_the_smallest(small, check):
    budgets = []

    def adapt_within(encoder, texts, labels, budget, seed):
        budgets.append(budget)
        return {"a": torch.tensor([float(labels[0])])}

    budget_checks.check_numbers(check, adapt_within)
    least = budget_checks.SMALLEST * 64
    assert min(budgets) == least
    assert max(budgets) == adapt_task.small(0).numbers
    assert len(set(budgets)) == 3


def test_numbers_agree_up_to_rounding():
    a = {"x": torch.tensor([1.0, 100.0]), "y": torch.zeros(0)}
    near = {"x": a["x"] + 0.01, "y": a["y"]}
    far = {"x": a["x"] + 1.0, "y": a["y"]}
    assert budget_checks.agree(a, near)
    assert not budget_checks.agree(a, far)
    assert not budget_checks.agree(a, {"x": a["x"]})
    assert not budget_checks.agree(a, {"x": a["x"].half(), "y": a["y"]})


@pytest.mark.parametrize("seed", [1, 2])
def test_solution_reaches_the_accuracy(small, seed):
    given = task(seed)
    adapt_within, predict_with = instructors("adapt_within", "predict_with")
    numbers = adapt_within(given.encoder, *given.train, given.numbers, seed)
    found = predict_with(given.encoder, numbers, given.unseen.texts)
    assert adapt_task.accuracy(found, given.unseen.labels) > budget_checks.ACCURACY


def test_linear_head_does_not(small):
    for seed in range(5):
        assert adapt_task.head_only(task(seed)) < budget_checks.ACCURACY


@pytest.mark.slow
class TestReal:
    """With the pre-trained encoder and the sarcasm set."""

    @pytest.fixture(autouse=True)
    def real(self, monkeypatch):
        monkeypatch.delenv(VARIABLE, raising=False)

    def test_solution_passes(self):
        pair = instructors("adapt_within", "predict_with")
        with Check("a7 · adapt_within") as check:
            budget_checks.check_numbers(check, pair[0])
        with Check("a7 · predict_with") as check:
            budget_checks.check_predictions(check, *pair)
        with Check("a7 · accuracy") as check:
            budget_checks.check_form(check, *pair)
            budget_checks.check_accuracy(check, *pair)
        assert task(0).name == "short reviews"

    def test_a_head_with_a_hidden_layer_does_not(self, check):
        given = task(0)
        X, new = (adapt_task.features(given.encoder, p.texts) for p in given[2:4])
        y, d = torch.tensor(given.train.labels), given.encoder.d
        with torch.random.fork_rng([]):
            torch.manual_seed(0)
            head = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 64), nn.GELU())
            head.append(nn.Linear(64, 2))
        optimizer = torch.optim.AdamW(head.parameters(), 1e-3)
        for _ in range(100):
            loss = nn.functional.cross_entropy(head(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert sum(p.numel() for p in head.parameters()) < given.numbers
        found = head(new).argmax(-1).tolist()
        assert loss < 0.1
        reached = adapt_task.accuracy(found, given.unseen.labels)
        assert reached < budget_checks.ACCURACY
