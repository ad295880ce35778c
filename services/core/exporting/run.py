"""One export: read by a server-side cursor in one snapshot, written row by row, in flat memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Role
from services.core.db import Reader
from services.core.errors import NotPermitted
from services.core.exporting.formats import Format
from services.core.exporting.writers import WRITERS, RowWriter
from services.core.importing.finding import number_of, whole
from services.core.importing.kind import Kind
from services.core.importing.translated import in_order
from services.core.progress import Progress, quiet
from services.core.read.shape import table_of
from services.core.table import Row

BATCH = 500
"""How many things are in memory at once."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows of a kind's table go out; in the order ``first``, then in that of their numbers.

    ``states`` has the codes of states by the ids of their delegations, which stand in the file in their place.
    """

    where: sa.ColumnElement[bool]
    first: Sequence[sa.ColumnElement[Any]] = ()
    states: Mapping[UUID, str] = field(default_factory=dict)


def of_delegations(actor: Actor, thing: type[Row], states: Mapping[UUID, str]) -> Chosen:
    """What is of the delegations ``states`` (their states' codes by id), in the order of their states.

    Raises:
        NotPermitted: the public, or a delegation that is not the actor's.
    """
    if actor.role is not Role.SYSTEM and (actor.delegation_id is None or set(states) != {actor.delegation_id}):
        raise NotPermitted("A delegation exports what is its own.")
    owner = table_of(thing).c.delegation_id
    code = sa.case(*((owner == key, state) for key, state in states.items()), else_="").collate("C")
    return Chosen(owner.in_(list(states)), [code], states)


async def export(
    session: Reader, kind: Kind, chosen: Chosen, file: IO[bytes], format_: Format, progress: Progress = quiet
) -> int:
    """Write the ``chosen`` things of a kind into ``file``, always in the same order; return how many.

    Of their texts the original and the accepted translations are written.

    Raises:
        TooManyRows: more than a spreadsheet has rows.
    """
    thing = table_of(kind.thing)
    total = int(await session.scalar(sa.select(sa.func.count()).select_from(thing).where(chosen.where)) or 0)
    names = [column.name for column in kind.columns]
    writer: RowWriter = WRITERS[format_](file, names, in_order(await _languages(session, kind, chosen)))
    number = number_of(kind)
    ordered = whole(kind, thing).add_columns(number.label("number")).where(chosen.where)
    ordered = ordered.order_by(*chosen.first, number.collate("C"))
    done = 0
    rows = await session.stream(ordered, execution_options={"yield_per": BATCH})
    async for row in rows.mappings():
        writer.write(_cells(kind, {**row, "external_id": row["number"]}, chosen.states), row["translations"])
        done += 1
        if done % BATCH == 0:
            progress(done, total)
    writer.finish()
    progress(done, done)
    return done


async def _languages(session: Reader, kind: Kind, chosen: Chosen) -> Sequence[str]:
    thing, text = table_of(kind.thing), table_of(kind.text)
    accepted = sa.and_(text.c[kind.key] == thing.c.id, ~text.c.is_original, text.c.suggestion_id.is_(None))
    languages = sa.select(text.c.language).join_from(thing, text, accepted).where(chosen.where).distinct()
    return (await session.execute(languages)).scalars().all()


def _cells(kind: Kind, row: Mapping[str, Any], states: Mapping[UUID, str]) -> dict[str, Any]:
    values = {column.name: row[column.exported or column.attribute] for column in kind.columns}
    return {name: _cell(value, states) for name, value in values.items()}


def _cell(value: Any, states: Mapping[UUID, str]) -> Any:
    match value:
        case UUID():
            return states[value]
        case StrEnum():
            return value.value.upper()
        case list():
            return [_cell(one, states) for one in value]
        case _:
            return value
