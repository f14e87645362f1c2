"""Run a notebook from top to bottom in a fresh kernel of this very Python."""

import asyncio
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from course_utils.commands import CommandError

if TYPE_CHECKING:
    from jupyter_client import AsyncKernelManager
    from nbformat import NotebookNode

CELL_SECONDS = 300  # as in nbgrader_config.py
SILENT = logging.Logger("kernel", logging.CRITICAL)  # what goes wrong is reported
DIED = "The kernel died: an endless recursion, too much memory, or a call of exit()?"


@contextmanager
def fresh_kernel(
    folder: Path, imports: Sequence[str] = ()
) -> Iterator["AsyncKernelManager"]:
    """A kernel that boots while the caller goes on, in a copy of a folder.

    What the cells write there is not kept. The kernel runs this Python, whatever
    the user's kernel "python3" is, on one thread.

    Args:
        folder: where the notebook lies.
        imports: modules that the notebook imports anyway; they are loaded at
            once, and no name is bound.

    Raises:
        CommandError: the folder cannot be copied.
    """
    from jupyter_client import AsyncKernelManager, BlockingKernelClient
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_core.utils import run_sync

    class ThisPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f"]
            return KernelSpec(argv=[*argv, "{connection_file}"], language="python")

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        place = Path(scratch) / folder.name
        if folder.is_dir():
            copy(folder, place)
        manager = AsyncKernelManager(kernel_spec_manager=ThisPython(), log=SILENT)
        run_sync(manager.start_kernel)(
            cwd=str(place if folder.is_dir() else scratch),
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        client = BlockingKernelClient()
        client.load_connection_info(manager.get_connection_info())
        try:
            client.start_channels(iopub=False, stdin=False, hb=False, control=False)
            code = ";".join(f"__import__({name!r})" for name in imports)
            client.execute(code, silent=True, store_history=False)
            yield manager
        finally:
            client.stop_channels()
            run_sync(manager.shutdown_kernel)(now=True)


def copy(folder: Path, place: Path) -> None:
    """Copy a folder with its links as links.

    Raises:
        CommandError: something in it cannot be read or is not a file.
    """
    try:
        shutil.copytree(folder, place, symlinks=True)
    except shutil.Error as error:
        source, _, reason = error.args[0][0]
        raise CommandError(f"{source} cannot be copied: {reason}") from None
    except OSError as error:
        raise CommandError(f"{folder} cannot be copied: {error}") from None


def execute(
    book: "NotebookNode",
    manager: "AsyncKernelManager",
    after_each: Callable[[], None] = lambda: None,
) -> tuple[int, str]:
    """Run all cells, as nbgrader does; outputs go into the notebook.

    Returns:
        How many cells of the notebook ran to their end, and why it went no
        further ("" if all of them ran).

    Raises:
        CommandError: the kernel did not start.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    late = f"Stopped: the cell ran for more than {CELL_SECONDS} seconds."
    client = NotebookClient(
        book,
        manager,
        log=SILENT,
        timeout=CELL_SECONDS,
        interrupt_on_timeout=True,
        error_on_timeout={
            "ename": "CellTimeoutError",
            "evalue": late,
            "traceback": [late],
        },
        raise_on_iopub_timeout=True,
        allow_errors=True,
        on_cell_executed=record_error,
    )
    try:
        client.start_new_kernel_client()
        for index, cell in enumerate(book.cells):
            client.execute_cell(cell, index)
            after_each()
    except DeadKernelError:
        return index, DIED
    except CellTimeoutError:
        return index, f"{late} It could not be interrupted."
    except RuntimeError:
        raise CommandError("The kernel did not start. Run `course doctor`.") from None
    except KeyboardInterrupt:
        abandon_tasks()
        raise
    finally:
        if client.kc:
            client.kc.stop_channels()
    return len(book.cells), ""


def abandon_tasks() -> None:
    """Cancel what still waits for the kernel, which would report its death."""
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def record_error(cell: "NotebookNode", execute_reply: dict, **_: object) -> None:
    """Put an error that the kernel only replied with among the outputs.

    nbgrader does the same, so that a cell that ran out of time has failed.
    """
    from nbformat.v4 import new_output

    reply = execute_reply["content"]
    names = [o.ename for o in cell.outputs if o.output_type == "error"]
    if reply["status"] == "error" and reply["ename"] not in names:
        fields = {key: reply[key] for key in ("ename", "evalue", "traceback")}
        cell.outputs.append(new_output("error", **fields))
