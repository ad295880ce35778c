"""Requests that GraphQL cannot answer get a sentence in JSON and a fitting status, never a stack trace."""

from typing import Any

import httpx
import pytest

ALIVE = "{ memberStates { totalCount } }"


async def post(http: httpx.AsyncClient, content: bytes, **headers: str) -> httpx.Response:
    return await http.post("/graphql", content=content, headers={"content-type": "application/json", **headers})


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "JSON"),
        (b"nonsense", "JSON"),
        (b"\xff\xfe{}", "JSON"),
        (b'{"query": "\\ud800"}', "JSON"),
        (b"null", "one JSON object"),
        (b"[]", "one JSON object"),
        (b"5", "one JSON object"),
        (b"[" * 100_000, "64 KB"),
        (b"[" * 5_000 + b"]" * 5_000, "JSON"),
        (b"{}", "`query`"),
        (b'{"query": ""}', "`query`"),
        (b'{"query": 5}', "`query`"),
        (b'{"query": "{__typename}", "variables": []}', "`variables`"),
        (b'{"query": "{__typename}", "variables": "x"}', "`variables`"),
        (b'{"query": "{__typename}", "operationName": 5}', "`operationName`"),
        (b'{"query": "{__typename}", "extensions": 5}', "`extensions`"),
        (b'{"query": "query A {__typename} query B {__typename}"}', "several operations"),
        (b'{"query": "query A {__typename}", "operationName": "B"}', "`operationName`"),
        (b'{"query": "fragment F on Query { __typename }"}', "no operation"),
        (b'{"query": "' + b"{a" * 1000 + b'"}', "nests deeper"),
    ],
)
async def test_a_malformed_body_is_refused_in_one_sentence(http: httpx.AsyncClient, body: bytes, word: str) -> None:
    answer = await post(http, body)
    assert answer.status_code in {400, 413}
    [error] = answer.json()["errors"]
    assert word in error["message"]
    assert error["extensions"]["code"]


@pytest.mark.parametrize("query", ["{", "{ nothing }", "{ memberStates(first: true) { totalCount } }"])
async def test_a_wrong_document_says_where_it_is_wrong(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.post("/graphql", json={"query": query})
    assert answer.status_code == 200
    assert "data" not in answer.json()
    assert answer.json()["errors"][0]["message"]
    accepting = {"accept": "application/graphql-response+json"}
    assert (await http.post("/graphql", json={"query": query}, headers=accepting)).status_code == 400


async def test_a_body_that_is_no_json_by_its_type_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["errors"][0]["message"]


async def test_an_answer_in_no_type_that_the_client_takes_is_refused(http: httpx.AsyncClient) -> None:
    assert (await post(http, b'{"query": "{__typename}"}', accept="text/html")).status_code == 406


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_told_which_are_allowed(http: httpx.AsyncClient, method: str) -> None:
    answer = await http.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert answer.json()["errors"][0]["message"]


async def test_a_query_may_be_asked_by_get_but_no_mutation(http: httpx.AsyncClient) -> None:
    answer = await http.get("/graphql", params={"query": ALIVE})
    assert answer.json() == {"data": {"memberStates": {"totalCount": 193}}}
    mutation = 'mutation { practicePublish(input: {id: "x"}) { errors { code } } }'
    refused = await http.get("/graphql", params={"query": mutation})
    assert refused.status_code == 405


async def test_variables_in_the_address_are_json(http: httpx.AsyncClient) -> None:
    query = "query ($code: CountryCode!) { memberState(code: $code) { code } }"
    answer = await http.get("/graphql", params={"query": query, "variables": '{"code": "zmb"}'})
    assert answer.json() == {"data": {"memberState": {"code": "ZMB"}}}
    assert (await http.get("/graphql", params={"query": query, "variables": "{"})).status_code == 400


@pytest.mark.parametrize(
    ("query", "variables", "code", "sentence"),
    [
        ('{ practice(id: "nonsense") { id } }', {}, "WRONG_ID", "is not an id"),
        (
            '{ practice(id: "delegation_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6") { id } }',
            {},
            "WRONG_ID",
            "This is the id of a delegation, and the id of a practice is needed.",
        ),
        ("{ practices(first: 0) { totalCount } }", {}, "WRONG_PAGE_SIZE", "1 to 100"),
        ("{ practices(first: 101) { totalCount } }", {}, "WRONG_PAGE_SIZE", "1 to 100"),
        ('{ practices(after: "bm9uc2Vuc2U") { totalCount } }', {}, "WRONG_CURSOR", "not from this list"),
        ("{ practices(order: RELEVANCE) { totalCount } }", {}, "WRONG_ORDER", "needs where.search"),
        ('{ practices(where: {search: "  "}) { totalCount } }', {}, "INVALID", "at least one word"),
    ],
)
async def test_a_wrong_argument_is_an_error_with_a_code_and_a_sentence(
    http: httpx.AsyncClient, query: str, variables: dict[str, Any], code: str, sentence: str
) -> None:
    answer = (await http.post("/graphql", json={"query": query, "variables": variables})).json()
    [error] = answer["errors"]
    assert error["extensions"]["code"] == code
    assert sentence in error["message"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ('{ memberState(code: "ZAMBIA") { code } }', "no country code"),
        ('{ memberState(code: "ZMB") { classifications(asOf: "2024-02-30") { scheme } } }', "is no date"),
        ('{ memberState(code: "ZMB") { classifications(asOf: "0001-01-01") { scheme } } }', "out of reach"),
        ('{ memberState(code: "ZMB") { name(language: "xx-nonsense") { text } } }', "language"),
        ("{ memberStates(where: {standing: KING}) { totalCount } }", "KING"),
    ],
)
async def test_a_value_that_its_type_does_not_take_is_named(http: httpx.AsyncClient, query: str, sentence: str) -> None:
    answer = (await http.post("/graphql", json={"query": query})).json()
    assert sentence in answer["errors"][0]["message"]


async def test_a_cursor_of_another_filter_is_refused(http: httpx.AsyncClient) -> None:
    query = "query ($where: StateWhere, $after: String) { memberStates(first: 2, where: $where, after: $after) { nodes { code } pageInfo { endCursor } } }"
    page = (await http.post("/graphql", json={"query": query, "variables": {"where": {"region": "002"}}})).json()
    cursor = page["data"]["memberStates"]["pageInfo"]["endCursor"]
    other = {"where": {"region": "150"}, "after": cursor}
    answer = (await http.post("/graphql", json={"query": query, "variables": other})).json()
    assert "another filter" in answer["errors"][0]["message"]


async def test_what_is_not_expected_is_masked_under_an_id(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> str:
        raise RuntimeError("SELECT hidden FROM table")

    monkeypatch.setattr("tests.conftest.OneAtATime._fetch", broken)
    answer = (await http.post("/graphql", json={"query": ALIVE})).json()
    [error] = answer["errors"]
    assert "hidden" not in str(answer)
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["requestId"] in error["message"]
    assert "SELECT hidden" in caplog.text


async def test_the_process_says_that_it_is_alive_and_ready(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "alive"}
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
