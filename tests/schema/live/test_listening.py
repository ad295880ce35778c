"""What one process hears: every change once it is kept, none that is undone, also after PostgreSQL went away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import pytest

from services.core import listening
from services.core.actor import SYSTEM
from services.core.db import connect
from services.core.errors import Unavailable
from services.core.listening import Listener, TooManySubscriptions
from services.core.live import tell, topic
from tests.builders import id_of
from tests.schema.live.conftest import Running
from tests.schema.live.world import Place, eventually, followed, said, socket

WHO = id_of("FRA viewer")
KILL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name LIKE $1 AND datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def listener(place: Place) -> AsyncIterator[Listener]:
    """A listener of the test's own."""
    found = Listener(place.urls.app)
    async with found.listening():
        with found.ear(WHO, "first") as ear:
            await asyncio.wait_for(ear.wait(), 20)  # woken because it is connected
        yield found


async def told(place: Place, *topics: str) -> None:
    async with place.db.write(SYSTEM) as session:
        await tell(session, *topics)


async def kill(place: Place, name: str = "gof live") -> int:
    """End all connections of this name: those that listen, or all; the role may end its own."""
    connection = await connect(place.urls.app)
    count = int(await connection.fetchval(KILL, name))
    await connection.close()
    return count


async def test_an_ear_hears_its_own_topics_and_no_others(place: Place, listener: Listener) -> None:
    mine, other, another = (topic("practice", uuid4()) for _ in range(3))
    with listener.ear(WHO, mine, other) as ear, listener.ear(WHO, another) as deaf:
        for one in (mine, other):
            await told(place, one)
            await asyncio.wait_for(ear.wait(), 20)
            ear.clear()
        assert not deaf.is_set()


async def test_what_is_undone_is_not_heard(place: Place, listener: Listener) -> None:
    undone, done = topic("practice", uuid4()), topic("practice", uuid4())
    with listener.ear(WHO, undone) as silent, listener.ear(WHO, done) as ear:
        with suppress(RuntimeError):
            async with place.db.write(SYSTEM) as session:
                await tell(session, undone)
                raise RuntimeError
        await told(place, done)
        await asyncio.wait_for(ear.wait(), 20)
        assert not silent.is_set()


async def test_nothing_is_left_of_an_ear_that_is_put_away(listener: Listener) -> None:
    with listener.ear(WHO, "a", "b"), listener.ear(WHO, "b"):
        assert {name: len(ears) for name, ears in listener._ears.items()} == {"a": 1, "b": 2}
    assert listener._ears == {}
    assert not listener._held


async def test_a_person_has_only_so_many_ears(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_EARS", 2)
    with listener.ear(WHO, "a"), listener.ear(WHO, "b"):
        with pytest.raises(TooManySubscriptions), listener.ear(WHO, "c"):
            pass
        with listener.ear(id_of("FRA contributor"), "c"):
            assert set(listener._ears) == {"a", "b", "c"}
    with listener.ear(WHO, "c"):
        assert set(listener._ears) == {"c"}


async def test_a_lost_connection_is_made_again_and_everybody_looks(place: Place, listener: Listener) -> None:
    one = topic("practice", uuid4())
    with listener.ear(WHO, one) as ear:
        assert await kill(place) >= 1
        await asyncio.wait_for(ear.wait(), 20)
        ear.clear()
        await told(place, one)
        await asyncio.wait_for(ear.wait(), 20)


async def test_a_server_without_postgresql_keeps_trying(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listening, "LONGEST_PAUSE", 0.1)
    wanted = Listener(place.urls.app)
    real, wanted._url = wanted._url, "postgresql://gof_app:secret-word@127.0.0.1:1/gof"
    async with wanted.listening():
        with wanted.ear(WHO, "one") as ear:
            await eventually(lambda: caplog.text.count("cannot listen now") >= 2)
            assert not ear.is_set()
            wanted._url = real
            await asyncio.wait_for(ear.wait(), 20)
    assert "secret-word" not in caplog.text


async def test_followers_miss_nothing_when_the_listening_connection_is_killed(server: Running, place: Place) -> None:
    key = await place.talks()
    token = await place.token("FRA viewer")
    async with socket(server.host, token) as client, followed(server.host, token, key) as events:
        await client.subscribe(key)
        await events.next()
        await kill(place)
        await place.ask(key, "Still there?")
        heard: list[list[str]] = [[], []]
        while heard[0] == []:  # it may be woken for the new connection first
            heard[0] = said(await client.next())
        while heard[1] == []:
            heard[1] = said((await events.next())[1])
        assert heard == [["Still there?"]] * 2


async def test_followers_outlive_a_postgresql_that_ends_every_connection(server: Running, place: Place) -> None:
    key = await place.talks()
    token = await place.token("FRA viewer")
    async with socket(server.host, token) as client:
        await client.subscribe(key)
        assert await kill(place, "gof%") >= 3
        with suppress(Unavailable):
            await place.ask(key, "Lost with its connection.")
        await place.db.close()
        await place.db.open()
        await place.ask(key, "Still there?")
        heard: list[str] = []
        while heard == []:
            heard = said(await client.next())
        assert heard == ["Still there?"]
