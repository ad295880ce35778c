"""A second factor over GraphQL: added in a session, asked for at the next sign-in, told to its person."""

from base64 import b32decode
from datetime import timedelta
from typing import Any

import httpx

from schema.app import create_app
from schema.core.context import Reception
from services.core.actor import SYSTEM
from services.core.table import now
from services.identity.holding import Issuer
from services.identity.queries import Actors
from services.identity.tables import Person
from tests.builders import id_of
from tests.conftest import OneAtATime
from tests.services.identity.test_factors import shown
from tests.services.identity.world import PASSWORD, SIGNER, change, in_session, with_password
from tests.services.notices.world import tell_all, told

WHO = "ZMB focal point"
VIEWER = "{ viewer { mustAddSecondFactor secondFactorDueAt authenticatorSince recoveryCodesLeft acts } }"
ADD = f'mutation {{ authenticatorAdd(input: {{password: "{PASSWORD}"}}) {{ secret address errors {{ code }} }} }}'
CONFIRM = "mutation ($c: String!) { authenticatorConfirm(input: {code: $c}) { recoveryCodes errors { code path } } }"
RENEW = "mutation ($c: String!) { recoveryCodesRenew(input: {code: $c}) { recoveryCodes errors { code path } } }"
REMOVE = """
mutation ($p: String!, $c: String!) { authenticatorRemove(input: {password: $p, code: $c}) { done errors { code } } }
"""
SIGN_IN = """
mutation ($p: String!) {
  signIn(input: {email: "zmb.focal.point@test.example", password: $p}) {
    ticket accessToken viewer { acts } errors { code }
  }
}
"""
GO_ON = """
mutation ($t: String!, $c: String!) {
  signInConfirm(input: {ticket: $t, code: $c}) { accessToken viewer { acts recoveryCodesLeft } errors { code path } }
}
"""


async def test_a_focal_point_adds_an_authenticator_and_signs_in_with_it(db: OneAtATime) -> None:
    app = create_app(db, Reception(db, Issuer(SIGNER), Actors(db, SIGNER)).context, SIGNER, opened=True)
    await with_password(db, WHO)
    _, token = await in_session(db, WHO)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(WHO), second_factor_due_at=now() - timedelta(days=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gof.test") as client:

        async def ask(query: str, token: str | None = None, **variables: str) -> dict[str, Any]:
            headers = {} if token is None else {"authorization": f"Bearer {token}"}
            answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
            assert "errors" not in answer.json(), answer.json()
            [found] = answer.json()["data"].values()
            return dict(found)

        before = await ask(VIEWER, token)
        assert (before["mustAddSecondFactor"], before["acts"], before["authenticatorSince"]) == (True, False, None)
        added = await ask(ADD, token)
        assert added["secret"] in added["address"]
        secret = b32decode(added["secret"])
        wrong = await ask(CONFIRM, token, c="000000")
        assert wrong == {"recoveryCodes": [], "errors": [{"code": "WRONG_CODE", "path": ["code"]}]}
        codes = (await ask(CONFIRM, token, c=shown(secret, -1)))["recoveryCodes"]
        assert len(codes) == 10
        half = await ask(SIGN_IN, p=PASSWORD)
        assert half["errors"] == [{"code": "SECOND_FACTOR_NEEDED"}]
        assert (half["accessToken"], half["viewer"]) == (None, None)
        signed = await ask(GO_ON, t=half["ticket"], c=codes[0])
        assert signed["viewer"] == {"acts": True, "recoveryCodesLeft": 9}
        again = await ask(GO_ON, t=half["ticket"], c=shown(secret))
        assert again["errors"] == [{"code": "TICKET_NOT_VALID", "path": ["ticket"]}]
        after = await ask(VIEWER, signed["accessToken"])
        assert after["authenticatorSince"] is not None
        assert (await ask(RENEW, signed["accessToken"], c=codes[1]))["recoveryCodes"] != codes
        assert await ask(REMOVE, signed["accessToken"], p=PASSWORD, c=shown(secret)) == {"done": True, "errors": []}
        await tell_all(db)
        assert set(await told(db)) == {WHO}
        assert (await ask(SIGN_IN, p=PASSWORD))["viewer"] == {"acts": False}
