"""A scratch course with canaries: a class, its folders, a home, a listener."""

import atexit
import os
import secrets
import shutil
import socket
import sqlite3
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.attacks.attack import RIGHT, Attack
from tests.grading.classroom import code, notebook, step, text

LIMIT = 3  # seconds of a cell
INPUT = "7301.25"  # of a hidden test
CONFIG = f"""c = get_config()
c.CourseDirectory.course_id = "arena"
c.ExecutePreprocessor.timeout = {LIMIT}
c.LateSubmissionPlugin.penalty_method = "zero"
"""
# What the course's own settings say of the pages that students get.
PAGES = """from course_utils.grading.feedback import use_inert_pages
use_inert_pages(c)
"""
HELPER = """def share(function):
    found = [function([1, 3]), function([5])]
    return sum(a == b for a, b in zip(found, (2, 5)))
"""
LOAD = """import numpy as np
from pathlib import Path
from helper import share
rows = np.array(Path("data.csv").read_text().split(), dtype=float)"""
HIDDEN = f"""assert abs(mean([4]) - 4) < 1e-9
### BEGIN HIDDEN TESTS
# SOURCE
assert abs(mean([{INPUT}, 0.75]) - 3651.0) < 1e-9
### END HIDDEN TESTS"""
SCALE = "np.testing.assert_allclose(scale(rows), [0.25, 0.5, 1.0])"
HONEST = {"aa-right": RIGHT, "zz-right": RIGHT, "aa-blank": {}}
FULL = {"aa-right": 8.0, "zz-right": 8.0, "aa-blank": 0.0}
CLASSMATE = "aa-right"


def book(secret: dict[str, str]) -> NotebookNode:
    """The instructor's notebook: eight points by tests, four by hand."""
    graded = {"grade": True, "locked": True}
    hidden = HIDDEN.replace("SOURCE", secret["source"])
    answer = f"    # {secret['solution']}\n    return"
    solved = {
        name: RIGHT[name].replace("\n    return", f"\n    ### BEGIN SOLUTION\n{answer}")
        + "\n    ### END SOLUTION"
        for name in ("mean", "scale")
    }
    return notebook(
        [
            code("load", LOAD, locked=True),
            code("mean", solved["mean"], solution=True),
            code("scale", solved["scale"], solution=True),
            code("test-visible", "assert mean([1, 2, 3]) == 2", points=2, **graded),
            code("test-hidden", hidden, points=3, **graded),
            code("test-share", "share(mean)", points=2, **graded),
            code("test-scale", SCALE, points=1, **graded),
            text("why", "Write here.", grade=True, solution=True, points=4),
        ]
    )


@cache
def template() -> tuple[Path, dict[str, str]]:
    """A course nobody has handed in to, made once in a process; its secrets."""
    top = Path(tempfile.mkdtemp(prefix="arena-"))
    atexit.register(shutil.rmtree, top)
    names = "solution source classmate home host gradebook variable".split()
    secret = {name: f"secret-{name}-{secrets.token_hex(6)}" for name in names}
    source = top / "source" / "p"
    source.mkdir(parents=True)
    (top / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(book(secret), source / "p.ipynb")
    (source / "helper.py").write_text(HELPER)
    (source / "data.csv").write_text("1\n2\n4\n")
    made = step(top, "generate_assignment", "p")
    assert made["success"], made["log"]
    db = sqlite3.connect(top / "gradebook.db")
    db.execute("UPDATE assignment SET duedate = '2026-01-02 00:00:00.000000'")
    row = ("observer", secret["gradebook"])
    db.execute("INSERT INTO student (id, last_name) VALUES (?, ?)", row)
    db.commit()
    db.close()
    return top, secret


class Scene:
    """The course in a folder, with everything that nobody may touch.

    Attributes:
        heard: what came to the listener, as bytes.
        secret: texts that nobody may learn, by where they lie.
    """

    def __init__(self, folder: Path, pages: bool = True):
        """With the course's own feedback pages, or with nbgrader's."""
        self.folder = folder
        self.root, self.home = folder / "course", folder / "home"
        self.host, self.temporary = folder / "host", folder / "tmp"
        self.run = secrets.token_hex(8)
        made, self.secret = template()
        self.heard: list[bytes] = []
        shutil.copytree(made, self.root)
        settings = CONFIG + (PAGES if pages else "")
        (self.root / "nbgrader_config.py").write_text(settings)
        for place in (self.home, self.host, self.temporary):
            place.mkdir(parents=True)
        for name in ("home", "host"):
            (folder / name / "secret.txt").write_text(self.secret[name])
        self.listen()
        for student, answers in HONEST.items():
            self.hand_in(student, answers)
        (self.place(CLASSMATE) / "notes.txt").write_text(self.secret["classmate"])

    def place(self, student: str) -> Path:
        return self.root / "submitted" / student / "p"

    def mark(self, student: str) -> str:
        """What only this student's payload writes."""
        return f"touched-{student}-{self.run}"

    def fill(self, text: str, student: Path | str) -> str:
        """A text of an attack with names and places put in."""
        name = student.parent.name if isinstance(student, Path) else student
        given = {
            "ROOT": self.root,
            "HOME": self.home,
            "HOST": self.host,
            "RUN": self.run,
            "PORT": self.port,
            "MARK": self.mark(name),
            "NAME": name,
            "INPUT": INPUT,
            "SOURCE": self.secret["source"],
            "CLASSMATE": self.place(CLASSMATE),
        }
        for key, value in given.items():
            text = text.replace(f"@{key}@", str(value))
        return text

    def hand_in(self, student: str, answers: dict[str, str]) -> Path:
        """A submission in time."""
        place = self.place(student)
        shutil.copytree(self.root / "release" / "p", place)
        path = place / "p.ipynb"
        path.chmod(0o644)
        found = nbformat.read(path, 4)
        for cell in found.cells:
            if cell.id in answers:
                cell.source = self.fill(answers[cell.id], student)
        nbformat.write(found, path)
        (place / "timestamp.txt").write_text("2026-01-01 10:00:00 UTC")
        return place

    def attack(self, attack: Attack) -> None:
        place = self.hand_in(attack.name, attack.answers)
        if attack.change:
            for path in place.rglob("*"):
                path.chmod(0o644)
            attack.change(place, self)

    def environment(self) -> dict[str, str]:
        """Of the command that grades."""
        return {
            **os.environ,
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "ARENA_SECRET": self.secret["variable"],
            "ARENA_RUN": self.run,
            "OMP_NUM_THREADS": "1",
        }

    def listen(self) -> None:
        """On this machine alone, by TCP and by a socket in a folder."""
        tcp, unix = socket.socket(), socket.socket(socket.AF_UNIX)
        tcp.bind(("127.0.0.1", 0))
        here = os.getcwd()
        os.chdir(self.host)  # the name of a socket has to be short
        unix.bind("socket")
        os.chdir(here)
        self.port, self.listeners = tcp.getsockname()[1], (tcp, unix)
        for listener in self.listeners:
            listener.listen()
            threading.Thread(target=self.hear, args=(listener,), daemon=True).start()

    def hear(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                with line, suppress(OSError):
                    line.settimeout(2)
                    self.heard.append(line.recv(4096))

    def close(self) -> None:
        for listener in self.listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
