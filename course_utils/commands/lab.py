"""`course lab`: prepare the folder, then reach or start JupyterLab."""

import argparse
import os
import sys
import webbrowser
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from course_utils.commands import course_root
from course_utils.commands.publish import publish
from course_utils.commands.work import start_missing

FIRST_PAGE = "notebooks/00_welcome.ipynb"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address"
    )
    parser.add_argument(
        "jupyter", nargs="*", help="further options of JupyterLab, after --"
    )


def run(options: argparse.Namespace) -> int:
    root = course_root()
    for name in start_missing(root):
        print(f"New: work/{name}/{name}.ipynb")
    for name in publish(root):
        print(f"In the Assignment List: {name}")
    url = running_server(root)
    if url:
        print(f"JupyterLab is already running: {url}")
        if not options.no_browser:
            webbrowser.open(url)
        return 0
    start_server(root, options)
    return 0  # not reached: the server takes this process's place


def running_server(root: Path) -> str | None:
    """Address of the first page on a server of this folder, or None."""
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        same = os.path.realpath(server["root_dir"]) == os.path.realpath(root)
        if same and answers(server["url"]):
            token = f"?token={server['token']}" if server["token"] else ""
            return f"{server['url']}lab/tree/{FIRST_PAGE}{token}"
    return None


def answers(url: str) -> bool:
    """Whether a Jupyter server answers there; a killed one leaves its entry behind."""
    try:
        with urlopen(f"{url}api", timeout=2):
            return True
    except (URLError, TimeoutError):
        return False


def start_server(root: Path, options: argparse.Namespace) -> None:
    """Become a JupyterLab on 127.0.0.1 that asks nothing of the network."""
    command = [sys.executable, "-m", "jupyterlab", FIRST_PAGE]
    command += [f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1"]
    command += [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    command += ["--no-browser"] if options.no_browser else []
    command += ["--allow-root"] if os.name == "posix" and os.geteuid() == 0 else []
    os.chdir(root)
    sys.stdout.flush()
    os.execve(sys.executable, [*command, *options.jupyter], environment(root))


def environment(root: Path) -> dict[str, str]:
    """The environment of a server: this Python's programs first on the path.

    The course's folder is a place of settings, since nbgrader's Assignment List reads
    its settings while it stands in work/ and would miss nbgrader_config.py there.
    """

    def first(place: str, name: str) -> str:
        return os.pathsep.join(filter(None, [place, os.environ.get(name)]))

    return {
        "OMP_NUM_THREADS": str(threads()),
        **os.environ,
        "PATH": first(os.path.dirname(sys.executable), "PATH"),
        "JUPYTER_CONFIG_PATH": first(str(root), "JUPYTER_CONFIG_PATH"),
    }


def threads() -> int:
    """Threads of a kernel: half the processors, at most four.

    The models are small, the browser and other kernels want their part, and threads
    that wait for one another on a busy machine are slower than a single one.
    """
    return max(1, min(4, (os.cpu_count() or 1) // 2))
