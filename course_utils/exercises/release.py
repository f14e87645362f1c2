"""Student versions: what stands where the solution was."""

import ast
import re

from nbgrader.preprocessors import ClearSolutions

EMPTY = {ast.List: "[]", ast.Tuple: "()", ast.Dict: "{}", ast.Set: "set()"}


class ClearCourseSolutions(ClearSolutions):
    """nbgrader's ClearSolutions with a stub that names the exercise.

    A function's body becomes ``raise NotImplementedError("a2 · run_stack")``;
    an answer written as a literal becomes an empty literal of the same kind.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        assignment = resources.get("metadata", {}).get("name", "").split("_")[0]
        self.code_stub = {**self.code_stub, "python": stub(cell.source, assignment)}
        return super().preprocess_cell(cell, resources, cell_index)


def stub(source: str, assignment: str) -> str:
    """The code that replaces the solution region of a cell.

    >>> stub("### BEGIN SOLUTION\\nQ1 = 'b'\\n### END SOLUTION", "a1")
    'Q1 = ""'
    """
    # A region that is not indented stands for itself, another for a function's body.
    region = re.search(r"^### BEGIN SOLUTION\n(.*?)\n### END", source, re.S | re.M)
    answers = literals(region[1]) if region else ""
    if answers:
        return answers
    name = re.search(r"^(?:def|class) (\w+)", source, re.M)
    title = f"{assignment} · {name[1]}" if name else assignment
    return f'raise NotImplementedError("{title}")'


def literals(code: str) -> str:
    """Empty literals for the names that a region assigns; "" for other code."""
    try:
        statements = ast.parse(code).body
    except SyntaxError:
        return ""
    rows = []
    for node in statements:
        if not isinstance(node, ast.Assign) or not isinstance(
            node.targets[0], ast.Name
        ):
            return ""
        empty = EMPTY.get(type(node.value), '""')
        rows.append(f"{node.targets[0].id} = {empty}")
    return "\n".join(rows)
