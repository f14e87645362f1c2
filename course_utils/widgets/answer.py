"""What widgets share that write an answer: names, the kernel's variable, style."""

from keyword import iskeyword
from typing import Any

from course_utils.widgets import FOLDER


def as_name(name: Any) -> str:
    """A name that Python can assign to.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
        raise ValueError(f"{name!r} is not a name that Python can assign to")
    return name


def set_variable(name: str, value: Any) -> None:
    """Give a variable of the notebook a value, as running its answer cell would."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.user_ns[name] = value


def style(name: str) -> str:
    """answer.css and a widget's own style sheet."""
    return "\n".join((FOLDER / n).read_text("utf-8") for n in ("answer.css", name))
