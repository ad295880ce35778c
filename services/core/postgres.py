"""The embedded PostgreSQL: start or join it, recover it, stop it.

All of it lives in ``<data_dir>/postgres`` (its *home*): ``data`` (PGDATA), ``passwords.json`` (0600), ``log``,
and three files that are only locked (flock: the kernel lets go of them, whatever ends a process):

- ``gate``    held while starting or stopping, so that two starts at once do not race;
- ``users``   held shared by every process that uses the server; whoever gets it alone may stop the server:
  the last user on leaving, or the guard (``postgres_guard``) once the last user was killed;
- ``server``  inherited by the server and all its processes: free when, and only when, none of them lives.

Only two roles can log in, over TCP on 127.0.0.1 and with scram: ``gof_owner`` owns the database ``gof`` and
migrates it; ``gof_app`` serves, and is neither superuser nor owner nor free of row security. The superuser of
initdb has no password and no line in pg_hba.conf: it acts only in single-user mode, before a start.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.core import postgres_failures, postgres_guard
from services.core.ports import free_port
from services.core.postgres_binaries import Account, find_binaries, home_elsewhere, server_account
from services.core.postgres_failures import NotStarted
from services.core.postgres_making import Workshop, make_ready, pid_file, urls
from services.core.progress import Say

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "random_page_cost": "1.1",  # on disks without a head the default of 4 scans whole tables for 200 rows
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",  # compiling a statement of JSON takes longer than running it
    "log_error_verbosity": "terse",  # no DETAIL: it quotes values, and values may be private
}
# After a crash of the machine such a database may be broken: for tests, which throw theirs away.
FRAGILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PATIENCE_SECONDS = 600  # recovery after a kill replays at most max_wal_size (1 GB)


@dataclass
class Cluster:
    """A running PostgreSQL of the platform's own, used by this process until ``stop``.

    ``owner_url`` and ``app_url`` are postgresql:// URLs with ``sslmode=disable`` and the passwords of
    ``gof_owner`` and ``gof_app`` (never print them); ``joined`` tells that the server ran already when this
    process came; ``home`` is the folder of the database.
    """

    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    joined: bool
    home: Path
    _users: int | None = field(repr=False, default=None)

    def stop(self) -> None:
        """Leave the server; who leaves last stops it (fast shutdown). A second call does nothing."""
        if self._users is None:
            return
        users, self._users = self._users, None
        with _gate(self.home):
            # Neither alone nor with others: the guard has it, and is stopping the server already.
            last = _locked(users, fcntl.LOCK_EX) or not _locked(users, fcntl.LOCK_SH)
            if last:
                _shut_down(self.home)
            os.close(users)


def start(data_dir: Path, *, say: Say, binaries: Path | None = None, durable: bool = True) -> Cluster:
    """Start the PostgreSQL of ``data_dir``, making it when there is none, or join it when it runs already.

    ``say`` is told the progress in plain words; ``binaries`` is the folder of another PostgreSQL >= 15 (None:
    the embedded one, else the system's); without ``durable`` a commit does not wait for the disk. Blocks for
    0.1 s on a database that exists, 1-2 s on a new one. Raises ``NotStarted`` with what is wrong and helps.
    """
    data_dir = data_dir.expanduser().absolute()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        account = server_account(data_dir / "postgres" / "data")
        home = _home(data_dir, account, say)
        with _gate(home):
            users = _open(home / "users")
            try:
                fcntl.flock(users, fcntl.LOCK_SH)  # waits while a guard is stopping the server
                port = _port(home, say)
                joined = port is not None
                if port is None:
                    port = _launch(home, account, say, binaries=binaries, durable=durable)
                owner_url, app_url = urls(home, port)
            except BaseException:
                os.close(users)  # and the guard, if there is one by now, stops what was started
                raise
    except OSError as error:
        raise postgres_failures.from_files(error, data_dir) from error
    say(f"{'joined the running' if joined else 'started'} PostgreSQL on 127.0.0.1:{port}")
    return Cluster(owner_url=owner_url, app_url=app_url, joined=joined, home=home, _users=users)


def _home(data_dir: Path, account: Account, say: Say) -> Path:
    """Return the folder of the database: within ``data_dir`` where the server's account can reach it."""
    home = data_dir / "postgres"
    if account.uid >= 0 and not account.reaches(data_dir):
        if (home / "data").exists():
            raise NotStarted(
                f"The account {account.name}, as which PostgreSQL runs, cannot reach the database in {home}. Let it "
                f"pass (chmod a+x on {data_dir} and the folders above it), or choose another GOF_DATA_DIR."
            )
        home = home_elsewhere(data_dir)
        say(f"the account {account.name} cannot reach {data_dir}: the database is kept in {home}")
    home.mkdir(exist_ok=True)
    if account.uid >= 0:
        home.chmod(0o755)
    return home


def _launch(home: Path, account: Account, say: Say, *, binaries: Path | None, durable: bool) -> int:
    """Start the server of ``home`` behind a guard and return its port; the caller is in the gate."""
    lock = _open(home / "server")
    log = home / "log"
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shop = Workshop(home, find_binaries(binaries, account, say), account, lock)
        make_ready(shop, say)
        settings = SETTINGS | ({} if durable else FRAGILE) | {"port": str(free_port())}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = [str(shop.binaries.folder / "postgres"), "-D", str(shop.data), *options]
        guard = [sys.executable, "-I", "-S", postgres_guard.__file__, str(home / "users"), str(lock)]
        if log.exists():
            log.replace(home / "log.previous")
        with log.open("wb") as out:
            subprocess.run(  # noqa: S603 - our own program, and no argument comes from outside
                [*guard, str(account.uid), str(account.gid), *server],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                check=True,
                pass_fds=[lock],
                start_new_session=True,  # Ctrl-C is for the application, which then stops the server
            )
    finally:
        os.close(lock)
    port = _port(home, say)
    if port is None:
        raise postgres_failures.from_output(log.read_text(errors="replace"), home)
    return port


def _port(home: Path, say: Say) -> int | None:
    """Return the port of the server of ``home`` once it takes connections; None when no server lives."""
    begun, told = time.monotonic(), False
    while not _free(home):
        lines = pid_file(home / "data")
        if len(lines) >= 8 and lines[7].strip() == "ready" and _answers(int(lines[3])):
            return int(lines[3])
        waited = time.monotonic() - begun
        if waited > PATIENCE_SECONDS:
            raise NotStarted(f"PostgreSQL is not ready after {waited:.0f} seconds; its log is {home / 'log'}.")
        if waited > 3 and not told:
            say("waiting for PostgreSQL, which is recovering from an unclean stop or on its way down")
            told = True
        time.sleep(0.01)
    return None


def _shut_down(home: Path) -> None:
    """Ask the server of ``home``, if it lives, for a fast shutdown, and wait until none of its processes does."""
    lines = pid_file(home / "data")
    if lines and not _free(home):
        with suppress(ProcessLookupError):
            os.kill(int(lines[0]), signal.SIGINT)
    while not _free(home):
        time.sleep(0.01)


def _answers(port: int) -> bool:
    """Tell whether a program listens on ``port``: a server that was killed leaves a file that says so too."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def _free(home: Path) -> bool:
    """Tell whether no process of the server of ``home`` lives."""
    lock = _open(home / "server")
    try:
        return _locked(lock, fcntl.LOCK_EX)
    finally:
        os.close(lock)


@contextmanager
def _gate(home: Path) -> Iterator[None]:
    gate = _open(home / "gate")
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield
    finally:
        os.close(gate)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
