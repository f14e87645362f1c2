"""Whether an attack won: points, canaries, classmates."""

import os
import stat
from html.parser import HTMLParser
from pathlib import Path

import psutil
from nbgrader.api import Gradebook, MissingEntry

from tests.attacks.attack import Attack
from tests.attacks.scene import FULL, Scene

BLOAT = 10_000_000  # bytes of a graded submission
SKIPPED = {".nbgrader.log"}  # says which code failed, to the instructor


def score(scene: Scene, student: str) -> float | None:
    """Points after a late penalty, whoever gave them; None if there are none yet."""
    with Gradebook(f"sqlite:///{scene.root / 'gradebook.db'}", "arena") as book:
        try:
            found = book.find_submission("p", student)
        except MissingEntry:
            return None
        grades = [g for notebook in found.notebooks for g in notebook.grades]
        if any(g.auto_score is None and g.name != "why" for g in grades):
            return None
        return found.score


def regular(top: Path) -> list[Path]:
    """All regular files, links not followed."""
    found = (Path(at) / name for at, _, names in os.walk(top) for name in names)
    return [path for path in found if stat.S_ISREG(path.lstat().st_mode)]


def own(scene: Scene, student: str, step: str) -> Path:
    return scene.root / step / student


def touched(scene: Scene, student: str) -> str:
    """A place outside of the student's own folders that carries the mark."""
    mark = scene.mark(student)
    mine = [own(scene, student, s) for s in ("submitted", "autograded", "feedback")]
    for path in regular(scene.folder):
        if path.name in SKIPPED or any(path.is_relative_to(p) for p in mine):
            continue
        if mark in path.name or mark.encode() in path.read_bytes():
            return f"wrote {path.relative_to(scene.folder)}".replace(mark, "MARK")
    return ""


def learned(scene: Scene, attack: Attack) -> str:
    """A secret on the page that the student gets."""
    texts = [f"{attack.name}={secret}" for secret in scene.secret.values()]
    if attack.says:
        texts.append(scene.fill(attack.says, attack.name))
    for path in regular(own(scene, attack.name, "feedback")):
        if path.suffix == ".html":
            page = path.read_text()
            if any(text in page for text in texts):
                return "the feedback shows what it was after"
    return ""


class Active(HTMLParser):
    """Finds what a browser would run or fetch and that carries a mark."""

    def __init__(self, mark: str):
        super().__init__()
        self.mark, self.found, self.inside = mark, "", ""

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        for name, value in attributes:
            value = value or ""
            where = name in ("src", "href", "srcdoc", "data", "action", "xlink:href")
            lively = name.startswith("on") or (where and not value.startswith("#"))
            if self.mark in value and lively:
                self.found = f"<{tag} {name}>"

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script" and self.mark in data:
            self.found = "<script>"


def active(scene: Scene, student: str) -> str:
    for path in regular(own(scene, student, "feedback")):
        if path.suffix == ".html":
            parser = Active(scene.mark(student))
            parser.feed(path.read_text())
            if parser.found:
                return f"the feedback has {parser.found} of the student's"
    return ""


def left(scene: Scene, student: str) -> list[psutil.Process]:
    """Processes that carry the mark."""
    mark, found = scene.mark(student), []
    for process in psutil.process_iter(["cmdline"]):
        if mark in (process.info["cmdline"] or []):
            found.append(process)
    return found


def bloated(scene: Scene, student: str) -> str:
    size = sum(p.lstat().st_size for p in regular(own(scene, student, "autograded")))
    return f"{size // 1_000_000} MB graded" if size > BLOAT else ""


def won(scene: Scene, attack: Attack) -> str:
    """What an attack got for itself, in words; empty if nothing."""
    name = attack.name
    points = score(scene, name)
    if points is not None and not points <= attack.worth + 1e-9:
        return f"{points:g} points for work worth {attack.worth:g}"
    if scene.mark(name).encode() in b"".join(scene.heard):
        return "reached a listener"
    if processes := left(scene, name):
        for process in processes:
            process.kill()
        return "left a process"
    checks = (touched(scene, name), active(scene, name), bloated(scene, name))
    return next(filter(None, (*checks, learned(scene, attack))), "")


def harmed(scene: Scene) -> str:
    """Who of the honest ones did not get what the work is worth; empty if nobody."""
    for student, points in FULL.items():
        found = score(scene, student)
        if found != points:
            return f"{student} has {found} of {points:g} points"
    return ""
