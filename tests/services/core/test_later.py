"""What waits in a transaction: it is done before whoever reads, and undone with the part that it belongs to."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf, record
from services.core.db import Reader, Writer
from services.core.errors import Conflict
from services.core.later import savepoint
from services.core.read.shape import table_of
from services.core.table import uuid7
from tests.conftest import OneAtATime

LEAF = table_of(RecordLeaf).c


async def acts(session: Reader) -> list[str]:
    """Of the acts of these tests, those that are on the record."""
    found = sa.select(LEAF.act).where(LEAF.act.like("waiting.%")).order_by(LEAF.id)
    return list((await session.execute(found)).scalars())


async def act(session: Writer, name: str) -> None:
    await record(session, SYSTEM, f"waiting.{name}", "practice", uuid7())


async def test_what_waits_is_seen_by_whoever_reads_in_the_same_transaction(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await act(session, "one")
        assert await acts(session) == ["waiting.one"]
        await act(session, "two")
    async with db.read(SYSTEM) as reading:
        assert await acts(reading) == ["waiting.one", "waiting.two"]


async def test_it_is_gone_with_its_transaction(db: OneAtATime) -> None:
    async def in_vain() -> None:
        async with db.write(SYSTEM) as session:
            await act(session, "one")
            raise Conflict("No.")

    with pytest.raises(Conflict):
        await in_vain()
    async with db.read(SYSTEM) as reading:
        assert await acts(reading) == []


async def test_it_is_gone_with_the_part_that_is_undone_and_with_no_other(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await act(session, "before")
        with suppress(Conflict):
            async with savepoint(session):
                await act(session, "seen_and_undone")
                assert await acts(session) == ["waiting.before", "waiting.seen_and_undone"]
                await act(session, "undone")
                raise Conflict("No.")
        async with savepoint(session) as part:
            await act(session, "tried")
            await part.rollback()
        async with savepoint(session):
            await act(session, "kept")
        await act(session, "after")
    async with db.read(SYSTEM) as reading:
        assert await acts(reading) == ["waiting.before", "waiting.kept", "waiting.after"]


async def test_all_is_done_where_more_waits_than_one_statement_takes(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        for _ in range(45):
            await act(session, "many")
        assert len(await acts(session)) == 45
