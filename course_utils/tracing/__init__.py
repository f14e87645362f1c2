"""Looking at the states of a stack of layers, and at what a layer must hold to.

Shapes: a stack of L layers has L+1 states H[0]..H[L], each (B, T, d).
"""

from course_utils.tracing.compare import blame, first_divergence
from course_utils.tracing.panels import panel
from course_utils.tracing.probes import Finding
from course_utils.tracing.recurrence import recurrence_panel
from course_utils.tracing.states import change, replay_gap, run_stack, similarity
from course_utils.tracing.stream import contributions, lens
from course_utils.tracing.tied import run_tied

__all__ = [
    "Finding",
    "blame",
    "change",
    "contributions",
    "first_divergence",
    "lens",
    "panel",
    "recurrence_panel",
    "replay_gap",
    "run_stack",
    "run_tied",
    "similarity",
]
