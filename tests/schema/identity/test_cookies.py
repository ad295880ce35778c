"""Browsers are signed in by cookies that no script reads and no other site can use."""

from collections.abc import AsyncIterator, Mapping
from http.cookies import Morsel, SimpleCookie
from typing import Any

import httpx
import pytest

from schema.app import create_app
from schema.core.context import Reception
from services.core.actor import SYSTEM
from services.identity.holding import Issuer
from services.identity.queries import Actors
from tests.conftest import OneAtATime
from tests.services.identity.world import ANOTHER, PASSWORD, SIGNER, nothing_changes, with_password
from tests.services.record.examples import build_record_examples

WHO = "ZMB contributor"
HOME = "https://gof.test"
OWN: Mapping[str, str] = {"sec-fetch-site": "same-origin"}
SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password, cookies: true}) {
    accessToken refreshToken viewer { person { name } } errors { code path }
  }
}
"""
REFRESH = "mutation { sessionRefresh(input: {}) { accessToken refreshToken viewer { acts } errors { code } } }"
WHOM = "{ viewer { person { name } } }"
FOREIGN: list[Mapping[str, str]] = [
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": HOME, "gof-client": "1"},
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": "https://gof.test.evil.test", "gof-client": "1"},
]
OURS: list[Mapping[str, str]] = [OWN, {"sec-fetch-site": "none"}, {"origin": HOME}, {"gof-client": "1"}]


def application(db: OneAtATime, url: str) -> httpx.AsyncClient:
    reception = Reception(db, Issuer(SIGNER), Actors(db, SIGNER), public_url=url)
    app = create_app(db, reception.context, SIGNER, public_url=url, opened=True)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=url)


@pytest.fixture
async def browser(db: OneAtATime) -> AsyncIterator[httpx.AsyncClient]:
    await with_password(db, WHO)
    async with application(db, HOME) as client:
        yield client


async def ask(
    client: httpx.AsyncClient, query: str, headers: Mapping[str, str] = OWN, **variables: Any
) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, "variables": variables}, headers=dict(headers))


async def sign_in(client: httpx.AsyncClient, headers: Mapping[str, str] = OWN) -> httpx.Response:
    return await ask(client, SIGN_IN, headers, email="zmb.contributor@test.example", password=PASSWORD)


def set_by(answer: httpx.Response) -> dict[str, "Morsel[str]"]:
    return {name: one for line in answer.headers.get_list("set-cookie") for name, one in SimpleCookie(line).items()}


async def test_tokens_stand_in_cookies_and_nowhere_else(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser)
    expected: dict[str, Any] = {
        "accessToken": None,
        "refreshToken": None,
        "viewer": {"person": {"name": WHO}},
        "errors": [],
    }
    assert answer.json() == {"data": {"signIn": expected}}
    assert answer.headers["cache-control"] == "no-store"
    cookies = set_by(answer)
    assert set(cookies) == {"__Host-gof_access", "__Host-gof_refresh"}
    for one in cookies.values():
        assert one["httponly"] is one["secure"] is True
        assert (one["samesite"], one["path"], one["domain"]) == ("Strict", "/", "")
    assert 590 <= int(cookies["__Host-gof_access"]["max-age"]) <= 600
    assert (await ask(browser, WHOM)).json()["data"]["viewer"] == {"person": {"name": WHO}}


async def test_the_newest_head_of_the_record_is_handed_out_with_cookies_too(
    browser: httpx.AsyncClient, db: OneAtATime
) -> None:
    async with db.write(SYSTEM) as session:
        await build_record_examples(session)
    asked = SIGN_IN.replace("viewer", "recordHead { size } viewer")
    for password, head in ((PASSWORD, {"size": "8"}), (ANOTHER, None)):
        answer = await ask(browser, asked, email="zmb.contributor@test.example", password=password)
        assert answer.json()["data"]["signIn"]["recordHead"] == head


async def test_a_platform_without_https_has_cookies_without_the_prefix(db: OneAtATime) -> None:
    await with_password(db, WHO)
    async with application(db, "http://127.0.0.1:8000") as client:
        cookies = set_by(await sign_in(client))
        assert set(cookies) == {"gof_access", "gof_refresh"}
        assert all(one["httponly"] and not one["secure"] for one in cookies.values())
        assert (await ask(client, WHOM)).json()["data"]["viewer"] is not None


async def test_a_session_is_renewed_and_ended_by_its_cookies(browser: httpx.AsyncClient) -> None:
    first = set_by(await sign_in(browser))
    answer = await ask(browser, REFRESH)
    assert answer.json()["data"]["sessionRefresh"]["viewer"] == {"acts": True}
    second = set_by(answer)
    assert second["__Host-gof_refresh"].value != first["__Host-gof_refresh"].value
    ended = await ask(browser, "mutation { signOut { done } }")
    assert ended.json() == {"data": {"signOut": {"done": True}}}
    assert {name: (one.value, one["max-age"]) for name, one in set_by(ended).items()} == {
        "__Host-gof_access": ("", "0"),
        "__Host-gof_refresh": ("", "0"),
    }
    assert (await ask(browser, REFRESH)).json()["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


async def test_a_cookie_that_is_good_no_more_counts_as_none(browser: httpx.AsyncClient) -> None:
    for value in ("nonsense", "gof_api_nonsense"):
        headers = {**OWN, "cookie": f"__Host-gof_access={value}"}
        assert (await ask(browser, WHOM, headers)).json() == {"data": {"viewer": None}}
    plain = {**OWN, "cookie": f"gof_access={set_by(await sign_in(browser))['__Host-gof_access'].value}"}
    browser.cookies.clear()
    assert (await ask(browser, WHOM, plain)).json() == {"data": {"viewer": None}}


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_other_site_uses_or_sets_a_cookie(browser: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
    refused = await sign_in(browser, headers)
    assert refused.json()["errors"][0]["extensions"]["code"] == "CROSS_SITE"
    assert set_by(refused) == {}
    await sign_in(browser)
    for query in (WHOM, REFRESH, "mutation { signOut { done } }"):
        answer = await ask(browser, query, headers)
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "CROSS_SITE"
    address = await browser.get("/graphql", params={"query": WHOM}, headers=dict(headers))
    assert address.json()["errors"][0]["extensions"]["code"] == "VIEWER_FIELD"  # by GET the public asks, cookies or not
    assert (await ask(browser, REFRESH)).json()["data"]["sessionRefresh"]["viewer"] == {"acts": True}


@pytest.mark.parametrize("headers", OURS)
async def test_our_own_pages_do(browser: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
    assert (await sign_in(browser, headers)).json()["data"]["signIn"]["errors"] == []
    assert (await ask(browser, WHOM, headers)).json()["data"]["viewer"] == {"person": {"name": WHO}}


async def test_a_bearer_token_goes_before_a_cookie_and_needs_no_page(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    answer = await ask(browser, WHOM, {"authorization": "Bearer nonsense", "sec-fetch-site": "cross-site"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


async def test_a_stream_of_events_sets_no_cookie_and_begins_no_session(
    browser: httpx.AsyncClient, db: OneAtATime
) -> None:
    async with nothing_changes(db):
        answer = await sign_in(browser, {**OWN, "accept": "text/event-stream"})
    assert '"INVALID"' in answer.text
    assert set_by(answer) == {}
