"""Adapting a pre-trained encoder: what reads its states, and what may change."""

from course_utils.adaptation.classifier import Classifier
from course_utils.adaptation.policies import POLICIES, set_trainable
from course_utils.adaptation.pooling import pool

__all__ = ["POLICIES", "Classifier", "pool", "set_trainable"]
