"""Training a classifier of texts, and judging it."""

from course_utils.training.baselines import bag_of_words, majority
from course_utils.training.change import class_distances, drift
from course_utils.training.evaluate import Score, evaluate, features, predict
from course_utils.training.history import History
from course_utils.training.loop import fit

__all__ = [
    "History",
    "Score",
    "bag_of_words",
    "class_distances",
    "drift",
    "evaluate",
    "features",
    "fit",
    "majority",
    "predict",
]
