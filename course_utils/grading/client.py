"""A client that takes a kernel as ready as soon as it is."""

from queue import Empty
from time import monotonic

from jupyter_client import AsyncKernelClient

SILENCE = 0.2  # seconds without a message: jupyter_client's sign of a ready kernel


class PromptClient(AsyncKernelClient):
    """Takes a kernel as ready when it says so, not after a time of silence.

    A kernel says on its public channel that it is idle again after it has answered
    a question. That channel keeps the order: when this word has come, the channel is
    connected and nothing from before can follow. An answer to a question that was
    asked twice may, but nbclient takes only messages whose parent is its own request.
    A kernel that never says it is idle is ready by silence, as it always was.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask until there is an answer.

        Raises:
            RuntimeError: the kernel died, or did not answer in so many seconds.
        """
        end = monotonic() + timeout if timeout is not None else float("inf")
        while True:
            self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
            except Empty:
                reply = None
            if (
                reply
                and reply["msg_type"] == "kernel_info_reply"
                and await self.is_idle_after(reply["parent_header"]["msg_id"])
            ):
                self._handle_kernel_info_reply(reply)
                return
            if not await self.is_alive():
                raise RuntimeError("it died before it answered")
            if monotonic() > end:
                raise RuntimeError(f"no answer in {timeout} s")

    async def is_idle_after(self, request: str) -> bool:
        """Read the public channel up to the end of a request, or to silence.

        Returns:
            whether it is connected.
        """
        connected = False
        while True:
            try:
                message = await self.iopub_channel.get_msg(timeout=SILENCE)
            except Empty:
                return connected
            connected = True
            if (
                message["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
                and message["parent_header"].get("msg_id") == request
            ):
                return True
