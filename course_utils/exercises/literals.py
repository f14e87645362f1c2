"""Answers written as plain Python literals: a letter, an order of labels."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from course_utils.exercises import ordering
from course_utils.exercises.feedback import Feedback


def letter(
    title: str,
    answer: Any,
    options: str = "abcd",
    *,
    key: str | None = None,
    reasons: dict[str, str] | None = None,
) -> None:
    """Check an answer of one letter.

    Args:
        title: what the learner sees, for example "a1 · Q3".
        answer: the literal; case and outer spaces do not matter.
        options: the letters to choose from.
        key: the right letter; None checks the form alone.
        reasons: for each wrong letter, why it is wrong.

    Raises:
        Feedback: the answer is malformed, or it is wrong.
    """
    wanted = f"one of the letters {', '.join(options)}, for example {options[0]!r}"
    if not isinstance(answer, str):
        raise Feedback(title, expected=wanted, got=f"{answer!r}: not a string")
    chosen = answer.strip().casefold()
    if not chosen:
        raise Feedback(title, expected=wanted, got="no answer yet")
    if len(chosen) != 1 or chosen not in options:
        raise Feedback(title, expected=wanted, got=repr(answer))
    if key is not None and chosen != key:
        why = (reasons or {}).get(chosen, "")
        raise Feedback(title, got=f"{chosen!r}, which is not the best answer", why=why)
    print(f"✓ {title}: {'right' if key else f'{chosen!r} is recorded'}")


def nested(title: str, answer: Any, shape: tuple[int, ...], kind: str) -> list:
    """Check the form of nested lists of numbers; tuples count as lists.

    Args:
        title: what the learner sees.
        answer: the literal.
        shape: how many entries on each level, for example (4, 2, 2).
        kind: the same in words.

    Returns:
        The answer as nested lists.

    Raises:
        Feedback: another nesting, or something that is not a number.
    """

    def level(value: Any, sizes: tuple[int, ...], where: str) -> Any:
        if not sizes:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise Feedback(title, expected=kind, got=f"{value!r} {where}")
            return value
        if not isinstance(value, list | tuple) or len(value) != sizes[0]:
            size = f" of {len(value)}" if isinstance(value, list | tuple) else ""
            got = f"{type(value).__name__}{size} {where}, not a list of {sizes[0]}"
            raise Feedback(title, expected=kind, got=got)
        return [level(v, sizes[1:], f"{where}[{i}]") for i, v in enumerate(value)]

    if isinstance(answer, list | tuple) and not answer:
        raise Feedback(title, expected=kind, got="an empty list: no answer yet")
    return level(answer, shape, f"in {title.split()[-1]}")


def order(title: str, answer: Any, labels: Iterable[str]) -> list[str]:
    """Check the form of an ordering and return it as the labels are printed.

    Blocks may be left out; that costs points but is not malformed.

    Raises:
        Feedback: not a list or tuple of strings, or a label is unknown or
            stands there twice.
    """
    printed = {label.strip().casefold(): label for label in labels}
    wanted = f"a list of labels out of {', '.join(printed.values())}"
    if not isinstance(answer, list | tuple):
        raise Feedback(title, expected=wanted, got=f"{answer!r}: not a list")
    if not answer:
        raise Feedback(title, expected=wanted, got="an empty list: no answer yet")
    found: list[str] = []
    for item in answer:
        label = printed.get(item.strip().casefold()) if isinstance(item, str) else None
        if label is None:
            raise Feedback(title, expected=wanted, got=f"the unknown label {item!r}")
        if label in found:
            raise Feedback(title, expected=wanted, got=f"the label {label!r} twice")
        found.append(label)
    return found


def score_order(
    title: str,
    found: Sequence[str],
    blocks: dict[str, str],
    constraints: Sequence[tuple[str, str, str]],
    points: float,
    *,
    foreign: Mapping[str, str] | None = None,
    faults: Sequence[ordering.Fault] = (),
) -> float:
    """Points of an ordering, with feedback that does not give it away.

    Args:
        title: what the learner sees.
        found: the labels in the learner's order, from `order`.
        blocks: the text of each required block by its label.
        constraints: (earlier, later, why) for each direct dependency.
        points: what the exercise is worth.
        foreign: for labels that do not belong to the order, why not.
        faults: what caps the points, however near the order is.

    Returns:
        Between 0 and `points`, to two decimals.
    """
    edges = [(a, b) for a, b, _ in constraints]
    result = ordering.score(found, list(blocks), edges, faults)
    earned = round(points * result.share, 2)
    if result.share == 1:
        print(f"✓ {title}: a right order, {earned:g} of {points:g} points")
        return earned
    text = {"got": f"{earned:g} of {points:g} points"}
    if result.broken:
        a, b = result.broken
        why = next((w for x, y, w in constraints if (x, y) == (a, b)), "")
        text["first"] = f"{a} has to stand before {b}. {why}"
    if result.moves:
        text["moved"] = f"{result.moves} block(s) stand where they cannot stay"
    if result.missing:
        text["missing"] = f"{result.missing} block(s) of the right order"
    if result.extra:
        why = [f"{x}: {foreign[x]}" for x in found if x in (foreign or {})]
        many = f"{result.extra} block(s) that do not belong to it"
        text["extra"] = "\n".join([many, *why])
    if result.cap:
        most = f"at most {points * result.cap.most:g} of {points:g} points, however "
        text["capped"] = f"{most}near the order is. {result.cap.why}"
    print(Feedback(title, **text).render())
    return earned
