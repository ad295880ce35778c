"""Trusted documents: asked for by their hash in every way that clients do, and never more than were registered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from starlette.requests import HTTPConnection

from schema.app import create_app
from schema.core.context import Context
from schema.core.documents import Documents, WrongDocuments, hashed
from schema.core.public import PublicReads
from schema.root import SCHEMA
from tests.builders import actor
from tests.conftest import OneAtATime

KNOWN = "query Names($first: Int!) { memberStates(first: $first) { nodes { code } } }"
CHANGE = 'mutation { practicePublish(id: "x", input: {}) { errors { code } } }'
STRANGE = "{ memberStates { totalCount } }"
HASH = hashed(KNOWN)
FIRST = {"first": 1}
ANSWER = {"data": {"memberStates": {"nodes": [{"code": "AFG"}]}}}


@asynccontextmanager
async def serving(db: OneAtATime, *, only: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    """The application with two trusted documents; x-actor names who asks, x-session that they are in a session."""

    async def make_context(request: HTTPConnection) -> Context:
        who = actor(request.headers.get("x-actor", "public"))
        return Context(db, replace(who, session_id=uuid4()) if "x-session" in request.headers else who)

    documents = Documents({HASH: KNOWN, hashed(CHANGE): CHANGE}, only)
    transport = httpx.ASGITransport(
        app=create_app(db, make_context, public=PublicReads(SCHEMA, db, documents), opened=True)
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as client:
        yield client


def code(answer: httpx.Response) -> str:
    [error] = answer.json()["errors"]
    assert error["message"].endswith(".")
    found: str = error["extensions"]["code"]
    return found


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": f"sha256:{HASH}"},
        {"documentId": HASH},
        {"documentId": HASH.upper()},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}},
        {"documentId": f"sha256:{HASH}", "query": KNOWN},
        {"documentId": f"sha256:{HASH}", "query": ""},
    ],
)
async def test_a_document_is_asked_for_by_its_hash(db: OneAtATime, named: dict[str, Any]) -> None:
    async with serving(db) as http:
        assert (await http.post("/graphql", json={**named, "variables": FIRST})).json() == ANSWER
        address = {
            key: value if isinstance(value, str) else orjson.dumps(value).decode() for key, value in named.items()
        }
        answer = await http.get("/graphql", params={**address, "variables": '{"first":1}'})
        assert answer.json() == ANSWER


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"documentId": f"sha256:{hashed(STRANGE)}"}, "PERSISTED_QUERY_NOT_FOUND"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}, "PERSISTED_QUERY_NOT_FOUND"),
        ({"documentId": HASH, "query": STRANGE}, "PERSISTED_QUERY_MISMATCH"),
        ({"documentId": HASH[:-1]}, "BAD_REQUEST"),
        ({"documentId": "md5:" + HASH}, "BAD_REQUEST"),
        ({"documentId": 5}, "BAD_REQUEST"),
        ({"documentId": [HASH]}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": HASH[:-1]}}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": {"sha256Hash": {}}}}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "BAD_REQUEST"),
        ({"extensions": {}}, "BAD_REQUEST"),
    ],
)
async def test_another_name_is_refused(db: OneAtATime, named: dict[str, Any], expected: str) -> None:
    async with serving(db) as http:
        answer = await http.post("/graphql", json=named)
        assert (answer.status_code, code(answer)) == (400, expected)
        assert answer.headers["cache-control"] == "no-store"


async def test_what_a_client_sends_with_its_hash_is_answered_and_not_registered(db: OneAtATime) -> None:
    async with serving(db) as http:
        name = {"documentId": hashed(STRANGE)}
        answer = await http.post("/graphql", json={**name, "query": STRANGE})
        assert answer.json() == {"data": {"memberStates": {"totalCount": 193}}}
        assert code(await http.post("/graphql", json=name)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_trusted_mutation_is_still_none_by_get(db: OneAtATime) -> None:
    async with serving(db) as http:
        assert (await http.get("/graphql", params={"documentId": hashed(CHANGE)})).status_code == 405


@pytest.mark.parametrize("headers", [{}, {"x-actor": "ZMB focal point", "x-session": "1"}])
async def test_where_only_trusted_ones_are_answered_browsers_send_no_others(
    db: OneAtATime, headers: dict[str, str]
) -> None:
    async with serving(db, only=True) as http:
        for known in ({"documentId": HASH}, {"query": KNOWN}):
            found = await http.post("/graphql", json={**known, "variables": FIRST}, headers=headers)
            assert found.json() == ANSWER
        strange = await http.post("/graphql", json={"query": STRANGE}, headers=headers)
        assert code(strange) == "PERSISTED_QUERY_ONLY"
        assert code(await http.get("/graphql", params={"query": STRANGE}, headers=headers)) == "PERSISTED_QUERY_ONLY"
        events = {**headers, "accept": "text/event-stream"}
        for method in ("GET", "POST"):
            given = {"params": {"query": STRANGE}} if method == "GET" else {"json": {"query": STRANGE}}
            refused = await http.request(method, "/graphql", headers=events, **given)  # type: ignore[arg-type]
            assert code(refused) == "PERSISTED_QUERY_ONLY"
        assert not any("member_state" in sql and "count" in sql for sql in db.documents), "nothing strange was read"


async def test_where_only_trusted_ones_are_answered_an_api_token_asks_anything(db: OneAtATime) -> None:
    async with serving(db, only=True) as http:
        answer = await http.post("/graphql", json={"query": STRANGE}, headers={"x-actor": "ZMB focal point"})
        assert answer.json() == {"data": {"memberStates": {"totalCount": 193}}}


def test_documents_are_read_from_the_file_of_a_build(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_bytes(orjson.dumps({HASH: KNOWN}))
    assert Documents.read(file, only=True) == Documents({HASH: KNOWN}, only=True)
    assert Documents.read(None) == Documents()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "5", '"x"', '{"a": 5}', f'{{"{HASH}": 5}}', f'{{"{HASH}": "{{ a }}"}}', '{"' + "0" * 64 + '": "x"}'],
)
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(WrongDocuments, match=r"documents\.json"):
        Documents.read(file)


def test_only_trusted_documents_need_some(tmp_path: Path) -> None:
    with pytest.raises(WrongDocuments, match="GOF_TRUSTED_DOCUMENTS"):
        Documents.read(None, only=True)
    with pytest.raises(WrongDocuments, match="cannot be read"):
        Documents.read(tmp_path / "nothing.json", only=True)
