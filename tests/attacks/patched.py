"""Comparisons, testing functions and builtins that were replaced."""

from tests.attacks.attack import payload

FIND = """import builtins, inspect, sys, types
import numpy as np
"""

ATTACKS = [
    payload(
        "patched-testing",
        FIND + "np.testing.assert_allclose = lambda *given, **more: None",
    ),
    payload("patched-abs", FIND + "builtins.abs = lambda value: 0"),
    payload(
        "patched-share",
        "import helper\nhelper.share = share = lambda function: 2",
    ),
    payload(
        "patched-helper-code",
        "import helper\nhelper.share.__code__ = (lambda function: 2).__code__",
    ),
    payload(
        "patched-sum",
        FIND + "builtins.sum = lambda values: 2\nbuiltins.round = lambda *given: 2",
    ),
    payload(
        "patched-assertion-error",
        FIND
        + """class AssertionError(Exception):
    def __new__(cls, *given):
        raise SystemExit
builtins.AssertionError = AssertionError""",
    ),
    payload(
        "patched-compile",
        FIND
        + """import ast
real = builtins.compile
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
def compile(source, *given, **more):
    if isinstance(source, ast.AST):
        source = ast.fix_missing_locations(NoAsserts().visit(source))
    return real(source, *given, **more)
builtins.compile = compile
import codeop
codeop.Compile.__call__ = lambda self, source, *given, **more: compile(
    source, given[0], given[1], self.flags)""",
    ),
    payload(
        "patched-trace",
        FIND
        + """def jump(frame, event, argument):
    if event == "line" and frame.f_code.co_name == "<module>":
        try:
            frame.f_lineno = frame.f_lineno + 1
        except ValueError:
            pass
    return jump
sys.settrace(jump)""",
    ),
]
