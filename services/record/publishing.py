"""Publishing heads: once an hour, and at once where there is none yet."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.table import now
from services.record.notes import HeadKeys
from services.record.queries import size_of
from services.record.sequencing import LOCK
from services.record.tables import RecordHead

EVERY = timedelta(hours=1)


async def publish(db: Database, keys: HeadKeys, *, every: timedelta = EVERY) -> bool:
    """Sign and keep the head of the tree as it is, if the newest head is older than ``every``; return whether it was.

    A head is also published where nothing has happened since: that the record still says the same is news, too.
    """
    async with db.write(SYSTEM) as session:
        if not await session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))):
            return False
        moment = now()
        newest = await session.scalar(sa.select(sa.func.max(col(RecordHead.signed_at))))
        if newest is not None and newest > moment - every:
            return False
        size = await size_of(session)
        root = await session.scalar(sa.select(sa.func.record_range(0, size)))
        assert isinstance(root, bytes), "the nodes of the tree are there"
        note = keys.sign(size, root, moment)
        session.add(RecordHead(size=size, root=root, signed_at=moment, key=keys.public()[0], note=note))
        await session.flush()
        return True
