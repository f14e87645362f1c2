"""The runner of mutants: what it changes, how it judges, what it lists."""

import time

import pytest

from tests import bank, mutation

CODED = list(mutation.coded())
SHORT = """def f(x):
    '''Add 2, or more than 2.'''
    if x < 0:
        raise ValueError("less than" + str(0))
    ### BEGIN SOLUTION
    if x > 9:
        raise ValueError("more than" + str(9))
    return x + 2
    ### END SOLUTION
"""
NAME, NAMES = "a2_layer_recurrence", frozenset({"changed_states"})


@pytest.fixture(scope="module")
def answer():
    """The instructor's answer to a2 · changed_states."""
    (found,) = (e for e in bank.notebook(NAME)[1] if e.names == NAMES)
    return found.answer


def test_one_place_of_the_solution_region_changes_but_no_error_text():
    assert [mutant.change for mutant in mutation.mutants(SHORT)] == [
        "if x > 9: → if x >= 9:",
        "if x > 9: → if x > 10:",
        "return x + 2 → return x - 2",
        "return x + 2 → return x + 3",
    ]


def test_mutants_are_programs_and_no_two_are_alike():
    found = mutation.mutants(SHORT)
    assert len({mutant.code for mutant in found} | {SHORT}) == len(found) + 1
    for mutant in found:
        compile(mutant.code, "<mutant>", "exec")


def test_every_exercise_in_code_has_mutants_and_no_other():
    names = {exercise for _, exercise in CODED}
    assert {"embed", "run_stack", "diagnose", "fixed_1", "pool", "gate"} <= names
    assert not {"Q1", "TRACE", "STATE_ORDER", "FAULTS", "REPORT"} & names
    for assignment, exercise in CODED:
        (found,) = (e for e in bank.notebook(assignment)[1] if exercise in e.names)
        assert mutation.mutants(found.answer), exercise


@pytest.mark.parametrize("assignment", sorted({a for a, _ in CODED}))
def test_what_is_listed_as_equivalent_is_a_mutant_and_has_a_reason(assignment):
    listed = mutation.listed(assignment)
    made = {
        (exercise, mutant.change)
        for name, exercise in CODED
        if name == assignment
        for found in bank.notebook(assignment)[1]
        if exercise in found.names
        for mutant in mutation.mutants(found.answer)
    }
    assert listed.keys() - made == set()
    assert all(len(why.split()) > 4 for why in listed.values())


def test_a_sample_is_drawn_by_the_seed_in_the_order_of_the_code():
    found = [mutation.Mutant(str(i), "") for i in range(200)]
    one = mutation.drawn(found, "f", 20, seed=1)
    assert one == mutation.drawn(found, "f", 20, seed=1)
    assert one == sorted(one, key=found.index)
    assert len(set(one)) == 20
    assert one != mutation.drawn(found, "f", 20, seed=2)
    assert mutation.drawn(found, "f", 0, seed=1) == found
    assert mutation.drawn(found[:3], "f", 20, seed=1) == found[:3]


def test_of_an_exercise_that_trains_few_are_drawn():
    found = [mutation.Mutant(str(i), "") for i in range(200)]
    assert len(mutation.drawn(found, "adapt", 0, seed=0)) == 12
    assert len(mutation.drawn(found, "adapt", 5, seed=0)) == 5


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("{answer}", True),
        ("{answer}    return set()", True),  # not reached
        ("def changed_states(L, i, j):\n    return set()", False),
        ("def changed_states(L, i, j):\n    while True:\n        pass", False),
        ("import os\nos._exit(0)", False),
        ("def changed_states(", False),
    ],
)
def test_only_what_ends_with_all_points_has_full_marks(answer, code, verdict):
    code = code.replace("{answer}", answer)
    assert mutation.full_marks(NAME, code, NAMES, 5.0) is verdict


def test_cpu_time_ends_an_answer_whatever_it_catches():
    begun = time.process_time()
    code = "while True:\n    try:\n        while True:\n            pass\n"
    code += "    except BaseException:\n        pass"
    assert not mutation.full_marks(NAME, code, NAMES, 1.0)
    assert time.process_time() - begun < 1  # the child's time is not ours


def test_all_mutants_of_an_exercise_are_examined(answer):
    outcome = mutation.examine(NAME, "changed_states", 0, 0)
    assert len(outcome.rejected) == len(mutation.mutants(answer))
    assert (outcome.survivors, outcome.equivalent, outcome.problem) == ([], [], "")


def test_a_survivor_is_equivalent_only_if_it_is_listed(answer, monkeypatch):
    same = answer.replace("    ### END", "    return set()\n    ### END")
    made = [mutation.Mutant("one", same), mutation.Mutant("two", same)]
    made.append(mutation.Mutant("three", "def changed_states(L, i, j): pass"))
    monkeypatch.setattr(mutation, "mutants", lambda source: made)
    listed = {("changed_states", text): "why" for text in ("two", "three")}
    monkeypatch.setattr(mutation, "listed", lambda assignment: listed)
    outcome = mutation.examine(NAME, "changed_states", 0, 0)
    assert (outcome.survivors, outcome.equivalent) == (["one"], ["two"])
    assert outcome.rejected == ["three"]
    assert "three" in outcome.problem


def test_where_even_the_original_fails_nothing_is_shown(monkeypatch):
    monkeypatch.setattr(mutation, "full_marks", lambda *answer: False)
    outcome = mutation.examine(NAME, "changed_states", 1, 0)
    assert "own answer" in outcome.problem


def test_another_diagnosis_that_finds_every_fault_is_as_right(monkeypatch):
    made = [mutation.Mutant("other probes", "")]
    monkeypatch.setattr(mutation, "mutants", lambda source: made)
    monkeypatch.setattr(mutation, "full_marks", lambda *answer: True)
    monkeypatch.setattr(bank, "judge", lambda *answer: None)
    outcome = mutation.examine("a4_broken_layer_clinic", "diagnose", 0, 0)
    assert (outcome.equivalent, outcome.survivors) == (["other probes"], [])


@pytest.mark.parametrize(
    ("rejected", "survivors", "problem", "well"),
    [
        (95, 5, "", True),
        (94, 5, "", False),
        (100, 0, "listed", False),
        (0, 0, "", False),
    ],
)
def test_95_percent_of_those_that_are_not_equivalent(
    rejected, survivors, problem, well
):
    kinds = ["a"] * rejected, ["b"] * 40, ["c"] * survivors
    text, verdict = mutation.report([mutation.Outcome("a1", "f", *kinds, 1.0, problem)])
    assert verdict is well
    rows = [row.split() for row in text.splitlines()]
    counts = [rejected + 40 + survivors, rejected, 40, survivors, 1]
    assert rows[1] == ["a1", "·", "f", *map(str, counts)]
    assert rows[2] == ["all", *map(str, counts)]
    assert text.count("f: full marks for  c") == survivors
