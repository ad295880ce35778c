"""Who hangs up is worked for no longer, and nobody is worked for without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import orjson
import pytest

from schema.core import attending
from services.core.db import connect
from tests.schema.live.conftest import Running
from tests.schema.live.world import Place

READ = "{ practices(first: %d) { nodes { title { text } } } }"
DRAFT = """mutation ($key: String!) {
    practiceDraft(input: {title: "Never to be kept", language: "en", idempotencyKey: $key}) { errors { code } }
}"""
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'practice'::regclass"
DRAFTS = "{ practices(where: {status: DRAFT}) { totalCount } }"


class Blocked:
    """A database whose practices nobody can read or write."""

    def __init__(self, connection: object) -> None:
        self.connection = connection

    async def waiting(self, number: int, seconds: float = 3) -> None:
        """Wait until so many statements wait for the lock."""
        for _ in range(int(seconds / 0.02)):
            found = await self.connection.fetchval(WAITING)  # type: ignore[attr-defined]
            if found == number:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{found} statements wait, not {number}")


@asynccontextmanager
async def blocked(place: Place) -> AsyncIterator[Blocked]:
    connection = await connect(place.urls.owner)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE practice IN ACCESS EXCLUSIVE MODE")
            yield Blocked(connection)
    finally:
        await connection.close()


async def hang_up(server: Running, lines: str, body: bytes, here: Blocked) -> None:
    """Ask, and close the connection as soon as the database works."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    writer.write(lines.encode() + body)
    await here.waiting(1)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def post(query: str, token: str = "", accept: str = "application/json", **variables: object) -> tuple[str, bytes]:
    body = orjson.dumps({"query": query, "variables": variables})
    token = f"authorization: {token}\r\n" if token else ""
    head = f"POST /graphql HTTP/1.1\r\nhost: gof.test\r\naccept: {accept}\r\ncontent-type: application/json\r\n{token}"
    return f"{head}content-length: {len(body)}\r\n\r\n", body


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_the_statement_of_who_hangs_up_is_cancelled(server: Running, place: Place, accept: str) -> None:
    async with blocked(place) as here:
        await hang_up(server, *post(READ % 1, accept=accept), here)
        await here.waiting(0)
    async with httpx.AsyncClient(base_url=f"http://{server.host}") as client:
        for number in range(15):  # as many as there are connections, and more
            answer = await client.post("/graphql", json={"query": READ % (number + 1)})
            assert "data" in answer.json(), answer.text


async def test_a_public_read_ends_when_the_last_who_waits_for_it_hangs_up(server: Running, place: Place) -> None:
    lines = "GET /graphql?query={practices(first:7){totalCount,nodes{id}}} HTTP/1.1\r\nhost: gof.test\r\n\r\n"
    async with blocked(place) as here:
        one = asyncio.create_task(hang_up(server, lines, b"", here))
        _, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
        writer.write(lines.encode())
        await one
        await asyncio.sleep(2 * attending.UNATTENDED)
        await here.waiting(1)  # the other still waits
        writer.close()
        await here.waiting(0)
    async with httpx.AsyncClient(base_url=f"http://{server.host}") as client:
        answer = await client.get("/graphql", params={"query": "{practices(first:7){totalCount,nodes{id}}}"})
        assert "data" in answer.json()


async def test_an_act_of_who_hangs_up_is_not_done(server: Running, place: Place) -> None:
    token = await place.token("ZMB focal point")

    async with httpx.AsyncClient(base_url=f"http://{server.host}", headers={"authorization": token}) as client:

        async def drafts() -> int:
            answer = await client.post("/graphql", json={"query": DRAFTS})
            return int(answer.json()["data"]["practices"]["totalCount"])

        before = await drafts()
        async with blocked(place) as here:
            await hang_up(server, *post(DRAFT, token, key="hung up"), here)
            await here.waiting(0)
        assert await drafts() == before
        again = await client.post("/graphql", json={"query": DRAFT, "variables": {"key": "hung up"}})
        assert again.json() == {"data": {"practiceDraft": {"errors": []}}}
        assert await drafts() == before + 1


async def test_a_question_that_takes_too_long_is_given_up(
    server: Running, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "DEADLINE", 0.4)
    token = await place.token("ZMB focal point")
    async with blocked(place) as here, httpx.AsyncClient(base_url=f"http://{server.host}") as client:
        asked = await client.post("/graphql", json={"query": READ % 3})
        shared = await client.get("/graphql", params={"query": READ % 3})
        for answer in (asked, shared):
            assert answer.status_code == 503
            assert answer.json()["errors"][0]["extensions"]["code"] == "DEADLINE_PASSED"
            assert answer.headers["retry-after"] == "2"
        drafted = {"query": DRAFT, "variables": {"key": "late"}}
        act = await client.post("/graphql", json=drafted, headers={"authorization": token})
        assert act.status_code == 503
        assert act.json()["errors"][0]["extensions"]["code"] == "OUTCOME_UNKNOWN"
        events = await client.post("/graphql", json={"query": READ % 3}, headers={"accept": "text/event-stream"})
        assert "DEADLINE_PASSED" in events.text
        await here.waiting(0)


async def test_a_body_that_does_not_come_is_not_waited_for(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attending, "DEADLINE", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    lines, body = post(READ % 1)
    writer.write(lines.encode() + body[:10])
    async with asyncio.timeout(20):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"TOO_SLOW" in answer
    writer.close()


async def test_who_hangs_up_in_the_middle_of_the_body_is_no_failure(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    lines, body = post(READ % 1)
    writer.write(lines.encode() + body[:10])
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await asyncio.sleep(0.1)
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
