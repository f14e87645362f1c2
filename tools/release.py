"""Make the student versions: solutions/ -> assignments/, by nbgrader.

python tools/release.py [COURSE_FOLDER]
"""

import os
import sys
from pathlib import Path

from nbgrader.apps import NbGrader
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Application


def release(root: Path) -> list[str]:
    """Generate every assignment of a course folder; returns their names."""
    # nbgrader calls its helper alembic by name.
    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    app = NbGrader()
    Application.load_config_file(app, "nbgrader_config", path=[str(root)])
    names = sorted(p.parent.name for p in (root / "solutions").glob("*/*.ipynb"))
    for name in dict.fromkeys(names):
        course = CourseDirectory(config=app.config, assignment_id=name)
        converter = GenerateAssignment(coursedir=course, config=app.config)
        converter.force = converter.create_assignment = True
        converter.start()
    return names


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    for made in release(folder.resolve()):
        print(f"assignments/{made}/{made}.ipynb")
