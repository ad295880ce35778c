"""Background work of matching; every piece may run twice."""

from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.jobs import scheduled
from services.matching.cooperation_tables import CooperationText


@scheduled("matching.embed", "* * * * *")
async def embed(db: Database) -> None:
    """Embed the texts of cooperations that an import left without."""
    await embed_missing(db, CooperationText)
