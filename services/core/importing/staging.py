"""Where rows wait until the whole file was read: a temporary table, filled by COPY, merged by a few statements.

What is there already is locked only then, and only what changes, so that nobody waits for a file being read.
"""

from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.core.actor import Actor
from services.core.audit import RowTree
from services.core.db import Writer, unique
from services.core.errors import Conflict
from services.core.importing.finding import listed, same_key
from services.core.importing.judging import Outcome, Ready
from services.core.importing.kind import COPIES, Key, Kind
from services.core.importing.search_words import VECTOR_COLUMNS, prepared, vector
from services.core.importing.translation_stage import TranslationStage
from services.core.read.shape import table_of
from services.core.table import now
from services.core.texts import LIMITS

SLICE = 1_000
"""How many rows one statement merges; with all texts at their limits that stays far below the statement timeout."""

_OWN = ("number", "line", "id", "seen_at", "outcome")
_ROW = ("id", "created_at", "updated_at", "revision")


Records = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


class Stage:
    """The temporary table of one import, gone with its transaction."""

    def __init__(self, session: Writer, kind: Kind, actor: Actor) -> None:
        self._session = session
        self._kind = kind
        self._thing = table_of(kind.thing)
        self._text = table_of(kind.text)
        self._values = [*kind.written, *(name for name in COPIES if name not in kind.written)]
        self._columns = [*_OWN, *self._values, *LIMITS, *VECTOR_COLUMNS]
        self._translations = TranslationStage(session, kind, actor)
        self._numbers = count()
        self.tree = RowTree()
        """The rows that will be kept, for the record."""
        self.rows = self._changes = 0
        self.table = sa.table(f"import_{kind.name}", *map(sa.column, self._columns))

    async def create(self) -> None:
        """Make the table, with the types of the columns that its rows go to."""
        thing, text = self._thing.c, self._text.c
        own = [
            sa.literal(0).label("number"),
            sa.literal(0).label("line"),
            thing.id,
            thing.updated_at.label("seen_at"),
            text.title.label("outcome"),
        ]
        values = [(thing if name in self._kind.written else text)[name] for name in self._values]
        texts = [text.title.label(name) for name in (*LIMITS, *VECTOR_COLUMNS)]
        nothing = sa.select(*own, *values, *texts).select_from(self._thing, self._text).where(sa.false())
        await self._session.execute(sa.CreateTableAs(nothing, self.table.name, temporary=True))
        for columns in ("number", ", ".join(self._kind.by)):
            await self._session.execute(sa.text(f"CREATE INDEX ON {self.table.name} ({columns})"))
        await self._translations.create()

    async def drop(self) -> None:
        """Remove the table."""
        await self._translations.drop()
        await self._session.execute(sa.text(f"DROP TABLE {self.table.name}"))

    async def lines(self, keys: Sequence[Key]) -> dict[Key, int]:
        """The lines on which those of ``keys`` stand that have been staged."""
        given, table = listed(self._kind, keys), self.table
        statement = sa.select(table.c.line, *given.c).join_from(given, table, same_key(self._kind, given, table))
        return {tuple(key): line for line, *key in await self._session.execute(statement)}

    async def add(self, records: Records) -> None:
        """Copy what ``records`` made into the tables."""
        connection = (await (await self._session.connection()).get_raw_connection()).driver_connection
        assert connection is not None
        things, translations = records
        await connection.copy_records_to_table(self.table.name, records=things, columns=self._columns)
        if translations:
            table = self._translations
            await connection.copy_records_to_table(table.table.name, records=translations, columns=table.columns)

    def records(self, rows: Sequence[Ready], *, words: bool) -> Records:
        """Rows, and their translations, as the tables take them.

        With ``words`` they will be kept, so their texts are prepared for the search (slow), and translations come along.
        """
        self.rows += len(rows)
        for row in rows if words else ():
            self.tree.add(row.values)
        self._changes += sum(row.outcome is Outcome.CHANGED for row in rows)
        numbered = [(next(self._numbers), row) for row in rows]
        translations = [one for number, row in numbered if words for one in self._translations.records(number, row)]
        return [self._record(number, row, words=words and row.text_changed) for number, row in numbered], translations

    async def lock(self) -> None:
        """Hold what will change, until the transaction ends.

        Raises:
            Conflict: some of it was changed or removed since it was compared.
        """
        thing, table = self._thing, self.table
        await self._session.execute(sa.text(f"ANALYZE {table.name}"))
        same = sa.and_(thing.c.id == table.c.id, thing.c.updated_at == table.c.seen_at)
        held = sa.select(thing.c.id).join(table, same).where(table.c.outcome == Outcome.CHANGED).order_by(thing.c.id)
        held_rows = held.with_for_update(of=thing).subquery()
        if await self._session.scalar(sa.select(sa.func.count()).select_from(held_rows)) != self._changes:
            raise Conflict("Someone changed what the file brings while it was read. Nothing was kept; import it again.")

    async def merge(self) -> AsyncIterator[int]:
        """Write what was staged into the tables, and say after each slice how many rows that were.

        Raises:
            Conflict: someone else added one of the things meanwhile.
        """
        key = "_".join(("uq", self._kind.name, *self._kind.by))
        added = Conflict("Someone added what the file brings while it was read. Nothing was kept; import it again.")
        for begin in range(0, self.rows, SLICE):
            part = self.table.c.number.between(begin, begin + SLICE - 1)
            async with unique(self._session, key, added):
                await self._session.execute(self._additions(part))
            await self._session.execute(self._changes_of_things(part))
            await self._session.execute(self._text_additions(part))
            await self._session.execute(self._suggestions_overrun(part))
            await self._session.execute(self._changes_of_texts(part))
            await self._translations.merge(begin, begin + SLICE - 1)
            for statement in self._kind.follow(self.table, part):
                await self._session.execute(statement)
            yield min(SLICE, self.rows - begin)

    async def outdated(self) -> AsyncIterator[tuple[UUID, Sequence[str]]]:
        """The things whose originals were changed, each with the languages of its accepted translations, stale now."""
        text, staged = self._text.c, self.table.c
        languages = sa.func.array_agg(aggregate_order_by(text.language, text.language))
        # only of changed texts are the words prepared
        mine = sa.and_(
            text[self._kind.key] == staged.id, staged.outcome == Outcome.CHANGED, staged.title_words.is_not(None)
        )
        found = sa.select(staged.id, languages).join_from(self.table, self._text, mine).group_by(staged.id)
        stale = found.where(text.is_stale, text.accepted_at.is_not(None))
        for begin in range(0, self.rows, SLICE):
            for thing_id, stale_in in await self._session.execute(
                stale.where(staged.number.between(begin, begin + SLICE - 1))
            ):
                yield thing_id, stale_in

    def _additions(self, part: sa.ColumnElement[bool]) -> sa.Insert:
        moment, thing, staged = now(), self._thing, self.table.c
        values = {
            "id": staged.id,
            "created_at": sa.literal(moment, thing.c.created_at.type),
            "updated_at": sa.literal(moment, thing.c.updated_at.type),
            "revision": sa.literal(1),
            **{name: staged[name] for name in self._kind.written},
            **{name: sa.literal(value, thing.c[name].type) for name, value in self._untouched().items()},
        }
        chosen = sa.select(*values.values()).where(part, staged.outcome == Outcome.ADDED).order_by(staged.number)
        return sa.insert(thing).from_select(list(values), chosen, include_defaults=False)

    def _changes_of_things(self, part: sa.ColumnElement[bool]) -> sa.Update:
        thing, staged = self._thing, self.table.c
        written = {name: staged[name] for name in self._kind.written}
        values = {**written, "revision": thing.c.revision + 1, "updated_at": now()}
        return sa.update(thing).values(values).where(part, thing.c.id == staged.id, staged.outcome == Outcome.CHANGED)

    def _text_additions(self, part: sa.ColumnElement[bool]) -> sa.Insert:
        staged = self.table.c
        values = {
            self._kind.key: staged.id,
            "is_original": sa.true(),
            "made_by_id": staged.delegation_id,
            **{name: staged[name] for name in ("language", *LIMITS, *COPIES)},
            "search": vector(self.table.c),
        }
        chosen = sa.select(*values.values()).where(part, staged.outcome == Outcome.ADDED)
        return sa.insert(self._text).from_select(list(values), chosen, include_defaults=False)

    def _suggestions_overrun(self, part: sa.ColumnElement[bool]) -> sa.Delete:
        """What is only suggested in a language gives way to an original in it."""
        text, staged = self._text, self.table.c
        same = sa.and_(text.c[self._kind.key] == staged.id, text.c.language == staged.language)
        suggested = text.c.suggestion_id.is_not(None)
        return sa.delete(text).where(part, same, suggested, staged.outcome == Outcome.CHANGED)

    def _changes_of_texts(self, part: sa.ColumnElement[bool]) -> sa.Update:
        """What means something else has no embedding until ``embed_missing`` comes to it."""
        text, staged = self._text, self.table.c
        given = {name: staged[name] for name in ("language", *LIMITS)}
        differs = sa.or_(*(text.c[name].is_distinct_from(value) for name, value in given.items()))
        unembedded = dict.fromkeys(("embedding", "embedding_model", "sketch"))
        values: dict[str, Any] = {**given, "search": vector(self.table.c), "made_at": now(), **unembedded}
        mine = sa.and_(text.c[self._kind.key] == staged.id, text.c.is_original)
        return sa.update(text).values(values).where(part, mine, staged.outcome == Outcome.CHANGED, differs)

    def _untouched(self) -> dict[str, Any]:
        """The columns of a new thing that an import does not decide, as its class fills them; NULL is not named."""
        fields = self._kind.thing.model_fields
        others = [column.name for column in self._thing.c if column.name not in {*self._kind.written, *_ROW}]
        values = {name: fields[name].get_default(call_default_factory=True) for name in others}
        return {name: value for name, value in values.items() if value is not None}

    def _record(self, number: int, row: Ready, *, words: bool) -> tuple[Any, ...]:
        kept = row.values if row.outcome != Outcome.UNCHANGED else {name: row.values[name] for name in self._kind.by}
        own = (number, row.line, row.id, row.updated_at, row.outcome)
        given = (kept.get(name) for name in (*self._values, *LIMITS))
        return (*own, *given, *prepared(kept.get("language", ""), kept if words else None))
