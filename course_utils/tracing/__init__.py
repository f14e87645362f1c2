"""Looking at the states of a stack of layers, and at what a layer must hold to.

Shapes: a stack of L layers has L+1 states H[0]..H[L], each (B, T, d).
"""

from course_utils.tracing.states import change, replay_gap, run_stack, similarity

__all__ = ["change", "replay_gap", "run_stack", "similarity"]
