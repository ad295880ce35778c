"""Long work followed live: how far it is, and how it ended, by its person alone."""

from typing import Any

import pytest

from schema.core.sizes import MESSAGE_LIMIT
from services.core.exporting.formats import Format
from services.core.ids import write_id
from services.exchange import jobs
from services.exchange.commands import ImportAsked, start_import
from services.exchange.terms import ExchangeKind
from tests.builders import actor
from tests.schema.live.conftest import Running
from tests.schema.live.world import Place, socket

FOLLOW = "subscription ($id: ID!) { workProgressed(id: $id) { state report { added refusedRows } } }"
ROW = '{"externalId": "W%d", "delegation": "ZMB", "side": "?", "title": "Teachers", "language": "en"}\n'


async def test_work_is_followed_to_its_end_by_its_person_alone(server: Running, place: Place) -> None:
    who = actor("ZMB focal point")
    content = "".join(ROW % number for number in range(5))
    assert len(content) < MESSAGE_LIMIT
    async with place.db.write(who) as session:
        key = await start_import(session, who, ImportAsked(ExchangeKind.PROPOSALS, Format.JSONL, content))
    payload = {"query": FOLLOW, "variables": {"id": write_id("work", key)}}
    async with (
        socket(server.host, await place.token("ZMB focal point")) as client,
        socket(server.host, await place.token("ZMB viewer")) as other,
    ):
        await other.send("subscribe", id="1", payload=payload)
        message = await other.receive()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "NOT_FOUND")
        await client.send("subscribe", id="1", payload=payload)
        told = [(await client.next())["data"]["workProgressed"]]
        await jobs.do_work(place.db, str(key))
        while told[-1]["state"] != "REFUSED":
            told.append((await client.next())["data"]["workProgressed"])
    assert told[0] == {"state": "WAITING", "report": None}
    assert told[-1]["report"] == {"added": 0, "refusedRows": 5}


@pytest.mark.parametrize("end", ["unknown", "another kind"])
async def test_what_is_no_work_is_refused(server: Running, place: Place, end: str) -> None:
    kind = "work" if end == "unknown" else "practice"
    asked: dict[str, Any] = {"query": FOLLOW, "variables": {"id": f"{kind}_{'0' * 32}"}}
    async with socket(server.host, await place.token("ZMB focal point")) as client:
        await client.send("subscribe", id="1", payload=asked)
        message = await client.receive()
    code = message["payload"][0]["extensions"]["code"]
    assert (message["type"], code) == ("error", "NOT_FOUND" if end == "unknown" else "WRONG_ID")
