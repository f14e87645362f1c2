"""Predict first, then run: predictions are compared, never graded."""

from typing import Any


def predict(prediction: Any, outcome: Any, tolerance: float = 0.0) -> None:
    """Say how a prediction compares with what came out.

    Args:
        prediction: the learner's literal; None means none was made.
        outcome: what the run gave, of the same kind.
        tolerance: for numbers, how far apart still counts as foreseen.
    """
    if prediction is None:
        print(
            "No prediction yet. Write one above and run both cells again: a guess "
            f"that fails teaches more than none.\nOutcome: {shown(outcome)}"
        )
        return
    if agree(prediction, outcome, tolerance):
        print(f"You foresaw it: {shown(outcome)}.")
        return
    print(
        f"You predicted {shown(prediction)}; it came out as {shown(outcome)}.\n"
        "Before you read on: what did you assume that does not hold?"
    )


def agree(prediction: Any, outcome: Any, tolerance: float) -> bool:
    """Whether a prediction counts as foreseen; text regardless of case."""
    prediction, outcome = (
        value.tolist() if hasattr(value, "tolist") else value
        for value in (prediction, outcome)
    )
    if isinstance(prediction, str) or isinstance(outcome, str):
        return str(prediction).strip().casefold() == str(outcome).strip().casefold()
    if isinstance(prediction, list | tuple) and isinstance(outcome, list | tuple):
        pairs = zip(prediction, outcome, strict=False)
        return len(prediction) == len(outcome) and all(
            agree(a, b, tolerance) for a, b in pairs
        )
    try:
        return bool(abs(prediction - outcome) <= tolerance)
    except TypeError:
        return prediction == outcome


def shown(value: Any) -> str:
    """A value as it stands in a sentence: floats rounded to four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
