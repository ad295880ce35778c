"""The launcher, for real: servers are started, joined, killed and left without warning."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from services.core.postgres import Cluster, start
from services.core.postgres_binaries import major_version, server_account, system_binaries
from services.core.postgres_failures import NotStarted

ROOT = os.geteuid() == 0


def quiet(_: str) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def data_dir(place: Path) -> Path:
    """One data folder for the tests of this file: each starts where the one before has stopped."""
    return place / "data folder with spaces"


@pytest.fixture
def cluster(data_dir: Path) -> Iterator[Cluster]:
    found = start(data_dir, say=quiet)
    yield found
    found.stop()


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def postmaster(cluster: Cluster) -> int:
    return int((cluster.home / "data" / "postmaster.pid").read_text().split()[0])


def eventually(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happens():
        assert time.monotonic() < deadline, "waited 10 seconds in vain"
        time.sleep(0.02)


def kill(pid: int) -> None:
    """Kill a process that is not our child with no time to clean up, and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{pid}").exists())


def another_process(data_dir: Path) -> "subprocess.Popen[str]":
    """Start the cluster from a process of its own, which says on what terms and stays until it is ended."""
    program = (
        "import sys, pathlib; from services.core.postgres import start\n"
        "cluster = start(pathlib.Path(sys.argv[1]), say=str)\n"
        "print('joined' if cluster.joined else 'started', flush=True)\n"
        "sys.stdin.read()\n"
        "cluster.stop()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(data_dir)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip


async def test_both_roles_connect_and_neither_can_bypass_row_security(cluster: Cluster) -> None:
    powers = (
        "SELECT concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolreplication, rolcreatedb)"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert await ask(cluster.owner_url, powers) == "f f f f t"
    assert await ask(cluster.app_url, powers) == "f f f f f"
    assert await ask(cluster.app_url, "SELECT pg_has_role('gof_owner', 'MEMBER')") is False
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert await ask(cluster.app_url, owner) == "gof_owner"


async def test_only_the_two_roles_with_their_passwords_are_admitted(cluster: Cluster) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(re.sub(r":[^:@]+@", ":guess@", cluster.app_url), "SELECT 1")
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match=r"no pg_hba\.conf entry"):
        await ask(re.sub(r"//gof_app:[^@]+@", "//postgres:x@", cluster.app_url), "SELECT 1")


def test_passwords_are_kept_in_a_private_file_and_never_shown(cluster: Cluster) -> None:
    kept = cluster.home / "passwords.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    password = cluster.app_url.partition("gof_app:")[2].partition("@")[0]
    assert len(password) >= 24
    assert password not in repr(cluster)
    assert password not in (cluster.home / "log").read_text()


async def test_trigrams_see_letters_of_all_scripts_and_order_is_by_code_point(cluster: Cluster) -> None:
    await ask(cluster.owner_url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for text in ("人工智能", "Пример", "الذكاء"):
        trigrams = await ask(cluster.app_url, f"SELECT cardinality(show_trgm('{text}'))")
        assert trigrams == len(text) + 1, text
    assert await ask(cluster.app_url, "SELECT lower('ПРИМЕР ÉTÉ')") == "пример été"
    in_order = "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['é', 'a', 'Z', 'я']) AS x"
    assert await ask(cluster.app_url, in_order) == "Zaéя"


async def test_a_restart_keeps_the_data_and_takes_less_than_a_second(data_dir: Path) -> None:
    first = start(data_dir, say=quiet)
    await ask(first.owner_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()
    first.stop()  # a second stop does nothing
    with pytest.raises(OSError, match=r"[Cc]onnect"):
        await ask(first.owner_url, "SELECT 1")

    begun = time.monotonic()
    second = start(data_dir, say=quiet)
    took = time.monotonic() - begun
    assert await ask(second.owner_url, "SELECT answer FROM kept") == 42
    second.stop()
    assert not second.joined
    assert took < 1


async def test_a_server_that_was_killed_recovers_with_all_that_was_committed(data_dir: Path) -> None:
    killed = start(data_dir, say=quiet)
    await ask(killed.owner_url, "CREATE TABLE committed AS SELECT generate_series(1, 1000) AS n")
    kill(postmaster(killed))

    again = start(data_dir, say=quiet)
    assert not again.joined
    assert await ask(again.owner_url, "SELECT count(*) FROM committed") == 1000
    killed.stop()
    assert await ask(again.owner_url, "SELECT 1") == 1, "who used the killed server has nothing to stop"
    again.stop()


async def test_a_stale_pid_that_another_program_has_by_now_hinders_nobody(data_dir: Path) -> None:
    start(data_dir, say=quiet).stop()
    account = server_account(data_dir / "postgres" / "data")
    other = subprocess.Popen(["/bin/sleep", "60"], **account.spawn())  # noqa: ASYNC220 - returns at once
    try:
        for stale in (f"{other.pid}\n{data_dir}\n1\n1\n\n127.0.0.1\n1 1\nready\n", ""):
            (data_dir / "postgres" / "data" / "postmaster.pid").write_text(stale)
            again = start(data_dir, say=quiet)
            assert await ask(again.app_url, "SELECT 1") == 1
            again.stop()
    finally:
        other.kill()
        other.wait()


async def test_a_second_process_joins_and_the_last_to_leave_stops_the_server(cluster: Cluster, data_dir: Path) -> None:
    with another_process(data_dir) as other:
        assert other.stdout
        assert other.stdout.readline() == "joined\n"
        cluster.stop()
        assert await ask(cluster.app_url, "SELECT 1") == 1, "the second one still uses it"
        here = start(data_dir, say=quiet)
        assert here.joined
        other.communicate()
    assert await ask(here.app_url, "SELECT 1") == 1
    here.stop()
    with pytest.raises(OSError, match=r"[Cc]onnect"):
        await ask(here.app_url, "SELECT 1")


async def test_two_starts_at_once_make_one_server_after_a_first_start_that_was_cut_short(place: Path) -> None:
    half = place / "raced" / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    both = await asyncio.gather(*(asyncio.to_thread(start, place / "raced", say=quiet, durable=False) for _ in "12"))
    assert sorted(cluster.joined for cluster in both) == [False, True]
    assert both[0].app_url == both[1].app_url
    assert await ask(both[0].app_url, "SHOW fsync") == "off"
    for cluster in both:
        cluster.stop()
    assert not half.exists()


def test_the_server_goes_when_its_only_user_is_killed(data_dir: Path) -> None:
    with another_process(data_dir) as user:
        assert user.stdout
        assert user.stdout.readline() == "started\n"
        assert (data_dir / "postgres" / "data" / "postmaster.pid").exists()
        user.kill()
    eventually(lambda: not (data_dir / "postgres" / "data" / "postmaster.pid").exists())


def test_a_server_left_behind_by_user_and_guard_is_taken_over_and_stopped(data_dir: Path) -> None:
    with another_process(data_dir) as user:
        assert user.stdout
        assert user.stdout.readline() == "started\n"
        pid = postmaster(Cluster(owner_url="", app_url="", joined=True, home=data_dir / "postgres"))
        guard = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        kill(guard)
        user.kill()
    orphan = start(data_dir, say=quiet)
    assert orphan.joined
    assert postmaster(orphan) == pid
    orphan.stop()
    assert not (data_dir / "postgres" / "data" / "postmaster.pid").exists()


async def test_lost_passwords_are_made_anew(data_dir: Path) -> None:
    before = start(data_dir, say=quiet)
    before.stop()
    (before.home / "passwords.json").unlink()
    after = start(data_dir, say=quiet)
    assert await ask(after.app_url, "SELECT current_user") == "gof_app"
    assert after.app_url.partition("@")[0] != before.app_url.partition("@")[0]
    after.stop()


@pytest.mark.skipif(system_binaries() is None, reason="no PostgreSQL of the system's here")
async def test_the_systems_postgresql_serves_as_well_and_data_of_another_version_is_refused(place: Path) -> None:
    folder = system_binaries()
    assert folder
    major = major_version(folder, server_account(place / "none"))
    cluster = start(place / "system", say=quiet, binaries=folder, durable=False)
    assert str(await ask(cluster.app_url, "SHOW server_version")).startswith(f"{major}.")
    await ask(cluster.owner_url, "CREATE EXTENSION pg_trgm")
    assert await ask(cluster.app_url, "SELECT '人工智能' % '人工智能合作'") is True
    cluster.stop()
    if major != 18:
        with pytest.raises(NotStarted, match=f"was made by PostgreSQL {major}, and this is PostgreSQL 18"):
            start(place / "system", say=quiet)
