"""Where the translations of an import wait beside its rows."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.db import Writer
from services.core.importing.judging import Ready
from services.core.importing.kind import Kind
from services.core.importing.search_words import VECTOR_COLUMNS, prepared, vector
from services.core.importing.translations import translation_merge
from services.core.texts import LIMITS


class TranslationStage:
    """A temporary table of translations, each with the number of the row that brought it."""

    def __init__(self, session: Writer, kind: Kind, actor: Actor) -> None:
        self._session = session
        self._kind = kind
        self._actor = actor
        self.columns = ["number", kind.key, "language", *LIMITS, *VECTOR_COLUMNS]
        self.table = sa.table(f"import_{kind.name}_translation", *map(sa.column, self.columns))
        self.rows = 0

    async def create(self) -> None:
        """Make the table."""
        types = {"number": "integer", self._kind.key: "uuid"}
        columns = ", ".join(f"{name} {types.get(name, 'text')}" for name in self.columns)
        await self._session.execute(sa.text(f"CREATE TEMPORARY TABLE {self.table.name} ({columns})"))
        await self._session.execute(sa.text(f"CREATE INDEX ON {self.table.name} (number)"))

    async def drop(self) -> None:
        """Remove the table."""
        await self._session.execute(sa.text(f"DROP TABLE {self.table.name}"))

    def records(self, number: int, row: Ready) -> Iterator[tuple[Any, ...]]:
        """The translations of a row that say something new, as the table takes them."""
        for text in row.translations:
            self.rows += 1
            parts = {part: getattr(text, part) for part in LIMITS}
            yield (number, row.id, text.language, *parts.values(), *prepared(text.language, parts))

    async def merge(self, first: int, last: int) -> None:
        """Write the translations of the rows of these numbers, after their originals."""
        if self.rows:
            staged = self.table.c
            names = (self._kind.key, "language", *LIMITS)
            given = sa.select(*(staged[name] for name in names), vector(staged).label("search"))
            rows = given.where(staged.number.between(first, last)).subquery("given")
            await self._session.execute(translation_merge(self._kind.text, rows, self._actor))
