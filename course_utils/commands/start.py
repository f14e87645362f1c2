"""`course start [NAME]`: copy assignments into work/."""

import argparse

from course_utils.commands import assignment_names, course_root, find_assignment
from course_utils.commands.work import start_missing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="*", help="assignments; all if none is named")


def run(options: argparse.Namespace) -> int:
    root = course_root()
    names = [find_assignment(root, name) for name in options.name]
    names = names or assignment_names(root)
    new = start_missing(root, names)
    for name in names:
        state = "ready" if name in new else "already there, left as it is"
        print(f"work/{name}/{name}.ipynb: {state}")
    return 0
