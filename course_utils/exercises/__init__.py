"""What the check cells of lessons and assignments call.

A check says what it tried, what it expected and what it got. It names a cause
only where the cause is proven.
"""

from course_utils.exercises.check import Check
from course_utils.exercises.feedback import Feedback
from course_utils.exercises.gradient import grad
from course_utils.exercises.literals import letter, nested, order, score_order
from course_utils.exercises.predict import predict
from course_utils.exercises.questions import ask

__all__ = [
    "Check",
    "Feedback",
    "ask",
    "grad",
    "letter",
    "nested",
    "order",
    "predict",
    "score_order",
]
