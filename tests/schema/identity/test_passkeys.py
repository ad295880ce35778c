"""A passkey over GraphQL: made, named, used in both ways to sign in, to prove a change, and removed; told to its person."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import sqlalchemy as sa

from schema.app import create_app
from schema.core.context import Reception
from services.core.actor import SYSTEM, Scope
from services.core.read.shape import table_of
from services.identity.holding import Issuer
from services.identity.queries import Actors, actors_of_api_tokens
from services.identity.tables import ApiToken
from tests.conftest import OneAtATime
from tests.services.identity.device import Device
from tests.services.identity.world import PASSWORD, SIGNER, an_api_token, change, in_session, with_password
from tests.services.notices.world import tell_all, told

WHO = "ZMB focal point"
ADD = f"""
mutation ($code: String, $passkey: String) {{
  passkeyAdd(input: {{password: "{PASSWORD}", code: $code, passkey: $passkey}}) {{ options errors {{ code }} }}
}}
"""
CONFIRM = """
mutation ($passkey: String!) {
  passkeyConfirm(input: {name: "Laptop", passkey: $passkey}) { passkey { id name } recoveryCodes errors { code path } }
}
"""
SIGN_IN = f"""
mutation {{ signIn(input: {{email: "zmb.focal.point@test.example", password: "{PASSWORD}"}}) {{ ticket errors {{ code }} }} }}
"""
ASK = "mutation ($ticket: String) { passkeyAsk(input: {ticket: $ticket}) { options ticket errors { code } } }"
COME_IN = """
mutation ($ticket: String!, $passkey: String!) {
  passkeySignIn(input: {ticket: $ticket, passkey: $passkey}) {
    accessToken viewer { acts passkeys { nodes { name lastUsedAt } } } errors { code path }
  }
}
"""
RENAME = """
mutation ($id: ID!) { passkeyRename(input: {id: $id, name: "Telephone"}) { passkey { name } errors { code } } }
"""
REMOVE = f"""
mutation ($id: ID!, $passkey: String) {{
  passkeyRemove(input: {{id: $id, password: "{PASSWORD}", passkey: $passkey}}) {{ done errors {{ code }} }}
}}
"""


async def test_a_focal_point_signs_in_with_a_passkey_in_both_ways(db: OneAtATime) -> None:
    app = create_app(db, Reception(db, Issuer(SIGNER), Actors(db, SIGNER)).context, SIGNER, opened=True)
    await with_password(db, WHO)
    _, token = await in_session(db, WHO)
    device = Device()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gof.test") as client:

        async def ask(query: str, token: str | None = None, **variables: str) -> dict[str, Any]:
            headers = {} if token is None else {"authorization": f"Bearer {token}"}
            answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
            assert "errors" not in answer.json(), answer.json()
            [found] = answer.json()["data"].values()
            return dict(found)

        made = device.make((await ask(ADD, token))["options"])
        added = await ask(CONFIRM, token, passkey=made)
        assert (added["passkey"]["name"], len(added["recoveryCodes"])) == ("Laptop", 10)
        again = await ask(CONFIRM, token, passkey=made)
        assert again["errors"] == [{"code": "PASSKEY_NOT_GOOD", "path": ["passkey"]}]
        half = await ask(SIGN_IN)
        assert half["errors"] == [{"code": "SECOND_FACTOR_NEEDED"}]
        await _come_in(ask, device, ticket=half["ticket"])
        access = await _come_in(ask, device)
        key = added["passkey"]["id"]
        assert (await ask(RENAME, access, id=key))["passkey"] == {"name": "Telephone"}
        assert (await ask(REMOVE, access, id=key))["errors"] == [{"code": "PROOF_MISSING"}]
        proof = device.prove((await ask(ASK, access))["options"])
        assert await ask(REMOVE, access, id=key, passkey=proof) == {"done": True, "errors": []}
        assert (await ask(SIGN_IN))["errors"] == []
        await tell_all(db)
        assert set(await told(db)) == {WHO}


async def _come_in(ask: Callable[..., Awaitable[dict[str, Any]]], device: Device, **ticket: str) -> str:
    asked = await ask(ASK, **ticket)
    signed = await ask(COME_IN, ticket=asked["ticket"], passkey=device.prove(asked["options"]))
    [one] = signed["viewer"]["passkeys"]["nodes"]
    assert (signed["viewer"]["acts"], one["name"], one["lastUsedAt"] is not None) == (True, "Laptop", True)
    return str(signed["accessToken"])


async def test_when_an_api_token_was_last_used_is_kept_to_the_minute(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        token = await an_api_token(session, WHO, Scope.READ)
        await change(session, ApiToken, token.id, last_used_at=None)
    used = []
    for _ in range(2):
        await actors_of_api_tokens(db, [token.secret_hash])
        async with db.read(SYSTEM) as session:
            used.append(await session.scalar(sa.select(table_of(ApiToken).c.last_used_at)))
    assert used[0] is not None
    assert used[0] == used[1]
