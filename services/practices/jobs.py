"""Background work of practices; every piece may run twice."""

from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.jobs import scheduled
from services.practices.tables import PracticeText


@scheduled("practices.embed", "* * * * *")
async def embed(db: Database) -> None:
    """Embed the texts that an import left without."""
    await embed_missing(db, PracticeText)
