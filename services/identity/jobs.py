"""Background work of identity; safe to run twice."""

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.jobs import handles, scheduled
from services.identity import challenges, provider_sign_in, recoveries, resets, tickets, tries


@scheduled("identity.forget_tries", "17 * * * *")
async def forget_tries(db: Database) -> None:
    """Remove what nobody needs any more of who tried to sign in."""
    async with db.write(SYSTEM) as session:
        await tries.forget_old(session)
        await tickets.forget_tickets(session)
        await challenges.forget(session)
        await provider_sign_in.forget(session)


@scheduled("identity.complete_recoveries", "*/5 * * * *")
async def complete_recoveries(db: Database) -> None:
    """Complete the recoveries that were agreed to and have waited, and end those that nobody agreed to."""
    async with db.write(SYSTEM) as session:
        await recoveries.complete_due(session)


@handles(resets.JOB)
async def reset(db: Database, email: str) -> None:
    """Tell the person of an address, if there is one, how to set another password."""
    async with db.write(SYSTEM) as session:
        await resets.announce_reset(session, email)
