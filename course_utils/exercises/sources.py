"""Does a submission import the module that holds its answer?

The package holds the finished form of what exercises ask for. Importing it is
no answer, so checks look at the submitted source.
"""

import ast
import re

MODULE_NAME = re.compile(r"course_utils(?:\.\w+)+")


def executed_sources() -> list[str]:
    """Sources of the cells that ran in this kernel, this one included."""
    try:
        from IPython import get_ipython
    except ImportError:
        return []
    shell = get_ipython()
    return list(shell.history_manager.input_hist_parsed) if shell else []


def imported_answers(modules: list[str], sources: list[str]) -> str | None:
    """The first of `modules` that one of the sources reaches, or None.

    Args:
        modules: full names, for example "course_utils.tracing".
        sources: Python sources; what does not parse is searched as text.

    >>> imported_answers(["course_utils.layers"], ["from course_utils import layers"])
    'course_utils.layers'
    """
    for source in sources:
        try:
            names = reached(ast.parse(source))
        except (SyntaxError, ValueError):
            names = set(MODULE_NAME.findall(source))
        for module in modules:
            if any(f"{name}.".startswith(f"{module}.") for name in names):
                return module
    return None


def reached(tree: ast.AST) -> set[str]:
    """Dotted names that a piece of code imports or mentions."""
    names, aliases = set(), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names.add(alias.name)
                root = alias.name if alias.asname else alias.name.split(".")[0]
                aliases[alias.asname or root] = root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            for alias in node.names:
                names.add(f"{node.module}.{alias.name}")
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Constant) and "course_utils" in str(node.value):
            names |= reached_by_text(str(node.value))
    return names | {dotted(n, aliases) for n in ast.walk(tree)} - {""}


def reached_by_text(text: str) -> set[str]:
    """Dotted names that a string reaches if it is a module's name, or code.

    `import_module("course_utils.layers")` and `exec("import course_utils.layers")`
    are found; a docstring in plain words reaches nothing.
    """
    if MODULE_NAME.fullmatch(text):
        return {text}
    try:
        return reached(ast.parse(text))
    except (SyntaxError, ValueError):
        return set()


def dotted(node: ast.AST, aliases: dict[str, str]) -> str:
    """`a.b.c` as a string, with an import alias resolved; "" for anything else."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, "")
    if isinstance(node, ast.Attribute):
        head = dotted(node.value, aliases)
        return head and f"{head}.{node.attr}"
    return ""
