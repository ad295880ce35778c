"""All that is kept about a person, as JSON values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database, Reader
from services.core.read.shape import table_of
from services.core.table import now
from services.identity.tables import Person
from services.privacy import rules

WITHHELD = "kept only as a hash or sealed, so that nobody reads it"
_SECRET = {"password_hash"}


async def personal_data(db: Database, person_id: UUID) -> Mapping[str, Any]:
    """Return all that is kept about a person: themselves, what is their own, and where they acted for a delegation.

    Secrets are named and withheld. What a delegation wrote is the delegation's: of it only that, when and where the
    person acted.
    """
    found: dict[str, Any] = {"made_at": now(), "person": [], "own": {}, "acts": {}, "record": []}
    async with db.read(SYSTEM) as session:
        person = table_of(Person)
        found["person"] = await _rows(session, sa.select(person).where(person.c.id == person_id))
        for name in rules.OWN:
            table = SQLModel.metadata.tables[name]
            found["own"][name] = await _rows(session, sa.select(table).where(table.c.person_id == person_id))
        for name, columns in rules.ACTS.items():
            found["acts"][name] = await _acts(session, SQLModel.metadata.tables[name], columns, person_id)
        found["record"] = await _leaves(session, person_id)
    return found


async def due(session: Reader, moment: datetime) -> Sequence[UUID]:
    """Return who is to be erased by ``moment`` and is not yet, longest waiting first."""
    waiting = sa.and_(col(Person.erase_at) <= moment, col(Person.erased_at).is_(None))
    found = sa.select(col(Person.id)).where(waiting).order_by(col(Person.erase_at), col(Person.id))
    return (await session.execute(found)).scalars().all()


async def _rows(session: Reader, wanted: sa.Select[Any]) -> list[dict[str, Any]]:
    return [
        {name: _shown(name, value) for name, value in row.items()} for row in (await session.execute(wanted)).mappings()
    ]


async def _acts(session: Reader, table: sa.Table, columns: tuple[str, ...], person_id: UUID) -> list[dict[str, Any]]:
    """Where the person is named, with the keys of the row and in which way."""
    named = [table.c[name] for name in columns]
    when = [table.c.created_at] if "created_at" in table.c else []
    wanted = sa.select(*table.primary_key.columns, *when, *(one for one in named if not one.primary_key))
    rows = await session.execute(wanted.where(sa.or_(*(one == person_id for one in named))))
    return [
        {name: value for name, value in row.items() if name not in columns or value == person_id}
        for row in rows.mappings()
    ]


async def _leaves(session: Reader, person_id: UUID) -> list[dict[str, Any]]:
    leaf = table_of(RecordLeaf).c
    mine = sa.or_(leaf.person_id == person_id, sa.and_(leaf.object_kind == "person", leaf.object_id == person_id))
    wanted = sa.select(leaf.id, leaf.at, leaf.act, leaf.object_kind, leaf.object_id, leaf.role)
    return [dict(row) for row in (await session.execute(wanted.where(mine).order_by(leaf.id))).mappings()]


def _shown(name: str, value: Any) -> Any:
    return WITHHELD if value is not None and (isinstance(value, bytes) or name in _SECRET) else value
