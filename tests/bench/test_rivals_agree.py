"""What `make bench` compares answers alike, on the small data of the tests: so it still can when the platform changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson
import pytest
import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import PUBLIC, SYSTEM
from services.core.read.plan import IDENTITY
from tests.bench import bare
from tests.bench.operations import operations
from tests.bench.ordinary.app import Query
from tests.bench.ordinary.loading import Ordinary
from tests.builders import actor, build_examples
from tests.conftest import OneAtATime
from tests.services.labs.world import build_lab_examples
from tests.services.proposals.world import build_proposal_examples

WHO = "ZMB focal point"
OPERATIONS = sorted({*bare.JUDGED, "public practices"})


class InTurn:
    """Sessions of the test's one connection, for the ordinary rival."""

    def __init__(self, db: OneAtATime) -> None:
        self._db = db

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session in a savepoint."""
        async with self._db._in_turn(), self._db._session() as session, session.begin():
            yield session


@pytest.mark.parametrize("name", OPERATIONS)
async def test_all_rivals_give_one_answer(db: OneAtATime, name: str) -> None:
    focal = actor(WHO)
    async with db.write(SYSTEM) as session:
        await build_examples(session)
        await build_proposal_examples(session)
        await build_lab_examples(session)
    driver: Any = (await db._connection.get_raw_connection()).driver_connection
    for parameter, value in SYSTEM.identity().items():
        await driver.fetchval("SELECT set_config($1, $2, true)", IDENTITY[parameter], value)
    assert focal.delegation_id is not None
    [operation] = [one for one in await operations(driver, focal.delegation_id) if one.name == name]
    who = PUBLIC if operation.kind == "public" else focal
    assert operation.asked, "the examples have nothing to ask for"
    ordinary = strawberry.Schema(Query)
    for asked in operation.asked:
        ours = await SCHEMA.execute(operation.document, asked, Context(db, who))
        theirs = await ordinary.execute(
            operation.document, asked, Ordinary(cast("Any", InTurn(db)), who, who.languages)
        )
        assert ours.errors is None
        assert theirs.errors is None
        expected = plain(ours.data)
        assert plain(theirs.data) == expected
        for folder in ("limit", "text"):
            statement = bare.statements(folder)[operation.asks]
            found = await db._fetch(statement.sql, *await statement.values(who, asked))
            assert orjson.loads(found) == expected, folder


def plain(data: object) -> Any:
    """An answer as a client reads it."""
    return orjson.loads(orjson.dumps(data))
