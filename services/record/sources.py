"""The record as the operator reads it: from its database, all of it."""

from collections.abc import Sequence

from services.core.actor import SYSTEM
from services.core.db import Database
from services.record import queries
from services.record.terms import Entry, Page, Published


class DatabaseSource:
    """A ``Source`` over a database; it sees every leaf, so damage is found in the database itself."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def size(self) -> int:
        """How many leaves have their places."""
        async with self._db.read(SYSTEM) as session:
            return await queries.size_of(session)

    async def page(self, first: int, size: int) -> Page:
        """A page, looked at for damage."""
        async with self._db.read(SYSTEM) as session:
            return await queries.page(session, first, size, look=True)

    async def entries(self, _first: int) -> Sequence[Entry]:
        """None: ``page`` has looked at all of them where they are."""
        return ()

    async def published(self) -> list[Published]:
        """All published heads, the newest first."""
        found: list[Published] = []
        while True:
            async with self._db.read(SYSTEM) as session:
                more = await queries.heads(session, before=found[-1].signed_at if found else None)
            if not more:
                return found
            found += more
