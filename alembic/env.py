"""Alembic's entry: migrations as the owner role, each in its own transaction, over asyncpg."""

import asyncio
from typing import Any

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString

from alembic import context
from services.core.db import make_engine
from services.registry import METADATA


def include(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """The job queue's tables are its library's own."""
    return not (kind == "table" and (name or "").startswith("pgqueuer"))


def render(kind: str, item: Any, _context: Any) -> str | bool:
    """SQLModel's AutoString is a plain String in a migration."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def migrate(connection: sa.Connection) -> None:
    """Run what is asked of Alembic over one connection."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transaction_per_migration=True,
        compare_type=True,
        include_object=include,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connect as the owner and migrate."""
    url = context.config.attributes["url"]
    engine = make_engine(url)
    # connect(), not begin(): concurrent index builds need to leave the transaction
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(main())
