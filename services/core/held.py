"""Connections of this process that are held: taken and given back without a word to PostgreSQL.

asyncpg's own pool resets a connection each time it is given back, which is a statement more for each read. What is done
here leaves nothing to reset: one statement each time, its settings gone with its transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any


class Held:
    """Up to ``size`` connections, made by ``connect`` when they are first needed and when one was lost."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], size: int) -> None:
        self._connect = connect
        self._free: list[Any] = []
        self._turn = asyncio.Semaphore(size)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Any]:
        """A connection for as long as the block; the one that was used last, for its plans are warm.

        One that was left in the middle of something, as when its holder was cancelled, is not used again.
        """
        async with self._turn:
            connection = await self._taken()
            try:
                yield connection
            except asyncio.CancelledError:
                connection.terminate()
                raise
            finally:
                if not connection.is_closed():
                    self._free.append(connection)

    async def close(self) -> None:
        """Close those that nobody uses."""
        while self._free:
            await self._free.pop().close()

    async def _taken(self) -> Any:
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                return connection
        return await self._connect()
