"""Real PostgreSQL for every test: one cluster a run, one template clone a worker, everything rolled back each."""

import asyncio
import fcntl
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import obstore
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from obstore.exceptions import GenericError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from starlette.requests import HTTPConnection

import services.registry  # noqa: F401 - all tables, Shapes and policies
from schema.app import create_app
from schema.core.context import Context
from schema.files import Files
from services.core import migration, postgres
from services.core.actor import SYSTEM, Actor, Scope
from services.core.db import Database, Reader, Writer, connect, identify, kept, make_engine, require
from services.core.keys import SigningKey
from services.core.links import Links
from services.core.read.plan import Plan
from services.core.read.selection import Variables
from services.core.settings import Settings
from services.core.storage import Storage, local_storage, open_storage
from services.core.tokens import Signer
from services.identity.holding import Issuer
from services.record.notes import HeadKeys
from services.taxonomy.commands import load_reference
from services.taxonomy.reference import read_reference
from tests.builders import actor, build_world

TEMPLATE = "gof_template"
HEAD_KEYS = HeadKeys((Ed25519PrivateKey.from_private_bytes(bytes(range(32))),), "record.test")
"""What heads of the record are signed with."""
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")  # noqa: TID251 - xdist names its workers here
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))  # noqa: TID251 - and its runs here
POSTGRES = os.environ.get("GOF_TEST_POSTGRES")  # noqa: TID251 - the suite on another PostgreSQL: its bin folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much is tried where documents are made by chance."""
    parser.addoption("--documents", type=int, default=25, help="random documents for each field of Query")
    parser.addoption("--examples", type=int, default=260, help="documents that schemathesis makes")
    parser.addoption("--rounds", type=int, default=20, help="rounds of each contest of twenty at once")


@dataclass(frozen=True)
class Urls:
    """This worker's own database, as owner and as serving role."""

    owner: str
    app: str


def at(url: str, database: str) -> str:
    """``url`` with another database's name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """One cluster for all workers of a run: the first starts it, the others join, the last stops it."""
    folder = Path(tempfile.gettempdir()) / f"gof-tests-{RUN}"
    found = postgres.start(folder, say=lambda _: None, durable=False, binaries=Path(POSTGRES) if POSTGRES else None)
    yield found
    found.stop()
    if not (found.home / "data" / "postmaster.pid").exists():  # the last worker stopped it
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def urls(cluster: postgres.Cluster) -> Urls:
    """A clone of the migrated template with reference data and the world of ``tests.builders``."""
    return clone(cluster, f"gof_{WORKER}")


def clone(cluster: postgres.Cluster, name: str) -> Urls:
    """Make a database called ``name`` from the template."""
    with (cluster.home.parent / "template.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        asyncio.run(_clone(cluster, name))
    return Urls(at(cluster.owner_url, name), at(cluster.app_url, name))


async def _clone(cluster: postgres.Cluster, name: str) -> None:
    connection = await connect(cluster.owner_url)
    known = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", TEMPLATE)
    if not known:
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
        owner, app = at(cluster.owner_url, TEMPLATE), at(cluster.app_url, TEMPLATE)
        await asyncio.to_thread(migration.upgrade, owner, app)
        database = Database(app)
        async with database.write(SYSTEM) as session:
            await load_reference(session, read_reference())
            await build_world(session)
        await database.close()
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    await connection.close()


class OneAtATime(Database):
    """All sessions share the test's one connection, so they take turns.

    Opening a session while holding another would wait for ever in production's pool; here it fails.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self.documents: list[str] = []
        """The statements that reads were answered with."""

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        async with asyncio.timeout(60):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    def _session(self) -> AsyncSession:
        return AsyncSession(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    async def _fetch(self, sql: str, *values: Any) -> str:
        async with self._in_turn():
            self.documents.append(sql)
            raw = (await self._connection.get_raw_connection()).driver_connection
            assert raw is not None
            return str(await raw.fetchval(sql, *values))

    async def document_within(self, session: Writer, plan: Plan, actor: Actor, variables: Variables) -> str:
        self.documents.append(plan.sql)
        return await super().document_within(session, plan, actor, variables)

    async def revision(self) -> str | None:
        """The clone is always migrated."""
        return migration.head()

    @asynccontextmanager
    async def read(self, actor: Actor) -> AsyncIterator[Reader]:
        """As in production, in the test's transaction."""
        async with self._in_turn(), self._session() as session:
            await identify(session, actor)
            yield Reader(session)
            await session.rollback()

    @asynccontextmanager
    async def write(self, actor: Actor, scope: Scope = Scope.WRITE) -> AsyncIterator[Writer]:
        """As in production, in a savepoint of the test's transaction."""
        require(actor, scope)
        async with self._in_turn(), self._session() as session, kept(session):
            await identify(session, actor)
            yield Writer(Reader(session))


@pytest.fixture(scope="session")
async def connection(urls: Urls) -> AsyncIterator[AsyncConnection]:
    """The one connection of a worker, as the serving role."""
    engine = make_engine(urls.app, size=1, settings={"plan_cache_mode": "force_generic_plan"})
    async with engine.connect() as found:
        yield found
    await engine.dispose()


@pytest.fixture
async def db(connection: AsyncConnection) -> AsyncIterator[OneAtATime]:
    """The database as the serving role; whatever the test does is undone."""
    transaction = await connection.begin()
    # Jobs that tests with connections of their own left behind are none of this test's. (SQLAlchemy begins the
    # transaction at the first statement; reads do not go through it.)
    await connection.exec_driver_sql("DELETE FROM pgqueuer")
    yield OneAtATime(connection)
    await transaction.rollback()


Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """A file store of this test alone."""
    return local_storage(tmp_path / "files")


@pytest.fixture
async def http(db: OneAtATime, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """The application in this process; the header x-actor names who asks (see ``builders.actor``)."""
    links = Links(b"a secret of the tests")
    issuer = Issuer(Signer([SigningKey.generate()], "http://gof.test", "http://gof.test"))

    async def make_context(request: HTTPConnection) -> Context:
        who = actor(request.headers.get("x-actor", "public"))
        who = replace(who, link=links.of(who.person_id) if who.person_id else None)
        return Context(db, who, issuer)

    app = create_app(db, make_context, files=Files(storage, links), record_keys=HEAD_KEYS, opened=True)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as client:
        yield client


@pytest.fixture
def graphql(http: httpx.AsyncClient) -> Ask:
    """Ask as someone: ``await graphql("ZMB focal point", "{ … }", name=value)`` returns data and errors."""

    async def ask(who: str, query: str, **variables: Any) -> dict[str, Any]:
        answer = await http.post("/graphql", json={"query": query, "variables": variables}, headers={"x-actor": who})
        found: dict[str, Any] = answer.json()
        return found

    return ask


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Settings]]:
    """A real server of the S3 protocol (SeaweedFS); gives the settings of a bucket by its name."""
    folder, ports = tmp_path_factory.mktemp("s3"), _low_ports(4)
    identity = {"name": "gof", "credentials": [{"accessKey": "gof-key", "secretKey": "gof-secret"}]}
    config = folder / "s3.json"
    config.write_bytes(orjson.dumps({"identities": [{**identity, "actions": ["Admin", "Read", "Write", "List"]}]}))
    names = ("s3.port", "master.port", "volume.port", "filer.port")
    options = [f"-{name}={port}" for name, port in zip(names, ports, strict=True)]
    # A bucket takes seven volumes at once; with too few of them the second one would keep nothing.
    small = ["-volume.max=100", "-master.volumeSizeLimitMB=64", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    command = [str(Path(sys.executable).with_name("weed")), "server", f"-dir={folder}", "-ip=127.0.0.1"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "-ip.bind=127.0.0.1", "-s3", f"-s3.config={config}", *options, *small], stdout=log, stderr=log
        )
        try:
            _await_port(ports[0], server)
            url = f"?endpoint=http://127.0.0.1:{ports[0]}"
            yield lambda bucket: _with_bucket(Settings(storage_url=f"s3://gof-key:gof-secret@{bucket}/gof{url}"))
        finally:
            server.kill()
            server.wait()


def _with_bucket(chosen: Settings) -> Settings:
    """The settings once their bucket is there: the store makes one with the first file in it, when its disk is there."""
    for _ in range(60):
        with suppress(GenericError):
            obstore.put(open_storage(chosen)._store, "first", b"1")
            return chosen
        time.sleep(0.5)
    raise AssertionError("the store kept nothing within 30 seconds")


def _low_ports(number: int) -> list[int]:
    """Free ports whose gRPC ports (10,000 higher) are free too, below those that connections take for themselves."""
    found: list[int] = []
    while len(found) < number:
        port = random.randrange(20_000, 22_700)  # Linux gives 32,768 to 60,999 to connections
        with (
            suppress(OSError),
            socket.create_server(("127.0.0.1", port)),
            socket.create_server(("127.0.0.1", port + 10_000)),
        ):
            found.append(port)
    return found


def _await_port(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the store answers that it wants a signature; it listens before all its parts are there."""
    for _ in range(300):
        assert server.poll() is None, "the store stopped"
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 403:
                return
        time.sleep(0.1)
    raise AssertionError("the store did not answer within 30 seconds")
