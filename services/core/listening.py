"""The hearing side of ``live``, ``public_changes`` and rows: one connection of a process LISTENs for all who wait in it."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from math import inf
from typing import Any
from uuid import UUID

import asyncpg

from services.core.db import connect
from services.core.errors import Conflict, Unavailable
from services.core.live import CHANNEL

SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two attempts to connect; the pause doubles from one to the next."""
PUBLIC_CHANNEL = "gof_public"
"""On which triggers tell the names of tables (``public_changes``)."""
ROW_CHANNEL = "gof_rows"
"""On which triggers tell rows that changed, as ``kind:id``."""
PULSE = 10.0
"""Seconds after which a silent connection is asked whether it still lives."""
LAG = 1.0
"""Seconds that what was heard may be behind what was told, for those who ask ``current``."""
MOST_EARS = 50
"""How many subscriptions one person may have in one process."""
READERS = 4
"""How many of those who were woken read at once; the other connections stay free for requests."""

log = logging.getLogger("gof.live")


class TooManySubscriptions(Conflict):
    """The person listens to as much as one may already."""

    code = "TOO_MANY_SUBSCRIPTIONS"


class Stopping(Unavailable):
    """The process stops; another one, or the next, goes on."""

    code = "SERVER_STOPPING"


class Listener:
    """All ears of one process, over one connection of its own (LISTEN needs a session: no transaction pooler).

    An ear is an ``asyncio.Event``: however much was told while its holder was busy, it is one thing to look at, so a
    slow holder costs no memory and holds up nobody. When the connection is lost it is made again, and then every ear
    is woken, because something may have been told meanwhile.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._ears: dict[str, set[asyncio.Event]] = {}
        self._held: Counter[UUID] = Counter()
        self._changed: list[Callable[[str | None], None]] = []
        self._rows: dict[str, list[Callable[[str | None], None]]] = {}
        self._connection: Any = None
        self._heard = -inf
        self._asked = -inf
        self._asking: asyncio.Task[None] | None = None
        self.turn = asyncio.Semaphore(READERS)
        self.stopping = False

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen for as long as the block; it is entered whether PostgreSQL answers yet or not."""
        running = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self.stop()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    def stop(self) -> None:
        """End all subscriptions: whoever waits wakes, and finds ``stopping``."""
        self.stopping = True
        self._wake_all()

    def on_public_change(self, changed: Callable[[str | None], None]) -> None:
        """Have ``changed`` called with each table that changed and the public reads; with None where it may be any."""
        self._changed.append(changed)

    def on_row_change(self, kind: str, changed: Callable[[str | None], None]) -> None:
        """Have ``changed`` called with the id of each row of a ``kind`` that changed; with None where it may be any."""
        self._rows.setdefault(kind, []).append(changed)

    async def current(self) -> bool:
        """Whether all that was told ``LAG`` seconds ago or earlier has been heard.

        A notification comes before the answer to any later question over the same connection. So the connection is
        asked, twice in ``LAG`` seconds at most and only while someone wants to know; a connection that is gone without
        a word is found out by that too.
        """
        now = asyncio.get_running_loop().time()
        if now - self._heard < LAG / 2:
            return True
        if self._connection is not None and self._asking is None:
            self._asked = now
            self._asking = asyncio.create_task(self._ask(self._connection, now))
        if now - self._heard >= LAG and self._asking is not None:
            await asyncio.wait({self._asking}, timeout=max(0.0, self._asked + LAG / 2 - now))
        return asyncio.get_running_loop().time() - self._heard < LAG

    @contextmanager
    def ear(self, holder: UUID, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of ``topics`` was told, or may have been; ``holder`` is a person.

        Raises:
            TooManySubscriptions: the holder has ``MOST_EARS`` ears already.
        """
        if self._held[holder] >= MOST_EARS:
            raise TooManySubscriptions(f"You have {MOST_EARS} subscriptions: end one of them before the next.")
        ear = asyncio.Event()
        self._held[holder] += 1
        for one in topics:
            self._ears.setdefault(one, set()).add(ear)
        try:
            yield ear
        finally:
            self._held[holder] -= 1
            if not self._held[holder]:
                del self._held[holder]
            for one in topics:
                self._ears[one].discard(ear)
                if not self._ears[one]:
                    del self._ears[one]

    async def _run(self) -> None:
        """Stay connected, whatever happens to PostgreSQL."""
        pause = SHORTEST_PAUSE
        while True:
            try:
                async with self._connected() as (connection, lost):
                    pause = SHORTEST_PAUSE
                    self._wake_all()
                    self._table_changed(None)
                    self._row_changed(None)
                    self._connection, self._heard = connection, asyncio.get_running_loop().time()
                    await self._until(lost)
                log.warning("the connection that listens was lost; connecting again")
            except (Unavailable, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("cannot listen now, trying again: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[Any, asyncio.Event]]:
        """A connection that LISTENs, and an event that is set when it is lost."""
        connection = await connect(self._url, {"application_name": "gof live"})
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._told)
            await connection.add_listener(PUBLIC_CHANNEL, lambda *told: self._table_changed(str(told[-1])))
            await connection.add_listener(ROW_CHANNEL, lambda *told: self._row_changed(str(told[-1])))
            yield connection, lost
        finally:
            self._connection, self._heard = None, -inf
            connection.terminate()

    async def _until(self, lost: asyncio.Event) -> None:
        """Return when the connection is lost, even where nobody says so: it is asked now and then."""
        while not lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), PULSE)
                return
            await self.current()

    async def _ask(self, connection: Any, asked: float) -> None:
        """Have the connection prove that all was heard that had been told by ``asked``; end it where it cannot."""
        try:
            await connection.execute("SELECT 1", timeout=PULSE)
            if connection is self._connection:
                self._heard = asked
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
        finally:
            self._asking = None

    def _told(self, _connection: object, _pid: int, _channel: str, told: object) -> None:
        for ear in self._ears.get(str(told), ()):
            ear.set()

    def _table_changed(self, table: str | None) -> None:
        for changed in self._changed:
            changed(table)

    def _row_changed(self, told: str | None) -> None:
        kind, _, key = (told or "").partition(":")
        for one, hearing in self._rows.items():
            for changed in hearing if told is None or one == kind else ():
                changed(None if told is None else key)

    def _wake_all(self) -> None:
        for ears in self._ears.values():
            for ear in ears:
                ear.set()
