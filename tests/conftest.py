"""What all tests share: one thread, the packaged encoder, small checkpoints."""

import os
from importlib import import_module

import pytest

# Before torch is loaded, and for every process that a test starts.
os.environ["OMP_NUM_THREADS"] = "1"

# Files whose tests share nothing that costs time, or share it only within what a
# parameter names: the answers of one assignment, one notebook.
SPLIT_BY = {"test_bank.py": "assignment", "test_loop.py": "outcome"}
SINGLE = {"test_notebooks.py"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests have to run in one worker, where several run side by side."""
    for item in items:
        if item.path.name in SINGLE:
            continue
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        part = parameters.get(SPLIT_BY.get(item.path.name, ""), "")
        if "case" in parameters and item.path.name == "test_bank.py":
            part = parameters["case"].assignment
        item.add_marker(pytest.mark.xdist_group(f"{item.path}{part}"))


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
