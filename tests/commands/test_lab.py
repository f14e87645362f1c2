"""`course lab`: one server for a folder, with the course's settings."""

import json
import os
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from course_utils.commands import CommandError, lab
from tests.commands.demo import NAME, ROOT

TOKEN = "secret"
NOBODY = 2**22 + 1  # above every process id of Linux


class Jupyter(BaseHTTPRequestHandler):
    """Answers as a Jupyter server: all may see api, who has the token api/status."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == f"token {self.server.token}"
        open_to_all = self.path == "/api"
        self.send_response(200 if known or open_to_all else 403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Greeter(BaseHTTPRequestHandler):
    """Speaks no HTTP."""

    def handle(self) -> None:
        self.wfile.write(b"SSH-2.0-somebody\r\n")


@pytest.fixture
def serve():
    """Starts a server on a free port; returns its address."""
    servers = []

    def serve(handler=Jupyter, token=TOKEN) -> str:
        server = HTTPServer(("127.0.0.1", 0), handler)
        server.token = token
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def entry(tmp_path, monkeypatch):
    """Writes the entry of a server in a runtime folder of the test's own."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))

    def entry(url: str, root: Path, token: str = TOKEN, pid: int | None = None) -> Path:
        info = {"url": url, "root_dir": str(root), "token": token, "pid": pid}
        info["pid"] = info["pid"] or os.getpid()
        path = folder / f"jpserver-{len(os.listdir(folder))}.json"
        path.write_text(json.dumps(info))
        return path

    return entry


@pytest.fixture
def welcome(course):
    """The course has its first page."""
    path = course / lab.FIRST_PAGE
    path.parent.mkdir()
    path.touch()
    return path


@pytest.fixture
def started(monkeypatch):
    """Notes the program that would take this process's place."""
    found = []
    monkeypatch.setattr(os, "execve", lambda *call: found.append(call))
    return found


@pytest.fixture
def opened(monkeypatch):
    """Notes the addresses that would be opened in a browser."""
    found = []
    monkeypatch.setattr(lab.webbrowser, "open", found.append)
    return found


def test_without_entries_there_is_no_server(course, entry):
    assert lab.running_server(course) is None


def test_the_server_of_this_folder_is_found(course, welcome, serve, entry):
    other, mine = serve(), serve()
    entry(other, course.parent)
    entry(mine, course)
    wanted = f"{mine}lab/tree/{lab.FIRST_PAGE}?token={TOKEN}"
    assert lab.running_server(course) == wanted


def test_a_folder_is_the_same_by_another_path(course, welcome, serve, entry, tmp_path):
    (tmp_path / "link").symlink_to(course)
    url = serve()
    entry(url, tmp_path / "link")
    assert lab.running_server(course).startswith(url)


def test_a_server_without_a_token(course, welcome, serve, entry):
    url = serve()
    entry(url, course, token="")
    assert lab.running_server(course) == f"{url}lab/tree/{lab.FIRST_PAGE}"


def test_without_the_first_page_jupyterlab_is_shown(course, serve, entry):
    url = serve()
    entry(url, course)
    assert lab.running_server(course) == f"{url}lab?token={TOKEN}"


def test_no_proxy_is_asked_for_this_machine(course, welcome, serve, entry, monkeypatch):
    url = serve()
    entry(url, course)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(URLError):  # the proxy would be asked
        urlopen(url)
    assert lab.running_server(course).startswith(url)


def test_an_entry_with_nobody_behind_it_is_passed_over(course, welcome, serve, entry):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    entry(f"http://127.0.0.1:{free}/", course)
    assert lab.running_server(course) is None
    dead = entry(serve(), course, pid=NOBODY)
    assert lab.running_server(course) is None
    assert not dead.exists()
    url = serve()
    entry(url, course)
    assert lab.running_server(course).startswith(url)


@pytest.mark.parametrize(
    ("handler", "token"), [(Jupyter, "another"), (Greeter, TOKEN)], ids=["lab", "ssh"]
)
def test_another_program_on_its_port_is_not_taken_for_it(
    course, serve, entry, handler, token
):
    entry(serve(handler, token), course)
    assert lab.running_server(course) is None


def test_a_server_that_says_nothing_is_passed_over(course, entry):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        entry(f"http://127.0.0.1:{silent.getsockname()[1]}/", course)
        assert lab.running_server(course) is None


def test_an_entry_that_is_half_written_or_gone_is_passed_over(
    course, serve, entry, monkeypatch
):
    entry(serve(), course).write_text('{"url": ')
    assert lab.running_server(course) is None

    def gone():
        raise FileNotFoundError
        yield

    monkeypatch.setattr("jupyter_server.serverapp.list_running_servers", gone)
    assert lab.running_server(course) is None


def test_lab_prepares_the_folder_and_starts(course, welcome, run, entry, started):
    status, out, err = run("lab", "--no-browser")
    assert (status, err) == (0, "")
    assert out == f"New: work/{NAME}/{NAME}.ipynb\nIn the Assignment List: {NAME}\n"
    assert (course / "work" / NAME / f"{NAME}.ipynb").is_file()
    assert len(started) == 1
    assert run("lab", "--no-browser") == (0, "", "")  # nothing is done twice


def test_a_second_lab_says_where_the_first_one_is(
    course, welcome, run, serve, entry, started, opened
):
    url = serve()
    entry(url, course)
    run("start")
    _, out, _ = run("lab", "--no-browser")
    address = f"{url}lab/tree/{lab.FIRST_PAGE}?token={TOKEN}"
    assert out.splitlines()[-1] == f"JupyterLab is already running: {address}"
    assert opened == []
    assert run("lab") == (0, f"JupyterLab is already running: {address}\n", "")
    assert opened == [address]
    assert started == []


def test_lab_opens_though_the_assignment_list_is_not_ready(
    course, welcome, run, entry, started, monkeypatch
):
    def fail(root):
        raise CommandError("nbgrader could not.")

    monkeypatch.setattr(lab, "publish", fail)
    assert run("lab")[2] == "course: nbgrader could not.\n"
    assert len(started) == 1


def test_the_servers_command(course, welcome, run, entry, started, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("SHELL", "/bin/fish")
    run("lab", "--no-browser", "--", "--ServerApp.port=9999")
    program, command, environment = started[0]
    assert program == command[0] == sys.executable
    assert command[1:4] == ["-m", "jupyterlab", lab.FIRST_PAGE]
    assert f"--ServerApp.root_dir={course}" in command
    assert "--ServerApp.ip=127.0.0.1" in command
    assert "--LabApp.news_url=None" in command
    settings = "--ServerApp.terminado_settings={'shell_command': ['/bin/fish']}"
    assert settings in command  # no login shell, which would forget the path
    assert command[-2:] == ["--no-browser", "--ServerApp.port=9999"]
    assert environment == lab.environment(course)
    assert Path.cwd() == course


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_only_root_needs_the_right_to_be_root(
    welcome, run, entry, started, monkeypatch, user, allowed
):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    run("lab")
    command = started[0][1]
    assert ("--allow-root" in command) == allowed
    assert "--no-browser" not in command


def test_from_a_folder_inside_the_course(
    course, welcome, run, entry, started, monkeypatch
):
    monkeypatch.chdir(welcome.parent)
    assert run("lab")[0] == 0
    assert f"--ServerApp.root_dir={course}" in started[0][1]


def test_without_the_first_page_the_server_starts_too(run, entry, started):
    """A missing file is an error for JupyterLab."""
    run("lab")
    assert started[0][1][3].startswith("--ServerApp.root_dir=")


@pytest.mark.parametrize(
    ("processors", "threads"), [(None, 1), (1, 1), (2, 1), (4, 2), (8, 4), (64, 4)]
)
def test_threads_are_half_the_processors_at_most_four(monkeypatch, processors, threads):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert lab.threads() == threads


def test_the_servers_environment(course, monkeypatch):
    monkeypatch.setenv("PATH", "/bin")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    found = lab.environment(course)
    programs = os.path.dirname(sys.executable)
    assert found["PATH"] == f"{programs}{os.pathsep}/bin"
    assert found["JUPYTER_CONFIG_PATH"] == str(course)
    assert found["OMP_NUM_THREADS"] == str(lab.threads())
    assert found["JUPYTER_PREFER_ENV_PATH"] == "1"  # this Python's kernel comes first
    assert "PATH" in os.environ
    assert os.environ["PATH"] == "/bin"


def test_the_users_own_settings_stay(course, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("MINE", "too")
    found = lab.environment(course)
    assert found["JUPYTER_CONFIG_PATH"] == f"{course}{os.pathsep}/mine"
    assert (found["OMP_NUM_THREADS"], found["MINE"]) == ("3", "too")


def test_jupyterlab_finds_the_courses_settings(monkeypatch, tmp_path):
    """In labconfig/, since the course's folder is a place of settings."""
    from jupyter_server.services.config import ConfigManager

    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    manager = ConfigManager(config_dir_name="labconfig")
    assert manager.get("default_setting_overrides") == {}
    path = lab.environment(ROOT)["JUPYTER_CONFIG_PATH"]
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", path)
    manager = ConfigManager(config_dir_name="labconfig")
    settings = manager.get("default_setting_overrides")
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    assert settings["@jupyterlab/apputils-extension:notification"] == quiet
    # The glossary opens as a page, not as its source.
    [viewers] = settings["@jupyterlab/docmanager-extension:plugin"].values()
    assert viewers == {"markdown": "Markdown Preview"}
