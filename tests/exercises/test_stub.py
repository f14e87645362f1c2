"""What stands in a student version where the solution was."""

import ast

import pytest

from course_utils.exercises.release import stub

BEGIN, END = "### BEGIN SOLUTION\n", "\n### END SOLUTION"


@pytest.mark.parametrize(
    ("code", "empty"),
    [
        ('Q1 = "b"', 'Q1 = ""'),
        ('Q1 = "b"\nQ2 = "c"', 'Q1 = ""\nQ2 = ""'),
        ('ORDER = ["A", "B"]', "ORDER = []"),
        ("T = ((1, 2), (3, 4))", "T = ()"),
        ('F = {1: "a"}', "F = {}"),
        ("S = {1, 2}", "S = set()"),
        ("N = 3", 'N = ""'),
        ('# why\nQ1 = "b"  # because', 'Q1 = ""'),
    ],
)
def test_literals_become_empty(code, empty):
    assert stub(f"# one letter\n{BEGIN}{code}{END}", "a1") == empty


@pytest.mark.parametrize(
    ("source", "title"),
    [
        (f"def run(x):\n    {BEGIN}    return x{END}", "a2 · run"),
        (f"class Fixed:\n    {BEGIN}    x = f(1){END}", "a2 · Fixed"),
        (
            f"import x\n\ndef run(x):\n    {BEGIN}    y = x\n    return y{END}",
            "a2 · run",
        ),
        (f"{BEGIN}print(1){END}", "a2"),
        (f"{BEGIN}a, b = 1, 2{END}", "a2"),
        (f"{BEGIN}not python at all{END}", "a2"),
    ],
)
def test_code_becomes_an_error_that_names_the_exercise(source, title):
    made = stub(source, "a2")
    assert made == f'raise NotImplementedError("{title}")'
    assert ast.parse(made)


def test_answer_inside_a_function_is_code():
    source = f"def choose():\n    {BEGIN}    Q1 = 3{END}"
    assert stub(source, "a2") == 'raise NotImplementedError("a2 · choose")'
