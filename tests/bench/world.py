"""The small data of the tests, as the rivals are compared on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.core.actor import SYSTEM
from services.core.passwords import hash_password
from services.core.read.plan import IDENTITY
from services.demo.commands import PASSWORD
from tests.bench.operations import Operation, operations
from tests.builders import actor, build_examples
from tests.conftest import OneAtATime
from tests.services.labs.world import build_lab_examples
from tests.services.proposals.world import build_proposal_examples

FOCAL = actor("ZMB focal point")


class InTurn:
    """Sessions of the test's one connection, for the ordinary rival."""

    def __init__(self, db: OneAtATime) -> None:
        self._db = db

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session in a savepoint."""
        async with self._db._in_turn(), self._db._session() as session, session.begin():
            yield session


async def built(db: OneAtATime, name: str) -> tuple[Any, Operation]:
    """Make the examples; return the driver's connection, which sees all of them, and the operation ``name``."""
    async with db.write(SYSTEM) as session:
        await build_examples(session)
        await build_proposal_examples(session)
        await build_lab_examples(session)
    driver: Any = (await db._connection.get_raw_connection()).driver_connection
    await as_platform(driver)
    await driver.execute(
        "UPDATE person SET password_hash = $1 WHERE id = $2", await hash_password(PASSWORD), FOCAL.person_id
    )
    assert FOCAL.delegation_id is not None
    [operation] = [one for one in await operations(driver, FOCAL.delegation_id) if one.name == name]
    assert operation.asked, "the examples have nothing to ask for"
    return driver, operation


async def as_platform(driver: Any) -> None:
    """Let the connection see everything."""
    for parameter, value in SYSTEM.identity().items():
        await driver.fetchval("SELECT set_config($1, $2, true)", IDENTITY[parameter], value)
