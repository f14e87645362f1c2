"""`course lab`: prepare the folder, then reach or start JupyterLab."""

import argparse
import hashlib
import os
import subprocess
import sys
import webbrowser
from pathlib import Path

from course_utils.commands import CommandError, course_root
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
    publish(root)
    url = running_server(root)
    if url:
        print(f"JupyterLab is already running: {url}")
        if not options.no_browser:
            webbrowser.open(url)
        return 0
    start_server(root, options)
    return 0  # not reached: the server takes this process's place


def publish(root: Path) -> None:
    """Put assignments that changed into nbgrader's exchange (Assignment List)."""
    for notebook in sorted(root.glob("assignments/*/*.ipynb")):
        name = notebook.parent.name
        digest = hashlib.sha256(notebook.read_bytes()).hexdigest()
        stamp = root / ".nbgrader" / "published" / name
        if stamp.is_file() and stamp.read_text() == digest:
            continue
        print(f"Publishing {name} to the Assignment List ...")
        (root / ".nbgrader" / "exchange").mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", "release_assignment", name, "--force"],
            cwd=root,
            env=environment(root),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise CommandError(
                f"nbgrader could not publish {name}: {done.stderr.strip()[-300:]}"
            )
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)


def environment(root: Path) -> dict[str, str]:
    """The environment of a server: this Python's programs first on the path.

    The course's folder is a place of settings, since nbgrader's Assignment List reads
    its settings while it stands in work/ and would miss nbgrader_config.py there.
    """

    def first(place: str, name: str) -> str:
        return os.pathsep.join(filter(None, [place, os.environ.get(name)]))

    return {
        **os.environ,
        "PATH": first(os.path.dirname(sys.executable), "PATH"),
        "JUPYTER_CONFIG_PATH": first(str(root), "JUPYTER_CONFIG_PATH"),
    }


def running_server(root: Path) -> str | None:
    """Address of the first page on a server of this folder, or None."""
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        if os.path.realpath(server["root_dir"]) == os.path.realpath(root):
            token = f"?token={server['token']}" if server["token"] else ""
            return f"{server['url']}lab/tree/{FIRST_PAGE}{token}"
    return None


def start_server(root: Path, options: argparse.Namespace) -> None:
    """Become a JupyterLab on 127.0.0.1 that asks nothing of the network."""
    command = [sys.executable, "-m", "jupyter", "lab", FIRST_PAGE]
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
