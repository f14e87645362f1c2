"""Compile requirements.txt and requirements-test.txt from pyproject.toml.

    python tools/pins.py [--upgrade]

The files name no index: whoever installs uses the one that is set up there.
"""

import re
import subprocess
import sys
from pathlib import Path

HEADER = """\
# {what}
# Compiled from pyproject.toml by `make pins` (on Linux, Python 3.11): do not edit.
"""
OPTIONS = (
    "--quiet --strip-extras --no-header --no-annotate --no-emit-index-url "
    "--no-emit-find-links --no-emit-trusted-host --allow-unsafe"
).split()


def compile_pins(target: Path, what: str, *options: str) -> None:
    """Write one file of pins, torch without the mark of its build."""
    command = ["pip-compile", *OPTIONS, *options, "-o", str(target), "pyproject.toml"]
    subprocess.run([*command, *sys.argv[1:]], check=True)
    pins = re.sub(r"(?m)\+cpu$", "", target.read_text(encoding="utf-8"))
    rows = [row for row in pins.splitlines() if not row.startswith(("-", "#"))]
    text = HEADER.format(what=what) + "\n".join(rows) + "\n"
    target.write_text(text, encoding="utf-8")


def main() -> None:
    runtime = Path("requirements.txt")
    compile_pins(runtime, "What the course needs, every version pinned.")
    compile_pins(
        Path("requirements-test.txt"),
        "The same with the tools of the tests.",
        "--extra=test",
        "--constraint=requirements.txt",
    )


if __name__ == "__main__":
    main()
