"""Grading one submission: nbgrader's own converter in a course folder of its own."""

import os
import tempfile
from contextlib import suppress
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from course_utils.grading.execute import Watch, watched
from course_utils.grading.faults import FAULTS, why
from course_utils.grading.gradebook import (
    manual_scores,
    scored,
    unsafe_but_quick,
    write_gradebook,
)
from course_utils.grading.job import File, Job, Result, differences, versions
from course_utils.grading.kernels import WARM, kernel_environment
from course_utils.grading.submissions import (
    UnreadableError,
    notebooks,
    read_folder,
)


class WrongVersionsError(Exception):
    """This worker has other versions than the one who asks."""


def grade_submission(job: Job) -> Result:
    """Scores, autograded files and timings of one submission.

    Nothing outside a temporary folder is read or written, and nothing of the
    submission runs in this process: its cells run in kernels.

    Raises:
        WrongVersionsError: scores might differ with the versions of this process.
    """
    if wrong := differences(job.versions, versions()):
        raise WrongVersionsError(wrong)
    identity = {name: getattr(job, name) for name in ("student", "assignment", "key")}
    identity.update(run=job.run, versions=job.versions)
    use_warm_kernels()
    watch = Watch(job.seconds, job.alone, kernel_environment(job.environment, job.seed))
    with tempfile.TemporaryDirectory(prefix="course-grade-") as folder:
        root = Path(folder).resolve()
        try:
            with unsafe_but_quick():
                found = graded(job, root, watch)
        except Exception as error:
            reason, again = why(error, root), not isinstance(error, FAULTS)
            return Result(
                **identity,
                reason=reason,
                contended=watch.contended or again,
                cells=tuple(watch.cells),
            )
    return Result(
        **identity,
        contended=watch.contended,
        cells=tuple(watch.cells),
        manual=manual_scores(job.rows),
        **found,
    )


def graded(job: Job, root: Path, watch: Watch) -> dict[str, Any]:
    """Grade within a folder; what nbgrader left in its gradebook and files."""
    course = CourseDirectory(config=settings(job, root))
    url = course.db_url
    write_gradebook(url, job.rows)
    places = {
        course.format_path(course.submitted_directory, job.student, job.assignment): (
            job.submitted
        ),
        course.format_path(course.source_directory, ".", job.assignment): job.source,
    }
    for place, files in places.items():
        write_folder(Path(place), files)
    SubmissionGrader(job, watch, coursedir=course, config=course.config).start()
    timestamp, notebooks = scored(url, job)
    step = course.autograded_directory
    done = Path(course.format_path(step, job.student, job.assignment))
    files, notes = read_folder(done)
    folders = {
        os.path.relpath(path, done): os.stat(path).st_mode & 0o7777
        for path, _, _ in os.walk(done)
    }
    return {
        "timestamp": timestamp,
        "notebooks": notebooks,
        "autograded": tuple(without(file, root) for file in files),
        "folders": folders,
        "notes": tuple(notes),
    }


def without(file: File, root: Path) -> File:
    """A notebook whose tracebacks do not name the temporary folder."""
    if not file.path.endswith(".ipynb"):
        return file
    return replace(file, content=file.content.replace(str(root).encode(), b""))


def settings(job: Job, root: Path) -> Config:
    """The course's settings, but with all that they say of places changed."""
    config = Config(job.config)
    own = Config()
    own.CourseDirectory.root = str(root)
    own.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    own.CourseDirectory.assignment_id = job.assignment
    own.CourseDirectory.student_id = job.student
    own.CourseDirectory.notebook_id = "*"
    own.CourseDirectory.student_id_exclude = ""
    own.CourseDirectory.directory_structure = os.path.join(
        "{nbgrader_step}", "{student_id}", "{assignment_id}"
    )
    for step in ("source", "submitted", "autograded"):
        own.CourseDirectory[f"{step}_directory"] = step
    config.merge(own)
    return config


class SubmissionGrader(Autograde):
    """nbgrader's Autograde for one submission, whose errors reach the caller."""

    def __init__(self, job: Job, watch: Watch, **options: Any):
        super().__init__(**options)
        self.job = job
        self.autograde_preprocessors = [
            watched(kind, watch) if issubclass(kind, Execute) else kind
            for kind in map(loaded, self.autograde_preprocessors)
        ]

    def init_notebooks(self) -> None:
        """Find the notebooks by their names, which may hold any character."""
        step = self.coursedir.submitted_directory
        names = (self.job.student, self.job.assignment)
        self.place = self.coursedir.format_path(step, *names)
        found = notebooks(self.job.submitted)
        self.assignments = {
            self.place: [os.path.join(self.place, name) for name in found]
        }

    def convert_notebooks(self) -> None:
        names = (self.job.assignment, self.job.student)
        self.notebooks = sorted(self.assignments[self.place])
        self.run_pre_convert_hook()
        try:
            self.coursedir.get_existing_timestamp(self.place)
        except Exception:  # nbgrader has no words for it
            raise UnreadableError("timestamp.txt holds no date") from None
        self.init_assignment(*names)
        for notebook in self.notebooks:
            try:
                self.convert_single_notebook(notebook)
            except Exception as error:
                error.add_note(os.path.basename(notebook))
                raise
        self.set_permissions(*names)
        self.run_post_convert_hook()

    def write_single_notebook(self, output: str, resources: Any) -> None:
        """Write a new file: a cell may have put a link or a pipe in its place."""
        place = Path(self._format_dest(self.job.assignment, self.job.student))
        path = place / (resources["unique_key"] + resources["output_extension"])
        if place.resolve() != place or (path.is_dir() and not path.is_symlink()):
            raise UnreadableError("a cell put something else where it is to be saved")
        path.unlink(missing_ok=True)
        super().write_single_notebook(output, resources)


def loaded(kind: type | str) -> type:
    """A preprocessor, which settings may also name by its place."""
    return import_item(kind) if isinstance(kind, str) else kind


def use_warm_kernels() -> None:
    """Let jupyter_client start kernels by a fork where that is installed."""
    group = "jupyter_client.kernel_provisioners"
    with suppress(Exception):
        (entry,) = metadata.entry_points(group=group, name=WARM)
        entry.load()
        os.environ.setdefault("JUPYTER_DEFAULT_PROVISIONER_NAME", WARM)


def write_folder(folder: Path, files: tuple[File, ...]) -> None:
    """Lay files down as they were; a folder is there in any case."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(file.mode | 0o600)
