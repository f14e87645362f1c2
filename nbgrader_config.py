"""nbgrader's settings: single user, sources in solutions/, releases in assignments/."""

from pathlib import Path

from course_utils.exercises.seeds import set_class_secret
from course_utils.grading.feedback import use_inert_pages

c = get_config()
ROOT = Path(__file__).parent.resolve()
STATE = ROOT / ".nbgrader"

set_class_secret(ROOT)

c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.course_id = "hidden-states"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'gradebook.db'}"

c.Exchange.root = str(STATE / "exchange")
c.Exchange.cache = str(STATE / "cache")
c.Exchange.assignment_dir = str(ROOT / "work")

# A stub that names the exercise, in place of nbgrader's own.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "course_utils.exercises.release.ClearCourseSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ExecutePreprocessor.timeout = 300
# Grading, validating and feedback in JupyterLab start with torch already imported.
c.ExecutePreprocessor.kernel_manager_class = (
    "course_utils.grading.kernels.WarmKernelManager"
)

# Feedback pages, and submissions in the form grader, run nothing of a submission.
use_inert_pages(c)
