"""Kernels for tests: one cell in, its outputs as plain values out."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

PATIENCE = 60  # s, for a busy machine; no test waits that long unless it fails


@contextmanager
def kernel(
    name: str, folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[KernelManager]:
    """A running kernel by the provisioner of this name.

    `run(code)` runs a cell, `ask(code)` reads the JSON that it prints, `send(code)`
    does not wait, and `be_ready()` waits until the kernel answers.
    """
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    factory.default_provisioner_name = name
    manager = KernelManager(kernel_name="python3")
    # Under pytest ipykernel does not forward what is written to descriptor 1.
    env = {k: v for k, v in (env or os.environ).items() if not k.startswith("PYTEST_")}
    try:
        manager.start_kernel(cwd=str(folder), env=env)
    finally:
        factory.default_provisioner_name = before
    client = manager.client()
    client.start_channels()
    try:
        manager.be_ready = lambda: client.wait_for_ready(timeout=PATIENCE)
        manager.be_ready()
        manager.send = client.execute
        manager.run = lambda code: run(client, code)
        manager.ask = lambda code: json.loads(run(client, code).text)
        yield manager
    finally:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel()
        manager.cleanup_resources()


def run(client: BlockingKernelClient, code: str) -> SimpleNamespace:
    """Runs a cell: what it printed, the error's name, and the other outputs."""
    outputs: list[dict] = []
    reply = client.execute_interactive(
        code,
        allow_stdin=False,
        timeout=PATIENCE,
        output_hook=lambda message: outputs.append(
            {"type": message["msg_type"], **message["content"]}
        ),
    )
    return SimpleNamespace(
        text="".join(o["text"] for o in outputs if o["type"] == "stream"),
        error=reply["content"].get("ename"),
        outputs=[o for o in outputs if o["type"] in ("display_data", "execute_result")],
    )
