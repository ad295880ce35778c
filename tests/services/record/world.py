"""A record of its own for tests whose transactions are kept, and what every whole record must be like."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf, leaf_text, record
from services.core.db import Database, connect
from services.core.merkle import leaf_hash
from services.core.table import uuid7
from services.record.sequencing import sequence
from services.record.tables import FAN
from tests.builders import actor
from tests.conftest import Urls
from tests.services.record.test_merkle import naive_root

WHO = ("ZMB focal point", "FRA focal point", "secretariat")


@dataclass(frozen=True)
class Kept:
    """A database with a record that begins empty; ``owner`` may do anything to it."""

    db: Database
    owner: Any
    urls: Urls

    async def act(self, number: int = 1, *, who: str | None = None) -> list[UUID]:
        """Write leaves, one transaction each."""
        ids = []
        for one in range(number):
            async with self.db.write(actor(who or WHO[one % len(WHO)])) as session:
                ids.append(uuid7())
                await record(session, actor(who or WHO[one % len(WHO)]), "proposal.opened", "proposal", ids[-1], no=one)
        return ids

    async def fill(self, number: int) -> None:
        """Write leaves in one transaction, and give all their places."""
        async with self.db.write(SYSTEM) as session:
            for one in range(number):
                await record(session, actor(WHO[one % len(WHO)]), "proposal.opened", "proposal", uuid7(), no=one)
        await self.sequence()

    async def sequence(self) -> None:
        """Give all that waits its place."""
        while await sequence(self.db):
            pass

    async def hashes(self) -> list[bytes]:
        """The leaves' hashes in the order of the tree."""
        return [row[0] for row in await self.owner.fetch("SELECT hash FROM record_node WHERE level = 0 ORDER BY place")]

    async def require_whole(self) -> int:
        """Make sure that all leaves have one place each and all subtrees their hashes; return how many leaves."""
        assert await self.owner.fetchval("SELECT count(*) FROM record_pending") == 0
        nodes = await self.owner.fetch("SELECT place, hash, leaf_id FROM record_node WHERE level = 0 ORDER BY place")
        assert [node["place"] for node in nodes] == list(range(len(nodes)))
        async with self.db.read(SYSTEM) as session:
            leaves = {leaf.id: leaf for leaf in (await session.execute(sa.select(RecordLeaf))).scalars()}
            session.expunge_all()
        assert len(leaves) == len(nodes)
        assert [leaf_hash(leaf_text(leaves[node["leaf_id"]])) for node in nodes] == [node["hash"] for node in nodes]
        level, below = 1, [node["hash"] for node in nodes]
        while len(below) >= FAN:
            below = [naive_root(below[at : at + FAN]) for at in range(0, len(below) - FAN + 1, FAN)]
            held = await self.owner.fetch("SELECT hash FROM record_node WHERE level = $1 ORDER BY place", level)
            assert [row[0] for row in held] == below
            level += 1
        assert await self.owner.fetchval("SELECT count(*) FROM record_node WHERE level >= $1", level) == 0
        return len(nodes)


@asynccontextmanager
async def kept_record(urls: Urls) -> AsyncIterator[Kept]:
    """The record of the database at ``urls``, emptied."""
    owner, db = await connect(urls.owner), Database(urls.app, size=20)
    await owner.execute("TRUNCATE record_leaf, record_pending, record_node, record_head")
    await db.open()
    yield Kept(db, owner, urls)
    await db.close()
    await owner.close()
