"""Messages that are not what happened: replies, results, threads that act later."""

from tests.attacks.attack import Attack, payload

KERNEL = """from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance().kernel
"""

ATTACKS = [
    payload(
        "protocol-drop-errors",
        KERNEL
        + """session = kernel.session
real = session.send
def send(stream, message, *given, **more):
    kind = message if isinstance(message, str) else message["header"]["msg_type"]
    if kind == "error":
        return None
    if kind == "execute_reply":
        content = more.get("content") or (given[0] if given else None)
        if isinstance(content, dict):
            content["status"] = "ok"
    return real(stream, message, *given, **more)
session.send = send""",
    ),
    payload(
        "protocol-do-execute",
        KERNEL
        + """async def execute(*given, **more):
    return {"status": "ok", "execution_count": 1, "payload": [],
            "user_expressions": {}}
kernel.do_execute = execute""",
    ),
    payload(
        "protocol-forged-result",
        KERNEL
        + """def again(info):
    kernel.session.send(kernel.iopub_socket, "execute_result",
        {"data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1},
        parent=kernel.get_parent())
get_ipython().events.register("pre_run_cell", again)""",
    ),
    payload(
        "protocol-forged-display",
        """from IPython.display import display
def publish(*given, **more):
    pass
get_ipython().displayhook.__class__.__call__ = (
    lambda self, result=None: self.session.send(self.pub_socket, "execute_result",
        {"data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1},
        parent=self.parent_header))""",
    ),
    Attack(
        "protocol-number-like",
        {
            "mean": """class Number(float):
    def __repr__(self): return "2"
    def __mul__(self, other): return self
    __rmul__ = __truediv__ = __add__ = __radd__ = __mul__
    def __eq__(self, other): return False
class Sum(Number):
    pass
import helper
helper.sum = lambda values: Sum(0)
def mean(values):
    return Number(0)
""",
            "scale": "scale = lambda values: None",
        },
    ),
    payload(
        "protocol-huge-number",
        """import helper
helper.share = share = lambda function: 1e9""",
    ),
    payload(
        "protocol-thread",
        """import threading, time
def later():
    import helper
    while True:
        names = get_ipython().user_ns
        names["share"] = lambda function: 2
        names["mean"] = lambda values: 2
        time.sleep(0.001)
threading.Thread(target=later, daemon=True).start()""",
    ),
    payload(
        "protocol-timer",
        """import signal
def later(*given):
    get_ipython().user_ns["share"] = lambda function: 2
signal.signal(signal.SIGALRM, later)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.005)""",
    ),
    payload(
        "protocol-second-sender",
        """import json, glob, os, sys
path = sys.argv[sys.argv.index("-f") + 1]
info = json.load(open(path))
from jupyter_client import BlockingKernelClient
print("read", sorted(info))
KEY = info["key"]
from ipykernel.kernelapp import IPKernelApp
app = IPKernelApp.instance()
import threading, time
def forge():
    for _ in range(400):
        app.session.send(app.kernel.iopub_socket, "execute_result",
            {"data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1},
            parent=app.kernel.get_parent())
        time.sleep(0.005)
threading.Thread(target=forge, daemon=True).start()""",
    ),
]
