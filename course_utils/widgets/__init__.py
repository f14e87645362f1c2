"""Widgets in the browser: one .py, .js and .css each, and what they share.

They know arrays, not models, and need no kernel once they are shown.
"""

from pathlib import Path

FOLDER = Path(__file__).parent


def script(*names: str) -> str:
    """common.js and a widget's own files as one JavaScript module."""
    return "\n".join(
        (FOLDER / name).read_text("utf-8") for name in ("common.js", *names)
    )
