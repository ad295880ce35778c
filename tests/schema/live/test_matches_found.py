"""Matches over a server: which way they were found is told, and what is committed is in the next answer."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.matching.index.building import build
from tests.schema.live.conftest import Running
from tests.schema.live.world import Place
from tests.services.matching.world import WHOLE, a_proposal, change

DOCUMENT = """
query ($id: ID!) { proposal(id: $id) { matches(first: 3) { nodes { score proposal { id } } } } }
"""


async def test_a_commit_is_in_the_next_answer_of_the_index(place: Place, server: Running) -> None:
    async with place.db.write(SYSTEM) as session:
        own = await a_proposal(session, "need", "ZMB", **WHOLE, words="water and schools")
        best = await a_proposal(session, "offer", "FRA", **WHOLE, words="water and schools")
    token = await place.token("SEN viewer")

    async def asked(client: httpx.AsyncClient) -> tuple[Any, list[str]]:
        values = {"query": DOCUMENT, "variables": {"id": write_id("proposal", own)}}
        answer = (await client.post("/graphql", json=values)).json()
        assert "errors" not in answer
        nodes = answer["data"]["proposal"]["matches"]["nodes"]
        return answer["extensions"]["foundBy"]["matches"], [one["proposal"]["id"] for one in nodes]

    async def is_listed(client: httpx.AsyncClient, key: UUID, *, wanted: bool) -> bool:
        way, listed = await asked(client)
        assert way == "index"
        return (write_id("proposal", key) in listed) is wanted

    async with httpx.AsyncClient(base_url=f"http://{server.host}", headers={"authorization": token}) as client:
        way, listed = await asked(client)
        assert way == "statement"
        assert write_id("proposal", best) in listed
        assert await build(place.db, place.data_dir / "matching") is not None
        for _ in range(100):
            if (await asked(client))[0] == "index":
                break
            await asyncio.sleep(0.05)
        assert await asked(client) == ("index", listed)
        for _ in range(3):
            async with place.db.write(SYSTEM) as session:
                other = await a_proposal(session, "offer", "CHN", **WHOLE, words="water and schools")
            await within_a_second(partial(is_listed, client, other, wanted=True))
            async with place.db.write(SYSTEM) as session:
                await change(session, other, status="closed")
            await within_a_second(partial(is_listed, client, other, wanted=False))


async def within_a_second(holds: Callable[[], Awaitable[bool]]) -> None:
    begun = asyncio.get_running_loop().time()
    while not await holds():
        assert asyncio.get_running_loop().time() - begun < 1
        await asyncio.sleep(0.01)
