"""Background work of matching; every piece may run twice."""

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.jobs import scheduled
from services.core.table import now
from services.matching import searching
from services.matching.cooperation_tables import CooperationText


@scheduled("matching.embed", "* * * * *")
async def embed(db: Database) -> None:
    """Embed the texts of cooperations that an import left without."""
    await embed_missing(db, CooperationText)


@scheduled("matching.search", "25 * * * *")
async def search(db: Database) -> None:
    """Look at every standing search once, each as its delegation and in a transaction of its own."""
    began = now()
    while True:
        async with db.read(SYSTEM) as session:
            due = await searching.searches_to_look_at(session, began)
        if not due:
            return
        for search_id, delegation in due:
            async with db.write(delegation) as session:
                await searching.look(session, delegation, search_id)
