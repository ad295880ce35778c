"""Background work of membership."""

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.jobs import scheduled
from services.membership.commands import end_terms


@scheduled("membership.end_terms", "1 * * * *")
async def end_terms_hourly(db: Database) -> None:
    """Make members again of the co-chairs whose term is over: in the first minutes of the day after it."""
    async with db.write(SYSTEM) as session:
        await end_terms(session)
