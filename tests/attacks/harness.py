"""Grades attacks beside honest work, in one way or the other, and judges."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.attacks.attack import Attack
from tests.attacks.scene import Scene
from tests.attacks.verdict import harmed, score, won
from tests.nbgrader.course import programs_first

STOCK, OURS = "nbgrader autograde", "course grade"
WAYS = {STOCK: ("nbgrader", "autograde"), OURS: ("course_utils.cli", "grade")}
FEEDBACK = ("nbgrader", "generate_feedback")
SECONDS = 25  # of the command, and for each submission:
EACH = 9


class Verdict(NamedTuple):
    """What became of an attack; `win` is empty where it was held."""

    attack: Attack
    win: str
    held: str = ""


def call(scene: Scene, command: Iterable[str], seconds: float) -> str:
    """Run a module on the assignment; why it did not end, or nothing."""
    environment = scene.environment() | {"PATH": programs_first()}
    with (scene.folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "p"],
            cwd=scene.root,
            env=environment | {"PYTHONPATH": os.getcwd()},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            end(scene, process)
            return "the command hung"
    (scene.folder / "log.txt").unlink()
    return "the command was killed" if process.returncode < 0 else ""


def end(scene: Scene, process: subprocess.Popen) -> None:
    """Kill the command and what it started."""
    family = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for member in family:
        if member.is_running():
            member.kill()


def together(way: str, group: list[Attack]) -> tuple[str, list[Verdict]]:
    """Grade a group in one course: harm to others, and what each one got."""
    with tempfile.TemporaryDirectory(prefix="arena-") as folder:
        scene = Scene(Path(folder).resolve(), pages=way == OURS)
        try:
            for attack in group:
                scene.attack(attack)
            harm = call(scene, WAYS[way], SECONDS + EACH * len(group))
            harm = harm or harmed(scene)
            if not harm:
                call(scene, FEEDBACK, SECONDS + EACH * len(group))
            found = []
            for attack in group:
                points = score(scene, attack.name)
                held = "no score" if points is None else f"{points:g} points"
                found.append(Verdict(attack, won(scene, attack), held))
        finally:
            scene.close()
    return harm, found


def judged(way: str, group: list[Attack]) -> list[Verdict]:
    """Verdicts of a group; where others were harmed, by halves until it is clear."""
    if not group:
        return []
    harm, found = together(way, group)
    if not harm:
        return found
    if len(group) == 1:
        return [Verdict(group[0], found[0].win or harm)]
    middle = len(group) // 2
    return judged(way, group[:middle]) + judged(way, group[middle:])


def verdicts(way: str, wanted: list[Attack]) -> list[Verdict]:
    """Verdicts of attacks in their order."""

    def single(attack: Attack) -> bool:
        return attack.alone == "both" or (attack.alone == "stock" and way == STOCK)

    groups = [[attack for attack in wanted if not single(attack)]]
    groups += [[attack] for attack in wanted if single(attack)]
    found = [verdict for group in groups for verdict in judged(way, group)]
    return sorted(found, key=lambda verdict: wanted.index(verdict.attack))
