"""Two servers over one database: what changes through either is seen through both within a second."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from schema.core.cache import AnswerCache
from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.practices.commands import withdraw_practice
from services.practices.tables import Practice
from services.practices.terms import PracticeStatus
from tests.builders import a_practice, actor
from tests.schema.live.conftest import Running
from tests.schema.live.test_listening import kill
from tests.schema.live.world import Place, eventually

PRACTICE = 'query ($id: ID!) { practice(id: $id) { title(language: "en") { text } } }'
WITHDRAW = "mutation ($input: PracticeReasonInput!) { practiceWithdraw(input: $input) { errors { code message } } }"
COUNT = "{ practices { totalCount } }"


@pytest.fixture(scope="module")
async def servers(place: Place) -> AsyncIterator[tuple[Running, Running]]:
    await place.token("FRA viewer")  # makes the keys
    both = (await Running.of(place.urls, place.data_dir), await Running.of(place.urls, place.data_dir))
    yield both
    for one in both:
        one.listener.stop()
        await one.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


def cache(server: Running) -> AnswerCache:
    found: AnswerCache = server.config.app.state.cache  # type: ignore[union-attr]
    return found


async def published(place: Place) -> Practice:
    async with place.db.write(SYSTEM) as session:
        return await a_practice(session, title="Here today", status=PracticeStatus.PUBLISHED)


class Reader:
    """Reads one practice through one server."""

    def __init__(self, http: httpx.AsyncClient, server: Running, practice: Practice) -> None:
        self.http, self.server = http, server
        self.params = {"query": PRACTICE, "variables": f'{{"id":"{write_id("practice", practice.id)}"}}'}

    async def read(self) -> str | None:
        """The title, or None where there is no such practice."""
        answer = await self.http.get(f"http://{self.server.host}/graphql", params=self.params)
        assert answer.status_code == 200
        found = answer.json()["data"]["practice"]
        return found and str(found["title"]["text"])

    async def read_twice(self) -> str | None:
        """Read it until it comes from the cache: what was written before may be heard after the first reading."""
        async with asyncio.timeout(20):
            while True:
                hits, found = cache(self.server).hits, await self.read()
                if cache(self.server).hits > hits:
                    return found

    async def seconds_until(self, title: str | None) -> float:
        began = time.monotonic()
        while await self.read() != title:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.005)
        return time.monotonic() - began


@pytest.fixture
async def practice(place: Place) -> Practice:
    return await published(place)


@pytest.fixture
async def readers(servers: tuple[Running, Running], http: httpx.AsyncClient, practice: Practice) -> list[Reader]:
    """One for each server, which has the practice in its cache."""
    found = [Reader(http, server, practice) for server in servers]
    assert [await one.read_twice() for one in found] == ["Here today"] * 2
    return found


async def test_a_withdrawn_practice_is_gone_from_both_within_a_second(
    place: Place, practice: Practice, readers: list[Reader]
) -> None:
    who = actor("ZMB focal point")
    async with place.db.write(who) as session:
        await withdraw_practice(session, who, practice.id, "It was wrong.")
    assert max([await reader.seconds_until(None) for reader in readers]) < 1


async def test_what_is_done_through_one_is_seen_through_the_other_within_a_second(
    place: Place, servers: tuple[Running, Running], http: httpx.AsyncClient, practice: Practice, readers: list[Reader]
) -> None:
    variables = {"input": {"id": write_id("practice", practice.id), "reason": "It was wrong."}}
    answer = await http.post(
        f"http://{servers[0].host}/graphql",
        json={"query": WITHDRAW, "variables": variables},
        headers={"authorization": await place.token("ZMB focal point")},
    )
    assert answer.json() == {"data": {"practiceWithdraw": {"errors": []}}}
    assert await readers[1].seconds_until(None) < 1
    assert await readers[0].seconds_until(None) < 1


async def test_nothing_outdated_is_shown_when_the_listening_connections_are_killed(
    place: Place, servers: tuple[Running, Running], practice: Practice, readers: list[Reader]
) -> None:
    connections = [server.listener._connection for server in servers]
    assert await kill(place) >= 2
    async with place.db.write(SYSTEM) as session:
        (await session.get_one(Practice, practice.id)).status = PracticeStatus.WITHDRAWN
    assert max([await reader.seconds_until(None) for reader in readers]) < 1
    await eventually(
        lambda: all(s.listener._connection not in (None, c) for s, c in zip(servers, connections, strict=True))
    )
    for reader in readers:
        assert await reader.read_twice() is None


async def test_many_readers_meanwhile_see_no_older_answer_after_a_newer_one(
    place: Place, servers: tuple[Running, Running], http: httpx.AsyncClient
) -> None:
    """Each of several readers counts upwards while practices are being added."""

    async def count(server: Running) -> int:
        answer = await http.get(f"http://{server.host}/graphql", params={"query": COUNT})
        return int(answer.json()["data"]["practices"]["totalCount"])

    first = await count(servers[0])
    going = True

    async def watch(server: Running) -> list[int]:
        seen = []
        while going:
            seen.append(await count(server))
        return seen

    watching = [asyncio.create_task(watch(server)) for server in servers for _ in range(3)]
    for _ in range(15):
        await published(place)
        await asyncio.sleep(0.02)
    last = [await count(server) for server in servers]
    await asyncio.sleep(0.3)
    going = False
    for seen in await asyncio.gather(*watching):
        assert seen == sorted(seen)
        assert seen[-1] == first + 15
    assert all(first <= one <= first + 15 for one in last)
