"""Keep what a student's code prints or warns away from the verdict.

nbgrader scores a test cell with any text on stderr as 0, so a right answer that
warns would lose its points.
"""

import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from unittest.mock import patch


@contextmanager
def quiet() -> Iterator[None]:
    """Swallow stdout, stderr (also of C code) and warnings inside the block.

    Streams that the code got hold of earlier, as a logging handler does, are silent
    as well.
    """
    sink = io.StringIO()
    streams = {sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__} - {None}
    with (
        ExitStack() as stack,
        redirect_stdout(sink),
        redirect_stderr(sink),
        silent_descriptors(),
        warnings.catch_warnings(),
    ):
        for stream in streams:
            stack.enter_context(patch.object(stream, "write", sink.write))
        warnings.simplefilter("ignore")
        yield


@contextmanager
def silent_descriptors() -> Iterator[None]:
    """Point the file descriptors 1 and 2 at nothing inside the block."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()
    saved = [os.dup(descriptor) for descriptor in (1, 2)]
    try:
        with open(os.devnull, "wb") as nothing:
            for descriptor in (1, 2):
                os.dup2(nothing.fileno(), descriptor)
        yield
    finally:
        for descriptor, copy in zip((1, 2), saved, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)
