"""The command line: help, exit status, and what is not understood."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from course_utils import cli
from course_utils.commands import CommandError


def test_help_lists_all_commands(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    for name, (_, text) in cli.COMMANDS.items():
        assert f"    {name}" in out
        assert text in out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(capsys, name):
    with pytest.raises(SystemExit) as stopped:
        cli.main([name, "--help"])
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: course {name} ")
    text = " ".join(out.split())
    assert cli.COMMANDS[name][1].split("\n")[0].capitalize()[:20] in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["fly"], "invalid choice: 'fly' (choose from "),
        (["doctor", "--fly"], "unrecognized arguments: --fly"),
        (["reset"], "the following arguments are required: name"),
    ],
)
def test_what_is_not_understood(capsys, arguments, said):
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.fixture
def command(monkeypatch):
    """Puts a function in the place of `course doctor`."""

    def command(run):
        module = SimpleNamespace(add_arguments=lambda parser: None, run=run)
        monkeypatch.setattr(cli, "import_module", lambda name: module)

    return command


def test_the_status_is_the_commands_own(command):
    command(lambda options: 7)
    assert cli.main(["doctor"]) == 7


def test_what_the_user_can_mend_is_one_line(command, capsys):
    def run(options):
        raise CommandError("Do it so.")

    command(run)
    assert cli.main(["doctor"]) == 2
    assert tuple(capsys.readouterr()) == ("", "course: Do it so.\n")


def test_ctrl_c_is_no_error(command, capsys):
    def run(options):
        raise KeyboardInterrupt

    command(run)
    assert cli.main(["doctor"]) == 130
    assert tuple(capsys.readouterr()) == ("", "\nStopped.\n")


def test_outside_the_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("lab", "start", "check"):
        assert cli.main([name]) == 2
        err = capsys.readouterr().err
        assert "is not inside the course" in err
        assert err.count("\n") == 1


def test_a_terminal_without_the_signs_gets_others():
    code = (
        "from types import SimpleNamespace as S; from course_utils import cli;"
        "run = lambda options: print('→ ✓') or 0;"
        "module = S(add_arguments=lambda p: None, run=run);"
        "cli.import_module = lambda name: module;"
        "raise SystemExit(cli.main(['doctor']))"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "? ?\n", "")
