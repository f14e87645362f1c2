"""A long context in a few vectors: memories, soft prompts by distillation, recall."""

from course_utils.context.distill import distill_loss, distill_prompt
from course_utils.context.fitting import load_memory_model, train_memory_model
from course_utils.context.memory import cumulative_memory, segment_memory
from course_utils.context.recall import (
    Facts,
    MemoryModel,
    planted_facts,
    recall_by_segment,
)

__all__ = [
    "Facts",
    "MemoryModel",
    "cumulative_memory",
    "distill_loss",
    "distill_prompt",
    "load_memory_model",
    "planted_facts",
    "recall_by_segment",
    "segment_memory",
    "train_memory_model",
]
