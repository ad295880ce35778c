"""Queries by GET are public reads: answered as the public whoever asks, and marked so that any cache may keep them."""

from typing import Any

import httpx
import orjson
import pytest

from services.core.actor import SYSTEM
from services.practices.terms import PracticeStatus
from tests.builders import a_practice
from tests.conftest import Ask, OneAtATime

STATE = 'query ($language: LanguageTag!) { memberState(code: "ZMB") { code name(language: $language) { text } } }'
READER = '{ memberState(code: "EGY") { name { language text } } }'
TITLES = '{ practices { nodes { title(language: "en") { text } } } }'
GRAPHQL = "application/graphql-response+json"


def address(query: str, **variables: Any) -> dict[str, str]:
    return {"query": query, "variables": orjson.dumps(variables).decode()}


async def test_a_public_read_says_how_long_any_cache_may_keep_it(http: httpx.AsyncClient) -> None:
    answer = await http.get("/graphql", params=address(STATE, language="fr"))
    assert answer.json() == {"data": {"memberState": {"code": "ZMB", "name": {"text": "Zambie"}}}}
    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=60"
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["etag"].startswith('"')


async def test_who_has_the_answer_already_is_told_so(http: httpx.AsyncClient) -> None:
    asked = address(STATE, language="fr")
    etag = (await http.get("/graphql", params=asked)).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await http.get("/graphql", params=asked, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == "public, max-age=0, s-maxage=60"
        assert again.headers["vary"] == "Accept"
    other = await http.get("/graphql", params=asked, headers={"if-none-match": '"other"'})
    assert other.status_code == 200
    english = await http.get("/graphql", params=address(STATE, language="en"), headers={"if-none-match": etag})
    assert (english.status_code, english.json()["data"]["memberState"]["name"]) == (200, {"text": "Zambia"})


async def test_each_media_type_has_a_tag_of_its_own(http: httpx.AsyncClient) -> None:
    asked = address(STATE, language="fr")
    plain = await http.get("/graphql", params=asked)
    other = await http.get(
        "/graphql", params=asked, headers={"accept": GRAPHQL, "if-none-match": plain.headers["etag"]}
    )
    assert other.status_code == 200
    assert other.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert other.content == plain.content
    assert other.headers["etag"] != plain.headers["etag"]


async def test_head_tells_the_same_without_the_answer(http: httpx.AsyncClient) -> None:
    asked = address(STATE, language="fr")
    whole, head = await http.get("/graphql", params=asked), await http.head("/graphql", params=asked)
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(whole.headers))
    unchanged = await http.head("/graphql", params=asked, headers={"if-none-match": whole.headers["etag"]})
    assert unchanged.status_code == 304
    mutation = 'mutation { practicePublish(id: "x", input: {}) { errors { code } } }'
    assert (await http.head("/graphql", params={"query": mutation})).status_code == 405


async def test_the_language_of_the_reader_counts_only_where_the_document_leaves_it_open(
    http: httpx.AsyncClient,
) -> None:
    texts = {}
    for header in ("ar", "fr;q=0.5, zh", "xx-nonsense", ""):
        answer = await http.get("/graphql", params={"query": READER}, headers={"accept-language": header})
        assert answer.headers["vary"] == "Accept, Accept-Language"
        texts[header] = answer.json()["data"]["memberState"]["name"]["language"]
        said = await http.get("/graphql", params=address(STATE, language="fr"), headers={"accept-language": header})
        assert said.json()["data"]["memberState"]["name"] == {"text": "Zambie"}
        assert said.headers["vary"] == "Accept"
    assert texts == {"ar": "ar", "fr;q=0.5, zh": "zh", "xx-nonsense": "en", "": "en"}


@pytest.mark.parametrize(
    ("query", "by_language"),
    [
        (STATE, False),
        (READER, True),
        ("query ($language: LanguageTag) { memberState(code: \"ZMB\") { name(language: $language) { text } } }", True),
        ("query ($language: LanguageTag = \"fr\") { memberState(code: \"ZMB\") { name(language: $language) { text } } }", True),
        ('{ memberState(code: "ZMB") { name(language: null) { text } } }', True),
        ('{ memberState(code: "ZMB") { name(language: "fr") { text } } }', False),
        ('{ memberState(code: "ZMB") { code } }', False),
        ('{ memberState(code: "ZMB") { ...F } } fragment F on MemberState { name { text } }', True),
        ('{ memberState(code: "ZMB") { ...F } } fragment F on MemberState { name(language: "fr") { text } }', False),
        ('{ memberState(code: "ZMB") { ... { name { text } } } }', True),
        ('{ memberStates { nodes { ... on MemberState { a: name { text } } } } }', True),
        ('query ($l: LanguageTag!) { memberState(code: "ZMB") { ...F } } fragment F on MemberState { name(language: $l) { text } }', False),
    ],
)  # fmt: skip
async def test_vary_names_accept_language_exactly_where_a_text_is_left_open(
    http: httpx.AsyncClient, query: str, by_language: bool
) -> None:
    variables = {"language": "fr"} if "$language" in query else {"l": "fr"} if "$l" in query else {}
    answer = await http.get("/graphql", params=address(query, **variables))
    assert "errors" not in answer.json()
    assert answer.headers["vary"] == ("Accept, Accept-Language" if by_language else "Accept")


async def test_whatever_credentials_come_along_the_public_asks(http: httpx.AsyncClient, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await a_practice(session, by="ZMB", title="Published", status=PracticeStatus.PUBLISHED)
        await a_practice(session, by="ZMB", title="A draft of ours")
    public = await http.get("/graphql", params={"query": TITLES})
    assert [one["title"]["text"] for one in public.json()["data"]["practices"]["nodes"]] == ["Published"]
    for headers in ({"x-actor": "ZMB focal point"}, {"authorization": "Bearer no good"}, {"cookie": "session=1"}):
        answer = await http.get("/graphql", params={"query": TITLES}, headers=headers)
        assert (answer.status_code, answer.content) == (200, public.content)
        assert answer.headers["etag"] == public.headers["etag"]


async def test_by_post_they_are_answered_themselves_and_no_cache_may_keep_it(
    http: httpx.AsyncClient, graphql: Ask, db: OneAtATime
) -> None:
    async with db.write(SYSTEM) as session:
        await a_practice(session, by="ZMB", title="A draft of ours")
    answer = await http.post("/graphql", json={"query": TITLES}, headers={"x-actor": "ZMB focal point"})
    assert [one["title"]["text"] for one in answer.json()["data"]["practices"]["nodes"]] == ["A draft of ours"]
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ viewer { id } }", "viewer"),
        ("{ me: viewer { id } }", "viewer"),
        ("{ practices { nodes { viewerCanEndorse } } }", "viewerCanEndorse"),
        ("{ practices { nodes { ...F } } } fragment F on Practice { viewerCanEndorse }", "viewerCanEndorse"),
        ("{ practices { nodes { ... on Practice { can: viewerCanEndorse } } } }", "viewerCanEndorse"),
        ("query ($no: Boolean = false) { practices { nodes { viewerCanEndorse @include(if: $no) } } }", "viewerCanEndorse"),
        ("query A { practices { totalCount } } query B { viewer { id } }", "viewer"),
        ("{ practices { nodes { viewerNonsense } } }", "viewerNonsense"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["public", "ZMB focal point"])
async def test_fields_about_who_asks_are_refused(http: httpx.AsyncClient, query: str, field: str, who: str) -> None:
    answer = await http.get("/graphql", params={"query": query, "operationName": "A"} if "A {" in query else {"query": query}, headers={"x-actor": who})  # fmt: skip
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "VIEWER_FIELD")
    assert f"`{field}` is about who asks: ask for it by POST" in error["message"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"query": "{"}, 200),
        ({"query": "{ nothing }"}, 200),
        ({"query": '{ practice(id: "nonsense") { id } }'}, 200),
        ({"query": ""}, 400),
        ({}, 400),
        ({"query": STATE, "variables": "{"}, 400),
        ({"query": STATE}, 200),
        ({"query": "subscription { workProgressed { id } }"}, 406),
        ({"query": 'mutation { practicePublish(id: "x", input: {}) { errors { code } } }'}, 405),
    ],
)
async def test_no_cache_keeps_what_is_no_answer(http: httpx.AsyncClient, asked: dict[str, str], status: int) -> None:
    answer = await http.get("/graphql", params=asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert answer.json()["errors"]
    assert "etag" not in answer.headers
