"""Scores of orderings, against brute force over all orders that are legal."""

import random
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.exercises import ordering

CHAIN = [("A", "B"), ("B", "C"), ("C", "D")]


def legal(labels, edges):
    """All orders in which each edge's first label stands before its second."""
    return [
        order
        for order in permutations(labels)
        if all(order.index(a) < order.index(b) for a, b in edges)
    ]


def common(a, b):
    """Length of the longest common subsequence, by its definition."""
    row = [0] * (len(b) + 1)
    for x in a:
        last = row
        row = [0]
        for j, y in enumerate(b):
            row.append(last[j] + 1 if x == y else max(last[j + 1], row[j]))
    return row[-1]


@st.composite
def graphs(draw):
    """Labels, edges without a cycle, and an order of some of them and others."""
    labels = "ABCDEF"[: draw(st.integers(1, 6))]
    pairs = list(combinations(draw(st.permutations(labels)), 2))
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    pool = [*labels, "x", "y"]
    found = draw(st.lists(st.sampled_from(pool), unique=True, max_size=8))
    return labels, edges, found


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_moves_are_counted_to_the_nearest_legal_order(case):
    labels, edges, found = case
    raw, moves, missing, extra = ordering.raw_score(
        found, labels, ordering.closure(edges)
    )
    inside = [label for label in found if label in labels]
    nearest = max(common(inside, order) for order in legal(labels, edges))
    assert moves == len(inside) - nearest
    assert (missing, extra) == (len(labels) - len(inside), len(found) - len(inside))
    assert raw == max(0, 1 - (moves + missing + extra) / len(labels))


@given(graphs())
@settings(max_examples=50, deadline=None)
def test_full_marks_for_legal_orders_and_for_no_other(case):
    labels, edges, found = case
    right = set(legal(labels, edges))
    for order in permutations(labels):
        assert (ordering.score(order, labels, edges).share == 1) == (order in right)
    share = ordering.score(found, labels, edges).share
    assert 0 <= share <= 1
    assert (share == 1) == (tuple(found) in right)


def test_chance_is_the_mean_over_all_orders():
    before = ordering.closure(CHAIN)
    orders = list(permutations("ABCD"))
    mean = sum(ordering.raw_score(o, "ABCD", before)[0] for o in orders) / len(orders)
    spread = 0.25  # standard deviation of one draw is below this
    drawn = ordering.chance(tuple("ABCD"), tuple(CHAIN))
    assert abs(drawn - mean) < 5 * spread / 2000**0.5


def test_random_orders_earn_little_and_the_right_one_all():
    labels = "ABCDEFGHIJKL"
    edges = list(pairwise(labels))
    rng = random.Random(1)
    shares = [
        ordering.score(rng.sample(labels, 12), labels, edges).share for _ in range(300)
    ]
    assert sum(shares) / len(shares) < 0.1
    assert ordering.score(labels, labels, edges).share == 1
    assert ordering.score(labels[::-1], labels, edges).share == 0


def test_share_falls_with_every_further_mistake():
    labels = "ABCDEFGH"
    edges = list(pairwise(labels))
    orders = ["ABCDEFGH", "BACDEFGH", "BADCEFGH", "BADCFEGH"]
    shares = [ordering.score(order, labels, edges).share for order in orders]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == len(shares)


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        ("ABCD", None),
        ("", None),
        ("BACD", ("A", "B")),
        ("ACBD", ("B", "C")),
        ("DBCA", ("C", "D")),  # of the broken edges the one that is met first
        ("CA", ("A", "C")),  # no edge, but it follows from two
        ("BDC", ("C", "D")),
    ],
)
def test_first_broken_dependency(found, broken):
    assert ordering.score(found, "ABCD", CHAIN).broken == broken


def test_dependencies_that_follow_from_others_count():
    assert ordering.closure(CHAIN) == set(combinations("ABCD", 2))
    assert ordering.score("DA", "ABCD", CHAIN).moves == 1


def test_parallel_steps_may_stand_in_any_order():
    edges = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")]
    assert ordering.score("ABCD", "ABCD", edges).share == 1
    assert ordering.score("ACBD", "ABCD", edges).share == 1
    assert ordering.score("BACD", "ABCD", edges).moves == 1


class TestFaults:
    """Faults of the idea cap the share, after the correction for chance."""

    def faults(self, edges, data):
        """Some faults on these edges and the labels x, y; none is in a right order."""
        whats = [*sorted(ordering.closure(edges)), "x", "y"]
        chosen = data.draw(st.lists(st.sampled_from(whats), unique=True, max_size=4))
        shares = st.sampled_from([0.0, 0.25, 0.6, 0.75, 1.0])
        return [ordering.Fault(what, data.draw(shares), "why") for what in chosen]

    @given(graphs(), st.data())
    @settings(max_examples=150, deadline=None)
    def test_the_lowest_cap_of_the_faults_that_hold(self, case, data):
        labels, edges, found = case
        faults = self.faults(edges, data)
        free = ordering.score(found, labels, edges).share
        behind = {
            (later, earlier)
            for i, later in enumerate(found)
            for earlier in found[i + 1 :]
        }
        wrong = {(a, b) for b, a in behind} | set(found)
        caps = [fault.most for fault in faults if fault.what in wrong]
        result = ordering.score(found, labels, edges, faults)
        assert result.share == min([free, *caps])
        assert (result.cap is None) == (result.share == free)
        assert result._replace(share=free, cap=None) == ordering.score(
            found, labels, edges
        )

    @given(graphs(), st.data())
    @settings(max_examples=50, deadline=None)
    def test_no_legal_order_is_capped(self, case, data):
        labels, edges, _ = case
        faults = self.faults(edges, data)
        for order in legal(labels, edges):
            assert ordering.score(order, labels, edges, faults).share == 1

    @pytest.mark.parametrize("what", ["A", ("B", "A"), ("A", "x")])
    def test_a_fault_that_right_orders_have_is_refused(self, what):
        faults = [ordering.Fault(what, 0.5, "")]
        with pytest.raises(ValueError, match="right orders have it"):
            ordering.score("ABCD", "ABCD", CHAIN, faults)

    @pytest.mark.parametrize("shares", [(0.25, 0.4), (0.4, 0.25)])
    def test_of_several_faults_the_worst_counts(self, shares):
        labels = "ABCDEFGH"
        whats = [("A", "B"), "x"]
        faults = [
            ordering.Fault(what, most, "")
            for what, most in zip(whats, shares, strict=True)
        ]
        edges = list(pairwise(labels))
        result = ordering.score("BACDEFGH", labels, edges, faults)
        assert (result.share, result.cap) == (shares[0], faults[0])
        result = ordering.score("BACDEFGHx", labels, edges, faults)
        assert (result.share, result.cap.most) == (0.25, 0.25)

    def test_a_pair_counts_only_if_both_are_there(self):
        faults = [ordering.Fault(("A", "D"), 0.0, "")]
        assert ordering.score("BCD", "ABCD", CHAIN, faults).cap is None
        assert ordering.score("BCDA", "ABCD", CHAIN, faults).share == 0
