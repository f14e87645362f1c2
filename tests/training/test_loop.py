"""The loop: what moves, what stays, what is kept when it ends."""

from unittest import mock

import pytest
import torch

from course_utils.adaptation import Classifier, set_trainable
from course_utils.data import Texts
from course_utils.encoder import Encoder
from course_utils.training import evaluate, features, fit, predict
from course_utils.training import loop as module
from course_utils.training.batches import Inputs
from course_utils.training.evaluate import logits, score

WORDS = "a b c d e f g h".split()


def tokenizer(texts, max_len=None):
    """Letters to ids 1..8, padded with 0."""
    rows = [[1 + WORDS.index(w) for w in text.split()][:max_len] for text in texts]
    T = max(map(len, rows))
    ids = torch.tensor([row + [0] * (T - len(row)) for row in rows])
    return ids, torch.arange(T) < torch.tensor([len(row) for row in rows])[:, None]


def build(dropout=0.1, seed=0):
    torch.manual_seed(3)
    encoder = Encoder(9, 8, 2, 2, max_len=12, dropout=dropout, tokenizer=tokenizer)
    return Classifier(encoder.eval(), 2, seed=seed)


def data(n=60, seed=0):
    """Texts in which "a" stands or not, of different lengths."""
    generator = torch.Generator().manual_seed(seed)
    texts, labels = [], []
    for i in range(n):
        T = int(torch.randint(2, 9, (1,), generator=generator))
        words = [WORDS[j] for j in torch.randint(1, 8, (T,), generator=generator)]
        words[T // 2] = "a" if i % 2 else "b"
        texts.append(" ".join(words))
        labels.append(i % 2)
    return Texts(texts, labels, ("without", "with"), "made here")


def values(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def moved(before, model):
    now = values(model)
    return {name for name in now if not torch.equal(now[name], before[name])}


@pytest.mark.parametrize("policy", ["head", "last", "bias", "full"])
def test_what_is_frozen_stays_bit_by_bit_and_the_rest_moves(policy):
    model = build()
    set_trainable(model.encoder, model.head, policy)
    before = values(model)
    fit(model, data(), epochs=2, show=False)
    trainable = {name for name, p in model.named_parameters() if p.requires_grad}
    # A shift of all keys changes no weight: its gradient is rounding, or nothing.
    assert moved(before, model) <= trainable
    assert trainable - moved(before, model) <= {
        name for name in trainable if name.endswith("k.bias") or "embeddings" in name
    }


def test_it_learns():
    model = build()
    train, validation = data(200), data(60, seed=1)
    history = fit(model, train, validation, epochs=12, rate=5e-3, show=False)
    assert evaluate(model, data(100, seed=2)).accuracy > 0.9
    assert history.loss[0] == pytest.approx(0.693, abs=0.3)  # ln 2 at the start
    assert history.train_loss[-1] < 0.3
    assert len(history.loss) == len(history.rate) == 12 * 13
    assert len(history.validation_accuracy) == 12


def test_same_seed_same_parameters_another_seed_others():
    def run(seed):
        model = build()
        fit(model, data(), epochs=2, seed=seed, show=False)
        return values(model)

    first, again, other = run(0), run(0), run(1)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])


def test_global_state_and_modes_come_back():
    model = build()
    model.encoder.layers[0].train()
    modes = [m.training for m in model.modules()]
    torch.manual_seed(9)
    state = torch.random.get_rng_state()
    fit(model, data(), data(), epochs=1, show=False)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert [m.training for m in model.modules()] == modes


def test_best_epoch_is_kept():
    model, validation = build(), data(40, seed=1)
    history = fit(model, data(), validation, epochs=6, rate=3e-2, show=False)
    found = evaluate(model, validation)
    best = max(
        zip(
            history.validation_accuracy,
            [-x for x in history.validation_loss],
            strict=True,
        )
    )
    assert (found.accuracy, -found.loss) == pytest.approx(best)
    accuracy = history.validation_accuracy[history.best_epoch - 1]
    assert found.accuracy == pytest.approx(accuracy)


def test_without_validation_the_last_epoch_stands():
    assert fit(build(), data(), epochs=3, show=False).best_epoch == 3


def test_training_ends_early_when_nothing_gets_better():
    model = build()
    history = fit(
        model, data(), data(), epochs=9, rate=0, head_rate=0, patience=2, show=False
    )
    assert history.stopped == "early"
    assert len(history.train_loss) == 3
    assert history.best_epoch == 1


def test_interrupt_keeps_the_best_parameters():
    model, taken = build(), []

    def step(*arguments):
        if len(taken) == 6:  # in the second of two epochs of four steps
            raise KeyboardInterrupt
        taken.append(real(*arguments))
        if len(taken) == 4:
            taken_values.update(values(model))
        return taken[-1]

    real, taken_values = module.step, {}
    with mock.patch.object(module, "step", step):
        history = fit(model, data(64), epochs=2, show=False)
    assert (history.stopped, history.best_epoch) == ("interrupted", 1)
    assert moved(taken_values, model) == set()
    assert len(history.loss) == 6


def test_loss_that_is_not_finite_is_an_error_and_changes_nothing():
    model = build()
    with torch.no_grad():
        model.head.bias[0] = torch.nan
    before = values(model)
    with pytest.raises(FloatingPointError, match="smaller learning rate"):
        fit(model, data(), epochs=1, show=False)
    changed = {n for n in moved(before, model) if n != "head.bias"}  # NaN != NaN
    assert changed == set()


def test_frozen_encoder_runs_once_for_all_epochs():
    model = build()
    set_trainable(model.encoder, model.head, "head")
    with mock.patch.object(
        model.encoder, "forward", wraps=model.encoder.forward
    ) as runs:
        fit(model, data(64), data(64), epochs=5, show=False)
    assert sum(len(call.args[0]) for call in runs.call_args_list) == 128


def test_cached_features_train_the_same_head_as_the_encoder_itself():
    model, other = build(dropout=0.0), build(dropout=0.0)
    set_trainable(model.encoder, model.head, "head")
    set_trainable(other.encoder, other.head, "head")
    fit(model, data(), epochs=2, show=False)
    with mock.patch.object(
        module,
        "prepare",
        lambda m, train, v, n: (m, Inputs(m, train.texts, train.labels), None),
    ):
        fit(other, data(), epochs=2, show=False)
    torch.testing.assert_close(model.head.weight, other.head.weight)


def test_rate_rises_and_falls():
    rates = fit(build(), data(160), epochs=2, rate=0.1, warmup=0.2, show=False).rate
    assert rates[3] == pytest.approx(0.1)
    assert rates[:4] == sorted(rates[:4])
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rates[-1] < 0.01


def test_every_layer_has_the_rate_of_the_one_above_times_the_decay():
    """By the first step of AdamW, which moves a number by its rate: g / |g| = ±1."""
    model = build()
    before = values(model)
    options = dict(epochs=1, warmup=0.0, weight_decay=0.0, batch_size=60, show=False)
    fit(model, data(60), rate=0.08, head_rate=0.5, layer_decay=0.5, **options)
    wanted = {
        "head.weight": 0.5,
        "encoder.layers.1.ff1.weight": 0.08,
        "encoder.layers.0.ff1.weight": 0.04,
        "encoder.embeddings.position.weight": 0.02,
    }
    now = values(model)
    for name, rate in wanted.items():
        largest = float((now[name] - before[name]).abs().max())
        assert largest == pytest.approx(rate, rel=1e-3), name


def test_a_decay_of_1_is_one_rate_for_the_whole_encoder():
    parts = module.groups(build(), 0.08, 0.5, layer_decay=1.0)
    assert [(part["head"], part["lr"]) for part in parts] == [
        (False, 0.08),
        (True, 0.5),
    ]


def test_the_gradients_of_the_encoder_are_clipped_together(monkeypatch):
    """Groups of different rates must not each have a norm of their own."""
    clipped = []
    real = torch.nn.utils.clip_grad_norm_

    def spy(parameters, clip):
        clipped.append(list(parameters))
        return real(clipped[-1], clip)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", spy)
    model = build()
    fit(model, data(), epochs=1, batch_size=60, show=False)
    encoder, head = ({id(p) for p in part} for part in clipped)
    assert encoder == {id(p) for p in model.encoder.parameters()}
    assert head == {id(p) for p in model.head.parameters()}


@pytest.mark.parametrize("dropout", [False, True])
def test_dropout_acts_only_where_it_is_wanted(dropout):
    """Two models that differ in dropout alone part ways only if it acts."""
    with_it, without = build(dropout=0.5), build(dropout=0.0)
    for model in (with_it, without):
        fit(model, data(), epochs=1, show=False, dropout=dropout)
    same = [
        torch.equal(a, b)
        for a, b in zip(with_it.parameters(), without.parameters(), strict=True)
    ]
    assert all(same) is not dropout


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_sizes_have_to_be_positive(name):
    with pytest.raises(ValueError, match=f"{name} is 0"):
        fit(build(), data(), show=False, **{name: 0})


def test_nothing_to_train_is_an_error():
    model = build()
    model.requires_grad_(False)
    with pytest.raises(ValueError, match="nothing to train"):
        fit(model, data(), show=False)


def test_progress_bar_shows_the_loss(capsys):
    fit(build(), data(), epochs=1)
    text = capsys.readouterr().err
    assert "training" in text
    assert "loss=" in text


class TestEvaluate:
    def test_order_of_texts_does_not_matter(self):
        model, texts = build(), data().texts
        found, back = logits(model, texts), logits(model, texts[::-1])
        torch.testing.assert_close(found, back.flip(0))
        assert predict(model, texts) == found.argmax(-1).tolist()
        assert predict(model, []) == []

    def test_each_text_is_judged_by_itself(self):
        model, texts = build(), data().texts
        alone = torch.cat([features(model, [text]) for text in texts])
        torch.testing.assert_close(features(model, texts), alone)

    def test_modes_come_back(self):
        model = build().train()
        features(model, ["a b"])
        assert all(m.training for m in model.modules())

    def test_confusion_recall_precision(self):
        found = torch.tensor([[2.0, 0], [0, 1], [0, 1], [0, 1]])
        result = score(found, torch.tensor([0, 0, 1, 1]))
        assert result.confusion.tolist() == [[1, 1], [0, 2]]
        assert result.recall.tolist() == [0.5, 1.0]
        assert result.precision.tolist() == [1.0, pytest.approx(2 / 3)]
        assert result.accuracy == 0.75


class TestInputs:
    def test_every_text_comes_once_in_an_epoch(self):
        model, texts = build(), data(101).texts
        generator = torch.Generator().manual_seed(0)
        batches = [*Inputs(model, texts).shuffled(4, generator)]
        places = torch.cat([batch.places for batch in batches])
        assert sorted(places.tolist()) == list(range(101))
        assert max(len(batch.places) for batch in batches) == 4

    def test_number_of_batches_is_the_promised_one(self):
        model = build()
        for n in (1, 4, 33, 70, 101):
            inputs = Inputs(model, data(n).texts)
            generator = torch.Generator().manual_seed(0)
            assert len([*inputs.shuffled(4, generator)]) == inputs.batches(4)

    def test_little_is_padding(self):
        model, texts = build(), data(400).texts
        inputs = Inputs(model, texts)
        generator = torch.Generator().manual_seed(0)
        sorted_ones = sum(
            b.inputs[1].numel() for b in inputs.shuffled(8, generator)
        ) / int(inputs.mask.sum())
        assert sorted_ones < 1.1 < inputs.mask.numel() / int(inputs.mask.sum())

    def test_texts_are_cut(self):
        assert Inputs(build(), ["a b c d", "a"], max_len=2).ids.shape == (2, 2)
