"""The benchmark of all methods: what is trained, what is kept, what is reported."""

import json
from types import SimpleNamespace

import pytest
import torch

from benchmarks import __main__ as command
from benchmarks import methods, methods_runs
from benchmarks.methods_runs import CHOOSING, RATES, SEEDS, TASKS
from course_utils.adaptation import METHODS, count_trainable
from course_utils.data.compared import accuracies, difference, methods_compared
from course_utils.widgets.budget import BudgetExplorer

MINI = dict(L=6, d=384, h=12, f=1536, V=30522, T_max=512, types=2, C=2, k=20, r=8, b=64)


def made_up(method, data, regime, seed, rate):
    """What a training might bring; every number is another."""
    if method not in METHODS:
        return {"accuracy": 0.5}
    rank = list(RATES).index(method)
    result = {
        "trainable": 1000 * (rank + 1),
        "seconds": 2.0 + rank,
        "steps": 4,
        "epochs": 3,
        "best_epoch": 2,
        "validation": 0.6 + (rate == RATES[method][-1]) / 10,
        "loss": 0.4,
    }
    return result if seed == CHOOSING else result | {"accuracy": 0.6 + seed / 100}


@pytest.fixture
def target(tmp_path, monkeypatch):
    """A file of the test's own, and trainings that take no time."""
    path = tmp_path / "methods.json"
    monkeypatch.setattr(methods_runs, "TARGET", path)
    monkeypatch.setattr(methods_runs, "train_one", made_up)
    peaks = [{"method": method, "peak": 5_000_000} for method in RATES]
    monkeypatch.setattr(methods_runs, "steps", lambda: peaks)
    return path


def test_one_command_trains_every_method_with_every_seed(target):
    assert "methods" in command.NAMES
    found = methods_runs.run_all()
    assert json.loads(target.read_text()) == json.loads(json.dumps(found))
    done = [(r["data"], r["regime"], r["seed"], r["method"]) for r in found["runs"]]
    wanted = {
        (*task, seed, method)
        for task in TASKS
        for seed in SEEDS
        for method in ("majority", "words", *METHODS)
    }
    assert set(done) == wanted
    assert len(done) == len(wanted)
    assert len(SEEDS) == 5
    assert CHOOSING not in SEEDS
    tried = [(c["data"], c["method"], c["rate"]) for c in found["choices"]]
    several = {m: rates for m, rates in RATES.items() if len(rates) > 1}
    assert sorted(tried) == sorted(
        (data, method, rate)
        for data in ("sarcasm", "spam")
        for method, rates in several.items()
        for rate in rates
    )
    # The made-up trainings are better at the last rate.
    assert all(r["rate"] == RATES[r["method"]][-1] for r in found["runs"] if r["rate"])


def test_an_interrupted_measurement_goes_on_where_it_stopped(target, monkeypatch):
    calls = []

    def interrupted(**job):
        calls.append(job)
        if len(calls) == 40:
            raise KeyboardInterrupt
        return made_up(**job)

    monkeypatch.setattr(methods_runs, "train_one", interrupted)
    with pytest.raises(KeyboardInterrupt):
        methods_runs.run_all()
    kept = json.loads(target.read_text())
    assert len(kept["choices"]) + len(kept["runs"]) == 39
    found = methods_runs.run_all()
    keys = [tuple(job.values()) for job in calls]
    assert keys[39] == keys[40]  # the one that was interrupted, and no other, again
    assert len(set(keys)) == len(keys) - 1
    assert not list(methods_runs.missing(found))
    # A run more trains nothing, and the same text is made of the same numbers.
    assert methods_runs.run_all() == found
    assert len(calls) == len(keys)


def test_a_rate_is_chosen_by_accuracy_then_by_loss():
    def tried(rate, validation, loss, data="spam"):
        return {"method": "lora", "data": data, "rate": rate} | {
            "validation": validation,
            "loss": loss,
        }

    found = {"choices": [tried(1, 0.8, 0.2), tried(2, 0.9, 0.5), tried(3, 0.9, 0.4)]}
    found["choices"].append(tried(4, 1.0, 0.0, data="sarcasm"))
    assert methods_runs.chosen(found, "spam", "lora") == 3
    assert methods_runs.chosen(found, "spam", "head") == RATES["head"][0]
    assert methods_runs.chosen(found, "spam", "words") is None


@pytest.mark.parametrize("seed", [0, CHOOSING])
def test_the_test_texts_take_no_part_in_choosing(monkeypatch, seed):
    judged = []

    def fit(model, train, validation, **options):
        assert (len(train.texts), len(validation.texts)) == (60, 60)
        assert (options["layer_decay"], options["max_len"]) == (1.0, 40)
        history = SimpleNamespace(loss=[0.5] * 8, best_epoch=2)
        history.validation_accuracy = [0.5, 0.7]
        history.validation_loss = [0.9, 0.6]
        return history

    def evaluate(model, test, max_len):
        judged.append(len(test.texts))
        return SimpleNamespace(accuracy=0.75)

    monkeypatch.setattr(methods_runs, "fit", fit)
    monkeypatch.setattr(methods_runs, "evaluate", evaluate)
    found = methods_runs.train_one("lora", "spam", "low", seed, 1e-3)
    assert (found["validation"], found["loss"], found["steps"]) == (0.7, 0.6, 8)
    assert found["trainable"] == count_trainable(MINI, "lora")
    assert found.get("accuracy") == (0.75 if seed == 0 else None)
    assert judged == ([400] if seed == 0 else [])


def test_sarcasm_is_reported_on_phrases_that_no_other_text_holds():
    task = methods_runs.Task(24, 12, 12, 1)
    parts = methods_runs.draw("sarcasm", task, 3)
    known = " ".join(parts.train.texts + parts.validation.texts)
    facts = [text.split(",")[0].split(". ")[-1] for text in parts.test.texts]
    assert not [fact for fact in facts if fact in known]


def test_the_baselines_need_no_encoder():
    majority = methods_runs.train_one("majority", "spam", "low", 0, None)["accuracy"]
    # Each set has the share of ham that all messages have, to within one text.
    assert abs(majority - 3972 / 4533) <= 1 / 400
    words = methods_runs.train_one("words", "spam", "low", 0, None)["accuracy"]
    assert 0.8 < words < 1


def test_a_step_changes_what_the_method_trains():
    run = methods_runs.one_step("bitfit")
    first = run()
    assert run() < first
    assert torch.isfinite(first)


def test_the_report_has_a_row_for_every_method_and_every_task(target):
    title, text = methods.measure()
    assert title == "Methods compared"
    lines = text.splitlines()
    for part in ("Sarcasm, full data", "Sarcasm, low data", "Spam, full data"):
        assert f"### {part}" in lines
    # Accuracies 0.60 to 0.64: their mean, and the deviation of 0 … 4 hundredths.
    assert lines.count("| full | 2,000 | 0.620 ± 0.016 | 2.0 | 3.0 |") == len(TASKS)
    assert lines.count("| words | 0 | 0.500 ± 0.000 |  |  |") == len(TASKS)
    assert "| full | 5.0 | 0.02 |" in lines  # 8 bytes for each of 2,000 numbers
    assert "| full | 0.0002: 0.600, 0.0005: 0.700 | 0.0005 |" in text


def test_a_difference_is_taken_seed_by_seed():
    gap, half = difference([0.9, 0.8, 0.7, 0.9, 0.8], [0.8, 0.7, 0.6, 0.8, 0.7])
    assert gap == pytest.approx(0.1)
    assert half == pytest.approx(0, abs=1e-12)
    # Mean 0, standard deviation 0.1 of two seeds: t · 0.1 · √2 / √2.
    gap, half = difference([0.6, 0.4], [0.5, 0.5])
    assert (gap, half) == (pytest.approx(0), pytest.approx(1.271))
    for first, second in (([0.5], [0.4]), ([], []), ([0.5, 0.5], [0.5])):
        with pytest.raises(ValueError, match=r"seeds|shorter|longer"):
            difference(first, second)


class TestShipped:
    """course_utils/data/methods.json."""

    def test_nothing_is_missing_and_settings_are_those_of_the_code(self):
        found = methods_compared()
        assert not list(methods_runs.missing(found))
        settings = json.loads(json.dumps(methods_runs.empty()))
        for name in ("encoder", "options", "max_len", "rates", "seeds", "tasks"):
            assert found[name] == settings[name], name
        assert [step["method"] for step in found["steps"]] == list(RATES)

    def test_every_run_had_the_rate_that_was_chosen(self):
        found = methods_compared()
        for run in found["runs"]:
            wanted = methods_runs.chosen(found, run["data"], run["method"])
            assert run["rate"] == wanted, run

    def test_counts_are_those_of_the_formula(self):
        for run in methods_compared()["runs"]:
            if run["method"] in METHODS:
                assert run["trainable"] == count_trainable(MINI, run["method"])

    def test_accuracies_come_in_the_order_of_the_seeds(self):
        found = methods_compared()
        for data, regime in TASKS:
            by_method = accuracies(found, data, regime)
            assert {len(runs) for runs in by_method.values()} == {len(SEEDS)}
        shuffled = found | {"runs": found["runs"][::-1]}
        assert (
            accuracies(shuffled, "spam", "low")["lora"]
            == (accuracies(found, "spam", "low")["lora"])
        )

    def test_they_can_be_shown_in_the_explorer(self):
        found = methods_compared()
        trained = {
            r["method"]: r["trainable"] for r in found["runs"] if "trainable" in r
        }
        by_method = accuracies(found, "sarcasm", "full")
        shown = BudgetExplorer(trained, {"sarcasm": {m: by_method[m] for m in trained}})
        assert (shown.names[0], shown.names[-1]) == ("head", "full")
