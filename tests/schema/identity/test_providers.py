"""A delegation's own provider over GraphQL and HTTP: named, led to, led back from, seen, and removed."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from schema.app import create_app
from schema.core.context import Reception
from services.core.ids import write_id
from services.identity.queries import Actors
from tests.builders import delegation_id
from tests.conftest import Ask, OneAtATime
from tests.services.identity.a_provider import CLIENT, ISSUER, SECRET, AProvider, a_provider, named
from tests.services.identity.test_factors import shown, with_authenticator
from tests.services.identity.world import SIGNER, email_of, in_session

ZMB = write_id("delegation", delegation_id("ZMB"))
SET = """
mutation ($input: IdentityProviderSetInput!) {
  identityProviderSet(input: $input) {
    identityProvider { id issuer clientId domains trustsFactor revision } errors { code path }
  }
}
"""
REMOVE = """
mutation ($input: IdentityProviderRemoveInput!) { identityProviderRemove(input: $input) { done errors { code } } }
"""
BEGIN = """
mutation ($delegation: ID!) {
  providerSignInBegin(input: {delegation: $delegation}) { address ticket errors { code path } }
}
"""
FINISH = """
mutation ($input: ProviderSignInFinishInput!) {
  providerSignInFinish(input: $input) {
    accessToken refreshToken ticket recordHead { size } viewer { person { name role } } errors { code message }
  }
}
"""
CONFIRM = """
mutation ($ticket: String!, $code: String!) {
  signInConfirm(input: {ticket: $ticket, code: $code}) { viewer { person { name } } errors { code } }
}
"""


async def test_a_delegation_brings_its_provider_and_its_people_come_in_by_it(db: OneAtATime) -> None:
    app = create_app(db, Reception(db, ISSUER, Actors(db, SIGNER)).context, SIGNER, opened=True)
    _, secret, codes = await with_authenticator(db, "ZMB focal point")
    _, token = await in_session(db, "ZMB focal point")
    with a_provider() as found:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gof.test") as client:

            async def ask(query: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
                headers = {} if token is None else {"authorization": f"Bearer {token}"}
                answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
                assert "errors" not in answer.json(), answer.json()
                [one] = answer.json()["data"].values()
                return dict(one)

            given = {"issuer": found.issuer, "clientId": CLIENT, "clientSecret": SECRET, "domains": ["test.example"]}
            refused = await ask(SET, token, input=given)
            assert refused == {"identityProvider": None, "errors": [{"code": "PROOF_MISSING", "path": ["code"]}]}
            made = await ask(SET, token, input={**given, "code": codes[0]})
            assert made["identityProvider"] | {"id": ""} == {
                "id": "", "issuer": found.issuer, "clientId": CLIENT, "domains": ["test.example"],
                "trustsFactor": False, "revision": 1,
            }  # fmt: skip
            signed = await _come_in(client, ask, found, "ZMB contributor")
            assert signed["viewer"] == {"person": {"name": "ZMB contributor", "role": "CONTRIBUTOR"}}
            assert signed["accessToken"] is not None
            half = await _come_in(client, ask, found, "ZMB focal point")
            assert half["errors"][0]["code"] == "SECOND_FACTOR_NEEDED"
            whole = await ask(CONFIRM, ticket=half["ticket"], code=shown(secret))
            assert whole == {"viewer": {"person": {"name": "ZMB focal point"}}, "errors": []}
            gone = await ask(REMOVE, token, input={"revision": 1, "code": codes[1]})
            assert gone == {"done": True, "errors": []}
            assert (await ask(BEGIN, delegation=ZMB))["errors"] == [{"code": "NOT_FOUND", "path": ["delegation"]}]


async def _come_in(client: httpx.AsyncClient, ask: Any, found: AProvider, who: str) -> dict[str, Any]:
    """As a page does it: to the provider, back over our address, and on with what stands behind the #."""
    found.claims = {"sub": who, "email": email_of(who), "email_verified": True}
    begun = await ask(BEGIN, delegation=ZMB)
    state, code = found.visit(begun["address"])
    back = urlsplit(found.asked["redirect_uri"])
    answer = await client.get(back.path, params={"state": state, "code": code, "iss": found.issuer})
    assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
    where = urlsplit(answer.headers["location"])
    assert (where.netloc, where.path, where.query) == ("", "/", "")
    kept = {name: one[0] for name, one in parse_qs(where.fragment).items()}
    assert kept == {"provider": ZMB, "state": state, "code": code}
    given = {"ticket": begun["ticket"], "delegation": kept.pop("provider"), **kept}
    signed: dict[str, Any] = await ask(FINISH, input=given)
    again = await ask(FINISH, input=given)
    assert [one["code"] for one in again["errors"]] == ["PROVIDER_NOT_GOOD"]
    return signed


async def test_what_comes_back_leads_nowhere_but_to_our_page(http: httpx.AsyncClient) -> None:
    odd = {"state": "a&b=c#d\r\nX: y", "code": "x" * 5_000, "next": "https://evil.example", "error": "access_denied"}
    answer = await http.get("/signed-in/%2F%2Fevil.example", params=odd)
    assert answer.status_code == 404
    answer = await http.get("/signed-in/evil.example%0d%0aX:y", params=odd)
    where = urlsplit(answer.headers["location"])
    assert (answer.status_code, where.netloc, where.path) == (303, "", "/")
    kept = parse_qs(where.fragment)
    assert set(kept) == {"provider", "state", "code", "error"}
    assert (kept["state"], len(kept["code"][0])) == ([odd["state"]], 2_000)
    assert "x" not in answer.headers


async def test_it_is_seen_in_its_delegation_alone_and_its_secret_by_nobody(db: OneAtATime, graphql: Ask) -> None:
    with a_provider() as found:
        row = await named(db, found)
        query = "{ identityProvider { id issuer } }"
        for who in ("ZMB viewer", "ZMB focal point"):
            answer = await graphql(who, query)
            assert answer["data"]["identityProvider"]["id"] == write_id("identity_provider", row.id)
        for who in ("public", "FRA focal point", "secretariat"):
            assert (await graphql(who, query))["data"]["identityProvider"] is None
