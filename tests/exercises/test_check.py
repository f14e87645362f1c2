"""`Check`: it notices what is wrong, lets pass what is right, and proves causes."""

import copy
import sys
import warnings

import numpy as np
import pytest
import torch

from course_utils.exercises import Check, Feedback, grad

NAN, INF = float("nan"), float("inf")


@pytest.fixture
def check():
    return Check("t1 · thing")


def message(call, *arguments, **options):
    """The feedback that a call raises."""
    with pytest.raises(Feedback) as caught:
        call(*arguments, **options)
    return " ".join(str(caught.value).split())


class TestCall:
    """Running a student's function."""

    def test_result_comes_back_and_nothing_is_printed(self, check, capfd):
        def noisy(x, *, y):
            print("out")
            print("err", file=sys.stderr)
            warnings.warn("careful", stacklevel=1)
            return x + y

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert check.call(noisy, 1, y=2) == 3
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("argument", "change"),
        [
            (np.ones(3), lambda a: a.__setitem__(1, 5)),
            (np.arange(6)[::2], lambda a: a.__imul__(2)),
            (torch.ones(3), lambda a: a.add_(1)),
            (torch.ones(2, dtype=torch.bfloat16), lambda a: a.zero_()),
            ([1, 2], lambda a: a.append(3)),
            ([np.ones(2)], lambda a: a[0].fill(0)),
            ((torch.ones(2),), lambda a: a[0].zero_()),
            ({"W": np.ones(2)}, lambda a: a["W"].fill(0)),
            ({"W": np.ones(2)}, lambda a: a.pop("W")),
            ({"W": 1, "b": 2}, lambda a: a.update(W=3)),
            ({1, 2}, lambda a: a.add(3)),
            (np.array([0.0]), lambda a: a.__imul__(-1)),
        ],
    )
    def test_changed_argument(self, check, argument, change):
        again = copy.deepcopy(argument)
        text = message(check.call, lambda x, a: change(a), 0, argument)
        assert "inputs stay as they were got argument 2 was changed" in text
        text = message(check.call, lambda a: change(a), a=again)
        assert "got a was changed" in text

    @pytest.mark.parametrize(
        "argument",
        [
            NAN,
            [NAN, 1],
            np.array([NAN, -0.0]),
            torch.tensor([NAN]),
            {"a": (1, [NAN])},
            {1, 2},
            "text",
            None,
            torch.nn.Linear(2, 3),
            np.int64(3),
            [],
        ],
    )
    def test_argument_that_stays(self, check, argument):
        assert check.call(lambda a: 7, argument) == 7

    def test_error_in_the_students_line(self, check):
        def faulty(x):
            return x["missing"]

        text = message(check.call, faulty, {}, tried="faulty({})")
        assert "tried faulty({})" in text
        assert "got KeyError: 'missing', in the line return x[\"missing\"]" in text

    def test_stub(self, check):
        def stub(x):
            raise NotImplementedError("t1 · thing")

        assert "got nothing yet next Write the body" in message(check.call, stub, 1)

    def test_changed_place_inside_an_argument(self, check):
        argument = {"W": np.ones(2), "b": [np.ones(1), [1]]}
        text = message(check.call, lambda p: p["W"].fill(0), argument)
        assert "argument 1 was changed at ['W']" in text
        text = message(check.call, lambda p: p["b"].__setitem__(1, None), argument)
        assert "argument 1 was changed at ['b'][1]" in text

    def test_exit_is_an_error(self, check):
        assert "got SystemExit: 3" in message(check.call, lambda: sys.exit(3))
        text = message(check.raises, ValueError, lambda: sys.exit(3), tried="x")
        assert "got SystemExit: 3" in text

    def test_interrupt_passes_through(self, check):
        def slow():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            check.call(slow)

    def test_shapes_stand_in_the_message(self, check):
        text = message(check.call, lambda a, b: 1 / 0, np.ones((2, 3)), torch.ones(4))
        assert "an array of shape (2, 3), float64" in text
        assert "a tensor of shape (4,), float32" in text

    def test_raises(self, check):
        def refuse(x):
            raise ValueError("no")

        check.raises(ValueError, refuse, 1, tried="x")
        text = message(check.raises, KeyError, refuse, 1, tried="refuse(1)")
        assert "tried refuse(1) expected a KeyError got ValueError: no" in text
        text = message(check.raises, KeyError, lambda: [1], tried="x")
        assert "got no error, but a list of 1" in text


class TestEqual:
    """Comparing arrays."""

    right = np.array([[1.0, -2.0], [3.0, 4.0]])

    @pytest.mark.parametrize("kind", [np.array, torch.tensor])
    @pytest.mark.parametrize(
        "values", [[1.0, 2.0], [NAN, 1.0], [INF, -INF], [], [3], [True, False], 2.5]
    )
    def test_same_numbers(self, check, kind, values):
        check.equal(kind(values), kind(values), "x")

    @pytest.mark.parametrize(
        ("got", "words"),
        [
            (None, "None (is a `return` missing?)"),
            ([[1.0, -2.0], [3.0, 4.0]], "a list of 2"),
            (torch.tensor([[1.0, -2.0], [3.0, 4.0]]).double(), "a tensor of shape"),
            (right[:1], "shape (1, 2)"),
            (right[None], "shape (1, 2, 2)"),
            (right.astype(np.float32), "float32"),
            (right.astype(int), "int64"),
            (np.zeros((0, 2)), "shape (0, 2)"),
            (right * NAN, "nan; 4 of 4 numbers differ"),
            (right.T, "3; 2 of 4 numbers differ"),
            (right + np.array([0, 1e-9]), "; 2 of 4 numbers differ"),
            (right * [1, INF], "-inf; 2 of 4"),
        ],
    )
    def test_others(self, check, got, words):
        text = message(check.equal, got, self.right, "H", tried="a try")
        assert "tried a try expected H: " in text
        assert words in text
        assert "cause" not in text

    def test_place_of_the_first_difference(self, check):
        got = self.right.copy()
        got[1, 0] = 9
        text = message(check.equal, got, self.right, "H")
        assert "expected H: 3 at index (1, 0) got 9; 1 of 4 numbers differ" in text

    @pytest.mark.parametrize(
        "dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16]
    )
    def test_tolerance_grows_with_the_type_and_stays_small(self, check, dtype):
        right = torch.tensor([0.3, 1.0, -0.7], dtype=dtype)
        ulp = torch.finfo(dtype).eps
        check.equal(right * (1 + ulp), right, "x")
        message(check.equal, right + 1 / 32, right, "x")
        message(check.equal, -right, right, "x")
        message(check.equal, right.flip(0), right, "x")

    def test_tolerance_follows_the_largest_number_and_the_condition(self, check):
        right = np.array([1e6, 1.0])
        check.equal(right + np.array([0, 1e-8]), right, "x")
        message(check.equal, right + np.array([0, 1e-6]), right, "x")
        check.equal(right + np.array([0, 1e-6]), right, "x", condition=100)

    def test_integers_and_truth_values_are_exact(self, check):
        big = np.array([2**53])
        assert "differ" not in message(check.equal, big + 1, big, "x")
        message(check.equal, np.array([True]), np.array([False]), "x")

    def test_cause_is_named_only_where_it_is_proven(self, check):
        mistakes = {
            "The sign is turned.": -self.right,
            "Rows and columns are swapped.": lambda: self.right.T,
        }
        text = message(check.equal, self.right.T, self.right, "H", mistakes=mistakes)
        assert "cause Rows and columns are swapped." in text
        text = message(check.equal, self.right + 1, self.right, "H", mistakes=mistakes)
        assert "cause" not in text

    def test_mistakes_are_not_computed_for_right_answers(self, check):
        check.equal(self.right, self.right, "H", mistakes={"x": lambda: 1 / 0})


class TestFresh:
    """Memory that is shared."""

    @pytest.mark.parametrize("make", [np.ones, torch.ones])
    def test_own_memory(self, check, make):
        given = make((4, 3))
        check.fresh([make((2, 2)), make((2, 2))], given, tried="x")
        check.fresh({"a": given + 0, "b": (given * 1,)}, [given], tried="x")
        check.fresh([given[:0], given[:0]], tried="x")

    @pytest.mark.parametrize("make", [np.ones, torch.ones])
    def test_shared_memory(self, check, make):
        given = make((4, 3))
        text = message(check.fresh, [given], given, tried="a try")
        assert "shares its memory with an input" in text
        message(check.fresh, given[1:, ::2], [given], tried="x")
        message(check.fresh, given.T, {"a": given}, tried="x")
        message(check.fresh, given.reshape(-1), given, tried="x")
        text = message(check.fresh, [given, given], tried="x")
        assert "the result[1] shares its memory with the result[0]" in text

    @pytest.mark.parametrize("make", [np.ones, torch.ones])
    def test_parts_of_one_memory_that_do_not_touch(self, check, make):
        one = make((3, 2))
        check.fresh([one[0], one[1], one[2]], tried="x")
        check.fresh([one[:, 0], one[:, 1]], tried="x")

    def test_tensor_and_array(self, check):
        array = np.ones(3)
        text = message(check.fresh, torch.from_numpy(array), array, tried="x")
        assert "shares its memory" in text
        check.fresh(torch.ones(3, dtype=torch.bfloat16), array, tried="x")
        check.fresh(torch.ones(3, requires_grad=True), array, tried="x")


class TestBlock:
    """The with statement."""

    def test_seed_comes_from_the_title(self):
        a, b, c = (Check(title).normal(3) for title in ("a", "a", "b"))
        assert (a == b).all()
        assert (a != c).all()

    def test_sizes_are_different_primes(self, check):
        for _ in range(20):
            sizes = check.sizes(5)
            assert sorted(sizes) == [2, 3, 5, 7, 11]
        assert len(check.sizes(2)) == 2

    def test_tensors_have_the_type_asked_for(self, check):
        assert check.tensor(2, 3).dtype == torch.float64
        assert check.tensor(2, dtype=torch.float32).dtype == torch.float32
        assert check.tensor(2, 3).shape == (2, 3)

    def test_success_is_one_line(self, capsys):
        with Check("t1 · thing"):
            pass
        assert capsys.readouterr().out == "✓ t1 · thing: all checks passed\n"

    def test_missing_name(self, capsys):
        def block():
            with Check("t1 · thing"):
                not_there  # noqa: B018, F821

        assert "finding the name not_there got it is not defined" in message(block)
        assert capsys.readouterr().out == ""

    def test_other_errors_pass_through(self):
        with pytest.raises(ZeroDivisionError), Check("t1 · thing"):
            1 / 0  # noqa: B018

    def test_that(self, check):
        check.that(True, tried="a", expected="b", got="c")
        text = message(check.that, False, tried="a", expected="b", got="c")
        assert text == "✗ t1 · thing tried a expected b got c"


class TestFeedback:
    """How a message looks."""

    def test_columns_wrap_and_code_does_not(self):
        long, code = "word " * 40, "    " + "x" * 100
        text = str(Feedback("t", tried=long + "\n" + code, expected="", got="y"))
        rows = text.splitlines()
        assert rows[0] == "✗ t"
        assert "expected" not in text
        assert all(row.startswith("         ") for row in rows[2:-1])
        assert max(len(row) for row in rows if "word" in row) <= 88
        assert any(row.endswith("x" * 100) for row in rows)

    def test_jupyter_shows_the_message_alone(self):
        error = Feedback("t", got="y")
        assert error._render_traceback_() == [str(error)]


class TestGradient:
    """`grad`."""

    def test_value_and_input(self):
        x = torch.tensor([2.0, 3.0], dtype=torch.float64)
        assert grad(lambda x: (x**3).sum(), x).tolist() == [12, 27]
        assert not x.requires_grad
        assert x.grad is None

    def test_none_where_none_flows(self):
        x = torch.ones(2)
        assert grad(lambda x: x.detach().sum(), x) is None
        assert grad(lambda x: torch.ones(1, requires_grad=True).sum(), x) is None

    def test_also_without_gradients_around_it(self):
        with torch.no_grad():
            assert grad(lambda x: x.sum(), torch.ones(1)).tolist() == [1]
