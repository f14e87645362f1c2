"""Why a submission has no score, in one line."""

import re
from pathlib import Path

from jsonschema.exceptions import ValidationError as SchemaError
from nbformat.reader import NotJSONError
from nbformat.validator import ValidationError
from nbgrader.converters.base import NbGraderException
from nbgrader.nbgraderformat.common import SchemaMismatchError

from course_utils.grading.execute import KernelStartError
from course_utils.grading.submissions import UnreadableError

# What is wrong with the submission itself and would be so again.
FAULTS = (
    AttributeError,
    KeyError,
    NbGraderException,
    NotJSONError,
    RecursionError,
    SchemaError,
    SchemaMismatchError,
    TypeError,
    UnicodeError,
    UnreadableError,
    ValidationError,
    ValueError,
)


def why(error: Exception, root: Path) -> str:
    """An error in one line, without the names of temporary folders.

    >>> why(KeyError("cells"), Path("/tmp/x"))
    "KeyError: 'cells'"
    """
    where = "".join(f"{name}: " for name in getattr(error, "__notes__", [])[:1])
    if isinstance(error, NotJSONError):
        return f"{where}not JSON"
    if isinstance(error, UnreadableError | KernelStartError):
        return f"{where}{error}"
    lines = str(error).strip().splitlines() or [""]
    text = re.sub(re.escape(str(root)) + r"\S*/", "", lines[0])[:200]
    return f"{where}{type(error).__name__}{': ' * bool(text)}{text}"
