"""What looking at layers costs: the panel of invariants, replay, blame."""

import torch

from benchmarks.report import table
from benchmarks.timing import cpu_seconds, in_turn, spread
from course_utils.layers import Layer
from course_utils.tracing import blame, panel, replay_gap, run_stack

D, HEADS, L, B, T, ROUNDS = 64, 4, 12, 8, 128, 15
EXPLANATION = f"""\
CPU time on one thread, {ROUNDS} rounds. The panel runs all invariants on one layer
(d = {D}, h = {HEADS}); the aim is under 0.2 s. Replay and blame run on a stack of {L}
such layers with states ({B}, {T}, {D}), as a share of the time of one pass through the
stack; the aim is at most 2.2. Blame calls every good and every bad layer once.
"""


@torch.no_grad()
def measure() -> tuple[str, str]:
    """Title and text of the section."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers = [Layer(D, HEADS).eval() for _ in range(L)]
    H0 = torch.randn(B, T, D)
    states = run_stack(H0, layers)

    def forward() -> None:
        H = H0
        for layer in layers:
            H = layer(H)

    shares = {
        "replay / pass": lambda: replay_gap(states, layers),
        "blame / pass": lambda: blame(layers, layers, H0),
    }
    rows = []
    for name, run in shares.items():
        ratios = [a / b for a, b in in_turn(run, forward, ROUNDS)]
        rows.append([name, *spread(ratios)])
    layer = layers[0].double()
    panel(layer)
    seconds = [cpu_seconds(lambda: panel(layer), 1) for _ in range(ROUNDS)]
    rows.append(["panel of one layer, s", *spread(seconds, ".3f")])
    header = ["run", "min", "median", "max"]
    return "Tracing", f"{EXPLANATION}\n{table(header, rows)}"
