"""What an attack is: one submission that wants more than its work is worth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.attacks.scene import Scene

# One module each; in the order of the table.
CLASSES = (
    "patched",
    "lying",
    "transformers",
    "protocol",
    "hidden",
    "answers",
    "shadowing",
    "metadata",
    "files",
    "links",
    "timestamps",
    "reading",
    "writing",
    "processes",
    "resources",
    "stopping",
    "pages",
)
NOTHING = "def mean(values):\n    return 0.0\n\ndef scale(values):\n    return None\n"
RIGHT = {
    "mean": "def mean(values):\n    return sum(values) / len(values)",
    "scale": "def scale(values):\n    return values / values.max()",
    "why": "Because of the sum.",
}
Change = Callable[[Path, "Scene"], None]


@dataclass(frozen=True)
class Attack:
    """A submission with a payload.

    Attributes:
        name: of the student who hands it in.
        answers: sources by the name of their cells. In all texts @ROOT@ stands for
            the course, @HOME@, @HOST@ and @PORT@ for the folders and the listener of
            the harness, @MARK@ for a text that is searched for afterwards, @NAME@ for
            the student, @RUN@ for what marks all processes of the harness.
        change: what is done to the folder of the submission afterwards.
        worth: points that an honest reading of the work gives.
        alone: "both" or "stock" where it has to be graded without other attacks.
        says: a text in the feedback by which the student knows of a success.
    """

    name: str
    answers: dict[str, str] = field(default_factory=dict)
    change: Change | None = None
    worth: float = 0.0
    alone: str = ""
    says: str = ""

    @property
    def kind(self) -> str:
        """Its class.

        >>> Attack("links-home").kind
        'links'
        """
        return self.name.partition("-")[0]


def payload(name: str, source: str, after: str = "", **more: object) -> Attack:
    """Code in the first answer, with functions that compute nothing.

    Args:
        source: comes before the functions, so that it may replace them afterwards.
        after: comes after them.
    """
    answers = {"mean": source + "\n" + NOTHING + after, "scale": "scale = scale"}
    return Attack(name, answers, **more)


def changed(name: str, change: Change, **more: object) -> Attack:
    """A folder with something in it, and functions that compute nothing."""
    given = {"answers": {"mean": NOTHING, "scale": "scale = scale"}, **more}
    return Attack(name, change=change, **given)


def attacks(only: Iterable[str] = ()) -> list[Attack]:
    """All attacks, or those of some classes.

    Raises:
        ValueError: there is no such class.
    """
    wanted = tuple(only) or CLASSES
    if unknown := set(wanted) - set(CLASSES):
        raise ValueError(f"no class {', '.join(unknown)}: {', '.join(CLASSES)}")
    return [
        attack
        for name in wanted
        for attack in import_module(f"tests.attacks.{name}").ATTACKS
    ]
