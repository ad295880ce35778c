"""Ways in that fail, and acts and requests that are refused, have a line in the log that tells nothing secret."""

import logging
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from schema.app import create_app
from schema.core import watch
from schema.core.context import Reception
from schema.core.watch import MINUTE, Pace
from services.identity.holding import Issuer
from services.identity.queries import Actors
from tests.conftest import OneAtATime
from tests.services.identity.test_factors import ticket_of, with_authenticator
from tests.services.identity.world import PASSWORD, SIGNER, email_of, in_session, with_password

pytestmark = pytest.mark.security
WHO, WRONG = "ZMB contributor", "not the password at all"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """What was written since it was last asked."""
    caplog.set_level(logging.WARNING, "gof.security")

    def taken() -> list[dict[str, Any]]:
        found = [orjson.loads(one.getMessage()) for one in caplog.records if one.name == "gof.security"]
        caplog.clear()
        return found

    return taken


@pytest.fixture
async def client(db: OneAtATime) -> Any:
    app = create_app(db, Reception(db, Issuer(SIGNER), Actors(db, SIGNER)).context, SIGNER, opened=True)
    transport = httpx.ASGITransport(app=app, client=("198.51.100.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as found:
        yield found


async def ask(client: httpx.AsyncClient, query: str, token: str | None = None, **variables: Any) -> httpx.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


SIGN_IN = "mutation ($e: String!, $p: String!) { signIn(input: {email: $e, password: $p}) { errors { code } } }"


async def test_a_failed_sign_in_has_a_line_without_names_or_secrets(
    client: httpx.AsyncClient, db: OneAtATime, lines: Lines
) -> None:
    await with_password(db, WHO)
    for email in (email_of(WHO), email_of(WHO).upper(), "nobody@test.example"):
        await ask(client, SIGN_IN, e=email, p=WRONG)
    one, same, other = found = lines()
    assert one.keys() == other.keys() == {"at", "event", "act", "code", "address", "role", "tried"}
    told = {"event": "refused", "act": "signIn", "code": "WRONG_SIGN_IN", "address": "198.51.100.7", "role": "public"}
    for line in found:
        assert line.items() >= told.items()
    assert one["tried"] == same["tried"] != other["tried"]
    assert WRONG not in str(found)
    assert "example" not in str(found)
    await ask(client, SIGN_IN, e=email_of(WHO), p=PASSWORD)
    assert lines() == [], "who comes in is on the record"


async def test_each_way_in_has_a_line_when_it_fails(client: httpx.AsyncClient, db: OneAtATime, lines: Lines) -> None:
    await with_authenticator(db, "ZMB focal point")
    ticket = await ticket_of(db)
    calls = {
        "signInConfirm": f'(input: {{ticket: "{ticket}", code: "000000"}})',
        "sessionRefresh": '(input: {refreshToken: "x"})',
        "passkeySignIn": '(input: {ticket: "x", passkey: "{}"})',
        "invitationAccept": f'(input: {{secret: "x", password: "{PASSWORD}"}})',
        "passwordReset": f'(input: {{secret: "x", password: "{PASSWORD}"}})',
        "recoveryRequest": '(input: {ticket: "x"})',
    }
    for act, given in calls.items():
        await ask(client, f"mutation {{ {act}{given} {{ errors {{ code }} }} }}")
        [line] = lines()
        assert line["act"] == act, line
        assert ticket not in str(line)


async def test_an_act_that_is_refused_names_who_tried(client: httpx.AsyncClient, db: OneAtATime, lines: Lines) -> None:
    me, token = await in_session(db, "ZMB viewer")
    draft = 'personInvite(input: {email: "a@b.example", name: "x", role: VIEWER}) { errors { code } }'
    await ask(client, f"mutation {{ {draft} }}", token)
    [line] = lines()
    told = {"act": "personInvite", "code": "NOT_PERMITTED", "person": str(me.person_id), "role": "viewer"}
    assert line.items() >= told.items()
    assert line["session"] == str(me.session_id)


async def test_a_request_that_is_refused_has_a_line(client: httpx.AsyncClient, lines: Lines) -> None:
    await ask(client, "{ __typename }", "forged.token.x")
    deep = "{ practices { nodes " * 12
    await ask(client, deep)
    assert [(one["act"], one["code"]) for one in lines()] == [("request", "NOT_SIGNED_IN")]
    await client.post("/graphql", content=b"{", headers={"content-type": "application/json"})
    assert [one["code"] for one in lines()] == ["BAD_REQUEST"]


async def test_a_flood_has_so_many_lines_and_is_counted(
    client: httpx.AsyncClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(watch, "pace", Pace(2, lambda: clock[0]))
    for _ in range(5):
        await ask(client, "{ __typename }", "forged")
    assert len(lines()) == 2
    clock[0] = MINUTE
    await ask(client, "{ __typename }", "forged")
    [line] = lines()
    assert line["left_out"] == 3
