"""The harness sees what it is there to see, and nothing else."""

import os
import socket
import subprocess
import sys
import time

import pytest
from nbgrader.api import Gradebook

from tests.attacks import verdict
from tests.attacks.attack import CLASSES, RIGHT, Attack, attacks, payload
from tests.attacks.harness import OURS, STOCK, end, together, verdicts
from tests.attacks.scene import FULL, HONEST, Scene

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
ATTACK = Attack("writing-x")


@pytest.fixture
def scene(tmp_path):
    """A course before grading, with the submission of one attack."""
    scene = Scene(tmp_path)
    scene.attack(ATTACK)
    yield scene
    scene.close()


def test_every_class_has_attacks_of_its_own():
    found = attacks()
    assert len(found) >= 90
    assert len({attack.name for attack in found}) == len(found)
    assert {attack.kind for attack in found} == set(CLASSES)


def test_unknown_classes_are_refused():
    with pytest.raises(ValueError, match="no class elsewhere"):
        attacks(["elsewhere"])


def test_nothing_was_won_before_grading(scene):
    assert verdict.won(scene, ATTACK) == ""


def test_ungraded_honest_work_is_harm(scene):
    assert verdict.harmed(scene) == "aa-right has None of 8 points"


def test_texts_are_filled_in(scene):
    filled = scene.fill("@NAME@ @HOME@ @MARK@", "writing-x")
    assert filled == f"writing-x {scene.home} touched-writing-x-{scene.run}"


@pytest.mark.parametrize(
    "place",
    [
        "home/.bashrc",
        "host/x",
        "course/nbgrader_config.py",
        "course/gradebook.db",
        "course/submitted/aa-right/p/notes.txt",
        "course/autograded/aa-right/p/p.ipynb",
        "course/source/p/helper.py",
        "tmp/x",
    ],
)
def test_a_touched_file_is_noticed(scene, place):
    path = scene.folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(scene.mark("writing-x"))
    assert verdict.won(scene, ATTACK) == f"wrote {place}"


def test_a_name_alone_is_noticed(scene):
    (scene.host / scene.mark("writing-x")).touch()
    assert verdict.won(scene, ATTACK) == "wrote host/MARK"


def test_the_own_folders_may_be_written(scene):
    (scene.place("writing-x") / scene.mark("writing-x")).touch()
    assert verdict.won(scene, ATTACK) == ""


def page(scene, text):
    path = scene.root / "feedback" / "writing-x" / "p" / "p.html"
    path.parent.mkdir(parents=True)
    path.write_text(scene.fill(text, "writing-x"))


@pytest.mark.parametrize(
    "kind", ["solution", "source", "classmate", "home", "host", "gradebook", "variable"]
)
def test_a_secret_in_the_feedback_is_noticed(scene, kind):
    page(scene, f"<pre>writing-x={scene.secret[kind]}</pre>")
    assert "feedback" in verdict.won(scene, ATTACK)


@pytest.mark.parametrize(
    "text",
    [
        "<script>/*@MARK@*/</script>",
        "<img src=x onerror='/*@MARK@*/'>",
        "<a href='javascript:/*@MARK@*/'>x</a>",
        "<iframe srcdoc='@MARK@'></iframe>",
    ],
)
def test_a_script_in_the_feedback_is_noticed(scene, text):
    page(scene, text)
    assert "of the student's" in verdict.won(scene, ATTACK)


@pytest.mark.parametrize("text", ["&lt;script&gt;@MARK@", "<p title='@MARK@'>x</p>"])
def test_inert_text_is_no_win(scene, text):
    page(scene, text)
    assert verdict.won(scene, ATTACK) == ""


def test_a_process_that_stays_is_noticed_and_ended(scene):
    code = "import time; time.sleep(60)"
    command = [sys.executable, "-c", code, scene.mark("writing-x")]
    process = subprocess.Popen(command)
    assert verdict.won(scene, ATTACK) == "left a process"
    assert process.wait(10) < 0


def send(scene, family):
    with socket.socket(family) as line:
        here = os.getcwd()
        os.chdir(scene.host)
        inet = family == socket.AF_INET
        line.connect(("127.0.0.1", scene.port) if inet else "socket")
        os.chdir(here)
        line.sendall(scene.mark("writing-x").encode())


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_a_connection_is_noticed(scene, family):
    send(scene, family)
    limit = time.monotonic() + 10
    while not scene.heard and time.monotonic() < limit:
        time.sleep(0.01)
    assert verdict.won(scene, ATTACK) == "reached a listener"


def test_a_bloated_submission_is_noticed(scene):
    folder = scene.root / "autograded" / "writing-x" / "p"
    folder.mkdir(parents=True)
    (folder / "big").write_bytes(bytes(verdict.BLOAT + 1))
    assert verdict.won(scene, ATTACK) == "10 MB graded"


def give(scene, student, points):
    """Points in the gradebook as if it had been graded."""
    with Gradebook(f"sqlite:///{scene.root / 'gradebook.db'}", "arena") as book:
        book.update_or_create_student(student)
        submission = book.update_or_create_submission("p", student)
        for grade in submission.notebooks[0].grades:
            grade.auto_score = min(points, grade.max_score)
            points -= grade.auto_score
        book.db.commit()


def test_points_beyond_the_worth_are_a_win_and_others_not(scene):
    give(scene, "writing-x", 2)
    assert verdict.won(scene, ATTACK) == "2 points for work worth 0"
    assert verdict.won(scene, Attack("writing-x", worth=2.0)) == ""


def test_a_lost_point_of_honest_work_is_harm(scene):
    for student, points in FULL.items():
        give(scene, student, points)
    assert verdict.harmed(scene) == ""
    give(scene, "zz-right", 7)
    assert verdict.harmed(scene).startswith("zz-right has 7")


def test_a_command_that_hangs_is_ended_with_its_children():
    code = "import subprocess; subprocess.run(['sleep', '60'])"
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    end(None, process)
    assert process.returncode < 0


@pytest.mark.slow
def test_known_wins_and_honest_work_with_stock():
    known = payload("patched-share", "import helper\nshare = lambda function: 2")
    known = Attack("patched-y", {**known.answers})
    honest = Attack("answers-honest", RIGHT, worth=8.0)
    harm, found = together(STOCK, [honest, known])
    assert harm == ""
    assert [bool(v.win) for v in found] == [False, True]
    assert found[0].held == "8 points"


@pytest.mark.slow
def test_honest_work_is_honest_with_the_course():
    honest = [Attack("answers-honest", RIGHT, worth=8.0), Attack("answers-none")]
    found = verdicts(OURS, honest)
    assert [v.win for v in found] == ["", ""]
    assert [v.held for v in found] == ["8 points", "0 points"]
    assert set(HONEST) == set(FULL)
