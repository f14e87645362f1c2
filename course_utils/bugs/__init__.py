"""Bugs of layers, stacks, prefixes and training, as code that runs.

`BUGS` is the catalogue, `matrix` measures which invariant finds which bug, and
`course_utils.bugs.healthy` holds right variants that none may find.

>>> from course_utils.bugs import BUGS
>>> broken = BUGS["softmax over queries"].load()(d=12, n_heads=3)
>>> from course_utils.tracing.inside import rows_sum_to_one
>>> rows_sum_to_one(broken).name
'rows_sum_to_one'
"""

from course_utils.bugs.catalogue import BUGS, Bug, bugs_of
from course_utils.bugs.matrix import Matrix, matrix

__all__ = ["BUGS", "Bug", "Matrix", "bugs_of", "matrix"]
