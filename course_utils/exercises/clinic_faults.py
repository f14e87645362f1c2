"""The literal of assignment a4: which piece has which fault."""

from collections.abc import Mapping
from typing import Any

from course_utils.exercises.feedback import Feedback


def the_faults(title: str, answer: Any, pieces: int, letters: str) -> dict[int, str]:
    """Check the form of the answer; pieces without a letter are left out.

    Args:
        title: what the learner sees.
        answer: the literal, number of a piece -> letter.
        pieces: how many there are; they are counted from 1.
        letters: the options.

    Raises:
        Feedback: not a dict, or an unknown piece or letter stands in it.

    >>> the_faults("demo · FAULTS", {2: " B", 1: "a", 3: ""}, pieces=3, letters="abc")
    {1: 'a', 2: 'b'}
    """
    wanted = (
        f"a dict from 1 to {pieces} to letters out of {letters[0]} to {letters[-1]}"
    )
    if not isinstance(answer, Mapping):
        got = f"{type(answer).__name__}: not a dict"
        raise Feedback(title, expected=wanted, got=got)
    found = {}
    for piece, letter in answer.items():
        if isinstance(piece, bool) or piece not in range(1, pieces + 1):
            raise Feedback(title, expected=wanted, got=f"the unknown piece {piece!r}")
        chosen = letter.strip().casefold() if isinstance(letter, str) else None
        if chosen is None or len(chosen) > 1 or chosen not in letters:
            got = f"the unknown letter {letter!r} for piece {piece}"
            raise Feedback(title, expected=wanted, got=got)
        if chosen:
            found[int(piece)] = chosen
    if not found:
        raise Feedback(title, expected=wanted, got="no letter yet")
    return dict(sorted(found.items()))


def score_faults(
    title: str,
    found: Mapping[int, str],
    right: Mapping[int, str],
    ask: Mapping[str, str],
    points: float,
) -> float:
    """Points, and for each wrong letter a question that the piece itself answers.

    Args:
        title: what the learner sees.
        found: the answer, from `the_faults`.
        right: the letter of each piece.
        ask: for each letter the question that tells whether this is the fault.
        points: what the exercise is worth.
    """
    rows, correct = [], 0
    for piece, letter in right.items():
        given = found.get(piece)
        correct += given == letter
        if given is None:
            rows.append(f"piece {piece}: no letter")
        elif given != letter:
            rows.append(f"piece {piece}: not {given}. {ask[given]}")
    earned = round(points * correct / len(right), 2)
    if not rows:
        print(f"✓ {title}: right, {earned:g} of {points:g} points")
        return earned
    print(Feedback(title, got=f"{earned:g} of {points:g} points", look="\n".join(rows)))
    return earned
