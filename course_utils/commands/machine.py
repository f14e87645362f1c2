"""What the machine gives: free memory, and whether a program starts."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
# Limits of a container: those of cgroup v2 and v1, with the keys of memory.stat.
CGROUP = Path("/sys/fs/cgroup")
LIMITS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


def free_memory() -> float | None:
    """GB that a new program can use, None where the system does not tell.

    A container often has less than its machine has.
    """
    return min((size / 1e9 for size in free_bytes()), default=None)


def free_bytes() -> Iterator[int]:
    """Free bytes of the machine, and of every limit that holds here."""
    with suppress(OSError, ValueError):
        yield 1024 * value_of(MEMINFO, "MemAvailable:")
    for limit, used, stat, cache in LIMITS:
        try:
            free = int((CGROUP / limit).read_text()) - int((CGROUP / used).read_text())
            yield max(0, free + value_of(CGROUP / stat, cache))
        except (OSError, ValueError):
            continue  # no such limit: the file is missing or says "max"


def value_of(path: Path, key: str) -> int:
    """The number behind a key in a file of such lines.

    Raises:
        OSError: there is no such file.
        ValueError: it lacks the key.
    """
    for row in path.read_text().splitlines():
        if row.split()[:1] == [key]:
            return int(row.split()[1])
    raise ValueError(f"{path} has no {key}")


def start_error(command: list[str]) -> str:
    """Why a program that should just succeed does not; empty if it does."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except OSError as error:
        return str(error.strerror)
    except subprocess.TimeoutExpired:
        return "no answer within 10 seconds"
    last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    return last if done.returncode else ""
