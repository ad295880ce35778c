"""One export: read by a server-side cursor in one snapshot, written row by row, in flat memory."""

from collections.abc import Mapping, Sequence
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

BATCH = 500
"""How many things are in memory at once."""


async def export(
    session: Reader,
    actor: Actor,
    kind: Kind,
    states: Mapping[UUID, str],
    file: IO[bytes],
    format_: Format,
    progress: Progress = quiet,
) -> int:
    """Write the things of the delegations ``states`` (their states' codes by id) into ``file``; return how many.

    They stand in the order of their states and numbers, so the same things are the same octets. Of their texts the
    original and the accepted translations are written.

    Raises:
        NotPermitted: the public, or a delegation that is not the actor's.
        TooManyRows: more than a spreadsheet has rows.
    """
    if actor.role is not Role.SYSTEM and (actor.delegation_id is None or set(states) != {actor.delegation_id}):
        raise NotPermitted("A delegation exports what is its own.")
    thing = table_of(kind.thing)
    mine = thing.c.delegation_id.in_(list(states))
    total = int(await session.scalar(sa.select(sa.func.count()).select_from(thing).where(mine)) or 0)
    names = [column.name for column in kind.columns]
    writer: RowWriter = WRITERS[format_](file, names, in_order(await _languages(session, kind, list(states))))
    number = number_of(kind)
    code = sa.case(*((thing.c.delegation_id == key, state) for key, state in states.items()), else_="").collate("C")
    ordered = whole(kind, thing).add_columns(number.label("number")).where(mine).order_by(code, number.collate("C"))
    done = 0
    rows = await session.stream(ordered, execution_options={"yield_per": BATCH})
    async for row in rows.mappings():
        writer.write(_cells(kind, {**row, "external_id": row["number"]}, states), row["translations"])
        done += 1
        if done % BATCH == 0:
            progress(done, total)
    writer.finish()
    progress(done, done)
    return done


async def _languages(session: Reader, kind: Kind, delegations: Sequence[UUID]) -> Sequence[str]:
    text = table_of(kind.text).c
    accepted = sa.and_(~text.is_original, text.suggestion_id.is_(None), text.delegation_id.in_(delegations))
    return (await session.execute(sa.select(text.language).where(accepted).distinct())).scalars().all()


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
