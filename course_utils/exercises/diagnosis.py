"""How good is a student's `diagnose(layer)`? Assignment a4.

It is run on one layer after the other, each fresh and hidden behind the same class.
Whatever it does (run for ever, raise, change torch's settings), the next layer is
not affected.
"""

import copy
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from traceback import format_exception_only
from typing import TYPE_CHECKING, Any, NamedTuple

from course_utils.exercises import check
from course_utils.exercises.check import Check
from course_utils.exercises.feedback import Feedback
from course_utils.exercises.limits import TooSlow, limited
from course_utils.exercises.quiet import quiet
from course_utils.exercises.values import describe, same, snapshot

if TYPE_CHECKING:
    from torch import nn

    from course_utils.exercises.specimens import Case

CPU, WALL = 1.0, 10.0  # seconds for each layer, of computing and by the clock
ALL_CPU, ALL_WALL = 20.0, 60.0  # and for all layers of one block
MOST_SLOW = 3  # layers on which it may run out of time, before the rest is left out
# Ways to the code or to the labels of the layers.
BEHIND = ("_getframe", "_current_frames", "get_objects", "get_referrers")
BEHIND += ("getclosurevars", "__closure__", "the_computation")


class Answer(NamedTuple):
    """What `diagnose` said of one layer.

    Fields:
        found: the set of strings; None if there is no diagnosis.
        why_not: why there is none.
    """

    found: Set | None
    why_not: str = ""


class Diagnosis(Check):
    """The check of `diagnose`, as a block; afterwards `points`.

    A false alarm fails the check. Layers with a fault that are not flagged, and
    layers without a diagnosis, cost their share of the points.
    """

    def __enter__(self) -> "Diagnosis":
        super().__enter__()
        found = [w for w in BEHIND for s in check.executed_sources() if w in s]
        if found:
            raise self.feedback(
                tried="reading your code",
                got=f"it uses {found[0]}, which looks behind the layer",
                next="Find out by what the layer does: remove that, restart the kernel "
                "and run all cells.",
            )
        return self

    def visible(self, diagnose: "Callable[[nn.Module], set[str]]") -> None:
        """Healthy layers of each kind, and one broken layer of each family."""
        from course_utils.exercises import specimens

        self.judge(diagnose, specimens.visible(self))

    def unseen(self, diagnose: "Callable[[nn.Module], set[str]]") -> None:
        """The layers that give the points."""
        from course_utils.exercises import specimens

        self.judge(diagnose, specimens.unseen(self))

    def judge(self, diagnose: Callable, cases: "Sequence[Case]") -> None:
        """Run `diagnose` on every case.

        Raises:
            Feedback: a false alarm, or no broken layer was flagged.
        """
        self.cases, self.answers = cases, list(answers(diagnose, cases))
        rows = list(zip(self.cases, self.answers, strict=True))
        self.flagged = [case for case, a in rows if a.found and case.family]
        alarms = [
            (case.what, a.found) for case, a in rows if a.found and not case.family
        ]
        if alarms:
            self.refuse(alarms)
        if not self.flagged:
            raise self.feedback(
                tried=self.tried(),
                expected="a set that is not empty for layers with a fault",
                got=self.count(),
                **self.undiagnosed(),
            )

    def refuse(self, alarms: list[tuple[str, Set]]) -> None:
        """Say which healthy layer was flagged, and as what."""
        healthy = sum(not case.family for case in self.cases)
        what, found = alarms[0]
        names = ", ".join(map(repr, sorted(found)[:5]))
        more = f"\nand {len(alarms) - 1} more false alarms" if len(alarms) > 1 else ""
        if len(alarms) == healthy and len(self.flagged) == len(self.cases) - healthy:
            more += "\nEvery layer was flagged, the broken ones too."
        raise self.feedback(
            tried=f"diagnose on a healthy layer: {what}",
            expected="the empty set",
            got=f"{{{names}}}{more}",
            costs="all points: a test that cries wolf is soon switched off",
        )

    # --- the verdict ----------------------------------------------------------------

    def points(self, most: float) -> float:
        """What the last block earned, out of `most`, to two decimals."""
        return round(most * len(self.flagged) / self.counted(), 2)

    def counted(self) -> int:
        """Broken layers, and healthy ones without a diagnosis."""
        rows = zip(self.cases, self.answers, strict=True)
        return sum(bool(case.family) or a.found is None for case, a in rows)

    def __exit__(self, kind, error, trace) -> None:
        if kind is not None:
            return super().__exit__(kind, error, trace)
        if len(self.flagged) == self.counted():
            print(f"✓ {self.title}: {self.count()}, and no false alarm")
            return None
        lines = {"tried": self.tried(), "got": f"{self.count()}, and no false alarm"}
        print(Feedback(self.title, **lines, **self.missed(), **self.undiagnosed()))
        return None

    def tried(self) -> str:
        broken = sum(bool(case.family) for case in self.cases)
        return (
            f"diagnose on {broken} broken and {len(self.cases) - broken} healthy layers"
        )

    def count(self) -> str:
        broken = sum(bool(case.family) for case in self.cases)
        return f"{len(self.flagged)} of {broken} broken layers flagged"

    def missed(self) -> dict[str, str]:
        """The families of the broken layers that came out healthy."""
        rows = zip(self.cases, self.answers, strict=True)
        found = Counter(c.family for c, a in rows if c.family and a.found == set())
        text = ", ".join(f"{n} × {family}" for family, n in found.most_common())
        return {"missed": text}

    def undiagnosed(self) -> dict[str, str]:
        """How many layers got no diagnosis, and why the first of them did not."""
        rows = [r for r in zip(self.cases, self.answers, strict=True) if not r[1].found]
        rows = [(case, a.why_not) for case, a in rows if a.found is None]
        if not rows:
            return {}
        case, why = min(rows, key=lambda row: bool(row[0].family))
        kind = f"family {case.family}" if case.family else f"healthy: {case.what}"
        which = "1 layer" if len(rows) == 1 else f"{len(rows)} layers; one of them"
        return {"no diagnosis": f"{which} ({kind}): {why}"}


def answers(diagnose: Callable, cases: "Sequence[Case]") -> Iterator[Answer]:
    """What `diagnose` says of each layer, in order."""
    slow, cpu, wall = 0, time.process_time() + ALL_CPU, time.monotonic() + ALL_WALL
    for case in cases:
        if slow == MOST_SLOW:
            yield Answer(None, f"left out, after {slow} layers that took too long")
        elif time.process_time() > cpu or time.monotonic() > wall:
            yield Answer(None, f"left out: {ALL_CPU:g} s for all layers are over")
        else:
            answer = ask(diagnose, case.layer)
            slow += answer.why_not.startswith("stopped")
            yield answer


def ask(diagnose: Callable, layer: "nn.Module") -> Answer:
    """What `diagnose` says of a deep copy of one layer."""
    patient = copy.deepcopy(layer)
    before = condition(patient)
    try:
        with quiet(), same_settings(), limited(CPU, WALL):
            found = diagnose(patient)
            if why := no_set(found):
                return Answer(None, why)
            found = frozenset(found)
    except TooSlow:
        return Answer(
            None, f"stopped after {CPU:g} s of computing, or {WALL:g} s in all"
        )
    except KeyboardInterrupt:
        raise  # somebody pressed stop
    except NotImplementedError:
        return Answer(None, "nothing yet: write the body, run its cell, then this")
    except BaseException as error:
        text = " ".join(" ".join(format_exception_only(error)).split())
        return Answer(None, text if len(text) < 200 else f"{text[:200]} …")
    if not same(before, condition(patient)):
        return Answer(None, "the layer itself was changed, not a deep copy of it")
    return Answer(found)


def no_set(found: Any) -> str:
    """Why a result is not a set of strings; "" if it is one."""
    if not isinstance(found, Set):
        return f"{describe(found)}, not a set of strings"
    if not all(isinstance(item, str) for item in found):
        return f"{describe(found)}, with other things in it, not a set of strings"
    return ""


def condition(layer: "nn.Module") -> dict:
    """Of a layer what `diagnose` must leave as it was."""
    modules = dict(layer.named_modules())
    hooks = sum(
        len(m._forward_hooks) + len(m._forward_pre_hooks) for m in modules.values()
    )
    training = [module.training for module in modules.values()]
    return snapshot(
        {
            "parameters": dict(layer.state_dict()),
            "modules": list(modules),
            "training": training,
            "hooks": hooks,
        }
    )


@contextmanager
def same_settings() -> Iterator[None]:
    """Put back what is set for all of torch and Python: random state, dtype, limits.

    Inside there is one thread: several that wait for one another use up the time.
    """
    import torch

    dtype, depth = torch.get_default_dtype(), sys.getrecursionlimit()
    threads = torch.get_num_threads()
    with torch.random.fork_rng([]), torch.set_grad_enabled(torch.is_grad_enabled()):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_default_dtype(dtype)
            sys.setrecursionlimit(depth)
            torch.set_num_threads(threads)
