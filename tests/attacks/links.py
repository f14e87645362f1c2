"""Links and pipes, handed in or made by a cell."""

import os

from tests.attacks.attack import Attack, changed, payload


def link(name, target):
    def change(place, scene):
        (place / name).unlink(missing_ok=True)
        (place / name).symlink_to(scene.fill(target, place))

    return change


def pipe(place, scene):
    os.mkfifo(place / "pipe")


READ = {"mean": "print('@NAME@=' + open('notes.txt').read())"}
ATTACKS = [
    Attack("links-home", READ, link("notes.txt", "@HOME@/secret.txt")),
    Attack("links-classmate", READ, link("notes.txt", "@CLASSMATE@/notes.txt")),
    Attack(
        "links-folder",
        {"mean": "print('@NAME@=' + open('up/secret.txt').read())"},
        link("up", "@HOME@"),
    ),
    changed("links-notebook", link("p.ipynb", "@CLASSMATE@/p.ipynb")),
    changed("links-dangling", link("notes.txt", "/nowhere"), alone="stock"),
    changed("links-loop", link("loop", "."), alone="stock"),
    changed("links-pipe", pipe, alone="stock"),
    payload(
        "links-output",
        """import os
os.remove("p.ipynb")
os.symlink("@HOST@/@MARK@", "p.ipynb")""",
    ),
    payload(
        "links-output-pipe",
        "import os\nos.remove('p.ipynb')\nos.mkfifo('p.ipynb')",
        alone="both",
    ),
    payload(
        "links-after",
        """import os
os.symlink("@HOME@/secret.txt", "after.txt")
print("@NAME@=" + open("after.txt").read())""",
    ),
]
