"""What all tests share: one thread, the packaged encoder, small checkpoints."""

import os
import signal
from importlib import import_module

import pytest

# Before torch is loaded, and for every process that a test starts.
os.environ["OMP_NUM_THREADS"] = "1"

# What a shell starts in the background is deaf to Ctrl+C, and so are its children.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Side by side: tests of a file stay in one worker, but for the long files."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return ByFile(config, log)


def group(nodeid: str) -> str:
    """What has to run in one worker with this test, by name.

    The bank is split by exercise, the loop through nbgrader by assignment, and each
    lesson runs by itself.

    >>> group("tests/test_bank.py::test_answer[embed-right: a loop]")
    'tests/test_bank.py embed'
    >>> group("tests/test_tokenizer.py::test_padding[3]")
    'tests/test_tokenizer.py'
    """
    path, _, test = nodeid.partition("::")
    if path.endswith("test_notebooks.py"):
        return nodeid
    if path.endswith(("test_bank.py", "test_loop.py")):
        parameter = test.partition("[")[2].rstrip("]")
        return f"{path} {parameter.partition('-')[0]}"
    return path


@pytest.fixture(scope="session")
def encoder():
    """The packaged encoder in float32, in eval mode. Tests leave it as it is."""
    from course_utils.pretrained import load_encoder

    return load_encoder()


@pytest.fixture(scope="session")
def transformers():
    """The library to compare with; only outside CI may it be absent."""
    if os.environ.get("CI"):
        return import_module("transformers")
    return pytest.importorskip(
        "transformers", reason="transformers is not installed (`make test` does it)"
    )


@pytest.fixture
def checkpoint(tmp_path):
    """Writes a small BERT checkpoint and returns its folder.

    ``checkpoint(config={...}, tensors={...})`` changes entries of the
    configuration and tensors; None as a value leaves an entry out.
    """
    from tests.checkpoints import write_checkpoint

    def write(config=None, tensors=None, words=None):
        return write_checkpoint(tmp_path / "model", config, tensors, words)

    return write
