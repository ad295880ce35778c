"""Not visible and not existing are one answer, byte for byte: of every read and every act, over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.requests import HTTPConnection

from schema.app import create_app
from schema.core.context import Context
from schema.core.cookies import Cookies
from services.core.ids import write_id
from tests.builders import id_of
from tests.security.conftest import Ground
from tests.security.inputs import given
from tests.security.table import Line, of
from tests.security.test_who_may import call_of, is_list
from tests.security.world import asks
from tests.services.identity.world import ISSUER

pytestmark = pytest.mark.security
VARYING = {"date", "x-request-id"}


@pytest.fixture(scope="module")
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    """The application over the world of the matrix; the header x-role names who asks."""

    async def make_context(request: HTTPConnection) -> Context:
        cookies = Cookies.of(request, "http://gof.test")
        return Context(ground.db, asks(request.headers["x-role"]), ISSUER, cookies=cookies)

    app = create_app(ground.db, make_context, opened=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gof.test") as found:
        yield found


async def answer(ground: Ground, client: httpx.AsyncClient, role: str, query: str, variables: Any) -> tuple[Any, ...]:
    """Status, headers and bytes of an answer."""
    async with ground.undone():
        found = await client.post("/graphql", json={"query": query, "variables": variables}, headers={"x-role": role})
    headers = {name: value for name, value in found.headers.items() if name not in VARYING}
    return found.status_code, headers, found.content


def hidden(section: str) -> list[Line]:
    return [line for line in of(section) if "–" in line.answers.values()]


def unknown(ground: Ground, thing: str) -> dict[str, Any]:
    """The same thing's name for something of its kind that never was."""
    return {thing: (ground.things[thing][0], id_of("what never was"))}


@pytest.mark.parametrize("line", [line for line in hidden("Things") if "node" in line.fields], ids=str)
async def test_what_is_not_shown_reads_as_what_never_was(ground: Ground, client: httpx.AsyncClient, line: Line) -> None:
    key, nothing = write_id(*ground.things[line.thing]), write_id(*unknown(ground, line.thing)[line.thing])
    for field in (one for one in line.fields if not is_list(one)):
        query = f"query ($id: ID!) {{ {field}(id: $id) {{ __typename id }} }}"
        for role in (role for role, expected in line.answers.items() if expected == "–"):
            there = await answer(ground, client, role, query, {"id": key})
            assert there == await answer(ground, client, role, query, {"id": nothing}), (field, role)
            assert there[2] == b'{"data":{"%s":null}}' % field.encode()


@pytest.mark.parametrize("line", hidden("Acts"), ids=str)
async def test_what_is_not_shown_is_acted_on_as_what_never_was(
    ground: Ground, client: httpx.AsyncClient, line: Line
) -> None:
    [mutation] = line.fields
    query = call_of(mutation)
    for role in (role for role, expected in line.answers.items() if expected == "–"):
        there = await answer(ground, client, role, query, given(mutation, line.thing, ground.things))
        nothing = given(mutation, line.thing, unknown(ground, line.thing))
        assert there == await answer(ground, client, role, query, nothing), role
        assert b'"code":"NOT_FOUND"' in there[2]
