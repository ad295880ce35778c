"""Background work of membership."""

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.jobs import handles, scheduled
from services.membership.commands import SETTLE, end_terms
from services.membership.decision_commands import settle_proposals


@scheduled("membership.end_terms", "1 * * * *")
async def end_terms_hourly(db: Database) -> None:
    """Make members again of the co-chairs whose term is over: in the first minutes of the day after it."""
    async with db.write(SYSTEM) as session:
        await end_terms(session)


@handles(SETTLE)
async def settle(db: Database) -> None:
    """Accept the proposals that waited only for a co-chair who is one no more."""
    async with db.write(SYSTEM) as session:
        await settle_proposals(session)
