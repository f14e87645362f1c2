"""`course grade`: grade a class, in parallel, and go on where it was stopped."""

import argparse
import json
from contextlib import chdir
from difflib import get_close_matches
from pathlib import Path

from course_utils.commands import CommandError, course_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", help="its name, or the beginning of it")
    parser.add_argument(
        "--student", action="append", metavar="ID", help="only this one (repeatable)"
    )
    parser.add_argument(
        "--workers", type=positive, metavar="N", help="processes (one for each core)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a running Dask cluster, tcp://…"
    )
    parser.add_argument(
        "--db", metavar="URL", help="of the gradebook (nbgrader's setting by default)"
    )
    parser.add_argument(
        "--budget",
        type=positive,
        metavar="SECONDS",
        help="for all cells of a submission (ten times the limit of a cell)",
    )
    parser.add_argument(
        "--regrade", action="store_true", help="also what is graded already"
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("has to be at least 1")
    return number


def run(options: argparse.Namespace) -> int:
    """0 if every submission has a final score, 1 if not."""
    with chdir(course_root()):  # which paths in the settings may begin at
        return grade(Path.cwd(), options)


def grade(root: Path, options: argparse.Namespace) -> int:
    """Grade the course in a folder."""
    from course_utils.grading.preload import without_grammar

    with without_grammar():
        from course_utils.grading.course import open_assignment, open_course
        from course_utils.grading.progress import Bar, as_data, report
        from course_utils.grading.run import FAILED, Grading, Options

    course = open_course(root, options.db)
    assignment = open_assignment(course, options.assignment)
    students = chosen(course, assignment.name, options.student or [])
    how = Options(options.workers, options.scheduler, options.regrade, options.budget)
    grading = Grading(course, assignment, how)
    bar = Bar(assignment.name, len(students))
    try:
        outcomes = grading.grade(students, bar)
    finally:
        bar.close()
    scores = grading.scores()
    if options.json:
        data = as_data(assignment.name, outcomes, scores)
        print(json.dumps(data, indent=1, ensure_ascii=False))
    else:
        print(report(assignment.name, outcomes, scores))
    return int(any(outcome.state == FAILED for outcome in outcomes))


def chosen(course: object, assignment: str, wanted: list[str]) -> list[str]:
    """Whose submissions to grade: the named ones, or all.

    Raises:
        CommandError: there is none, or one that was named is not there.
    """
    from course_utils.grading.submissions import students

    found = students(course.folders, assignment)
    for student in wanted:
        if student not in found:
            close = get_close_matches(student, found, n=1)
            guess = f" Did you mean {close[0]}?" if close else ""
            place = course.place("submitted", student, assignment)
            raise CommandError(
                f"{student} has not handed in {assignment}: no {place}.{guess}"
            )
    if not found:
        place = course.place("submitted", "*", assignment)
        raise CommandError(
            f"Nobody has handed in {assignment}: no {place}. Run "
            f"`nbgrader collect {assignment}` first, or put the folders there."
        )
    return list(dict.fromkeys(wanted)) or found
