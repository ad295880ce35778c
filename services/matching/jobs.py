"""Background work of matching; every piece may run twice."""

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.jobs import scheduled, steadily
from services.core.settings import settings
from services.core.table import now
from services.matching import searching
from services.matching.cooperation_tables import CooperationText
from services.matching.index.building import build, folder_of, needed


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


@steadily("matching.index", every=60.0)
async def index(db: Database) -> None:
    """Make the index of matches where there is none, or it is old; one worker of a machine does it at a time."""
    chosen = settings()
    if chosen.matching_index and await needed(db, folder_of(chosen)):
        await build(db, folder_of(chosen))
