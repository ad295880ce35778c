"""What strangers are told of the schema in production: nothing but what their documents name."""

from collections.abc import AsyncIterator

import httpx
import pytest
from graphql import get_introspection_query
from starlette.requests import HTTPConnection

from schema.app import create_app
from schema.core.context import Context
from schema.core.public import PublicReads
from schema.root import SCHEMA
from tests.builders import actor
from tests.conftest import OneAtATime

pytestmark = pytest.mark.security

ASKING = [
    get_introspection_query(),
    '{ __type(name: "Query") { name } }',
    "{ ... { ...F } } fragment F on Query { a: __schema { description } }",
]
WRONG = [
    "{ practicez { totalCount } }",
    "{ practices(firzt: 1) { totalCount } }",
    "{ memberStates(where: {standing: MEMBR}) { totalCount } }",
    "mutation { practicePublish { errors { code } } }",
    "{ practice(id: 5) { titel { text } } }",
    "query ($where: PracticWhere) { practices(where: $where) { totalCount } }",
]
NAMES = [
    "practices",
    "first",
    "MEMBER",
    "input",
    "PracticePublishInput",
    "PracticeWhere",
    "Practice",
    "title",
    "Did you",
]


@pytest.fixture
async def client(db: OneAtATime) -> AsyncIterator[httpx.AsyncClient]:
    async def make_context(request: HTTPConnection) -> Context:
        return Context(db, actor(request.headers.get("x-actor", "public")))

    app = create_app(db, make_context, public=PublicReads(SCHEMA, db, closed=True), opened=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gof.test") as found:
        yield found


@pytest.mark.parametrize("query", ASKING)
async def test_strangers_do_not_introspect(client: httpx.AsyncClient, query: str) -> None:
    asked = await client.post("/graphql", json={"query": query})
    read = await client.get("/graphql", params={"query": query})
    streamed = await client.post("/graphql", json={"query": query}, headers={"accept": "text/event-stream"})
    for answer in (asked, read, streamed):
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "INTROSPECTION_OFF"
    known = await client.post("/graphql", json={"query": query}, headers={"x-actor": "FRA viewer"})
    assert known.json()["data"]
    assert (await client.post("/graphql", json={"query": "{ __typename }"})).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("query", WRONG)
async def test_what_is_not_valid_names_nothing_to_strangers(client: httpx.AsyncClient, query: str) -> None:
    asked = await client.post("/graphql", json={"query": query})
    streamed = await client.post("/graphql", json={"query": query}, headers={"accept": "text/event-stream"})
    answers = [asked.text, streamed.text]
    if not query.startswith("mutation"):
        answers.append((await client.get("/graphql", params={"query": query})).text)
    for text in answers:
        assert "NOT_VALID" in text
        assert not [name for name in NAMES if name in text and name not in query]
    known = await client.post("/graphql", json={"query": query}, headers={"x-actor": "FRA viewer"})
    assert "NOT_VALID" not in known.text
    assert known.json()["errors"][0]["message"]


async def test_what_does_not_parse_says_why_to_everybody(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{ practices("})
    assert "Syntax Error" in answer.json()["errors"][0]["message"]


async def test_where_it_is_open_strangers_may_learn(http: httpx.AsyncClient) -> None:
    assert (await http.post("/graphql", json={"query": ASKING[1]})).json() == {"data": {"__type": {"name": "Query"}}}
    answer = await http.post("/graphql", json={"query": WRONG[0]})
    assert "Did you mean" in answer.json()["errors"][0]["message"]
