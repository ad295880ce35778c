"""Makes a generation of the index from the database, part by part, and says what has changed since one was read."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database, Reader
from services.core.progress import Progress, quiet
from services.core.read.shape import table_of
from services.core.settings import Settings
from services.matching.index import files
from services.matching.index.part import MOST, Part, part_of
from services.matching.index.rows import indexed, rows_after, rows_of
from services.proposals.tables import Proposal, ProposalText

STEP = 2_000
"""Rows that are read at once."""
OLD, SHARE = 1_000, 0.05
"""How many changes are left to each process to follow: so many, or this share of all rows; then it is made anew."""
DATABASE = sa.text(
    "SELECT system_identifier::text || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())::text "
    "FROM pg_control_system()"
)
HORIZON = sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")

_NOW = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_WRITTEN = sa.literal_column(
    f"({_NOW} + ((xmin::text::bigint - {_NOW} + 2147483648) & 4294967295) - 2147483648)", sa.BigInteger()
)
"""The whole number of the transaction that wrote a row: the row has its lower half, and is less than 2**31 away."""


def folder_of(settings: Settings) -> Path:
    """Where the index of an installation lies."""
    return settings.data_dir / "matching"


async def database_of(session: Reader) -> str:
    """By what files know the database that they were read from."""
    return str(await session.scalar(DATABASE))


async def horizon_of(session: Reader) -> int:
    """The first transaction that this moment may not see."""
    return int(await session.scalar(HORIZON) or 0)


async def changed_since(session: Reader, horizon: int) -> set[UUID]:
    """The proposals of which something was written by a transaction from ``horizon`` on, as far as they are there."""
    found: set[UUID] = set()
    for model, key in ((Proposal, "id"), (ProposalText, "proposal_id")):
        row = table_of(model)
        changed = sa.select(row.c[key]).where(sa.literal(horizon, sa.BigInteger) <= _WRITTEN)
        found |= set((await session.execute(changed)).scalars())
    return found


async def open_now(session: Reader) -> set[UUID]:
    """The proposals that belong in the index."""
    table = table_of(Proposal)
    return set((await session.execute(sa.select(table.c.id).where(indexed(table)))).scalars())


async def read_part(session: Reader, ids: Sequence[UUID]) -> Part | None:
    """A part of those of ``ids`` that belong in the index; None for none."""
    rows = await rows_of(session, ids)
    return await asyncio.to_thread(part_of, rows) if rows else None


async def build(db: Database, folder: Path, progress: Progress = quiet) -> str | None:
    """Make a generation; return its name, or None where another process is making one.

    What changes meanwhile is in the parts or not; whoever loads them reads again what changed since ``horizon``.
    """
    with files.making(folder) as making:
        if making is None:
            return None
        async with db.read(SYSTEM) as session:
            database, horizon = await database_of(session), await horizon_of(session)
        after, done = UUID(int=0), 0
        while True:
            rows: list[Any] = []
            while len(rows) < MOST:
                async with db.read(SYSTEM) as session:
                    found = await rows_after(session, after, min(STEP, MOST - len(rows)))
                if not found:
                    break
                rows += found
                after, done = found[-1].id, done + len(found)
                progress(done, None)
            if not rows:
                return await asyncio.to_thread(making.finish, database, horizon)
            await asyncio.to_thread(lambda some: making.add(part_of(some)), rows)


async def needed(db: Database, folder: Path) -> bool:
    """Whether there is no index of this database, or so much has changed since that a new one is better."""
    async with db.read(SYSTEM) as session:
        database, now = await database_of(session), await horizon_of(session)
        found = await asyncio.to_thread(files.load, folder, database)
        if found is None or found.horizon > now:
            return True
        changed = await changed_since(session, found.horizon)
    return len(changed) > max(OLD, SHARE * sum(map(len, found.parts)))
