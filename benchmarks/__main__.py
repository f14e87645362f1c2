"""Run all benchmarks, or the named ones, and write benchmarks/results.md."""

import argparse
import os

# Before torch is loaded: one thread, and nothing from a network.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"

from importlib import import_module

from benchmarks.report import machine, write_section

NAMES = (
    "encoder",
    "startup",
    "tracing",
    "data",
    "adaptation",
    "peft",
    "methods",
    "lessons",
    "grading",
)


def main() -> None:
    """Measure and write, one section for each benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one or more of {', '.join(NAMES)}"
    )
    names = parser.parse_args().names or NAMES
    for name in names:
        if name not in NAMES:
            parser.error(f"no benchmark {name!r}; there are {', '.join(NAMES)}")
    for name in names:
        print(f"{name} ...", flush=True)
        title, text = import_module(f"benchmarks.{name}").measure()
        write_section(title, f"{machine()}\n\n{text}")
        print(text, flush=True)


if __name__ == "__main__":
    main()
