"""`gof up` as a stranger runs it: ready from nothing, shared, killed, recovered, stopped."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.core.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0


class Running:
    """One `gof up`, with what it says."""

    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        self.log = folder / f"log-{port}-{time.monotonic_ns()}"
        self.port = port
        environment = {**os.environ, "GOF_DATA_DIR": str(folder / "data"), "GOF_PORT": str(port), **settings}  # noqa: TID251 - of a child process
        command = [sys.executable, "-c", "from schema.cli import main; main()", "up"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=log)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def ready(self) -> "Running":
        """Wait until it says that it is ready."""
        until = time.monotonic() + PATIENCE
        while "\nready http" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)
        return self

    def ended(self, by: signal.Signals | None = None) -> int:
        """Send a signal, wait for the end, return the exit code."""
        if by is not None:
            self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    def ask(self, query: str) -> object:
        answer = httpx.post(f"http://127.0.0.1:{self.port}/graphql", json={"query": query}, timeout=30)
        return answer.json()


def commands_of_the_readme(folder: Path) -> None:
    """Run every `gof` command that the README shows, beside the running server; each ends well."""
    (folder / "needs.csv").write_text("externalId,delegation,side,title,language\nN-1,ZMB,NEED,A need,en\n")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [
        shlex.split(line, comments=True)[1:] for line in re.findall(r"^\.venv/bin/gof .*", readme, re.MULTILINE)
    ]
    assert len(commands) >= 5
    for words in commands:
        done = gof(folder, *words)
        assert done.returncode == 0, (words, done.stderr)
        if "--external-id" in words:
            assert "CHN demo-offer-teacher-training" in done.stdout


def gof(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, on the database of ``folder``."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from schema.cli import main; main()"
    environment = {**os.environ, "GOF_DATA_DIR": str(folder / "data")}  # noqa: TID251 - of a child process
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account can pass."""
    found = Path(tempfile.mkdtemp(prefix="gof-running-"))
    found.chmod(0o711)
    yield found
    shutil.rmtree(found)


@pytest.mark.slow
def test_from_nothing_to_ready_shared_killed_and_stopped(folder: Path) -> None:
    first = Running(folder, free_port()).ready()
    assert "focal.zmb@demo.example" in first.said()
    assert first.ask("{ memberStates { totalCount } }") == {"data": {"memberStates": {"totalCount": 193}}}
    readiness = httpx.get(f"http://127.0.0.1:{first.port}/readyz")
    assert readiness.status_code == 200
    assert "server" not in readiness.headers

    taken = Running(folder, first.port)
    assert taken.ended() == 1
    assert re.search(r"GOF_PORT", taken.said())
    assert "Traceback" not in taken.said()

    commands_of_the_readme(folder)
    second = Running(folder, free_port()).ready()
    assert "joined the running PostgreSQL" in second.said()
    assert second.ended(signal.SIGINT) == 0
    assert first.ask("{ practices { totalCount } }") == {"data": {"practices": {"totalCount": 23}}}

    first.ended(signal.SIGKILL)
    third = Running(folder, first.port).ready()
    assert third.ask("{ practices { totalCount } }") == {"data": {"practices": {"totalCount": 23}}}
    assert third.ended(signal.SIGINT) == 0
    assert third.said().endswith("stopped\n")
    assert "Traceback" not in third.said()


@pytest.mark.slow
def test_without_the_demonstration_there_are_no_demo_people(folder: Path) -> None:
    plain = Running(folder, free_port(), GOF_DEMO="0").ready()
    assert "demo" not in plain.said()
    assert plain.ask("{ practices { totalCount } delegations { totalCount } }") == {
        "data": {"practices": {"totalCount": 0}, "delegations": {"totalCount": 0}}
    }
    secret = gof(folder, "invite", "ana@secretariat.example", "Ana Example", "--language", "fr").stdout.strip()
    accept = """mutation { invitationAccept(input: {secret: "%s", password: "an honest pass phrase"}) {
      done errors { message } } }"""
    assert plain.ask(accept % secret) == {"data": {"invitationAccept": {"done": True, "errors": []}}}
    again = gof(folder, "invite", "ana@secretariat.example", "Ana Example")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.endswith("has this e-mail address already.\n")
    assert plain.ended(signal.SIGINT) == 0


def test_a_wrong_setting_is_one_sentence(folder: Path) -> None:
    wrong = Running(folder, free_port(), GOF_DEMO="perhaps")
    assert wrong.ended() == 1
    assert "GOF_DEMO" in wrong.said()
    assert "Traceback" not in wrong.said()
