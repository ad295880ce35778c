"""Whoever asks whatever in whichever order: a cache holds only what the public reads, and everybody gets their own."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest

from schema.app import serving
from schema.core.cache import AnswerCache
from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import PUBLIC
from services.core.settings import Settings
from tests.schema.core.documents import Document, Writer
from tests.schema.core.test_readings_agree import WHO
from tests.schema.core.test_sources import OPEN
from tests.schema.live.world import PUBLIC_URL, Place, eventually

pytestmark = pytest.mark.slow
STEPS = 250


@dataclass
class Servers:
    """The same application with a cache and without."""

    cache: AnswerCache
    cached: httpx.AsyncClient
    plain: httpx.AsyncClient


@pytest.fixture
async def servers(place: Place) -> AsyncIterator[Servers]:
    def settings(megabytes: int) -> Settings:
        return Settings(data_dir=place.data_dir, public_url=PUBLIC_URL, cache_mb=megabytes)

    await place.token("FRA viewer")  # makes the keys
    apps = [serving(settings(megabytes), place.urls.app) for megabytes in (8, 0)]
    async with (
        apps[0].router.lifespan_context(apps[0]),
        apps[1].router.lifespan_context(apps[1]),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=apps[0]), base_url=PUBLIC_URL) as cached,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=apps[1]), base_url=PUBLIC_URL) as plain,
    ):
        await asyncio.gather(*(app.state.rest for app in apps))
        await eventually(lambda: apps[0].state.listener._connection is not None)
        yield Servers(apps[0].state.cache, cached, plain)


async def as_the_public(place: Place, document: Document, languages: tuple[str, ...]) -> bytes | None:
    """What the public reads, straight from the database; None where that is an error."""
    who = PUBLIC if not languages else type(PUBLIC)(languages=languages)
    result = await SCHEMA.execute(document.query, document.variables, context_value=Context(place.db, who))
    return None if result.errors else orjson.dumps({"data": result.data})


async def test_whatever_actors_ask_the_cache_holds_only_what_the_public_reads(
    place: Place, servers: Servers, ids: list[str]
) -> None:
    chance, writer = random.Random(7), Writer(OPEN, random.Random(8), ids, [])
    query_type = writer.schema.query_type
    assert query_type is not None
    roots = sorted(query_type.fields)
    documents = [writer.document(roots[number % len(roots)]) for number in range(3 * len(roots))]
    documents = [one for one in documents if one.within_limits(writer.schema)]
    tokens = {who: await place.token(who) for who in WHO if who not in {"public", "suspended viewer"}}
    cached, plain, kept = servers.cached, servers.plain, servers.cache
    public: set[bytes] = set()
    differs = 0
    for _ in range(STEPS):
        document, who = chance.choice(documents), chance.choice(sorted(tokens))
        header = {"authorization": tokens[who], "cookie": "a=b", "accept-language": chance.choice(["fr", "ar", ""])}
        asked = {"query": document.query, "variables": document.variables}
        if chance.random() < 0.4:
            before = (kept.misses, len(kept))
            mine, expected = [await one.post("/graphql", json=asked, headers=header) for one in (cached, plain)]
            assert unsigned(mine.json()) == unsigned(expected.json()), document
            assert (kept.misses, len(kept)) == before
            differs += mine.content not in public
            continue
        address = {"query": document.query, "variables": orjson.dumps(document.variables).decode()}
        answer = await cached.get("/graphql", params=address, headers=header)
        by_language = "Accept-Language" in answer.headers.get("vary", "")
        wanted = (header["accept-language"],) if by_language and header["accept-language"] else ()
        expected_body = await as_the_public(place, document, wanted)
        if expected_body is None:
            assert answer.headers["cache-control"] == "no-store"
            continue
        assert answer.content == expected_body, document
        public.add(expected_body)
    assert {one.body for one in kept._kept.values()} <= public
    assert 2 * len(kept) > len(roots), "much was kept"
    assert kept.hits > STEPS // 25, "much came from the cache"
    assert differs > STEPS // 20, "much of what people read themselves is nothing the public reads"


def unsigned(found: Any) -> Any:
    """An answer without what changes with time: signatures of links, ids of requests."""
    match found:
        case dict():
            return {key: unsigned(value) for key, value in found.items()}
        case list():
            return [unsigned(one) for one in found]
        case str():
            return found.partition("?")[0] if found.startswith("/files/") else found
        case _:
            return found
