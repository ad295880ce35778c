"""Background work of labs; every piece may run twice."""

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.jobs import scheduled
from services.labs.milestone_commands import tell_overdue
from services.labs.tables import LabText


@scheduled("labs.overdue", "20 * * * *")
async def overdue(db: Database) -> None:
    """Tell the parties of milestones that have become overdue; whether one was missed is theirs to say."""
    done = True
    while done:  # in batches, each a transaction of its own, until none is left
        async with db.write(SYSTEM) as session:
            done = await tell_overdue(session) > 0


@scheduled("labs.embed", "* * * * *")
async def embed(db: Database) -> None:
    """Embed the texts that an import left without."""
    await embed_missing(db, LabText)
