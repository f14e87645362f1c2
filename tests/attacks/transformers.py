"""The shell between a test and its run."""

from tests.attacks.attack import payload

ATTACKS = [
    payload(
        "transformers-ast",
        """import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(NoAsserts())""",
    ),
    payload(
        "transformers-input",
        """def silent(lines):
    return [] if any("assert" in line for line in lines) else lines
get_ipython().input_transformers_post.append(silent)""",
    ),
    payload(
        "transformers-cleanup",
        "get_ipython().input_transformer_manager.transform_cell = lambda text: '2\\n'",
    ),
    payload(
        "transformers-run-cell",
        """shell = get_ipython()
real = shell.run_cell_async
async def run(source, *given, **more):
    more.pop("transformed_cell", None)
    return await real("None", *given, **more)
shell.run_cell_async = run""",
    ),
    payload(
        "transformers-showtraceback",
        """from IPython.core.interactiveshell import ExecutionResult
shell = get_ipython()
shell.showtraceback = shell.showsyntaxerror = lambda *given, **more: None
ExecutionResult.error_in_exec = property(lambda self: None, lambda self, new: None)
ExecutionResult.success = property(lambda self: True)""",
    ),
    payload(
        "transformers-pre-run",
        """get_ipython().events.register(
    "pre_run_cell", lambda info: setattr(info, "raw_cell", ""))
get_ipython().set_custom_exc((AssertionError,), lambda *given, **more: None)""",
    ),
    payload(
        "transformers-namespace",
        """class Right(dict):
    pass
shell = get_ipython()
def post():
    shell.user_ns["mean"] = lambda values: 2
    shell.user_ns["share"] = lambda function: 2
shell.events.register("pre_execute", post)
shell.events.register("pre_run_cell", lambda info: post())""",
    ),
]
