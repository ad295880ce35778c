"""Writes of reference data: afterwards the tables say what the files say, and keep only what is still needed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import SQLModel

from services.core.db import Writer
from services.core.read.shape import Condition, Expression, table_of
from services.taxonomy import tables
from services.taxonomy.facts import State, Target
from services.taxonomy.reference import Reference
from services.taxonomy.rules import search_words
from services.taxonomy.terms import CapacityArea, NamedKind, Vision

HELD_IN = {
    "capacity_area": {"capacity_areas"},
    "language": {"official_languages", "working_languages"},
    "region": {"regions", "regions_accepted"},
    "sdg_target": {"sdg_targets"},
    "sector": {"sectors"},
    "vision": {"visions"},
}
"""Table -> the array columns, of whatever table, that hold its codes: arrays have no foreign keys."""


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What a load did to one table: the codes of its rows, sorted; a key of several columns is parted by blanks.

    ``kept`` rows are in the files no more, but something refers to them still.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What a load did, by the table's name, in the order of loading."""

    tables: Mapping[str, TableChanges]

    @property
    def nothing(self) -> bool:
        """Whether everything stood there already as the files have it."""
        return not any(one.added or one.changed or one.removed for one in self.tables.values())


async def load_reference(session: Writer, reference: Reference) -> Changes:
    """Bring all reference tables to what ``reference`` says and tell what that changed; a second time, nothing.

    A row that the files have no more goes, unless something refers to it by a foreign key or in an array of codes.
    The session must be the platform's own (``SYSTEM``), for row security hides from others what refers to a row,
    and all tables must be imported (``services.registry``). One statement for each table, and one more for each
    table with rows to remove.

    Raises:
        Conflict: someone else is loading at the same time.
    """
    given = {table_of(model): entries for model, entries in _entries(reference).items()}
    before = await _codes_there(session, list(given))
    touched = {table: await _upsert(session, table, entries) for table, entries in given.items()}
    named = {table: {_code_of(table, entry) for entry in entries} for table, entries in given.items()}
    kept = {}
    for table in reversed(given):  # what refers to others goes before them
        kept[table] = await _remove(session, table, before[table.name] - named[table])
    return Changes(
        {
            table.name: TableChanges(
                added=tuple(sorted(touched[table] - before[table.name])),
                changed=tuple(sorted(touched[table] & before[table.name])),
                removed=tuple(sorted(before[table.name] - named[table] - kept[table])),
                kept=tuple(sorted(kept[table])),
                unchanged=len(named[table] - touched[table]),
            )
            for table in given
        }
    )


def _code(table: sa.Table) -> Expression:
    """The key of a row as one text."""
    return sa.func.concat_ws(" ", *table.primary_key.columns, type_=sa.Text())


def _code_of(table: sa.Table, entry: Mapping[str, Any]) -> str:
    """What ``_code`` is for ``entry``."""
    return " ".join(str(entry[column.name]) for column in table.primary_key.columns)


async def _codes_there(session: Writer, listed: Sequence[sa.Table]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    every = sa.union_all(*(sa.select(sa.literal(table.name), _code(table)) for table in listed))
    for name, code in await session.execute(every):
        found[name].add(code)
    return found


async def _upsert(session: Writer, table: sa.Table, entries: Sequence[Mapping[str, Any]]) -> set[str]:
    """Write all ``entries`` in one statement, and return the codes of the rows that are new or not as they were."""
    text = sa.literal(orjson.dumps(entries).decode(), sa.Text)
    rows = sa.func.json_populate_recordset(sa.literal_column(f"NULL::{table.name}"), sa.cast(text, sa.JSON))
    given = rows.table_valued(*(sa.column(column.name, column.type) for column in table.columns))
    statement = insert(table).from_select([column.name for column in table.columns], sa.select(*given.c))
    values = {column: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    written = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: value for column, value in values.items()},
        where=sa.tuple_(*values).is_distinct_from(sa.tuple_(*values.values())),
    )
    return set((await session.execute(written.returning(_code(table)))).scalars())


async def _remove(session: Writer, table: sa.Table, gone: set[str]) -> set[str]:
    """Remove the rows ``gone`` that nothing refers to, and return the codes of those that stay."""
    unused = sa.delete(table).where(*(~use for use in _uses(table))).returning(_code(table))
    while gone:
        removed = set((await session.execute(unused.where(_code(table).in_(sorted(gone))))).scalars())
        if not removed:
            break
        gone = gone - removed  # again: rows of one table may refer to one another
    return gone


def _uses(table: sa.Table) -> Iterator[Condition]:
    """Each way in which a row of ``table`` can be referred to, as a condition on it."""
    key, *more = table.primary_key.columns
    if more:
        return  # nothing refers to a key of several columns
    for other in table.metadata.tables.values():
        user = other.alias()
        for column in other.columns:
            if any(foreign.target_fullname == f"{table.name}.{key.name}" for foreign in column.foreign_keys):
                yield sa.exists().where(user.c[column.name] == key)
            elif column.name in HELD_IN.get(table.name, ()) and isinstance(column.type, ARRAY):
                yield sa.exists().where(key == sa.any_(user.c[column.name]))


def _entries(reference: Reference) -> dict[type[SQLModel], list[dict[str, Any]]]:
    """The rows of every table in the order of foreign keys; keys that are no columns are passed over."""
    places = _name_places(reference)
    areas, visions = list(CapacityArea), list(Vision)
    targets = sorted(reference.targets, key=_in_document)
    return {
        tables.ReferenceSource: [_cells(row) for row in reference.sources],
        tables.Region: [_cells(row, places=places[NamedKind.REGION, row.code]) for row in reference.regions],
        tables.MemberState: [
            _cells(row, regions=_regions(row), places=places[NamedKind.STATE, row.iso3]) for row in reference.states
        ],
        tables.StateClassification: [_cells(row) for row in reference.classifications],
        tables.Language: [
            _cells(row, places=places[NamedKind.LANGUAGE, row.code], words=search_words(row.names, row.autonym))
            for row in reference.languages
        ],
        tables.VisionEntry: [
            _cells(row, code=row.vision, position=visions.index(row.vision) + 1, paragraph=row.place)
            for row in reference.visions
        ],
        tables.ActionEntry: [
            _cells(row, position=int(row.code.removeprefix("A")), paragraph=row.place) for row in reference.actions
        ],
        tables.CapacityAreaEntry: [
            _cells(row, code=row.area, position=areas.index(row.area) + 1) for row in reference.capacity_areas
        ],
        tables.SdgGoal: [_cells(row, code=str(row.number)) for row in reference.goals],
        tables.SdgTarget: [
            _cells(
                row, goal=str(row.goal), names={"en": row.text}, words=search_words({"en": row.text}), position=position
            )
            for position, row in enumerate(targets, start=1)
        ],
        tables.SectorCategory: [_cells(row) for row in reference.sector_categories],
        tables.Sector: [_cells(row, words=search_words(row.names)) for row in reference.sectors],
        tables.Licence: [
            _cells(row, code=row.id, names={"en": row.name}, words=search_words({"en": row.name}, row.id))
            for row in reference.licences
        ],
    }


def _cells(fact: Any, **more: Any) -> dict[str, Any]:
    return {field.name: getattr(fact, field.name) for field in fields(fact)} | more


def _regions(state: State) -> list[str]:
    """The regions a state lies in, the widest first."""
    return [code for code in (state.region, state.sub_region, state.intermediate_region) if code]


def _in_document(target: Target) -> tuple[int, bool, int, str]:
    """What sorts targets as the resolution does: 1.1, …, 1.5, 1.a, 1.b, 2.1, …, 17.19."""
    part = target.code.partition(".")[2]
    return target.goal, part.isalpha(), len(part), part


def _name_places(reference: Reference) -> dict[tuple[NamedKind, str], dict[str, int]]:
    """Of each named thing its place in the order of names, by language."""
    places: dict[tuple[NamedKind, str], dict[str, int]] = defaultdict(dict)
    for row in reference.name_places:
        places[row.kind, row.code][row.language] = row.position
    return places
