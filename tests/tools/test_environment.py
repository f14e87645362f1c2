"""The environment's folder: what is kept, what is rewritten when it moves."""

import os

import pytest

NAMES = ["/x/.venv", "/y/x/.venv", "/x/new [1]/.venv", "/x/größer/.venv"]


@pytest.fixture
def environment(modules):
    found, _ = modules
    os.makedirs(os.path.join(found.VENV, "bin"))
    return found


def test_the_paths_are_those_of_the_course(environment, course):
    assert str(course.root) == environment.ROOT
    assert str(course.venv) == environment.VENV


def test_a_missing_file_reads_as_empty(environment, tmp_path):
    assert environment.read(str(tmp_path / "none")) == ""


def test_text_that_is_not_utf_8_is_kept(environment, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"# caf\xe9\n")
    environment.write(str(path), environment.read(str(path)))
    assert path.read_bytes() == b"# caf\xe9\n"


def write(environment, name: str, data: bytes) -> str:
    path = os.path.join(environment.VENV, "bin", name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def test_nothing_moves_without_a_note_or_at_its_place(environment):
    path = write(environment, "course", b"#!/x/.venv/bin/python\n")
    assert not environment.follow_move()
    environment.write(environment.PLACE, environment.VENV)
    assert not environment.follow_move()
    assert content(path) == b"#!/x/.venv/bin/python\n"


@pytest.mark.parametrize(
    "first",
    [
        "#!{}/bin/python3.11\n",
        "#!/bin/sh\n'''exec' \"{}/bin/python\" \"$0\" \"$@\"\n' '''\n",
    ],
)
def test_both_forms_of_a_first_line_are_followed(environment, first):
    old = "/x/two words/.venv"
    path = write(environment, "course", (first.format(old) + "run()\n").encode())
    environment.write(environment.PLACE, old)
    for _ in range(2):  # stopped before the end, it is done once more
        assert environment.follow_move()
        *head, last = content(path).decode().splitlines()
        assert head[0] == "#!/bin/sh"
        assert head[1] == f'\'\'\'exec\' "{environment.PYTHON}" "$0" "$@"'
        assert head[2:] == ["' '''"]
        assert last == "run()"


def test_programs_of_others_binaries_folders_and_broken_links_are_left(environment):
    other = b"#!/usr/bin/env python3\nprint()\n"
    binary = b"\x7fELF\0/x/.venv"
    paths = {write(environment, "other", other): other}
    paths[write(environment, "binary", binary)] = binary
    os.mkdir(os.path.join(environment.VENV, "bin", "__pycache__"))
    os.symlink("/x/.venv/bin/other", os.path.join(environment.VENV, "bin", "link"))
    environment.write(environment.PLACE, "/x/.venv")
    assert environment.follow_move()
    assert {path: content(path) for path in paths} == paths


@pytest.mark.parametrize("old", NAMES)
@pytest.mark.parametrize("new", NAMES)
def test_no_path_is_put_in_twice(environment, monkeypatch, old, new):
    """Also where the new path holds the old one, or the other way round."""
    path = write(environment, "activate", f"VIRTUAL_ENV='{old}'\n".encode())
    environment.write(environment.PLACE, old)
    folder = environment.glob.escape(environment.VENV)
    monkeypatch.setattr(environment.glob, "escape", lambda _: folder)
    monkeypatch.setattr(environment, "VENV", new)
    for _ in range(2):
        environment.follow_move()
        assert content(path).decode() == f"VIRTUAL_ENV='{new}'\n"


def test_a_program_that_is_not_utf_8_is_followed(environment):
    path = write(environment, "tool", b"#!/x/.venv/bin/python\n# caf\xe9\n")
    environment.write(environment.PLACE, "/x/.venv")
    environment.follow_move()
    assert content(path).endswith(b"# caf\xe9\n")
    assert environment.PYTHON.encode() in content(path)


def test_the_size_of_a_folder(environment, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"1")
    (tmp_path / "a" / "b" / "two").write_bytes(b"22")
    os.symlink("/nowhere", tmp_path / "a" / "link")
    assert environment.size_of(str(tmp_path / "a")) == 3 + len("/nowhere")
    assert environment.size_of(str(tmp_path / "none")) == 0
