"""The sequencer: gives committed leaves their places in the tree, in the order in which it finds them committed.

A transaction only leaves its leaf behind, so writers never wait for one another, and one that is slow to commit holds
up nobody: its leaf simply comes later than leaves that were begun after it.
"""

import asyncio
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf, RecordPending, leaf_text
from services.core.db import Database, Writer
from services.core.merkle import leaf_hash, root_of
from services.core.read.shape import table_of
from services.record.queries import size_of
from services.record.tables import FAN, RecordNode

BATCH = 1_000
"""How many leaves get their places in one transaction."""
LOCK = 0x5265636F7264
"""The advisory lock of whoever appends to the tree."""


async def sequence(db: Database) -> int:
    """Append what waits, up to ``BATCH`` leaves, in one transaction; return how many.

    Only one at a time appends: another one that is at it leaves nothing to do here. Killed at any moment, it has
    appended all of a batch or nothing of it.
    """
    async with db.write(SYSTEM) as session:
        if not await session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))):
            return 0
        waiting = (
            sa.select(RecordLeaf)
            .join(RecordPending, col(RecordPending.leaf_id) == col(RecordLeaf.id))
            .order_by(col(RecordLeaf.id))
            .limit(BATCH)
        )
        leaves = (await session.execute(waiting)).scalars().all()
        if leaves:
            await _append(session, leaves)
        return len(leaves)


async def _append(session: Writer, leaves: Sequence[RecordLeaf]) -> None:
    hashes = await asyncio.to_thread(lambda: [leaf_hash(leaf_text(leaf)) for leaf in leaves])
    ids = [leaf.id for leaf in leaves]
    node = table_of(RecordNode)
    place = await size_of(session)
    rows = [
        {"level": 0, "place": place + number, "hash": hashed, "leaf_id": key}
        for number, (hashed, key) in enumerate(zip(hashes, ids, strict=True))
    ]
    level, fresh = 0, hashes
    while fresh:
        begin = place // FAN
        held = sa.select(node.c.hash).where(node.c.level == level, node.c.place >= begin * FAN, node.c.place < place)
        children = [*(await session.scalars(held.order_by(node.c.place))), *fresh]
        whole = len(children) // FAN
        fresh = [root_of(children[FAN * number : FAN * (number + 1)]) for number in range(whole)]
        level, place = level + 1, begin
        rows += [
            {"level": level, "place": place + number, "hash": hashed, "leaf_id": None}
            for number, hashed in enumerate(fresh)
        ]
    await session.execute(sa.insert(node), rows)
    await session.execute(sa.delete(RecordPending).where(col(RecordPending.leaf_id).in_(ids)))
