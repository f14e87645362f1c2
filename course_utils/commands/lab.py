"""`course lab`: prepare the folder, then reach or start JupyterLab."""

import argparse
import os
import shutil
import sys
import webbrowser
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from course_utils.commands import CommandError, course_root
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
    try:
        for name in publish(root):
            print(f"In the Assignment List: {name}")
    except CommandError as error:  # all but that list works without it
        print(f"course: {error}", file=sys.stderr)
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
    for server in known_servers():
        same = os.path.realpath(server["root_dir"]) == os.path.realpath(root)
        if same and answers(server["url"], server["token"]):
            token = f"?token={server['token']}" if server["token"] else ""
            return f"{server['url']}{first_page(root)}{token}"
    return None


def known_servers() -> Iterator[dict]:
    """This user's servers, by the entries that they leave."""
    from jupyter_server.serverapp import list_running_servers

    try:
        yield from list_running_servers()
    except OSError:
        return  # an entry went away just now, or belongs to root


def first_page(root: Path) -> str:
    """Where a browser begins, as a part of an address."""
    return f"lab/tree/{FIRST_PAGE}" if (root / FIRST_PAGE).is_file() else "lab"


def answers(url: str, token: str) -> bool:
    """Whether that very Jupyter server answers there.

    A killed one leaves its entry behind, and another program may have its port; only
    the right server takes the token. This machine is asked past every proxy.
    """
    path = "api/status" if token else "api"
    request = Request(url + path, headers={"Authorization": f"token {token}"})
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=2):
            return True
    except (OSError, HTTPException):
        return False


def start_server(root: Path, options: argparse.Namespace) -> None:
    """Become a JupyterLab on 127.0.0.1 that asks nothing of the network."""
    command = [sys.executable, "-m", "jupyterlab"]
    command += [FIRST_PAGE] if (root / FIRST_PAGE).is_file() else []
    command += [f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1"]
    command += [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        # Away from a terminal Jupyter takes a login shell, which forgets our PATH.
        f"--ServerApp.terminado_settings={{'shell_command': {[shell()]}}}",
    ]
    command += ["--no-browser"] if options.no_browser else []
    command += ["--allow-root"] if os.name == "posix" and os.geteuid() == 0 else []
    os.chdir(root)
    sys.stdout.flush()
    os.execve(sys.executable, [*command, *options.jupyter], environment(root))


def shell() -> str:
    """The shell of JupyterLab's terminals: the user's own."""
    return os.environ.get("SHELL") or shutil.which("bash") or "sh"


def environment(root: Path) -> dict[str, str]:
    """The environment of a server: this Python's programs and kernel come first.

    The course's folder is a place of settings, since nbgrader's Assignment List reads
    its settings while it stands in work/ and would miss nbgrader_config.py there.
    """

    def first(place: str, name: str) -> str:
        return os.pathsep.join(filter(None, [place, os.environ.get(name)]))

    return {
        "OMP_NUM_THREADS": str(threads()),
        **os.environ,
        "PATH": first(os.path.dirname(sys.executable), "PATH"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_PATH": first(str(root), "JUPYTER_CONFIG_PATH"),
    }


def threads() -> int:
    """Threads of a kernel: half the processors, at most four.

    The models are small, the browser and other kernels want their part, and threads
    that wait for one another on a busy machine are slower than a single one.
    """
    return max(1, min(4, (os.cpu_count() or 1) // 2))
