"""Removing files that go with no message: those of which a row tells, and those of which none does."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.storage import Storage
from services.core.table import now
from services.proposals.commands import BATCH
from services.proposals.thread_tables import FOLDER, Attachment, key_of

UNBOUND_LIFETIME = timedelta(days=1)
"""How long an uploaded file waits for its message."""


async def remove_unbound(db: Database, store: Storage) -> int:
    """Remove the files that have waited for a message for longer than ``UNBOUND_LIFETIME``; return how many.

    The rows go first: whoever dies before the files do leaves files of which no row tells. A file that is being taken
    for a message just now is passed over.
    """
    removed = 0
    while True:
        async with db.write(SYSTEM) as session:
            old = (
                sa.select(col(Attachment.id))
                .where(col(Attachment.message_id).is_(None), col(Attachment.created_at) < now() - UNBOUND_LIFETIME)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            keys = list((await session.execute(old)).scalars())
            await session.execute(sa.delete(Attachment).where(col(Attachment.id).in_(keys)))
        for key in keys:
            await store.remove(key_of(key))
        removed += len(keys)
        if not keys:
            return removed


async def remove_strays(db: Database, store: Storage) -> int:
    """Remove from the store what is older than ``UNBOUND_LIFETIME`` and of which no row tells; return how many.

    A transaction that failed after its file was written leaves such a one.
    """
    removed = 0
    async for keys in store.older_than(now() - UNBOUND_LIFETIME, FOLDER):
        named = {one: key for key in keys if (one := _id_in(key)) is not None}
        async with db.read(SYSTEM) as session:
            known = set(
                (await session.execute(sa.select(col(Attachment.id)).where(col(Attachment.id).in_(named)))).scalars()
            )
        for one in named.keys() - known:
            await store.remove(named[one])
        removed += len(named.keys() - known)
    return removed


def _id_in(key: str) -> UUID | None:
    """The id of the attachment whose content is under ``key``; None for what is not ours."""
    try:
        found = UUID(key.rpartition("/")[2])
    except ValueError:
        return None
    return found if key_of(found) == key else None
