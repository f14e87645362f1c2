"""Gallery of broken layers: what a panel of checks found, and a family to be guessed.

Everything is computed before the gallery is made; the browser needs no kernel. The
widget knows strings, not layers.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from course_utils.widgets import FOLDER, script

TEXTS = ("name", "family", "symptom", "code")


class GalleryExplorer(anywidget.AnyWidget):
    """Mystery layers, one at a time: read the panel, guess the family, reveal.

    A wrong guess is answered by what speaks against it: a check that fires here and
    for no layer of the guessed family, or for all of them and not here.

    Args:
        cases: one mapping for each broken layer, with the texts ``name``, ``family``,
            ``symptom`` and ``code``, and ``findings``: for each check that fires its
            name and three texts, (fed, expected, got).
        checks: name -> meaning of every check, in the order of diagnosis.
        seed: of the order in which the layers are hung.
        title: shown above the gallery.

    Attributes:
        case: which layer is shown, from 0.
        firsts, guesses: for each layer the first and the latest guess, as a place
            in ``families``; -1 where there is none.
        revealed: for each layer 1 once its name is shown, else 0.

    Raises:
        ValueError: there is no case or no check, a case lacks a text, or it has a
            finding of a check that is not among them.

    Example:
        >>> found = {"causal": ("random states", "0.5", "0.7")}
        >>> texts = {"symptom": "it leaks", "code": "..."}
        >>> case = {"name": "no mask", "family": "mask", **texts, "findings": found}
        >>> GalleryExplorer([case], {"causal": "No position sees a later one."})
        GalleryExplorer: 1 mystery layer, 1 check, families mask
    """

    _esm = script("gallery.js")
    _css = FOLDER / "gallery.css"

    title = traitlets.Unicode().tag(sync=True)
    cases = traitlets.List(traitlets.Dict()).tag(sync=True)
    checks = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    families = traitlets.List(traitlets.Unicode()).tag(sync=True)
    case = traitlets.Int(0).tag(sync=True)
    firsts = traitlets.List(traitlets.Int()).tag(sync=True)
    guesses = traitlets.List(traitlets.Int()).tag(sync=True)
    revealed = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(
        self,
        cases: Sequence[Mapping[str, Any]],
        checks: Mapping[str, str],
        *,
        seed: int = 0,
        title: str = "",
    ) -> None:
        hung = [as_case(case, checks) for case in cases]
        if not hung or not checks:
            raise ValueError("The gallery needs at least one case and one check.")
        families = list(dict.fromkeys(case["family"] for case in hung))
        random.Random(seed).shuffle(hung)
        super().__init__(
            title=title,
            cases=hung,
            checks=[[name, meaning] for name, meaning in checks.items()],
            families=families,
            firsts=[-1] * len(hung),
            guesses=[-1] * len(hung),
            revealed=[0] * len(hung),
        )

    @traitlets.validate("case")
    def _inside(self, proposal: dict) -> int:
        value, last = proposal["value"], len(self.cases) - 1
        if not 0 <= value <= last:
            raise traitlets.TraitError(f"case goes from 0 to {last}, not {value}.")
        return value

    def __repr__(self) -> str:
        layers, checks = len(self.cases), len(self.checks)
        return (
            f"GalleryExplorer: {layers} mystery layer{'s'[: layers != 1]}, "
            f"{checks} check{'s'[: checks != 1]}, families {', '.join(self.families)}"
        )


def as_case(case: Mapping[str, Any], checks: Mapping[str, str]) -> dict[str, Any]:
    """A case as it travels: texts alone, findings in the order of the checks."""
    if missing := [key for key in (*TEXTS, "findings") if key not in case]:
        raise ValueError(f"A case lacks {', '.join(missing)}: {dict(case)}.")
    found = case["findings"]
    if unknown := sorted(set(found) - set(checks)):
        raise ValueError(f"{case['name']!r} has findings of unknown checks: {unknown}.")
    if bad := [name for name, evidence in found.items() if len(evidence) != 3]:
        raise ValueError(f"A finding is (fed, expected, got), unlike those of {bad}.")
    findings = {name: list(map(str, found[name])) for name in checks if name in found}
    return {**{key: str(case[key]) for key in TEXTS}, "findings": findings}
