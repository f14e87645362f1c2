"""Modules of the submission that are named like those of a test."""

from tests.attacks.attack import changed


def file(name: str, text: str):
    def change(place, scene):
        path = place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(scene.fill(text, place))

    return change


LOAD = "open('@HOST@/@MARK@', 'w').close()\n"
NUMPY = """import sys
class Any:
    def __getattr__(self, name): return Any()
    def __call__(self, *given, **more): return Any()
    def __mro_entries__(self, bases): return ()
sys.modules[__name__] = Any()
"""
ATTACKS = [
    changed("shadowing-helper", file("helper.py", "share = lambda function: 2\n")),
    changed(
        "shadowing-helper-package",
        file("helper/__init__.py", "share = lambda function: 2\n"),
    ),
    changed("shadowing-numpy", file("numpy.py", NUMPY)),
    changed("shadowing-numpy-package", file("numpy/__init__.py", NUMPY)),
    changed("shadowing-sitecustomize", file("sitecustomize.py", LOAD)),
    changed("shadowing-ipykernel", file("ipykernel_launcher.py", LOAD)),
    changed("shadowing-random", file("random.py", LOAD)),
    changed("shadowing-course-utils", file("course_utils/__init__.py", LOAD)),
    changed("shadowing-data", file("data.csv", "0 0 1\n")),
    changed("shadowing-ipython-config", file("ipython_config.py", LOAD)),
]
