"""Connections of this process that are held: taken and given back without a word to PostgreSQL.

asyncpg's own pool resets a connection each time it is given back, which is a statement more for each read. What is done
here leaves nothing to reset: one statement each time, its settings gone with its transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

LEAVING = 5.0
"""Seconds in which PostgreSQL must have cancelled a statement."""


class Held:
    """Up to ``size`` connections, made by ``connect`` when they are first needed and when one was lost."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], size: int) -> None:
        self._connect = connect
        self._free: list[Any] = []
        self._turn = asyncio.Semaphore(size)
        self._left: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Any]:
        """A connection for as long as the block; the one that was used last, for its plans are warm.

        One that was left in the middle of something, as when its holder was cancelled, is not used again: what it was
        doing is cancelled in PostgreSQL, and it is closed.
        """
        async with self._turn:
            connection = await self._taken()
            try:
                yield connection
            except asyncio.CancelledError:
                leaving = asyncio.create_task(_left(connection))
                self._left.add(leaving)
                leaving.add_done_callback(self._left.discard)
                raise
            except BaseException:
                self._give_back(connection)
                raise
            self._give_back(connection)

    def _give_back(self, connection: Any) -> None:
        if not connection.is_closed():
            self._free.append(connection)

    async def close(self) -> None:
        """Close those that nobody uses."""
        while self._free:
            await self._free.pop().close()
        if self._left:
            await asyncio.wait(self._left)

    async def _taken(self) -> Any:
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                return connection
        return await self._connect()


async def _left(connection: Any) -> None:
    """Close a connection once its statement is cancelled; asyncpg sends that beside it, and closing waits for it."""
    try:
        await connection.close(timeout=LEAVING)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
