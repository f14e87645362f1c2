"""Kernels that are warm at once, for nbclient and nbgrader.

Chosen by one environment variable, for every kernel of a process::

    JUPYTER_DEFAULT_PROVISIONER_NAME=course-warm nbgrader autograde a1

or in a course's nbgrader_config.py for what nbgrader runs, also where it runs beside
other kernels, as the form grader does in JupyterLab::

    c.ExecutePreprocessor.kernel_manager_class = (
        "course_utils.grading.kernels.WarmKernelManager"
    )
"""

import asyncio
import os
import sys
import time
import uuid
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import LocalProvisioner

from course_utils.grading.warm import Refused, WarmProcesses, same_python

# Threads that compete for cores change what a training run costs by a factor, and
# a time limit then fails correct work: one thread a kernel, however many cores.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
WARM = "course-warm"  # the name of the provisioner
PATIENCE = 1.0  # s, for a kernel that was asked to end

_warm = WarmProcesses()
_said: set[str] = set()


def kernel_environment(given: dict[str, str], seed: int = 0) -> dict[str, str]:
    """What kernels of submissions find in their environment, beside the grader's own.

    Args:
        given: variables that the course's settings set.
        seed: of string hashing.
    """
    return {**ONE_THREAD, "PYTHONHASHSEED": str(seed), **given}


class WarmProvisioner(LocalProvisioner):
    """Forks kernels from a warm process; where that cannot be, starts ordinary ones."""

    def _finalize_env(self, env: dict[str, str]) -> None:
        super()._finalize_env(env)
        env.update(ONE_THREAD)

    async def launch_kernel(
        self, cmd: list[str], **kwargs: Any
    ) -> KernelConnectionInfo:
        """A kernel from the warm process, or else an ordinary one."""
        if self._is_forkable(cmd, kwargs):
            folder = os.path.abspath(kwargs.get("cwd") or ".")
            try:
                self.process = await _warm.kernel(cmd, folder, kwargs["env"])
            except (Refused, OSError) as reason:
                self._say(f"an ordinary kernel, because {reason}")
            else:
                self.pid = self.pgid = self.process.pid
                self.cwd = folder
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    def _is_forkable(self, cmd: list[str], kwargs: dict[str, Any]) -> bool:
        """Whether a warm process could serve this; says so where only forks lack."""
        known = {"env", "cwd", "extra_arguments", "kernel_id"}
        if not is_ipykernel(cmd) or any(
            value is not None for name, value in kwargs.items() if name not in known
        ):
            return False
        if sys.platform != "linux":
            self._say(f"ordinary kernels, because {sys.platform} has no safe fork")
            return False
        for entry in kwargs["env"].get("PYTHONPATH", "").split(os.pathsep):
            if "PYTHONPATH" in kwargs["env"] and not os.path.isabs(entry):
                self._say("ordinary kernels, because PYTHONPATH has a relative entry")
                return False
        return True

    def _say(self, message: str) -> None:
        if message not in _said:
            _said.add(message)
            self.log.warning("%s: %s", WARM, message)

    async def kill(self, restart: bool = False) -> None:
        """Kills the kernel and all that it started; returns when they are gone."""
        await super().kill(restart)
        await self._ended(5 * PATIENCE)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """A kernel asked to end has a moment for it, then it is killed."""
        await super().shutdown_requested(restart)
        if self.process and not await self._ended(PATIENCE):
            await self.kill(restart)

    async def _ended(self, seconds: float) -> bool:
        limit = time.monotonic() + seconds
        while self.process and self.process.poll() is None:
            if time.monotonic() > limit:
                return False
            await asyncio.sleep(0.005)
        return True


class WarmKernelManager(AsyncKernelManager):
    """Starts its kernel by `WarmProvisioner`, whatever the process prefers.

    A kernelspec that names a provisioner of its own keeps it.
    """

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None and not names_provisioner(self.kernel_spec):
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            self.provisioner = WarmProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kwargs)

    pre_start_kernel = _async_pre_start_kernel


def names_provisioner(kernel_spec: KernelSpec) -> bool:
    """Whether a kernelspec says by what its kernels are started.

    >>> names_provisioner(KernelSpec(metadata={"kernel_provisioner": {}}))
    True
    """
    return "kernel_provisioner" in kernel_spec.metadata


def is_ipykernel(command: list[str]) -> bool:
    """Whether a command is an ordinary Python kernel of the interpreter that runs here.

    >>> is_ipykernel([sys.executable, "-m", "ipykernel_launcher", "-f", "k.json"])
    True
    >>> is_ipykernel(["xeus", "-f", "k.json"])
    False
    """
    options = command[1 : command.index("-m")] if "-m" in command else ["-c"]
    return (
        all(option.startswith("-X") for option in options)
        and command[len(options) + 2 :][:2] == ["ipykernel_launcher", "-f"]
        and same_python(command[0])
    )
