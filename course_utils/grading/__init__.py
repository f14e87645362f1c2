"""A class's submissions, graded: fast, in parallel, resumable.

nbgrader stays the system of record. This package adds kernels that start at once
(:mod:`~course_utils.grading.kernels`) and the command `course grade`.
"""
