"""What Dask loads first in each worker that the command starts for itself.

The warm process imports torch for some seconds: it starts before all else, so that
the worker's own imports run meanwhile.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

KERNELS = "GRADE_KERNEL_ENVIRONMENT"  # hands variables over, in JSON


def dask_setup(_worker: object) -> None:
    """Dask calls this when it starts a worker.

    What kernels say on stderr would tear the progress bar apart.
    """
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    given = json.loads(os.environ.pop(KERNELS, "{}"))
    Thread(target=warm_up, args=(given,), daemon=True).start()
    with without_grammar():
        from course_utils.grading.worker import use_warm_kernels
    use_warm_kernels()


@contextmanager
def without_grammar() -> Iterator[None]:
    """Imports of jsonschema take a second less.

    It would build a grammar of international addresses, for a format that no schema
    of notebooks names; where that package is absent, it does without. Only what is
    imported here goes without it: kernels are other processes.
    """
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # an import of it fails
    try:
        yield
    finally:
        del sys.modules[name]


def warm_up(given: dict[str, str]) -> None:
    """Start the process from which kernels of submissions are forked.

    A kernel that is thrown away asks for it, with the variables that those will have;
    were they others, the first submission would start another process and wait.
    """
    from course_utils.grading.kernels import (
        WARM,
        WarmKernelManager,
        kernel_environment,
    )

    async def ask() -> None:
        manager = WarmKernelManager(kernel_name="python3")
        environment = {
            "JUPYTER_DEFAULT_PROVISIONER_NAME": WARM,
            "NBGRADER_EXECUTION": "autograde",
            **os.environ,
            **kernel_environment(given),
        }
        try:
            await manager.start_kernel(env=environment)
        finally:
            await manager.shutdown_kernel(now=True)

    with suppress(Exception):  # the first submission meets it again, and tells
        asyncio.run(ask())
