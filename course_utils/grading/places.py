"""The folder autograded: a submission's files change there all at once.

They are laid down beside their place in a hidden folder that is named by their mark,
and moved when the mark is in the gradebook. So what a killed command left beside a
place can be told: it fits the mark and is moved, or it does not and goes.
"""

import os
import shutil
from glob import escape
from pathlib import Path

from course_utils.grading.course import Course
from course_utils.grading.job import Result

Mark = tuple[str, str]  # key of what was graded, name of the run that graded it


class Places:
    """Where nbgrader expects the autograded files of an assignment."""

    def __init__(self, course: Course, assignment: str):
        self.course = course
        self.assignment = assignment

    def place(self, student: str) -> Path:
        return self.course.place("autograded", student, self.assignment)

    def beside(self, student: str, kind: str) -> Path:
        """A hidden folder next to it."""
        place = self.place(student)
        return place.with_name(f".{place.name}.{kind}")

    def staged(self, student: str, mark: Mark) -> Path:
        key, run = mark
        return self.beside(student, f"{key[:16]}-{run[:16]}.new")

    def stage(self, result: Result) -> Path:
        """Lay the files of a result down, on the disk and not only in its cache."""
        staged = self.staged(result.student, (result.key, result.run))
        try:
            self.lay_down(result, staged)
        except OSError:
            remove(staged)
            raise
        return staged

    @staticmethod
    def lay_down(result: Result, staged: Path) -> None:
        staged.mkdir(parents=True)
        for file in result.autograded:
            path = staged / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as handle:
                handle.write(file.content)
                handle.flush()
                os.fsync(handle.fileno())
            path.chmod(file.mode)
        for name, mode in result.folders.items():
            (staged / name).mkdir(parents=True, exist_ok=True)
            (staged / name).chmod(mode | 0o700)

    def publish(self, staged: Path, student: str) -> None:
        """Move files to their place; the ones that were there go."""
        place, old = self.place(student), self.beside(student, "old")
        remove(old)
        if place.exists():
            place.rename(old)
        staged.rename(place)
        remove(old)
        if self.course.folders.groupshared:
            top = self.course.place("autograded", ".", ".")
            top.chmod((top.stat().st_mode | 0o2770) & 0o2777)

    def mend(self, student: str, mark: Mark | None) -> None:
        """Finish or undo what was left beside a place.

        Args:
            mark: what the gradebook says of this student.
        """
        place, old = self.place(student), self.beside(student, "old")
        for staged in place.parent.glob(f".{escape(place.name)}.*.new"):
            if mark and staged == self.staged(student, mark):
                self.publish(staged, student)
            else:
                remove(staged)
        if old.exists() and not place.exists():
            old.rename(place)
        remove(old)


def remove(folder: Path) -> None:
    """Delete a folder, if it is there."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
