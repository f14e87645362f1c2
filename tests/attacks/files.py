"""Files that are not what they should be."""

import json

from tests.attacks.attack import changed


def text(content):
    def change(place, scene):
        (place / "p.ipynb").write_bytes(content)

    return change


def cut(place, scene):
    path = place / "p.ipynb"
    path.write_bytes(path.read_bytes()[:-200])


def huge(place, scene):
    (place / "big.bin").write_bytes(b"\0" * 120_000_000)


def nested(place, scene):
    folder = place
    for _ in range(60):
        folder = folder / "d"
    folder.mkdir(parents=True)


def names(place, scene):
    for name in ("a\nb", "-rf", "é\u202e.py", " ", "p.ipynb.ipynb", "*"):
        (place / name).write_text("x")


def missing(place, scene):
    (place / "p.ipynb").unlink()


def folder(place, scene):
    missing(place, scene)
    (place / "p.ipynb").mkdir()


def another(place, scene):
    (place / "q.ipynb").write_bytes((place / "p.ipynb").read_bytes())


ATTACKS = [
    changed("files-text", text(b"no JSON"), alone="stock"),
    changed("files-empty", text(b""), alone="stock"),
    changed("files-list", text(b"[]"), alone="stock"),
    changed("files-null", text(b"null"), alone="stock"),
    changed("files-cells", text(b'{"cells": 3, "nbformat": 4}'), alone="stock"),
    changed("files-deep-json", text(b"[" * 100_000 + b"]" * 100_000), alone="stock"),
    changed(
        "files-old-format",
        text(json.dumps({"nbformat": 99, "cells": [], "metadata": {}}).encode()),
        alone="stock",
    ),
    changed("files-cut", cut, alone="stock"),
    changed("files-huge", huge),
    changed("files-nested", nested),
    changed("files-names", names),
    changed("files-missing", missing),
    changed("files-folder", folder, alone="stock"),
    changed("files-another", another),
]
