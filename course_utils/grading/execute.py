"""nbgrader's execution of a notebook, with budgets and a watch on the processor."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psutil
from jupyter_client import AsyncKernelClient, KernelManager
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from traitlets import Enum

from course_utils.grading.client import PromptClient
from course_utils.grading.job import Cell

WHOLE = 10  # the limit of all cells, where none is given, in limits of one cell
UNLIMITED = 3600  # seconds for all cells where a cell has no limit
GRACE = 1.5  # a busy cell may run this much over its limit until its CPU is used up
BUSY = 0.7  # of the clock's seconds spent computing: then a cell is worth the grace
SLACK = 0.97  # of a budget counts as all of it
AGAIN = 10  # milliseconds from one try to connect to a new kernel to the next
LATE = "ran out of time"
DEAD = "the kernel died"
DEAF = "ran out of time and could not be interrupted"
SILENT = "ended without sending all of its output"


class KernelStartError(Exception):
    """The kernel did not start."""


class Watch:
    """Seconds used by the cells of one submission, and why some were stopped.

    Attributes:
        cells: what has run.
        contended: whether more time or memory might have changed a score.
    """

    def __init__(self, seconds: float | None, alone: bool, environment: dict[str, str]):
        self.seconds = seconds
        self.alone = alone
        self.environment = environment
        self.cells: list[Cell] = []
        self.contended = False

    def left(self, limit: float | None) -> float:
        """Seconds that the submission may still use."""
        whole = self.seconds or (WHOLE * limit if limit else UNLIMITED)
        used = sum(max(cell.wall, cell.cpu) for cell in self.cells)
        return whole - used


def cpu_seconds(pid: int | None, family: bool = False) -> float:
    """What a process and its children that ended have used of the processor.

    Args:
        family: count what it started and still runs as well; asking for that takes
            a look at all processes of the machine.
    """
    if pid is None:
        return 0.0
    total = 0.0
    try:
        process = psutil.Process(pid)
        members = [process, *(process.children(recursive=True) if family else ())]
    except psutil.Error:
        return total
    for member in members:
        try:
            total += sum(member.cpu_times()[:4])  # with those of ended children
        except psutil.Error:
            continue
    return total


def watched(kind: type[Execute], watch: Watch) -> type[Execute]:
    """nbgrader's own way of running a notebook, or a course's, under a watch.

    Settings that name the class or one of its bases hold as before.
    """
    return type(kind.__name__, (WatchedExecute, kind), {"watch": watch})


class WatchedExecute(Execute):
    """A cell that runs too long costs itself alone, a dead kernel the rest."""

    # Waiting for torch's own clean-up takes seconds and changes no score.
    shutdown_kernel = Enum(["graceful", "immediate"], "immediate").tag(config=True)

    watch: Watch
    notebook = ""
    lost = ""  # why no further cell can run
    begun = 0.0
    cpu_before = 0.0
    stopped = ""

    def preprocess(self, nb: NotebookNode, resources: Any, *more: Any) -> Any:
        self.notebook = resources["nbgrader"]["notebook"]
        return super().preprocess(nb, resources, *more)

    def create_kernel_manager(self) -> KernelManager:
        """With a client that does not wait for longer than it has to."""
        manager = super().create_kernel_manager()
        if manager.client_factory is AsyncKernelClient:
            manager.client_factory = PromptClient
            manager.context.reconnect_ivl = AGAIN  # of sockets to come
        return manager

    @contextmanager
    def setup_kernel(self, **options: Any) -> Iterator[None]:
        """Start the kernel with an environment of its own."""
        options["env"] = {**os.environ, **self.watch.environment}
        setup = super().setup_kernel(**options)
        try:
            setup.__enter__()
        except (RuntimeError, OSError) as error:
            self.watch.contended = True
            raise KernelStartError(f"the kernel did not start: {error}") from error
        try:
            yield
        finally:
            setup.__exit__(*sys.exc_info())

    def cpu(self, family: bool = False) -> float:
        """Seconds of the processor that the kernel has used."""
        provisioner = getattr(self.km, "provisioner", None)
        return cpu_seconds(getattr(provisioner, "pid", None), family)

    def used(self) -> float:
        """Seconds of the processor for the cell that runs too long."""
        return max(0.0, self.cpu(family=True) - self.cpu_before)

    def _get_timeout(self, cell: NotebookNode | None) -> float | None:
        limit = super()._get_timeout(cell)
        if cell is None:  # a question to the kernel itself
            return limit
        left = self.watch.left(limit)
        return left if limit is None else min(limit, left)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> Any:
        """Run a cell unless the kernel or the time is gone; record what it took."""
        if cell.cell_type != "code" or not cell.source.strip():
            return super().preprocess_cell(cell, resources, index)
        limit = self._get_timeout(cell)
        if limit is not None and limit <= 0:
            self.lost = self.lost or "the time for the whole submission was used up"
        if self.lost:
            fail(cell, "NotRunError", f"This cell did not run: {self.lost}.")
            return cell, resources
        self.begun, self.cpu_before, self.stopped = monotonic(), self.cpu(), ""
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self.give_up(cell, DEAD)
            self.watch.contended = True
        except CellTimeoutError:
            self.give_up(cell, DEAF if self.stopped else SILENT)
            self.watch.contended |= self.stopped == SILENT
        self.record(cell, index, limit)
        return cell, resources

    def give_up(self, cell: NotebookNode, why: str) -> None:
        """No cell can follow this one."""
        name = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id")
        self.stopped = why
        self.lost = f"{why} in the cell {name!r}"
        fail(cell, "DeadKernelError" if why == DEAD else "CellTimeoutError", why)

    def record(self, cell: NotebookNode, index: int, limit: float | None) -> None:
        """Keep what a cell took; judge whether it had what it was entitled to."""
        wall = monotonic() - self.begun
        late = limit is not None and wall >= limit
        cpu = self.used() if late else max(0.0, self.cpu() - self.cpu_before)
        if late and not self.used_up(cpu, limit):
            self.watch.contended = True
        name = cell.metadata.get("nbgrader", {}).get("grade_id") or f"#{index + 1}"
        self.watch.cells.append(Cell(self.notebook, name, wall, cpu, self.stopped))

    @staticmethod
    def used_up(cpu: float, limit: float) -> bool:
        return cpu >= SLACK * limit

    async def _async_handle_timeout(
        self, timeout: float, cell: NotebookNode | None = None
    ) -> Any:
        """Give a busy cell a little longer, so that its CPU decides, not the clock."""
        if cell is None:
            return await super()._async_handle_timeout(timeout, cell)
        if not self.watch.alone and await self.ends_in_grace(timeout):
            return None  # the reply is there, or its time starts anew
        self.stopped = LATE
        if not self.used_up(self.used(), timeout):
            self.watch.contended = True
        return await super()._async_handle_timeout(timeout, cell)

    async def ends_in_grace(self, timeout: float) -> bool:
        """Wait for the reply of a cell that computes, until its budget is used up."""
        while (wall := monotonic() - self.begun) < GRACE * timeout:
            if await ensure_async(self.kc.shell_channel.msg_ready()):
                return True
            used = self.used()
            if used < BUSY * wall or self.used_up(used, timeout):
                return False
            await asyncio.sleep(0.2)
        return False


def fail(cell: NotebookNode, name: str, text: str) -> None:
    """Let a cell end with an error."""
    row = f"\x1b[0;31m{name}\x1b[0m: {text}"
    error = new_output("error", ename=name, evalue=text, traceback=[row])
    cell.outputs = [*cell.get("outputs", []), error]
