"""Warm kernels for nbgrader alone: chosen by a setting, beside ordinary ones."""

import asyncio

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config, PyFileConfigLoader

from benchmarks.report import ROOT
from course_utils.grading.kernels import WarmKernelManager, WarmProvisioner

CLASS = "course_utils.grading.kernels.WarmKernelManager"
LOADED = "import sys\nprint('torch' in sys.modules)"


def printed(config: Config) -> str:
    """What a kernel prints that a client with these settings starts."""
    book = new_notebook(cells=[new_code_cell(LOADED)])
    nbformat.validate(book)
    NotebookClient(book, config=config, kernel_name="python3").execute()
    return book.cells[0].outputs[0].text


@pytest.mark.parametrize(("setting", "loaded"), [(CLASS, "True"), (None, "False")])
def test_the_setting_makes_kernels_warm_and_no_others(monkeypatch, setting, loaded):
    monkeypatch.delenv("JUPYTER_DEFAULT_PROVISIONER_NAME", raising=False)
    config = Config()
    if setting:
        config.NotebookClient.kernel_manager_class = setting
    assert printed(config).strip() == loaded


def test_the_course_sets_it_for_nbgrader():
    config = PyFileConfigLoader("nbgrader_config.py", str(ROOT)).load_config()
    assert config.ExecutePreprocessor.kernel_manager_class == CLASS


def test_a_kernelspec_with_a_provisioner_of_its_own_keeps_it():
    manager = WarmKernelManager()
    own = {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}
    command = ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=command, metadata=own)
    asyncio.run(manager._async_pre_start_kernel())
    assert not isinstance(manager.provisioner, WarmProvisioner)
    manager.cleanup_connection_file()
