"""The world of the matrix is made once for a file of tests; what each cell does is undone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.core.answering import document as answered
from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import SYSTEM, Actor
from services.core.audit import RecordLeaf
from services.core.db import make_engine
from services.core.fetching import Fetcher
from services.core.openid import OpenId
from services.core.read.shape import table_of
from services.identity.holding import Client
from tests.conftest import OneAtATime, Urls
from tests.security.factor_things import PROVIDER
from tests.security.world import Things, asks, build_things
from tests.services.identity.world import ISSUER

KEY = ECKey.generate_key("P-256").as_dict(private=False)


class AProvider(Fetcher):
    """What the provider of the world says of itself, without a network."""

    async def fetch(self, url: str, **_: Any) -> bytes:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        return orjson.dumps({"issuer": PROVIDER, "keys": [KEY], **{name: f"{PROVIDER}/{name}" for name in names}})


SPEAKING = replace(ISSUER, openid=OpenId(AProvider()))


@dataclass(frozen=True)
class Ground:
    """The world, and its database in the one transaction that is undone in the end."""

    db: OneAtATime
    things: Things

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """Whatever is done meanwhile is undone."""
        savepoint = await self.db._connection.begin_nested()
        try:
            yield
        finally:
            await savepoint.rollback()

    async def ask(self, who: str | Actor, query: str, **variables: Any) -> dict[str, Any]:
        """Data and errors, as a client gets them."""
        one = asks(who) if isinstance(who, str) else who
        context = Context(self.db, one, SPEAKING, Client("Test", f"198.51.100.{len(str(who))}"))
        found = await SCHEMA.execute(query, variables, context_value=context)
        answer: dict[str, Any] = orjson.loads(orjson.dumps({"errors": [], **answered(found, "test")}))
        return answer

    async def leaves(self) -> int:
        """How many acts are on record; reads are none."""
        leaf = table_of(RecordLeaf)
        async with self.db.read(SYSTEM) as session:
            counted = sa.select(sa.func.count()).select_from(leaf).where(leaf.c.object_kind != "read")
            return int(await session.scalar(counted) or 0)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which walls stand; see ``test_two_walls.py``."""
    parser.addoption("--as-owner", action="store_true", help="ask as a role that no row security binds")


@pytest.fixture(scope="module")
async def ground(request: pytest.FixtureRequest, connection: AsyncConnection, urls: Urls) -> AsyncIterator[Ground]:
    engine = make_engine(urls.owner, size=1, settings={})
    async with engine.connect() as unbound:
        async for found in _ground(unbound if request.config.getoption("--as-owner") else connection):
            yield found
    await engine.dispose()


async def _ground(connection: AsyncConnection) -> AsyncIterator[Ground]:
    transaction = await connection.begin()
    await connection.exec_driver_sql("DELETE FROM pgqueuer")
    db = OneAtATime(connection)
    async with db.write(SYSTEM) as session:
        things = await build_things(session)
    yield Ground(db, things)
    await transaction.rollback()
