"""A stopped cluster is made, or brought to where it can be started: locale, roles, passwords, stale files."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.core import postgres_failures
from services.core.postgres_binaries import Account, Binaries
from services.core.postgres_failures import NotStarted

DATABASE = "gof"
ROLES = ("gof_owner", "gof_app")
BOOTSTRAP = (
    "CREATE ROLE gof_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE CREATEDB;",  # CREATEDB: tests clone
    "CREATE ROLE gof_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;",
    # Not a trusted extension: gof_owner could not create it. In template1, so that every database has it.
    """DO $$ BEGIN IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') \
    THEN CREATE EXTENSION vector; END IF; END $$;""",
    f"CREATE DATABASE {DATABASE} OWNER gof_owner;",
)


@dataclass(frozen=True)
class Workshop:
    """The stopped cluster of ``home`` and the programs to work on it.

    ``lock`` is the descriptor of the held file ``server``: what we start inherits it, so that nobody else
    works on the cluster as long as one of these programs lives, even after we were killed.
    """

    home: Path
    binaries: Binaries
    account: Account
    lock: int

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.home / "data"

    def run(self, program: str, *arguments: str, text: str = "") -> None:
        """Run a program of PostgreSQL's to its end; ``NotStarted`` with its own reason when it fails."""
        done = subprocess.run(  # noqa: S603 - by its full path, and no argument comes from outside
            [self.binaries.folder / program, *arguments],
            input=text,
            text=True,
            capture_output=True,
            check=False,
            pass_fds=[self.lock],
            **self.account.spawn(),
        )
        if done.returncode:
            (self.home / "log").write_text(done.stderr)
            raise postgres_failures.from_output(done.stderr, self.home)

    def sql(self, data: Path, statements: Sequence[str]) -> None:
        """Run statements of one line each as the superuser, in single-user mode."""
        options = ["exit_on_error=on", "log_min_error_statement=panic", "log_min_messages=error"]
        switches = [word for option in options for word in ("-c", option)]
        text = "".join(f"{statement}\n" for statement in statements)
        self.run("postgres", "--single", "-D", str(data), *switches, "template1", text=text)


def make_ready(shop: Workshop, say: Callable[[str], None]) -> None:
    """Make the cluster if there is none, and see to its version, its stale files and its passwords."""
    if not shop.data.exists():
        _create(shop, say)
    made_by = int((shop.data / "PG_VERSION").read_text())
    if made_by != shop.binaries.major:
        raise NotStarted(
            f"The database in {shop.data} was made by PostgreSQL {made_by}, and this is PostgreSQL "
            f"{shop.binaries.major}. Run the platform on {made_by}, or choose another GOF_DATA_DIR and bring the "
            "data over with pg_dump."
        )
    _clear_stale_pid(shop.data)
    passwords = shop.home / "passwords.json"
    if not passwords.exists():
        made = {role: secrets.token_urlsafe(24) for role in ROLES}
        shop.sql(shop.data, [f"ALTER ROLE {role} PASSWORD '{password}';" for role, password in made.items()])
        _write_private(passwords, json.dumps(made))


def urls(home: Path, port: int) -> tuple[str, str]:
    """Return the URLs of gof_owner and gof_app.

    ``sslmode=disable`` since the embedded server has no TLS; without it asyncpg looks for certificates in the
    home of the user, which may be unreadable.
    """
    passwords = json.loads((home / "passwords.json").read_text())
    owner, app = (
        f"postgresql://{role}:{passwords[role]}@127.0.0.1:{port}/{DATABASE}?sslmode=disable" for role in ROLES
    )
    return owner, app


def pid_file(data: Path) -> list[str]:
    """Return the lines of postmaster.pid: pid, data, start, port, sockets, address, memory, state."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _create(shop: Workshop, say: Callable[[str], None]) -> None:
    """Make the cluster beside its place and move it there whole: a start that is cut short leaves nothing."""
    postgres_failures.require_space(shop.home)
    say(f"making a new database in {shop.home}")
    fresh = shop.home / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    shop.account.own(fresh)
    # Sorted by code point (C), yet letters of all scripts are letters: under a plain C locale trigrams silently
    # find nothing in Chinese, Cyrillic or Arabic. The C library of macOS has no C.UTF-8 before version 15.
    letters = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    locale = ["--locale=C", f"--lc-ctype={letters}", "--text-search-config=simple"]
    if shop.binaries.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    shop.run("initdb", "-D", str(fresh), "-U", "postgres", "-E", "UTF8", "-A", "reject", *locale)
    admitted = "".join(f"host all {role} 127.0.0.1/32 scram-sha-256\n" for role in ROLES)
    (fresh / "pg_hba.conf").write_text(admitted)
    shop.sql(fresh, BOOTSTRAP)
    (shop.home / "passwords.json").unlink(missing_ok=True)  # of a cluster that is no more
    fresh.rename(shop.data)


def _clear_stale_pid(data: Path) -> None:
    """Remove the postmaster.pid of a server that was killed, unless another starter's server still lives.

    PostgreSQL refuses to start when the file is empty (the disk was full) or its number is another program's
    by now, which is the rule after a restart of a container. No server of ours lives: the caller has its lock.
    """
    lines = pid_file(data)
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    if pid == 0 or not _alive(pid) or _works_elsewhere(pid, data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    """Tell whether a process has this number, ours or another account's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_elsewhere(pid: int, data: Path) -> bool:
    """Tell whether a living process is certainly no server of ``data``: a server's folder is its data."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() != data.resolve()
    except PermissionError:  # of another account, which has no access to the data
        return True
    except OSError:  # it has just ended, or this is no Linux: let PostgreSQL judge
        return False


def _write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 that is there whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
