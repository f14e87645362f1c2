"""The subcommands of `course`, one module each, and what they share."""

from difflib import get_close_matches
from pathlib import Path


class CommandError(Exception):
    """Something that the user can mend; the text is one line that says how."""


def course_root() -> Path:
    """The course's folder: the working directory or the next one above it.

    Raises:
        CommandError: none of them holds an nbgrader_config.py.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "nbgrader_config.py").is_file():
            return folder
    raise CommandError(
        f"{here} is not inside the course (no nbgrader_config.py here or above). "
        "Change into the course's folder first."
    )


def assignment_names(root: Path) -> list[str]:
    """All assignments that can be started, in order.

    Raises:
        CommandError: there are none.
    """
    names = sorted(path.parent.name for path in root.glob("assignments/*/*.ipynb"))
    if not names:
        raise CommandError(f"{root / 'assignments'} holds no assignment.")
    return list(dict.fromkeys(names))


def find_assignment(root: Path, name: str) -> str:
    """The full name of an assignment; its beginning is enough if only one fits.

    A path to it, such as work/a1_one_layer/, will do as well.

    Raises:
        CommandError: none fits, or several do.
    """
    names = assignment_names(root)
    wanted = Path(name).name.removesuffix(".ipynb")
    fitting = [full for full in names if full.startswith(wanted)]
    if wanted in fitting:
        return wanted
    if len(fitting) > 1:
        raise CommandError(f"{name!r} may be {' or '.join(fitting)}: write more of it.")
    if not fitting:
        close = get_close_matches(wanted, names, n=1)
        guess = f" Did you mean {close[0]}?" if close else ""
        raise CommandError(
            f"There is no assignment {name!r}.{guess} There are: {', '.join(names)}."
        )
    return fitting[0]
