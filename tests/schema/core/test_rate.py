"""How much may be asked for in a minute: by an address, by a person, and what is said of it."""

import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from schema.app import create_app
from schema.core.context import Context
from schema.core.public import PublicReads
from schema.core.rate import MINUTE, MOST, NEW_DOCUMENT, Buckets, RateLimited, Rates, network
from schema.root import SCHEMA
from tests.builders import actor, id_of
from tests.conftest import OneAtATime

pytestmark = pytest.mark.security

PERSON, ADDRESS = 60, 120
SMALL = "{ memberStates(first: 1) { totalCount } }"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(db: OneAtATime, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """A platform that lets each person spend 60 points a minute, and each address 120."""

    async def make_context(request: HTTPConnection) -> Context:
        return Context(db, actor(request.headers.get("x-actor", "public")))

    public = PublicReads(SCHEMA, db, rates=Rates(PERSON, ADDRESS, clock))
    app = create_app(db, make_context, public=public, opened=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gof.test") as found:
        yield found


async def ask(client: httpx.AsyncClient, query: str = SMALL, who: str = "public") -> httpx.Response:
    return await client.post("/graphql", json={"query": query}, headers={"x-actor": who})


async def test_an_address_that_asks_too_much_is_told_when_it_may_again(client: httpx.AsyncClient, clock: Clock) -> None:
    answers = [await ask(client) for _ in range(ADDRESS - NEW_DOCUMENT)]
    assert {one.status_code for one in answers} == {200}
    refused = await ask(client)
    assert refused.status_code == 429
    [error] = refused.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert "120 points a minute for this address" in error["message"]
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit"] == '"address";r=0;t=60'
    assert refused.headers["ratelimit-policy"] == '"address";q=120;w=60'
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.headers["cache-control"] == "no-store"
    clock.now += 0.5
    assert (await ask(client)).status_code == 200
    assert (await ask(client)).status_code == 429
    clock.now += MINUTE
    assert (await ask(client)).headers["ratelimit"] == '"address";r=119;t=1'


async def test_every_route_takes_points_but_those_that_watch_the_platform(client: httpx.AsyncClient) -> None:
    for _ in range(ADDRESS // 2):
        await client.get("/nothing")
        await client.get("/.well-known/jwks.json")
    for path in ("/", "/graphql?query={__typename}", "/nothing", "/.well-known/jwks.json"):
        assert (await client.get(path)).status_code == 429, path
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200


async def test_each_person_has_points_of_their_own(client: httpx.AsyncClient) -> None:
    answers = [await ask(client, who="ZMB focal point") for _ in range(PERSON - NEW_DOCUMENT)]
    assert {one.status_code for one in answers} == {200}
    assert answers[-1].headers["ratelimit"] == '"person";r=0;t=60'
    refused = await ask(client, who="ZMB focal point")
    assert refused.status_code == 429
    assert "for you" in refused.json()["errors"][0]["message"]
    assert (await ask(client, who="FRA viewer")).status_code == 200
    assert (await ask(client)).status_code == 200


async def test_what_was_refused_for_a_person_was_not_done(client: httpx.AsyncClient, graphql: object) -> None:
    draft = 'mutation { practiceDraft(input: {title: "Too much", language: "en", idempotencyKey: "%d"}) { errors { code } } }'
    refused = 0
    for number in range(PERSON // (1 + NEW_DOCUMENT) + 2):
        refused += (await ask(client, draft % number, "ZMB focal point")).status_code == 429
    assert refused == 1


async def test_what_is_left_is_told_in_the_schema_and_by_headers(client: httpx.AsyncClient) -> None:
    query = "{ memberStates(first: 100) { nodes { code } } rateLimit { cost limit remaining resetAt } }"
    answer = await ask(client, query, "ZMB focal point")
    left = answer.json()["data"]["rateLimit"]
    assert (left["cost"], left["limit"], left["remaining"]) == (1 + NEW_DOCUMENT + 1, PERSON, PERSON - 12)
    assert timedelta(seconds=10) < datetime.fromisoformat(left["resetAt"]) - datetime.now(UTC) < timedelta(seconds=12)  # noqa: TID251 - compared with the clock
    assert answer.headers["ratelimit"] == f'"person";r={PERSON - 12};t=12'
    again = (await ask(client, query, "ZMB focal point")).json()["data"]["rateLimit"]
    assert (again["cost"], again["remaining"]) == (2, PERSON - 14)


async def test_without_limits_nothing_is_said(http: httpx.AsyncClient) -> None:
    answer = await ask(http, "{ rateLimit { cost } }")
    assert answer.json() == {"data": {"rateLimit": None}}
    assert "ratelimit" not in answer.headers


async def test_a_public_read_says_nothing_of_who_asked_first(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "{ rateLimit { cost } }"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "VIEWER_FIELD"
    read = await client.get("/graphql", params={"query": SMALL})
    assert read.status_code == 200
    assert "ratelimit" not in read.headers


async def test_documents_that_are_refused_take_points_too(client: httpx.AsyncClient) -> None:
    for number in range(ADDRESS // (1 + NEW_DOCUMENT) + 1):
        assert (await ask(client, "{" + f"a{number} " * 41 + "}")).status_code == 400
    assert (await ask(client)).status_code == 429


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0, 90)), max_size=60))
def test_in_any_minute_no_more_is_given_than_was_saved_and_came(asked: list[tuple[int, float]]) -> None:
    """However it is asked: what is given is at most the bucket, what came in since, and one request's cost beyond."""
    clock = Clock()
    buckets, given_points, began = Buckets("address", 100, clock), 0.0, clock.now
    for cost, pause in asked:
        clock.now += pause
        with suppress(RateLimited):
            left = buckets.take("one", cost)
            assert left is not None
            assert left.remaining <= 100
            given_points += cost
        assert given_points <= 100 + (clock.now - began) * 100 / MINUTE + 300


def test_after_the_time_that_is_told_there_is_a_point_again() -> None:
    clock = Clock()
    buckets = Buckets("person", 7, clock)
    buckets.take("one", 50)
    with pytest.raises(RateLimited) as refused:
        buckets.take("one", 1)
    clock.now += int(refused.value.headers["retry-after"])
    buckets.take("one", 1)


def test_an_address_is_one_of_ipv4_or_a_household_of_ipv6() -> None:
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("") == ""
    assert network("a socket") == "a socket"


def test_what_is_remembered_is_bounded() -> None:
    rates = Rates(10, 10)
    for number in range(MOST + 10):
        rates.charge("", UUID(int=number), 0, 1)
    assert len(rates._people._found) == MOST


def test_counting_a_request_takes_no_time() -> None:
    """Less than 40 microseconds of computing; the quickest of ten rounds, since others use the machine too."""
    rates, person = Rates(10**9, 10**9), id_of("FRA viewer")

    def once() -> float:
        began = time.thread_time()
        for _ in range(1_000):
            rates.admit("192.0.2.1")
            rates.charge("192.0.2.1", person, 20, 1 + rates.new("192.0.2.1", SMALL))
        return (time.thread_time() - began) / 1_000

    assert min(once() for _ in range(10)) < 40e-6
