"""Helpers of the course: from hidden-state recurrence to prefix-tuning.

Importing the package is light: nothing here pulls in torch. Import what you
need from its modules, for example ``from course_utils.layers import Layer``.
"""

__version__ = "0.1.0"
