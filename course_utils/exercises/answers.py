"""Widgets below the answer cells of assignments: an easier way to write a literal.

The literal in the answer cell is what counts. Where nobody looks (grading, checking)
the widgets are not even imported, and no answer makes these cells fail.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anywidget import AnyWidget

INSTEAD = "Here is nothing to click: write your answer into the cell above."


def arrange(
    name: str, blocks: Mapping[str, str], *, cell: str = "", tray: bool = False
) -> None:
    """Let the learner arrange blocks; their labels go into the answer cell.

    Args:
        name: the variable of the answer.
        blocks: the text of each block by its label.
        cell: grade_id of the answer cell, if it is not `name`.
        tray: whether blocks may be set aside as not part of the order.
    """

    def make() -> "AnyWidget":
        from course_utils.widgets.ordering import Ordering, as_order

        value, note = variable(name, []), ""
        try:
            as_order(value, [label.strip() for label in blocks])
        except ValueError as error:
            value = []
            note = f"Your answer cannot be shown: {error}. A move writes a new one."
        return Ordering(name, blocks, value, answer_cell=cell, tray=tray, note=note)

    show(make)


def choose(*names: str, letters: str = "abcd", cell: str, texts: str) -> None:
    """Let the learner choose a letter for each question.

    Args:
        names: the variables of the answers.
        letters: the options of each question.
        cell: grade_id of the answer cell.
        texts: grade_id of the Markdown cell that prints the questions.
    """

    def make() -> "AnyWidget":
        from course_utils.widgets.quiz import Quiz

        given = {name: variable(name, "") for name in names}
        given = {
            k: v.strip().casefold() for k, v in given.items() if isinstance(v, str)
        }
        known = {k: v for k, v in given.items() if len(v) == 1 and v in letters}
        questions = dict.fromkeys(names, letters)
        return Quiz(questions, known, answer_cell=cell, text_cell=texts)

    show(make)


def show(make: Callable[[], "AnyWidget"]) -> None:
    """Show a widget on a page; say in a line that there is none elsewhere."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    if page_cell() is None:
        print(INSTEAD)
        return
    from IPython.display import display

    try:
        display(make())
    except ImportError:
        print(INSTEAD)


def page_cell() -> str | None:
    """Id of the cell that a page is running: "" if it names none, None without a page.

    JupyterLab, Notebook and VS Code name the cell in the metadata of their request;
    nbclient, by which notebooks are graded, checked and built, sends none.
    """
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    metadata = kernel.get_parent().get("metadata") if kernel else None
    return str(metadata.get("cellId", "")) if metadata else None


def variable(name: str, default: Any) -> Any:
    """A variable of the notebook."""
    from IPython import get_ipython

    return get_ipython().user_ns.get(name, default)
