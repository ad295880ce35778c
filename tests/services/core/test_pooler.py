"""Behind a transaction pooler: a real PgBouncer whose one connection serves all of ours, prepared statements and all."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
import pytest
import sqlalchemy as sa

from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import PUBLIC, Actor
from services.core.db import Database
from services.core.errors import Unavailable
from services.core.ports import free_port
from tests.builders import actor
from tests.conftest import Urls

PGBOUNCER = os.environ.get("GOF_TEST_PGBOUNCER") or shutil.which("pgbouncer")  # noqa: TID251 - where the tests find it
INI = """
[databases]
{name} = host={host} port={port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
max_prepared_statements = 50
logfile = {folder}/log
"""
WHO = ["ZMB focal point", "FRA contributor", "secretariat"]
ASK = "query Q($first: Int!) { viewer { person { name } } practices(first: $first) { totalCount nodes { id } } }"


def version() -> tuple[int, int]:
    """The version of the PgBouncer there is; (0, 0) without one."""
    if PGBOUNCER is None:
        return 0, 0
    told = subprocess.run([PGBOUNCER, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", told)
    assert found is not None, told
    return int(found[1]), int(found[2])


pytestmark = pytest.mark.skipif(
    version() < (1, 21), reason="no PgBouncer 1.21 or newer: put one on PATH, or name it in GOF_TEST_PGBOUNCER"
)


@pytest.fixture(scope="module")
def pooler(urls: Urls) -> Iterator[str]:
    """The address of a PgBouncer before the tests' own database, with one connection to it."""
    assert PGBOUNCER is not None
    folder, parts, listen = Path(tempfile.mkdtemp(prefix="gof-pooler-")), urlsplit(urls.app), free_port()
    folder.chmod(0o777)
    (folder / "ini").write_text(
        INI.format(
            name=parts.path.strip("/"),
            host=parts.hostname,
            port=parts.port,
            user=parts.username,
            password=unquote(parts.password or ""),
            listen=listen,
            folder=folder,
        )
    )
    ordinary = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([PGBOUNCER, "-q", *ordinary, str(folder / "ini")], stderr=subprocess.DEVNULL)
    yield f"postgresql://{parts.username}:any@127.0.0.1:{listen}{parts.path}"
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


@pytest.fixture
async def db(pooler: str) -> AsyncIterator[Database]:
    found = Database(pooler, pooled=True)
    for _ in range(100):
        with suppress(Unavailable):
            await found.open()
            break
        await asyncio.sleep(0.05)
    yield found
    await found.close()


async def name_of(db: Database, who: Actor, first: int) -> str:
    """Whom the database takes ``who`` for."""
    answer = await SCHEMA.execute(ASK, {"first": first}, context_value=Context(db, who))
    assert answer.data is not None, answer.errors
    return str(orjson.loads(orjson.dumps(answer.data))["viewer"]["person"]["name"])


async def test_reads_of_several_people_at_once_share_one_connection_and_no_identity(db: Database) -> None:
    names = await asyncio.gather(*(name_of(db, actor(who), 1 + n % 3) for n in range(20) for who in WHO))
    assert names == WHO * 20


async def test_writes_go_through_and_are_undone(db: Database) -> None:
    mark = sa.text("SELECT current_setting('gof.role', true)")
    for _ in range(5):
        async with db.write(actor("secretariat")) as session:
            assert await session.scalar(mark) == "secretariat"
        async with db.read(PUBLIC) as session:
            assert await session.scalar(mark) == "public"


async def test_without_the_setting_it_is_said_which_one_is_missing(pooler: str) -> None:
    with pytest.raises(Unavailable, match="GOF_DIRECT_URL"):
        await Database(pooler).open()
