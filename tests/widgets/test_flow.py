"""The flow explorer's Python side: every way of running, its counts and its words."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
import traitlets

from course_utils.bugs import prefixes as flows
from course_utils.layers import Layer
from course_utils.widgets.flow import FlowExplorer
from course_utils.widgets.flow_ways import CHOICES, attendable, trace

L, T, D, K = 3, 5, 12, 2


def on_arrays(layer):
    def call(rows, seen):
        with torch.no_grad():
            return layer(torch.as_tensor(rows)[None], torch.as_tensor(seen))[0].numpy()

    return call


@pytest.fixture(scope="module")
def given():
    torch.manual_seed(0)
    layers = [Layer(D, 3).double() for _ in range(L)]
    return torch.randn(T, D).double(), layers, list(torch.randn(L, K, D).double())


@pytest.fixture(scope="module")
def explorer(given):
    H0, layers, P = given
    return FlowExplorer(H0, [on_arrays(layer) for layer in layers], P)


def run(given, **way):
    H0, layers, P = given
    arrays = H0.numpy(), [on_arrays(layer) for layer in layers], [p.numpy() for p in P]
    return trace(*arrays, **way)


SAME = [
    (dict(), flows.PrefixFlow),
    (dict(side="behind"), flows.AppendedFlow),
    (dict(drop="end"), flows.DroppedAtTheEnd),
    (dict(drop="wrong"), flows.DroppedFromTheWrongEnd),
    (dict(prefix="same"), flows.SamePrefixForAll),
    (dict(prefix="once", drop="end"), flows.PromptOnly),
    (dict(mask="hidden"), flows.PrefixMaskedOut),
    (dict(mask="causal"), flows.PrefixFlow),
    (dict(mask="causal", side="behind"), flows.AppendedWithoutItsMask),
    (dict(mask="causal", prefix="once", drop="end"), flows.PromptOnly),
]


@pytest.mark.parametrize(("way", "flow"), SAME, ids=lambda x: str(x))
def test_a_way_gives_what_the_flow_of_that_kind_gives(given, way, flow):
    H0, layers, P = given
    with torch.no_grad():
        causal = way.get("mask") == "causal"
        wanted = flow()(H0[None], layers, P, causal=causal)[0]
    got = run(given, **way)[-1].passed
    np.testing.assert_allclose(got, wanted.numpy(), rtol=0, atol=1e-12)


def counts(way):
    rows = [len(names) for names in way["rows"]]
    return rows, [to - start for start, to in way["kept"]]


@pytest.mark.parametrize(
    ("chosen", "into", "passed_on"),
    [
        (("own", "each"), [7, 7, 7], [5, 5, 5]),
        (("same", "each"), [7, 7, 7], [5, 5, 5]),
        (("own", "end"), [7, 9, 11], [7, 9, 5]),
        (("once", "end"), [7, 7, 7], [7, 7, 5]),
        (("once", "each"), [7, 5, 5], [5, 5, 5]),
        (("own", "wrong"), [7, 7, 7], [5, 5, 5]),
    ],
)
def test_rows_are_counted_at_every_layer(explorer, chosen, into, passed_on):
    for mask in CHOICES["mask"]:
        for side in CHOICES["side"]:
            assert counts(explorer.way(*chosen, mask, side)) == (into, passed_on)


def test_every_way_ends_with_the_right_shape(explorer):
    assert len(explorer.ways) == 54
    assert {counts(way)[1][-1] for way in explorer.ways} == {T}


def test_rows_are_named_after_where_they_came_from(explorer):
    tokens = [f"t{t}" for t in range(T)]
    assert explorer.way("own", "each")["rows"][1] == ["P[1][0]", "P[1][1]", *tokens]
    assert explorer.way("same", "each")["rows"][1] == ["P[0][0]", "P[0][1]", *tokens]
    behind = explorer.way("own", "end", side="behind")["rows"][1]
    assert behind == [*tokens, "P[0][0]", "P[0][1]", "P[1][0]", "P[1][1]"]


def test_at_the_wrong_end_tokens_get_lost_two_by_two(explorer):
    way = explorer.way("own", "wrong")
    left = [sum(name[0] == "t" for name in names) for names in way["rows"]]
    assert left == [5, 3, 1]
    assert "at the end 0 of 5 rows belong to tokens" in way["says"]


def test_a_difference_is_zero_exactly_where_the_numbers_agree(explorer):
    assert explorer.way("own", "each")["gaps"] == ["0"] * L
    assert explorer.way("own", "each", side="behind")["gaps"] == ["0"] * L
    assert explorer.way("own", "each", "causal")["gaps"] == ["0"] * L
    for chosen in (("same", "each"), ("own", "end"), ("once", "end")):
        first, *later = explorer.way(*chosen)["gaps"]
        assert first == "0"
        assert "0" not in later
    assert "0" not in explorer.way("own", "each", "hidden")["gaps"]
    assert "0" not in explorer.way("own", "each", "causal", "behind")["gaps"]


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (("own", "each"), "This is prefix-tuning."),
        (("own", "each", "causal"), "The numbers are those of prefix-tuning."),
        (("once", "end"), "prompt tuning. "),
        (("once", "end"), "not those of prefix-tuning from layer 2 on"),
        (("same", "each"), "the other prefixes have no effect"),
        (("own", "each", "hidden"), "not those of prefix-tuning from layer 1 on"),
        (("own", "each", "hidden"), "They are those without any prefix."),
        (("own", "each", "causal", "behind"), "They are those without any prefix."),
        (("own", "each", "none", "behind"), "behind is like in front"),
        (("own", "each", "none", "behind"), "The numbers are those of prefix-tuning."),
    ],
)
def test_words_say_what_a_choice_does(explorer, chosen, says):
    assert says in explorer.way(*chosen)["says"]


def test_only_one_in_54_is_called_prefix_tuning_with_each_mask_that_shows_it(explorer):
    named = [w for w in explorer.ways if "This is prefix-tuning" in w["says"]]
    assert [(w["prefix"], w["drop"], w["side"]) for w in named] == [
        ("own", "each", "front")
    ] * 2
    assert [w["mask"] for w in named] == ["none", "causal"]


def test_without_rows_all_ways_that_keep_the_right_rows_agree(given):
    H0, layers, P = given
    maps = [on_arrays(layer) for layer in layers]
    empty = FlowExplorer(H0, maps, [p[:0] for p in P])
    assert {tuple(way["gaps"]) for way in empty.ways} == {("0",) * L}


def test_masks():
    names = ["P[0][0]", "t0", "t1"]
    assert attendable(names, "none").all()
    assert attendable(names, "causal").tolist() == np.tri(3).astype(bool).tolist()
    assert attendable(names, "hidden").tolist() == [[False, True, True]] * 3


def test_the_callers_arrays_stay_as_they_were(given):
    H0, layers, P = given
    before = [x.clone() for x in (H0, *P)]
    FlowExplorer(H0, [on_arrays(layer) for layer in layers], P)
    assert all(map(torch.equal, before, (H0, *P)))


@pytest.mark.parametrize(
    ("layers", "prefixes", "says"),
    [
        ([], [], "at least one layer"),
        ([max], [], "1 layers and 0 prefixes"),
        ([max], [np.zeros((2, 3))], "differ in width: [(4,), (3,)]"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(layers, prefixes, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        FlowExplorer(np.zeros((5, 4)), layers, prefixes)


def test_steps_and_choices_stay_inside_their_range(explorer):
    explorer.step = 4 * L - 1
    for name, value in (("step", -1), ("step", 4 * L), ("mask", "none at all")):
        with pytest.raises(traitlets.TraitError):
            setattr(explorer, name, value)
    assert explorer.step == 4 * L - 1


def test_its_name_says_what_flows(explorer):
    assert repr(explorer) == (
        "FlowExplorer: 5 tokens, 3 layers, 2 prefix rows each, 54 ways"
    )


def test_nothing_comes_from_the_network(explorer):
    assert "://" not in explorer._esm + explorer._css


def test_it_knows_no_models():
    code = (
        "import sys; import course_utils.widgets.flow; "
        "assert not {'torch', 'course_utils.layers', 'course_utils.bugs'} "
        "& set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
