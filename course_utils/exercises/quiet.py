"""Keep what a student's code prints or warns away from the verdict.

nbgrader scores a test cell with any text on stderr as 0, so a right answer that
warns would lose its points.
"""

import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


@contextmanager
def quiet() -> Iterator[None]:
    """Swallow stdout, stderr (also of C code) and warnings inside the block."""
    sink = io.StringIO()
    with (
        redirect_stdout(sink),
        redirect_stderr(sink),
        silent_descriptors(),
        warnings.catch_warnings(),
    ):
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
