"""What a command writes for others, and does not read itself: done together, in one statement.

The record's leaf, the key that makes asking twice the same as asking once, and what listeners are told belong to the
transaction but to no step of the command. They wait for the session's next statement, or for the commit, and go to
PostgreSQL together: one round trip for all of them.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.orm import ORMExecuteState, Session
from sqlmodel import SQLModel

_WAITING = "gof later"
_TOGETHER = 20
"""Parts of one statement at most: to compose a longer one takes more time than the round trips that it saves."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a part shapes the statement: the new row's table, or the function that is called; the names of values."""

    what: type[SQLModel] | str
    names: tuple[str, ...]
    unless_there: bool = False


def insert_later(
    session: AsyncSession, table: type[SQLModel], values: Mapping[str, Any], *, unless_there: bool = False
) -> None:
    """Have a row written in the transaction of ``session``, in any order with what else waits."""
    _wait(session, Part(table, tuple(values), unless_there), values)


def call_later(session: AsyncSession, function: str, *arguments: str) -> None:
    """Have a function of texts called in the transaction of ``session``, in any order with what else waits."""
    values = {f"argument_{number}": one for number, one in enumerate(arguments)}
    _wait(session, Part(function, tuple(values)), values)


def settle(session: Session) -> None:
    """Do what waits."""
    parts = session.info.pop(_WAITING, [])
    for start in range(0, len(parts), _TOGETHER):
        some = parts[start : start + _TOGETHER]
        values = {f"{name}_{number}": value for number, (_, given) in enumerate(some) for name, value in given.items()}
        session.execute(_together(tuple(part for part, _ in some)), values)


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[AsyncSessionTransaction]:
    """A part of a transaction that may be undone alone, and what waits of it goes with it."""
    await session.run_sync(settle)
    try:
        async with session.begin_nested() as part:
            yield part
            if part.is_active:
                await session.flush()
                await session.run_sync(settle)
    finally:
        session.info.pop(_WAITING, None)


def _wait(session: AsyncSession, part: Part, values: Mapping[str, Any]) -> None:
    session.info.setdefault(_WAITING, []).append((part, values))


@lru_cache(maxsize=128)
def _together(parts: tuple[Part, ...]) -> sa.Select[Any]:
    """One statement of all parts, its values open: composing it anew takes longer than PostgreSQL needs to do it."""
    rows: list[sa.CTE] = []
    calls: list[sa.ColumnElement[Any]] = []
    for number, part in enumerate(parts):
        named = [f"{name}_{number}" for name in part.names]
        if isinstance(part.what, str):
            calls.append(getattr(sa.func, part.what)(*(sa.bindparam(name, type_=sa.Text) for name in named)))
        else:
            columns = sa.inspect(part.what).local_table.c
            opened = [
                sa.bindparam(open_, type_=columns[name].type) for open_, name in zip(named, part.names, strict=True)
            ]
            row = insert(part.what).values(dict(zip(part.names, opened, strict=True)))
            rows.append((row.on_conflict_do_nothing() if part.unless_there else row).cte(f"later_{number}"))
    return sa.select(*(calls or [sa.true()])).add_cte(*rows)


@event.listens_for(Session, "do_orm_execute")
def _before(state: ORMExecuteState) -> None:
    """Whoever reads in the same transaction sees what waited."""
    settle(state.session)
