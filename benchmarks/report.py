"""Tables in Markdown, the machine in words, and the file of results."""

import os
import platform
import re
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.md"
INTRODUCTION = (
    "# Results\n\nMade by `make bench` (`python -m benchmarks NAME` for one section). "
    "Things that are compared run in turn, in one process and on one thread; "
    "a ratio is taken between neighbours, so that a busy machine slows both.\n"
)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; all columns but the first are numbers."""
    line = "|---" + "|--:" * (len(header) - 1) + "|"
    lines = [f"| {' | '.join(row)} |" for row in (header, *rows)]
    return "\n".join([lines[0], line, *lines[1:]])


def machine() -> str:
    """Processor, system, versions and date, in one line."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        found = re.search(r"^model name\s*: (.+)$", info.read_text(), re.MULTILINE)
        processor = found[1] if found else processor
    parts = [
        f"{processor}, {os.cpu_count()} cores",
        platform.system(),
        f"Python {platform.python_version()}",
        *(f"{name} {installed(name)}" for name in ("torch", "transformers")),
        date.today().isoformat(),
    ]
    return "; ".join(parts)


def installed(name: str) -> str:
    """Version of a package, or that it is absent."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def write_section(title: str, text: str) -> None:
    """Put a section into the file of results, in place of the one of that title."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    _, *parts = re.split(r"^## ", old, flags=re.MULTILINE)
    sections = {
        part.split("\n", 1)[0]: part.split("\n", 1)[1].strip() for part in parts
    }
    sections[title] = text.strip()
    body = "".join(f"\n## {name}\n\n{text}\n" for name, text in sections.items())
    RESULTS.write_text(INTRODUCTION + body, encoding="utf-8")


def write_between(path: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``, if any."""
    old = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if begin in old and end in old:
        before, rest = old.split(begin, 1)
        _, after = rest.split(end, 1)
        new = f"{before}{begin}{text}\n{end}{after}"
        path.write_text(new, encoding="utf-8")
