"""`course reset NAME`: set the old copy aside and copy afresh."""

import argparse

from course_utils.commands import course_root, find_assignment
from course_utils.commands.work import replace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="the assignment, for example a1")


def run(options: argparse.Namespace) -> int:
    root = course_root()
    name = find_assignment(root, options.name)
    kept = replace(root, name)
    if kept:
        print(f"Your answers are kept in work/{kept.name}.")
    print(f"work/{name}/{name}.ipynb: fresh")
    return 0
