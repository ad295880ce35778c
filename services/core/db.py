"""The way to the database: reads as one finished document, writes as one transaction. THE ONLY COMMIT."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NewType
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from services.core.actor import SYSTEM, Actor, Scope
from services.core.errors import Conflict, DomainError, NotPermitted, OutcomeUnknown, Unavailable
from services.core.held import Held
from services.core.later import settle
from services.core.read.plan import IDENTIFY, Plan
from services.core.read.selection import Variables

Reader = NewType("Reader", AsyncSession)
"""A session that only reads. A ``Writer`` is accepted wherever a ``Reader`` is."""
Writer = NewType("Writer", Reader)
"""A session inside one write transaction."""

_LIMITS = {
    "application_name": "gof",
    "statement_timeout": "15000",
    "idle_in_transaction_session_timeout": "30000",
    "lock_timeout": "5000",
}
_READING = {
    **_LIMITS,
    "default_transaction_read_only": "on",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_KEPT = {"max_cacheable_statement_size": 0, "max_cached_statement_lifetime": 0, "statement_cache_size": 100}
"""Statements stay prepared whatever their length and age: up to 100 of a connection."""
_UNREACHABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
"""What asyncpg raises where PostgreSQL is not there, starts, stops, lets us in no more, or has no connection left."""
_BYPASS = """
SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relrowsecurity AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""


class CouldBypass(DomainError):
    """The serving role could read past row security; the platform refuses to start with it."""

    code = "COULD_BYPASS"


async def connect(url: str, settings: Mapping[str, str] | None = None) -> Any:
    """Return a new asyncpg connection; where ``url`` says nothing of TLS, none is tried on the loopback.

    asyncpg would look for certificates in a home folder that may be another user's.
    """
    async with reachable(url):
        return await asyncpg.connect(url, server_settings=dict(settings or {}), **_tls(url))


@asynccontextmanager
async def reachable(url: str) -> AsyncIterator[None]:
    """Say in plain words why the server at ``url`` cannot be used; the password is never among them.

    Raises:
        Unavailable: it does not answer, refuses the role, or has no such database.
    """
    parts = urlsplit(url)
    where = f"PostgreSQL at {parts.hostname}:{parts.port or 5432}"
    try:
        yield
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise Unavailable(
            f"{where} refuses the role {parts.username}: is it there, and is its password right?"
        ) from error
    except asyncpg.InvalidCatalogNameError as error:
        raise Unavailable(f"{where} has no database {parts.path.strip('/')}: create it first.") from error
    except asyncpg.ProtocolViolationError as error:
        raise Unavailable(
            f"{where} is no PostgreSQL, but a pooler: set GOF_DIRECT_URL, see its description."
        ) from error
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
        raise Unavailable(f"{where} cannot be reached: is it running, and are host and port right?") from error


def _tls(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return {"ssl": False} if local and "sslmode" not in parts.query else {}


def make_engine(url: str, *, size: int = 5, settings: Mapping[str, str] | None = None) -> AsyncEngine:
    """Return an engine whose connections are made by ``connect``."""
    return create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(connect, url, settings), pool_size=size, max_overflow=0
    )


class Database:
    """All access of one process to one PostgreSQL, as its serving role under row security.

    Behind a transaction pooler (``pooled``) a connection says nothing of its settings: one of the pooler's serves many.
    The pooler gives them to its own (docs/decisions/0020-connections.md).
    """

    def __init__(self, url: str, *, size: int = 10, pooled: bool = False) -> None:
        self._engine = make_engine(url, size=size, settings={} if pooled else _LIMITS)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        settings = {} if pooled else _READING
        self._url = url
        self._reading = Held(partial(asyncpg.connect, url, server_settings=settings, **_KEPT, **_tls(url)), size)

    async def open(self) -> None:
        """Connect, and make sure that the role is bound by row security.

        Raises:
            CouldBypass: the role is a superuser, may bypass row security, or owns the tables.
        """
        async with reachable(self._url), self._reading.one() as connection:
            bypasses = await connection.fetchval(_BYPASS)
        if bypasses:
            raise CouldBypass(
                "The role of GOF_DATABASE_URL is a superuser, has BYPASSRLS, or owns the tables, so row security would "
                "not bind it. Serve with a plain role (gof_app) and migrate with the owner in GOF_MIGRATION_URL."
            )

    async def close(self) -> None:
        """End all connections."""
        await self._reading.close()
        await self._engine.dispose()

    async def revision(self) -> str | None:
        """The revision the database is migrated to; None where it was never migrated.

        Raises:
            Unavailable: it cannot be reached.
        """
        try:
            return await self._fetch("SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            return None
        except _UNREACHABLE as error:
            raise Unavailable("The database cannot be reached just now.") from error

    async def document(self, plan: Plan, actor: Actor, variables: Variables) -> str:
        """Return the JSON that ``plan`` answers to ``actor``: one statement, the identity set inside it.

        Raises:
            Invalid: an argument is wrong.
            Unavailable: the database took too long or cannot be reached.
        """
        return await _answered(self._fetch, plan, actor, variables)

    async def document_within(self, session: Writer, plan: Plan, actor: Actor, variables: Variables) -> str:
        """The same in a transaction that also writes: what is read and what is written stand or fall together.

        Raises:
            Invalid, Unavailable: as ``document``.
        """
        await session.flush()
        await session.run_sync(settle)
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        assert raw is not None, "a session that is open has a connection"
        return await _answered(raw.fetchval, plan, actor, variables)

    async def _fetch(self, sql: str, *values: Any) -> str:
        async with self._reading.one() as connection:
            return str(await connection.fetchval(sql, *values))

    @asynccontextmanager
    async def read(self, actor: Actor) -> AsyncIterator[Reader]:
        """A session that reads as ``actor``; nothing is kept.

        Raises:
            Unavailable: the database cannot be reached.
        """
        try:
            async with self._sessions() as session:
                await identify(session, actor)
                yield Reader(session)
                await session.rollback()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("The database cannot be reached just now. Try again in a moment.") from error
            raise

    @asynccontextmanager
    async def write(self, actor: Actor, scope: Scope = Scope.WRITE) -> AsyncIterator[Writer]:
        """One transaction as ``actor``: commit on leaving, roll back on any exception.

        Raises:
            NotPermitted: the actor asks by an API token without ``scope``.
            Unavailable: the connection broke before that; nothing was done.
            OutcomeUnknown: it broke during the commit.
            Conflict: another change of the same thing came in between.
        """
        require(actor, scope)
        async with self._sessions() as session, kept(session):
            await identify(session, actor)
            yield Writer(Reader(session))


async def _answered(fetch: Callable[..., Awaitable[str]], plan: Plan, actor: Actor, variables: Variables) -> str:
    values = await asyncio.to_thread(plan.values, actor, variables) if plan.slow else plan.values(actor, variables)
    try:
        return await fetch(plan.sql, *values)
    except asyncpg.QueryCanceledError as error:
        raise Unavailable("The answer took too long. Ask for less at once.") from error
    except _UNREACHABLE as error:
        raise Unavailable("The database cannot be reached just now. Try again in a moment.") from error


def require(actor: Actor, scope: Scope) -> None:
    """Make sure that an actor's API token has a scope; people in a session have all of them.

    Raises:
        NotPermitted: it has not.
    """
    if scope not in actor.scopes:
        raise NotPermitted(f"This API token does not have the scope {scope.name}.")


@asynccontextmanager
async def kept(session: AsyncSession) -> AsyncIterator[None]:
    """Keep the transaction of ``session`` on leaving, or undo all of it; the one place that commits."""
    try:
        yield
        await session.flush()
        await session.run_sync(settle)
    except DBAPIError as error:
        await session.rollback()
        raise _as_domain(error) from error
    except BaseException:
        await session.rollback()
        raise
    try:
        await session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise OutcomeUnknown(
                "The connection broke while this was being kept. Ask again with the same key."
            ) from error
        raise _as_domain(error) from error


async def identify(session: AsyncSession, actor: Actor) -> None:
    """Set the identity that row security reads; gone with the transaction."""
    await session.execute(IDENTIFY, actor.identity())


@asynccontextmanager
async def as_platform(session: Writer, actor: Actor) -> AsyncIterator[None]:
    """Write as the platform what ``actor`` decided but cannot see afterwards, then go on as ``actor``.

    Row security wants a changed row to be visible to who changed it: the secretariat returns a practice to a draft
    that it must not read. The command has checked the actor's policy before.
    """
    await identify(session, SYSTEM)
    yield
    await session.flush()
    await identify(session, actor)


@asynccontextmanager
async def unique(session: Writer, constraint: str, otherwise: Exception) -> AsyncIterator[None]:
    """Flush on leaving; a broken ``constraint`` becomes ``otherwise``, which ends the transaction: no savepoint is made."""
    try:
        yield
        await session.flush()
    except IntegrityError as error:
        if constraint in str(error.orig):
            raise otherwise from error
        raise


def _as_domain(error: DBAPIError) -> Exception:
    if error.connection_invalidated:
        return Unavailable("The database cannot be reached just now; nothing was done. Try again in a moment.")
    state = getattr(error.orig, "sqlstate", None)
    match state:
        case "40001" | "40P01" | "55P03":
            return Conflict("Someone else is changing the same thing just now. Try again.")
        case "57014":
            return Unavailable("This took too long and was not done. Try again with less at once.")
        case _:
            return error
