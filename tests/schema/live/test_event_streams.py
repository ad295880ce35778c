"""GraphQL over server-sent events, byte by byte as a plain client sees it."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from schema.core import event_stream
from services.core.ids import write_id
from tests.builders import id_of
from tests.schema.live.conftest import Running
from tests.schema.live.world import CHANGED, Place, eventually, followed, said, variables

EVENTS = {"accept": "text/event-stream"}
STATES = "{ memberStates { totalCount } }"


async def asked(server: Running, query: str, token: str | None = None, **headers: str) -> httpx.Response:
    """Ask and wait for the end of the answer."""
    given = headers if token is None else {**headers, "authorization": token}
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.post(f"http://{server.host}/graphql", json={"query": query}, headers=given)


async def test_a_query_is_one_event_and_the_end(server: Running) -> None:
    answer = await asked(server, STATES, **EVENTS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    events = ['event: next\ndata: {"data":{"memberStates":{"totalCount":193}}}', "event: complete\ndata:", ""]
    assert answer.text.split("\n\n") == events


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "*/*",
        "application/graphql-response+json, application/json, text/event-stream, multipart/mixed",
    ],
)
async def test_a_query_of_who_takes_json_too_is_answered_in_json(server: Running, accept: str) -> None:
    assert (await asked(server, STATES, accept=accept)).json() == {"data": {"memberStates": {"totalCount": 193}}}


async def test_a_subscription_of_who_takes_no_events_is_refused(server: Running, place: Place) -> None:
    answer = await asked(server, CHANGED, await place.token("FRA viewer"), accept="application/json")
    assert answer.status_code == 406
    assert "text/event-stream" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("subscription {", "Syntax Error"),
        ("subscription { nothing }", "nothing"),
        ('subscription { expressionOfInterestChanged(id: "nonsense") { id } }', "is not an id"),
        ('{ practice(id: "nonsense") { id } }', "is not an id"),
    ],
)
async def test_a_wrong_operation_is_one_event_with_errors_and_the_end(
    server: Running, place: Place, query: str, sentence: str
) -> None:
    answer = await asked(server, query, await place.token("FRA viewer"), **EVENTS)
    assert answer.status_code == 200
    event, end, _ = answer.text.split("\n\n")
    kind, data = event.split("\n")
    assert (kind, end) == ("event: next", "event: complete\ndata:")
    assert sentence in orjson.loads(data.removeprefix("data: "))["errors"][0]["message"]


@pytest.mark.parametrize(("body", "status"), [(b"[", 400), (b'{"query": 5}', 400), (b"x" * 70_000, 413)])
async def test_what_is_no_request_is_refused_in_json(server: Running, body: bytes, status: int) -> None:
    async with httpx.AsyncClient() as client:
        headers = {**EVENTS, "content-type": "application/json"}
        answer = await client.post(f"http://{server.host}/graphql", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]


async def test_a_mutation_by_get_is_refused(server: Running) -> None:
    params = {"query": "mutation { signOut { done } }"}
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{server.host}/graphql", params=params, headers=EVENTS)
    assert answer.status_code == 405


@pytest.mark.parametrize("who", ["SEN focal point", "secretariat", "applicant focal point", None])
async def test_others_are_told_that_there_is_no_such_thing(server: Running, place: Place, who: str | None) -> None:
    key = await place.talks()
    token = "" if who is None else await place.token(who)
    async with httpx.AsyncClient() as client:
        headers = {**EVENTS, **({"authorization": token} if token else {})}
        given: dict[str, Any] = {"query": CHANGED, "variables": variables(key)}
        answer = await client.post(f"http://{server.host}/graphql", json=given, headers=headers)
    events = answer.text.split("\n\n")
    [error] = orjson.loads(events[0].split("data: ")[1])["errors"]
    assert error["extensions"]["code"] == ("NOT_SIGNED_IN" if who is None else "NOT_FOUND")
    assert events[1].startswith("event: complete")


async def test_what_never_was_and_what_is_not_yours_are_one_answer(server: Running, place: Place) -> None:
    token = await place.token("SEN focal point")
    there = write_id("expression_of_interest", await place.talks())
    answers = []
    for key in (there, write_id("expression_of_interest", id_of("nothing"))):
        query = f'subscription {{ expressionOfInterestChanged(id: "{key}") {{ id }} }}'
        answers.append((await asked(server, query, token, **EVENTS)).text)
    assert answers[0] == answers[1]


async def test_silence_is_broken_by_comments(server: Running, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT", 0.05)
    key = await place.talks()
    async with followed(server.host, await place.token("FRA viewer"), key) as events:
        await events.next()
        async with asyncio.timeout(20):
            assert [await anext(events.lines) for _ in range(6)] == [":", "", ":", "", ":", ""]


async def test_who_hangs_up_is_followed_no_more(server: Running, place: Place) -> None:
    key = await place.talks()
    topic = f"expression_of_interest:{key.hex}"
    async with followed(server.host, await place.token("FRA viewer"), key) as events:
        await events.next()
        assert len(server.listener._ears[topic]) == 1
    await eventually(lambda: topic not in server.listener._ears)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
async def test_it_works_with_plain_curl(server: Running, place: Place, tmp_path: Path) -> None:
    key = await place.talks()
    (tmp_path / "question.json").write_bytes(orjson.dumps({"query": CHANGED, "variables": variables(key)}))
    command = ["curl", "-sN", "-H", "accept: text/event-stream", "-H", "content-type: application/json"]
    command += ["-H", f"authorization: {await place.token('FRA viewer')}", "--data", "@question.json"]
    curl = await asyncio.create_subprocess_exec(
        *command, f"http://{server.host}/graphql", cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    assert curl.stdout is not None
    try:
        for text in ([], ["Go on?"]):
            async with asyncio.timeout(20):
                while not (line := await curl.stdout.readline()).startswith(b"data: {"):
                    assert line
            assert said(orjson.loads(line.removeprefix(b"data: "))) == text
            if not text:
                await place.ask(key, "Go on?")
    finally:
        curl.kill()
        await curl.wait()
