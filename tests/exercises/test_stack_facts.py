"""What is said of wrong answers about stacks is true."""

import pytest
import torch

from course_utils.exercises.stack_facts import (
    alike,
    difference_of_layers,
    difference_of_runs,
    differing,
    end_of_run,
    last_change,
)

NAN, INF = float("nan"), float("inf")


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


class TestNumbers:
    """Where two tensors differ, or nearly do."""

    @pytest.mark.parametrize("rtol", [0.0, 1e-5])
    @pytest.mark.parametrize("x", [NAN, INF, -INF, 1.0, 1.0 + 1e-6])
    @pytest.mark.parametrize("y", [NAN, INF, -INF, 1.0])
    def test_agrees_with_torch(self, x, y, rtol):
        a, b = tensor(0.0, x), tensor(0.0, y)
        same = torch.allclose(a, b, rtol=rtol, atol=1e-8, equal_nan=True)
        assert (differing(a, b, rtol, 1e-8) == "") == same

    def test_first_place_is_named_with_enough_digits(self):
        text = differing(tensor(1.0, 1.0000004), tensor(1.0, 1.0), 0.0, 1e-8)
        assert text == "at index (1,): 1.0000004 against 1 (they may be 1e-08 apart)"
        assert differing(tensor(NAN), tensor(0.0), 0.0, 1.0) == (
            "at index (0,): nan against 0"
        )

    @pytest.mark.parametrize(
        ("a", "b", "text"),
        [
            ((1.0, 2.0), (1.0, 2.0), ": all numbers are equal."),
            ((NAN, 1.0), (NAN, 1.0), ": NaN stands at the same places in both"),
            ((INF, 1.0), (INF, 1.0), ": the same infinity stands at the same places"),
            ((NAN, INF), (NAN, INF), ": NaN or the same infinity stands"),
            ((9.5, 1.5), (9.0, 1.0), ": even at index (1,), 1.5 against 1 (they may"),
        ],
    )
    def test_agreement_is_told_with_its_narrowest_place(self, a, b, text):
        assert alike(tensor(*a), tensor(*b), 0.5, 0.0).startswith(text)


class TestRuns:
    """A wrong index of the first state that differs."""

    a = (tensor(0.0), tensor(1.0), tensor(2.0))
    b = (tensor(0.0), tensor(5.0), tensor(6.0))

    @pytest.mark.parametrize(
        ("found", "text"),
        [
            (None, "H[1] differs, at index (0,): 1 against 5"),
            (2, "H[1] differs, at index (0,): 1 against 5"),
            (0, "H[0] of one run agrees with H[0] of the other: all numbers are"),
            (-1, "There is no H[-1]: the states are H[0] to H[2]."),
            (3, "There is no H[3]"),
        ],
    )
    def test_what_is_true_of_it(self, found, text):
        assert difference_of_runs(found, 1, (self.a, self.b)).startswith(text)

    def test_runs_that_agree(self):
        text = difference_of_runs(1, None, (self.a, self.a))
        assert text.startswith("H[1] of one run agrees")


class TestLayers:
    """A wrong number of the first bad layer."""

    good = (torch.neg, torch.neg, torch.neg)

    def said(self, found, right, bad):
        stacks = self.good, (torch.neg, bad, torch.neg)
        return difference_of_layers(found, right, stacks, torch.ones(1, 2, 3))

    def broken(self, H):
        raise KeyError("broken")

    @pytest.mark.parametrize(
        ("found", "text"),
        [
            (
                None,
                "Given H[1], bad layer 2 and good layer 2 differ at index (0, 0, 0)",
            ),
            (3, "Given H[1], bad layer 2 and good layer 2 differ at index (0, 0, 0)"),
            (1, "Given H[0], bad layer 1 does what good layer 1 does: all numbers are"),
            (0, "There is no layer 0: they are counted from 1 to 3."),
            (4, "There is no layer 4"),
        ],
    )
    def test_what_is_true_of_it(self, found, text):
        assert self.said(found, 2, torch.clone).startswith(text)

    def test_errors_shapes_and_dtypes_are_told(self):
        assert (
            self.said(None, 2, self.broken)
            == "Given H[1], bad layer 2 raises KeyError."
        )
        text = self.said(3, 2, lambda H: -H[:, :1].double())
        assert "bad layer 2 returns a tensor of shape (1, 1, 3), float64, and" in text
        assert "good layer 2 a tensor of shape (1, 2, 3), float32." in text


class TestEnd:
    """A run of one layer that is too short or too long."""

    path = tuple(tensor(8 / 2**l) for l in range(6))

    @pytest.mark.parametrize(
        ("last", "converged", "text"),
        [
            (1, True, "The largest change by application 1 is 4. Go on."),
            (2, True, ""),
            (4, True, "The largest change by application 2 is 2."),
            (4, False, "max_iter allows 2: stop there."),
            (0, True, ""),
            (-1, True, ""),
        ],
    )
    def test_what_is_true_of_it(self, last, converged, text):
        names = [f"H[{l}]" for l in range(last + 1)]
        assert end_of_run(names, self.path, 2, converged) == text

    def test_nothing_is_said_of_wrong_states(self):
        assert end_of_run(["H[1]", "H[2]"], self.path, 2, True) == ""

    def test_changes(self):
        assert last_change(self.path, 0).startswith("No layer was applied")
        assert last_change([tensor(0.0), tensor(NAN)], 1).endswith("is nan.")
