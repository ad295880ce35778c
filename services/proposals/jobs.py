"""Background work of proposals; every piece may run twice."""

from collections.abc import Awaitable, Callable

from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.core.embedding_jobs import embed_missing
from services.core.jobs import scheduled
from services.core.storage import storage
from services.proposals.commands import expire_proposals
from services.proposals.expression_commands import expire_expressions
from services.proposals.reminders import remind_of_expiry, remind_of_turns
from services.proposals.tables import ProposalText
from services.proposals.thread_sweeping import remove_strays, remove_unbound


@scheduled("proposals.expire", "5 * * * *")
async def expire(db: Database) -> None:
    """Let open proposals expire after their last day, and expressions of interest after their deadline."""
    for work in (expire_proposals, expire_expressions):
        await _until_done(db, work)


@scheduled("proposals.remind", "10 * * * *")
async def remind(db: Database) -> None:
    """Remind of the turns whose deadline is near, and of the proposals that expire soon."""
    for work in (remind_of_turns, remind_of_expiry):
        await _until_done(db, work)


@scheduled("proposals.remove_unbound_files", "20 * * * *")
async def remove_unbound_files(db: Database) -> None:
    """Remove the uploaded files that went with no message within a day."""
    await remove_unbound(db, storage())


@scheduled("proposals.remove_stray_files", "40 3 * * *")
async def remove_stray_files(db: Database) -> None:
    """Remove the files of which no row tells."""
    await remove_strays(db, storage())


async def _until_done(db: Database, work: Callable[[Writer], Awaitable[int]]) -> None:
    """Work in batches, each a transaction of its own, until none is left."""
    done = True
    while done:
        async with db.write(SYSTEM) as session:
            done = await work(session) > 0


@scheduled("proposals.embed", "* * * * *")
async def embed(db: Database) -> None:
    """Embed the texts that an import left without."""
    await embed_missing(db, ProposalText)
