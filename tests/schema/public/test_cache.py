"""Kept answers: read once for all who ask together, bounded in bytes, gone with the first change, never outdated."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

import pytest
import sqlalchemy as sa

from schema.core import cache
from schema.core.cache import ENTRY_BYTES, Answer, AnswerCache
from services.core import listening
from services.core.actor import SYSTEM
from services.core.errors import Unavailable
from services.core.listening import Listener
from services.core.public_changes import MIGRATED
from services.core.read.shape import table_of
from services.matching.tables import MatchingWeights
from services.notices.tables import Mail
from services.practices.tables import Practice
from tests.schema.live.test_listening import kill
from tests.schema.live.world import Place, eventually

ROOM = 1_000_000


class Reading:
    """What a cache reads: counts the readings, and lets them end when ``goes`` is set."""

    def __init__(self, body: bytes = b"x", *tables: str) -> None:
        self.body = body
        self.tables = frozenset(tables) or None
        self.times = 0
        self.keeps = True
        self.goes = asyncio.Event()
        self.goes.set()
        self.fails = False

    async def __call__(self) -> Answer:
        self.times += 1
        body, began = self.body, asyncio.get_running_loop().time()
        await self.goes.wait()
        if self.fails:
            raise Unavailable("Not now.")
        return Answer.of(body, "application/json", 200, began, keeps=self.keeps, tables=self.tables)


async def change(place: Place) -> None:
    """Commit a statement over what the public reads, though it finds no row."""
    practice = table_of(Practice)
    await place.write(lambda session: session.execute(sa.delete(practice).where(practice.c.status == "nothing")))


async def test_an_answer_is_read_once_until_something_changes(place: Place, listener: Listener) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading()
    for _ in range(3):
        assert (await kept.answer(b"q", read)).body == b"x"
    assert (read.times, kept.hits, kept.misses) == (1, 2, 1)
    await kept.answer(b"another", read)
    assert (read.times, len(kept)) == (2, 2)
    await change(place)
    await eventually(lambda: len(kept) == 0, 1)
    assert kept.bytes == 0
    read.body = b"y"
    assert (await kept.answer(b"q", read)).body == b"y"


async def test_a_table_drops_what_was_read_from_it_and_nothing_else(place: Place, listener: Listener) -> None:
    kept = AnswerCache(ROOM, listener)
    for question, tables in ((b"practice", ["vision", "practice"]), (b"region", ["region"]), (b"any", [])):
        await kept.answer(question, Reading(b"x", *tables))
    assert len(kept) == 3
    await change(place)
    await eventually(lambda: len(kept) == 1, 1)
    assert list(kept._kept) == [b"region"]
    assert kept.bytes == ENTRY_BYTES + 1
    for table in (None, MIGRATED):
        await kept.answer(b"region", Reading(b"x", "region"))
        kept.forget(table)
        assert (len(kept), kept.bytes) == (0, 0)


async def test_what_is_undone_or_private_drops_nothing(place: Place, listener: Listener) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading()
    await kept.answer(b"q", read)
    mail, weights = table_of(Mail), table_of(MatchingWeights)
    await place.write(lambda session: session.execute(sa.delete(mail).where(mail.c.id.is_(None))))
    with suppress(RuntimeError):
        async with place.db.write(SYSTEM) as session:
            await session.execute(sa.update(weights).values(revision=weights.c.revision))
            raise RuntimeError
    assert await listener.current()
    await asyncio.sleep(0.1)
    await kept.answer(b"q", read)
    assert read.times == 1


async def test_who_asks_together_waits_for_one_reading(listener: Listener) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading()
    read.goes.clear()
    asking = [asyncio.create_task(kept.answer(b"q", read)) for _ in range(20)]
    await eventually(lambda: read.times == 1)
    asking[0].cancel()  # who asked first may go away
    await asyncio.sleep(0)
    read.goes.set()
    answers = await asyncio.gather(*asking[1:])
    assert read.times == 1
    assert {answer.body for answer in answers} == {b"x"}


async def test_a_reading_that_fails_fails_for_all_and_the_next_one_reads_again(listener: Listener) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading()
    read.goes.clear()
    read.fails = True
    asking = [asyncio.create_task(kept.answer(b"q", read)) for _ in range(3)]
    await eventually(lambda: read.times == 1)
    read.goes.set()
    assert all(isinstance(one, Unavailable) for one in await asyncio.gather(*asking, return_exceptions=True))
    read.fails = False
    assert (await kept.answer(b"q", read)).body == b"x"


async def test_an_answer_with_errors_is_not_kept(listener: Listener) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading()
    read.keeps = False
    await kept.answer(b"q", read)
    await kept.answer(b"q", read)
    assert (read.times, len(kept)) == (2, 0)


async def test_what_was_being_read_when_something_changed_goes_to_nobody_after(
    place: Place, listener: Listener
) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading(b"before")
    read.goes.clear()
    early = asyncio.create_task(kept.answer(b"q", read))
    await eventually(lambda: read.times == 1)
    heard = kept._reading
    await change(place)
    await eventually(lambda: kept._reading is not heard, 1)
    read.body = b"after"
    late = asyncio.create_task(kept.answer(b"q", read))
    await eventually(lambda: read.times == 2)
    read.goes.set()
    assert [(await early).body, (await late).body] == [b"before", b"after"]
    assert (await kept.answer(b"q", read)).body == b"after"
    assert read.times == 2


async def test_the_room_is_bounded_and_what_was_used_longest_ago_goes_first(listener: Listener) -> None:
    kept, bodies = AnswerCache(20 * (ENTRY_BYTES + 100), listener), Reading(b"x" * 100)
    for number in range(20):
        await kept.answer(b"%d" % number, bodies)
    await kept.answer(b"0", bodies)
    assert (len(kept), kept.bytes) == (20, kept.limit)
    for number in range(20, 25):
        await kept.answer(b"%d" % number, bodies)
        assert kept.bytes <= kept.limit
    assert list(kept._kept) == [b"%d" % number for number in [*range(6, 20), 0, *range(20, 25)]]
    large = Reading(b"x" * (kept.limit // 8))
    assert (await kept.answer(b"large", large)).body == large.body
    assert (len(kept), kept.bytes) == (20, kept.limit)
    await kept.answer(b"0", Reading(b"y"))
    assert kept.bytes == sum(len(one.body) + ENTRY_BYTES for one in kept._kept.values())


async def test_an_answer_is_shown_for_a_minute_at_most(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading()
    first = await kept.answer(b"q", read)
    assert first.fresh_for == cache.LIFE == 60
    monkeypatch.setattr(cache, "LIFE", 1)
    await asyncio.sleep(1.05)
    assert first.fresh_for == 0
    second = await kept.answer(b"q", read)
    assert (read.times, second.fresh_for) == (2, 1)
    assert kept.bytes == ENTRY_BYTES + 1


async def test_without_anybody_who_listens_nothing_is_kept(place: Place) -> None:
    for deaf in (None, Listener(place.urls.app)):
        kept, read = AnswerCache(ROOM, deaf), Reading()
        await kept.answer(b"q", read)
        await kept.answer(b"q", read)
        assert (read.times, len(kept)) == (2, 0)


async def test_when_the_connection_that_listens_is_lost_everything_is_read_again(
    place: Place, listener: Listener
) -> None:
    kept, read = AnswerCache(ROOM, listener), Reading()
    await kept.answer(b"q", read)
    before = listener._connection
    assert await kill(place) >= 1
    await eventually(lambda: listener._connection is None)
    await kept.answer(b"q", read)
    assert read.times == 2, "deaf, it shows nothing"
    await eventually(lambda: listener._connection is not None)
    assert (len(kept), listener._connection is before) == (0, False)
    await kept.answer(b"q", read)
    await kept.answer(b"q", read)
    assert read.times == 3, "connected again, it keeps again"


@asynccontextmanager
async def through_a_wire(url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The address of a database over a wire that carries nothing while the event is clear, and says nothing of it."""
    parts, carries = urlsplit(url), asyncio.Event()
    tasks, ends = set[asyncio.Task[None]](), list[asyncio.StreamWriter]()
    carries.set()

    async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            await carries.wait()
            target.write(data)
        target.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        ends.extend((writer, back))
        tasks.update(asyncio.create_task(carry(*pair)) for pair in ((reader, back), (there, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, family=socket.AF_INET)
    host, port = server.sockets[0].getsockname()
    netloc = f"{parts.username}:{parts.password}@{host}:{port}"
    try:
        yield urlunsplit(parts._replace(netloc=netloc)), carries
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        for end in ends:
            end.close()
            with suppress(OSError):
                await end.wait_closed()


async def test_a_connection_that_is_gone_without_a_word_serves_nothing_after_a_second(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PULSE", 2.0)
    async with through_a_wire(place.urls.app) as (url, carries):
        listener = Listener(url)
        kept, read = AnswerCache(ROOM, listener), Reading(b"before")
        async with listener.listening():
            await eventually(lambda: listener._connection is not None)
            await kept.answer(b"q", read)
            carries.clear()
            read.body = b"after"
            await change(place)
            changed = asyncio.get_running_loop().time()
            answers = []
            while asyncio.get_running_loop().time() - changed < 3:
                asked = asyncio.get_running_loop().time()
                answers.append((asked - changed, (await kept.answer(b"q", read)).body))
                await asyncio.sleep(0.01)
            assert (answers[0][1], answers[-1][1]) == (b"before", b"after")
            assert all(body == b"after" for seconds, body in answers if seconds > listening.LAG)
            carries.set()
            await eventually(lambda: len(kept) == 0)
            await kept.answer(b"q", read)
