"""The first command of a stranger: what deploy/bootstrap.py says when something is missing, and what it skips."""

import ast
import importlib.util
import re
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy" / "bootstrap.py"


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    """The script as a module: it is a program and belongs to no package."""
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the files that decide what is installed, and an environment that looks whole."""
    for name in ("deploy/requirements.txt", "tests/requirements.txt", "deploy/build.txt", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{name}\n")
    (tmp_path / "deploy" / SCRIPT.name).write_text(SCRIPT.read_text())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    return tmp_path


def test_an_old_python_can_read_the_script_and_gets_a_sentence(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    monkeypatch.setattr(bootstrap, "shutil", SimpleNamespace(which=lambda _: None))
    monkeypatch.setattr(bootstrap, "sys", SimpleNamespace(version_info=(3, 9, 2)))
    with pytest.raises(bootstrap.Stop, match=r"Python 3\.11 or newer is needed, and python3 is 3\.9\.2 here"):
        bootstrap.main("run")


def test_a_python_without_venv_is_told_which_package_brings_it(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, checkout: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(bootstrap.Stop, match=rf"apt install python3\.{sys.version_info.minor}-venv"):
        bootstrap.make_venv(checkout / ".venv")


def test_a_full_disk_is_said_with_what_there_is_and_what_is_needed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, checkout: Path
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: SimpleNamespace(free=500_000_000))
    with pytest.raises(bootstrap.Stop, match=r"has 0\.5 GB free, and 2 GB are needed"):
        bootstrap.make_venv(checkout / ".venv")
    assert (checkout / ".venv" / "bin").exists()


def test_an_installation_that_fails_says_where_to_look(bootstrap: ModuleType) -> None:
    with pytest.raises(bootstrap.Stop, match=r"reason stands above.*PIP_INDEX_URL.*GB are free"):
        bootstrap.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_what_is_installed_is_installed_again_only_when_what_decides_it_changes(
    bootstrap: ModuleType, checkout: Path
) -> None:
    stamp = checkout / ".venv" / "ready"
    assert not bootstrap.ready(checkout, "run")
    stamp.write_text(bootstrap.digest(checkout, "run"))
    assert bootstrap.ready(checkout, "run")
    assert not bootstrap.ready(checkout, "test"), "tests need more than running does"
    stamp.write_text(bootstrap.digest(checkout, "test"))
    assert bootstrap.ready(checkout, "run")
    for name in ("tests/requirements.txt", "deploy/build.txt", "pyproject.toml"):
        (checkout / name).write_text("changed\n")
        assert not bootstrap.ready(checkout, "test"), name
        stamp.write_text(bootstrap.digest(checkout, "test"))
    (checkout / ".venv" / "bin" / "python").unlink()
    assert not bootstrap.ready(checkout, "test"), "its Python has been removed"


def test_a_ready_checkout_is_left_alone_and_that_takes_no_time(bootstrap: ModuleType, checkout: Path) -> None:
    (checkout / ".venv" / "ready").write_text(bootstrap.digest(checkout, "run"))
    took = []
    for _ in range(3):
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, str(checkout / "deploy" / SCRIPT.name), "run"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        took.append(time.monotonic() - begun)
    assert min(took) < 1, "the machine may be busy once, but not each time"


def test_the_index_that_pip_is_set_to_is_handed_to_uv_unless_uv_has_its_own(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    assert bootstrap.index_for_uv(sys.executable) == {"UV_DEFAULT_INDEX": "https://packages.example/simple"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert bootstrap.index_for_uv(sys.executable) == {}


@pytest.mark.parametrize("name", ["deploy/requirements.txt", "tests/requirements.txt", "deploy/build.txt"])
def test_a_lock_file_has_a_hash_for_every_package_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(packages) > 5
    assert [package.partition("==")[0] for package in packages if "--hash=sha256:" not in package] == []
    assert re.findall(r"https?:|--(?:extra-)?index|--find-links", text) == []


def test_what_tests_run_on_is_what_runs() -> None:
    running, testing = (
        set(re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("deploy/requirements.txt", "tests/requirements.txt")
    )
    assert len(running) > 30
    assert running <= testing


def test_every_command_of_the_makefile_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    commands = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z]+):.*## \w", makefile, re.MULTILINE))
    assert {"help", "run", "test", "check", "schema", "migration"} <= commands
    assert commands == described
