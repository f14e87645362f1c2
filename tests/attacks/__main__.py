"""How many attacks win, class by class.

python -m tests.attacks [--stock] [--only CLASS ...]
"""

import argparse

from tests.attacks.attack import CLASSES, attacks
from tests.attacks.harness import OURS, STOCK, verdicts

parser = argparse.ArgumentParser(prog="python -m tests.attacks")
parser.add_argument("--stock", action="store_true", help="nbgrader autograde as well")
parser.add_argument("--only", nargs="+", default=[], choices=CLASSES)
parser.add_argument("--name", nargs="+", default=[], help="only these attacks")
options = parser.parse_args()
wanted = [
    a for a in attacks(options.only) if not options.name or a.name in options.name
]
ways = [STOCK, OURS] if options.stock else [OURS]
found = {way: verdicts(way, wanted) for way in ways}
for way in ways:
    print(f"\nAgainst {way}:")
    for verdict in found[way]:
        result = f"WIN  {verdict.win}" if verdict.win else f"held {verdict.held}"
        print(f"  {verdict.attack.name:30} {result}")
print(f"\n{'class':14} {'attacks':>8}" + "".join(f"  {way:>19}" for way in ways))
for kind in [k for k in CLASSES if any(a.kind == k for a in wanted)] + ["all"]:
    rows = [[v for v in found[w] if kind in (v.attack.kind, "all")] for w in ways]
    wins = "".join(f"  {sum(bool(v.win) for v in row):>19}" for row in rows)
    print(f"{kind:14} {len(rows[0]):>8}{wins}")
