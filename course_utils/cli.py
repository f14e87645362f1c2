"""The `course` command. Each subcommand is imported only when it runs."""

import argparse
import io
import sys
from importlib import import_module

from course_utils.commands import CommandError

# name: (module with add_arguments and run, help)
COMMANDS = {
    "lab": ("lab", "open the course in JupyterLab"),
    "doctor": ("doctor", "check this installation and say how to mend it"),
    "start": ("start", "copy assignments into work/, where you answer"),
    "check": ("check", "grade your answers in work/ and read the feedback"),
    "grade": ("grade", "grade a class: in parallel, going on where it stopped"),
    "reset": ("reset", "set your answers aside and start an assignment afresh"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="course",
        description="Tools of the course on hidden states, prefixes and fine-tuning.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    arguments = sys.argv[1:] if arguments is None else arguments
    for name, (module, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text.capitalize())
        if name in arguments:  # the others need no import
            loaded = import_module(f"course_utils.commands.{module}")
            loaded.add_arguments(command)
            command.set_defaults(run=loaded.run)
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # not every terminal has a ✓ or →
        sys.stdout.reconfigure(errors="replace")
    try:
        return options.run(options)
    except CommandError as error:
        print(f"course: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
