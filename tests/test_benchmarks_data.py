"""The benchmark of accuracies: means over seeds, every method, e-mails or none."""

import pytest
import torch

from benchmarks import data
from course_utils.data import DataError
from course_utils.training import Score


def test_a_table_has_a_row_a_method_and_mean_and_deviation_over_seeds():
    runs = [{"a": [0.5, 0.0], "b": [1.0, 0.25]}, {"a": [0.7, 0.0], "b": [1.0, 0.75]}]
    assert data.report(["accuracy", "recall"], runs).splitlines() == [
        "| method | accuracy | recall |",
        "|---|--:|--:|",
        "| a | 0.600 ± 0.141 | 0.000 ± 0.000 |",
        "| b | 1.000 ± 0.000 | 0.500 ± 0.354 |",
    ]


def test_recall_is_that_of_spam():
    confusion = torch.tensor([[80, 10], [6, 4]])  # true class by predicted class
    assert data.caught([Score(0.84, 0.3, confusion)]) == [0.84, pytest.approx(0.4)]


def test_every_seed_runs_once_and_mail_may_be_missing(monkeypatch, capsys):
    seeds = []

    def run(seed):
        seeds.append(seed)
        return {"majority": [0.5, seed / 10]}

    def no_mail():
        raise DataError("not there")

    monkeypatch.setattr(data, "spam_run", run)
    monkeypatch.setattr(data, "sarcasm_run", run)
    monkeypatch.setattr(data, "load_mail", no_mail)
    title, text = data.measure()
    assert title == "Data"
    assert seeds == [*data.SEEDS, *data.SEEDS]
    assert text.count("| majority | 0.500 ± 0.000 | 0.200 ± 0.158 |") == 2
    assert text.endswith("Not fetched (`make mail`).")
    assert "run(4)" in capsys.readouterr().out


def test_with_mail_there_is_a_third_table(monkeypatch):
    for name in ("spam_run", "sarcasm_run", "mail_run"):
        monkeypatch.setattr(data, name, lambda seed: {"majority": [0.5, 0.5]})
        getattr(data, name).__name__ = name
    monkeypatch.setattr(data, "load_mail", lambda: None)
    _, text = data.measure()
    assert text.count("| majority |") == 3
