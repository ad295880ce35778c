"""The protocol graphql-transport-ws, message by message: what is answered, and with which code a socket is closed."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from schema.core import websocket
from schema.core.rate import Buckets
from services.core.actor import SYSTEM
from services.core.table import now
from services.identity.tables import Person
from tests.builders import id_of
from tests.schema.live.conftest import Running
from tests.schema.live.world import CHANGED, Place, opened, said, socket, variables
from tests.services.identity.world import change

STATES = "{ memberStates { totalCount } }"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 4400),
        ("[]", 4400),
        ("{}", 4400),
        ('{"type": 5}', 4400),
        ('{"type": "shout"}', 4400),
        ('{"type": "connection_init"}', 4429),
        ('{"type": "subscribe"}', 4400),
        ('{"type": "subscribe", "id": ""}', 4400),
        ('{"type": "subscribe", "id": 1, "payload": {"query": "{__typename}"}}', 4400),
        ('{"type": "subscribe", "id": "1"}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": 5}}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{__typename}", "variables": []}}', 4400),
        ('{"type": "complete"}', 4400),
        ('{"type": "subscribe", "id": "\\ud800", "payload": {}}', 4400),
        (b"\x00\x01", 4400),
        (f'{{"type": "ping", "payload": "{"x" * 65_536}"}}', 1009),
    ],
)
async def test_what_is_no_message_of_the_protocol_closes_the_socket(
    server: Running, place: Place, message: str | bytes, code: int
) -> None:
    async with socket(server.host, await place.token("FRA viewer")) as client:
        await client.connection.send(message)
        closed, reason = await client.closed()
        assert closed == code
        assert reason or code == 1009


async def test_a_flood_of_messages_closes_the_socket(
    server: Running, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await place.token("FRA viewer")
    monkeypatch.setattr(server.config.app.state.rates, "_addresses", Buckets("address", 30))  # type: ignore[union-attr]
    async with socket(server.host, token) as client:
        for _ in range(40):
            await client.send("ping")
        pongs: list[str] = []

        async def listen() -> None:
            while True:
                pongs.append((await client.receive())["type"])

        with pytest.raises(ConnectionClosed) as closed:
            await listen()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013
    assert "points a minute" in closed.value.rcvd.reason
    assert set(pongs) == {"pong"}
    assert 25 <= len(pongs) <= 30


async def test_one_id_is_one_operation(server: Running, place: Place) -> None:
    key = await place.talks()
    async with socket(server.host, await place.token("FRA viewer")) as client:
        await client.subscribe(key, "one")
        await client.send("subscribe", id="one", payload={"query": STATES})
        assert await client.closed() == (4409, "Subscriber for one already exists")


async def test_a_completed_id_is_free_again(server: Running, place: Place) -> None:
    key = await place.talks()
    async with socket(server.host, await place.token("FRA viewer")) as client:
        for _ in range(3):
            await client.subscribe(key, "one")
            await client.send("complete", id="one")
        await client.send("complete", id="never begun")
        assert await client.subscribe(key, "one") == []


async def test_several_operations_run_side_by_side(server: Running, place: Place) -> None:
    keys = [await place.talks() for _ in range(3)]
    async with socket(server.host, await place.token("ZMB viewer")) as client:
        for number, key in enumerate(keys):
            await client.subscribe(key, str(number))
        await place.ask(keys[1], "Only you.")
        assert said(await client.next("1")) == ["Only you."]
        await client.send("subscribe", id="q", payload={"query": STATES})
        assert await client.next("q") == {"data": {"memberStates": {"totalCount": 193}}}
        assert await client.receive() == {"type": "complete", "id": "q"}
        await place.ask(keys[2], "Now you.")
        assert said(await client.next("2")) == ["Now you."]


async def test_mutations_go_over_the_socket_too(server: Running, place: Place) -> None:
    key = await place.talks()
    query = "mutation ($input: ExpressionOfInterestTextInput!) { expressionOfInterestAsk(input: $input) { errors { code } } }"
    async with socket(server.host, await place.token("ZMB focal point")) as client:
        await client.subscribe(key)
        given = {"input": {**variables(key), "text": "How many?"}}
        await client.send("subscribe", id="m", payload={"query": query, "variables": given})
        answers = [await client.receive() for _ in range(3)]
        assert {"type": "complete", "id": "m"} in answers
        [heard] = [one["payload"] for one in answers if one["id"] == "1"]
        assert said(heard) == ["How many?"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("subscription {", "Syntax Error"),
        ("subscription { nothing }", "nothing"),
        ("subscription A { __typename } subscription B { __typename }", "several operations"),
        ('subscription { expressionOfInterestChanged(id: "nonsense") { id } }', "is not an id"),
        ('subscription { expressionOfInterestChanged(id: "practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6") { id } }', "a practice"),
        ("subscription { a: expressionOfInterestChanged(id: 1) { id } b: expressionOfInterestChanged(id: 1) { id } }", "one"),
    ],
)  # fmt: skip
async def test_a_wrong_operation_ends_in_errors_and_the_socket_goes_on(
    server: Running, place: Place, query: str, sentence: str
) -> None:
    async with socket(server.host, await place.token("FRA viewer")) as client:
        await client.send("subscribe", id="1", payload={"query": query})
        message = await client.receive()
        assert (message["type"], message["id"]) == ("error", "1")
        assert sentence in message["payload"][0]["message"]
        await client.send("ping")
        assert await client.receive() == {"type": "pong"}


async def test_pings_are_answered_with_what_they_carry_even_before_the_greeting(server: Running) -> None:
    async with opened(server.host) as client:
        await client.send("pong", payload={"unasked": True})
        await client.send("ping", payload={"at": 5})
        assert await client.receive() == {"type": "pong", "payload": {"at": 5}}


async def test_only_so_many_operations_run_at_once(
    server: Running, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MOST_OPERATIONS", 2)
    key = await place.talks()
    async with socket(server.host, await place.token("FRA viewer")) as client:
        await client.subscribe(key, "1")
        await client.subscribe(key, "2")
        await client.send("subscribe", id="3", payload={"query": STATES})
        message = await client.receive()
        assert (message["type"], message["id"]) == ("error", "3")
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await client.send("complete", id="1")
        assert await client.subscribe(key, "3") == []


async def test_who_says_nothing_is_not_waited_for(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "GREETING", 0.2)
    async with opened(server.host) as client:
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_operations_wait_for_the_greeting(server: Running) -> None:
    async with opened(server.host) as client:
        await client.send("subscribe", id="1", payload={"query": STATES})
        assert (await client.closed())[0] == 4401


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (None, 4403),
        ({}, 4403),
        ([], 4400),
        ({"authorization": 5}, 4403),
        ({"authorization": "Bearer nonsense"}, 4403),
        ({"authorization": "Bearer é"}, 4403),
        ({"authorization": "Basic abc"}, 4403),
        ({"authorization": "Bearer gof_api_nonsense"}, 4403),
    ],
)
async def test_nobody_gets_in(server: Running, payload: Any, code: int) -> None:
    async with opened(server.host) as client:
        await client.send("connection_init", payload=payload)
        closed, reason = await client.closed()
        assert (closed, bool(reason)) == (code, True)


async def test_a_program_may_send_the_token_as_a_header(server: Running, place: Place) -> None:
    async with opened(server.host, authorization=await place.token("FRA viewer")) as client:
        await client.send("connection_init")
        assert await client.receive() == {"type": "connection_ack"}


async def test_an_idle_socket_ends_with_its_token(server: Running, place: Place) -> None:
    async with socket(server.host, await place.token("FRA viewer", timedelta(seconds=3))) as client:
        assert (await client.closed())[0] == 4403


async def test_who_is_removed_is_out_within_5_seconds(server: Running, place: Place) -> None:
    key = await place.talks()
    async with socket(server.host, await place.token("FRA contributor")) as client:
        await client.subscribe(key)
        try:
            async with place.db.write(SYSTEM) as session:
                await change(session, Person, id_of("FRA contributor"), left_at=now())
            code, reason = await client.closed(seconds=5)
            assert (code, reason) == (4403, "Your session has ended. Sign in again.")
        finally:
            async with place.db.write(SYSTEM) as session:
                await change(session, Person, id_of("FRA contributor"), left_at=None)


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://gof.test.elsewhere.example"])
async def test_pages_of_other_addresses_open_no_socket(server: Running, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(server.host, origin=origin):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["http://gof.test", "http://{host}"])
async def test_our_own_pages_open_sockets(server: Running, place: Place, origin: str) -> None:
    token = await place.token("FRA viewer")
    async with opened(server.host, origin=origin.format(host=server.host)) as client:
        await client.send("connection_init", payload={"Authorization": token})
        assert await client.receive() == {"type": "connection_ack"}


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"]])
async def test_another_protocol_is_refused(server: Running, protocols: Any) -> None:
    async with connect(f"ws://{server.host}/graphql", subprotocols=protocols) as connection:
        await asyncio.wait_for(connection.wait_closed(), 20)
        assert connection.close_code == 4406


async def test_a_slow_client_gets_the_state_of_the_day_and_not_every_step(server: Running, place: Place) -> None:
    key = await place.talks()
    async with socket(server.host, await place.token("FRA viewer")) as client:
        await client.subscribe(key)
        for number in range(5):
            await place.ask(key, f"Question {number}")
            await place.reply(key, f"Answer {number}")
        latest: list[str] = []
        while len(latest) < 10:
            latest = said(await client.next())
        assert orjson.dumps(latest[-1]) == b'"Answer 4"'
        assert server.listener._ears.keys() >= {f"expression_of_interest:{key.hex}"}
    assert CHANGED
