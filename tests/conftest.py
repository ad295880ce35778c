"""Real PostgreSQL for every test: one cluster a run, one template clone a worker, everything rolled back each."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from starlette.requests import HTTPConnection

import services.registry  # noqa: F401 - all tables, Shapes and policies
from schema.app import create_app
from schema.core.context import Context
from services.core import migration, postgres
from services.core.actor import SYSTEM, Actor, Scope
from services.core.db import Database, Reader, Writer, connect, identify, kept, make_engine, require
from services.taxonomy.commands import load_reference
from services.taxonomy.reference import read_reference
from tests.builders import actor, build_world

TEMPLATE = "gof_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")  # noqa: TID251 - xdist names its workers here
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))  # noqa: TID251 - and its runs here
POSTGRES = os.environ.get("GOF_TEST_POSTGRES")  # noqa: TID251 - the suite on another PostgreSQL: its bin folder


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
        async with asyncio.timeout(20):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    def _session(self) -> AsyncSession:
        return AsyncSession(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    async def _fetch(self, sql: str, values: list[Any]) -> str:
        async with self._in_turn():
            self.documents.append(sql)
            raw = (await self._connection.get_raw_connection()).driver_connection
            assert raw is not None
            return str(await raw.fetchval(sql, *values))

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
    await connection.exec_driver_sql("SELECT 1")  # SQLAlchemy begins at the first statement, reads do not go through it
    yield OneAtATime(connection)
    await transaction.rollback()


Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def http(db: OneAtATime) -> AsyncIterator[httpx.AsyncClient]:
    """The application in this process; the header x-actor names who asks (see ``builders.actor``)."""

    async def make_context(request: HTTPConnection) -> Context:
        return Context(db, actor(request.headers.get("x-actor", "public")))

    app = create_app(db, make_context, opened=True)
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
