"""The literal of assignment a7: which method for which case."""

from collections.abc import Mapping
from typing import Any

from course_utils.exercises.feedback import Feedback


def the_choice(title: str, answer: Any, cases: Mapping[str, str]) -> dict[str, str]:
    """Check the form of the answer; cases without a letter are left out.

    Args:
        title: what the learner sees.
        answer: the literal, case -> letter; case and outer spaces do not matter.
        cases: for each case the letters to choose from.

    Raises:
        Feedback: not a dict, or an unknown or repeated case or an unknown letter
            stands in it.

    >>> the_choice("t · CHOICE", {"One ": " B", "two": ""}, {"one": "ab", "two": "c"})
    {'one': 'b'}
    """
    wanted = f"a dict from {', '.join(map(repr, cases))} to letters"
    if not isinstance(answer, Mapping):
        got = f"{type(answer).__name__}: not a dict"
        raise Feedback(title, expected=wanted, got=got)
    found: dict[str, str] = {}
    for name, letter in answer.items():
        case = name.strip().casefold() if isinstance(name, str) else None
        if case not in cases:
            raise Feedback(title, expected=wanted, got=f"the unknown case {name!r}")
        if case in found:
            raise Feedback(title, expected=wanted, got=f"the case {case!r} twice")
        chosen = letter.strip().casefold() if isinstance(letter, str) else None
        if chosen is None or len(chosen) > 1 or chosen not in cases[case]:
            got = f"the unknown letter {letter!r} for {case!r}"
            raise Feedback(title, expected=wanted, got=got)
        found[case] = chosen
    if not any(found.values()):
        raise Feedback(title, expected=wanted, got="no letter yet")
    return {case: found[case] for case in cases if found.get(case)}


def score_choice(
    title: str,
    found: Mapping[str, str],
    right: Mapping[str, str],
    reasons: Mapping[str, Mapping[str, str]],
    points: float,
) -> float:
    """Points, and a reason for each letter that was given.

    Args:
        title: what the learner sees.
        found: the answer, from `the_choice`.
        right: the letter of each case.
        reasons: for each case and each of its letters, what speaks for or against it.
        points: what the exercise is worth.

    Returns:
        The share of right letters, in points, to two decimals.
    """
    rows, correct = [], 0
    for case, letter in right.items():
        given = found.get(case, "")
        correct += given == letter
        verdict = "right" if given == letter else "not the best answer"
        rows.append(
            f"{case}: {given}, {verdict}. {reasons[case][given]}"
            if given
            else f"{case}: no letter"
        )
    earned = round(points * correct / len(right), 2)
    if correct == len(right):
        print(f"✓ {title}: right, {earned:g} of {points:g} points")
        print("\n".join(f"  {row}" for row in rows))
    else:
        got = f"{earned:g} of {points:g} points"
        print(Feedback(title, got=got, cases="\n".join(rows)))
    return earned
