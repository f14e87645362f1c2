"""How a literal is put into the source of an answer cell, and read from it."""

import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from course_utils.widgets import script

CODE = script("answer_cell.js")


@pytest.fixture
def call(page: Page):
    """Calls a function of answer_cell.js."""

    def run(name: str, *arguments):
        code = f"(arguments_) => {{ {CODE}; return {name}(...arguments_); }}"
        return page.evaluate(code, list(arguments))

    return run


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X = []", "X = NEW"),
        ("", "X = NEW"),
        ("# order\nX = []\n", "# order\nX = NEW\n"),
        ('X = ["a", "b"]  # sure?', "X = NEW  # sure?"),
        ("a = 1\nX = [\n  'a',  # ]\n  'b',\n]\nb = 2", "a = 1\nX = NEW\nb = 2"),
        ("a = 1; X = 2; b = 3", "a = 1; X = NEW; b = 3"),
        ("X=1", "X=NEW"),
        ("X: list[str] = []", "X: list[str] = NEW"),
        ("X = (\n)\nprint(X)", "X = NEW\nprint(X)"),
        ('X = """\nX = 1\n"""', "X = NEW"),
        ("X = 'it\\'s ['\nY = 1", "X = NEW\nY = 1"),
        ("X = \\\n  1\nY = 1", "X = NEW\nY = 1"),
        ("X = 1\nX = 2", "X = 1\nX = NEW"),  # the last one holds
        # Not an assignment of a cell's own to X: a line is added.
        ("print(1)", "print(1)\nX = NEW"),
        ("X == 1", "X == 1\nX = NEW"),
        ("X += 1", "X += 1\nX = NEW"),
        ("XY = 1\n", "XY = 1\nX = NEW"),
        ("# X = 1", "# X = 1\nX = NEW"),
        ('"""\nX = 1\n"""', '"""\nX = 1\n"""\nX = NEW'),
        ("if True:\n    X = 1", "if True:\n    X = 1\nX = NEW"),
        ("f(a,\nX = 1)", "f(a,\nX = 1)\nX = NEW"),
        # Broken code: no line but the one with the name is lost.
        ('X = ["a",\nY = 2', "X = NEW\nY = 2"),
        ("X = 'a\nY = 2", "X = NEW\nY = 2"),
        ("Y = (1\nX = 2", "Y = (1\nX = NEW"),
    ],
)
def test_the_value_of_the_name_is_replaced_and_all_else_stays(call, before, after):
    assert call("assigned", before, "X", "NEW") == after
    assert call("assigned", after, "X", "NEW") == after


STATEMENTS = st.sampled_from(
    [
        "Y = 'X = 1'",
        "X = [\n 'a',\n 'b']",
        "# X = 3",
        "X = 'c'; Z = {'X': (1, [2])}",
        "def f():\n    X = 5\n    return X",
        '"""text\nX = 7"""',
        'Z = "X = \'"',
        "",
    ]
)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STATEMENTS, max_size=6))
def test_python_reads_the_new_value_and_the_old_others(call, rows):
    before = "\n".join(rows)
    after = call("assigned", before, "X", '["new"]')
    old, new = run(before), run(after)
    old["X"] = ["new"]
    assert new == old


def run(code: str) -> dict:
    """The values that a piece of code leaves behind."""
    space: dict = {}
    exec(code, {}, space)
    return {name: value for name, value in space.items() if not callable(value)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"),
        ('"it\'s"', "it's"),
        ("[]", []),
        ("()", []),
        ("['a']", ["a"]),
        ("[\"a\", 'b',]", ["a", "b"]),
        ("(\n 'a', # 'c'\n 'b'\n)", ["a", "b"]),
        ("('a',)", ["a"]),
        ("('a')", None),  # to Python that is a string in brackets
        ("3", None),
        ("['a' 'b']", None),
        ("['a', 3]", None),
        ("['a', ['b']]", None),
        ("{'a'}", None),
        ("list('ab')", None),
        ("['a'", None),
        ("[,]", None),
        ("['a',, 'b']", None),
    ],
)
def test_strings_and_lists_of_strings_are_read(call, text, value):
    assert call("readLiteral", text) == value


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=5))
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_written_python_reads(call, texts):
    assert ast.literal_eval(call("writeList", texts)) == texts
