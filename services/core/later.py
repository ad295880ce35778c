"""What a command writes for others, and does not read itself: done together, in one statement.

The record's leaf, the key that makes asking twice the same as asking once, and what listeners are told belong to the
transaction but to no step of the command. They wait for the session's next statement, or for the commit, and go to
PostgreSQL together: one round trip for all of them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.orm import ORMExecuteState, Session

_WAITING = "gof later"
_TOGETHER = 20
"""Parts of one statement at most: to compose a longer one takes more time than the round trips that it saves."""


def later(session: AsyncSession, *parts: "sa.Insert | sa.ColumnElement[Any]") -> None:
    """Have these inserts and calls of functions done in the transaction of ``session``, in any order among themselves."""
    session.info.setdefault(_WAITING, []).extend(parts)


def settle(session: Session) -> None:
    """Do what waits."""
    parts = session.info.pop(_WAITING, [])
    for start in range(0, len(parts), _TOGETHER):
        some = parts[start : start + _TOGETHER]
        inserts = [one.cte(f"later_{number}") for number, one in enumerate(some) if isinstance(one, sa.Insert)]
        calls = [one for one in some if not isinstance(one, sa.Insert)]
        session.execute(sa.select(*(calls or [sa.true()])).add_cte(*inserts))


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


@event.listens_for(Session, "do_orm_execute")
def _before(state: ORMExecuteState) -> None:
    """Whoever reads in the same transaction sees what waited."""
    settle(state.session)
