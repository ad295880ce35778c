"""Background work of membership."""

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.jobs import handles, scheduled
from services.membership.commands import SETTLE, end_terms
from services.membership.decision_commands import begin_terms, settle_proposals


@scheduled("membership.end_terms", "1 * * * *")
async def terms_hourly(db: Database) -> None:
    """End and begin the terms of co-chairs: in the first minutes of their days."""
    async with db.write(SYSTEM) as session:
        await end_terms(session)
        await begin_terms(session)


@handles(SETTLE)
async def settle(db: Database) -> None:
    """Accept the proposals that waited only for a co-chair who is one no more."""
    async with db.write(SYSTEM) as session:
        await settle_proposals(session)
