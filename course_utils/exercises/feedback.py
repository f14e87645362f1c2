"""What a learner reads when a check fails."""

from textwrap import indent, wrap


class Feedback(AssertionError):
    """A failed check: what was tried, expected and got, and a proven cause.

    Jupyter shows the text alone, without a traceback.
    """

    def __init__(self, title: str, /, **lines: str):
        """Lines are shown in their order, each under its name; empty ones are not."""
        self.title = title
        self.lines = {name: str(text) for name, text in lines.items() if text}
        super().__init__(self.render())

    def render(self) -> str:
        """The whole message as plain text."""
        width = max((len(name) for name in self.lines), default=0) + 2
        text = [f"✗ {self.title}"]
        for name, line in self.lines.items():
            rows = [row for part in line.splitlines() for row in wrap_row(part)]
            body = indent("\n".join(rows), " " * (width + 2))
            text.append(f"  {name:<{width}}{body.lstrip()}")
        return "\n".join(text)

    def _render_traceback_(self) -> list[str]:
        """IPython calls this instead of printing a traceback."""
        return [self.render()]


def wrap_row(row: str) -> list[str]:
    """Wrap prose at 76 characters; leave indented rows (code, arrays) alone."""
    return [row] if row.startswith(" ") else wrap(row, 76) or [""]
