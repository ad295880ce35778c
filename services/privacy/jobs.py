"""Background work of privacy; safe to run twice."""

from uuid import UUID

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.jobs import handles, scheduled
from services.core.table import now
from services.privacy.commands import ERASE, erase
from services.privacy.queries import due


@handles(ERASE)
async def erase_one(db: Database, person_id: str) -> None:
    """Erase one person who has left."""
    async with db.write(SYSTEM) as session:
        await erase(session, UUID(person_id))


@scheduled("privacy.erase_due", "33 * * * *")
async def erase_due(db: Database) -> None:
    """Erase those who asked for it 7 days ago, each in a transaction of its own."""
    async with db.read(SYSTEM) as session:
        waiting = await due(session, now())
    for person_id in waiting:
        async with db.write(SYSTEM) as session:
            await erase(session, person_id)
