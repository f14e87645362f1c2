"""The time that a student writes down."""

import os

from tests.attacks.attack import RIGHT, changed


def stamp(content, late=False):
    def change(place, scene):
        (place / "timestamp.txt").write_bytes(content)
        if late:  # the files themselves say so
            for path in (*place.iterdir(), place):
                os.utime(path, (1_900_000_000, 1_900_000_000))

    return change


ATTACKS = [
    changed(
        "timestamps-forged", stamp(b"2026-01-01 10:00:00 UTC", True), answers=RIGHT
    ),
    changed("timestamps-text", stamp(b"yesterday"), alone="stock"),
    changed("timestamps-bytes", stamp(b"\xff\xfe\0"), alone="stock"),
    changed("timestamps-far", stamp(b"999999-01-01 00:00:00"), alone="stock"),
    changed("timestamps-long", stamp(b"2026-01-01 " * 10_000), alone="stock"),
]
