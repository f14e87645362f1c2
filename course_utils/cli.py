"""The `course` command."""


def main() -> None: ...
