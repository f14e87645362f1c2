"""Adapting a pre-trained encoder: what reads its states, and what may change."""

from course_utils.adaptation.classifier import Classifier
from course_utils.adaptation.counts import count_trainable
from course_utils.adaptation.files import load, save
from course_utils.adaptation.flow import (
    gate,
    prefix_forward,
    prompt_forward,
    to_key_values,
)
from course_utils.adaptation.methods import METHODS, attach
from course_utils.adaptation.policies import POLICIES, set_trainable
from course_utils.adaptation.pooling import pool
from course_utils.adaptation.start import projected, prompt_cache, prompt_states

__all__ = [
    "METHODS",
    "POLICIES",
    "Classifier",
    "attach",
    "count_trainable",
    "gate",
    "load",
    "pool",
    "prefix_forward",
    "projected",
    "prompt_cache",
    "prompt_forward",
    "prompt_states",
    "save",
    "set_trainable",
    "to_key_values",
]
