"""A forgotten password over HTTP: the answer is the same for everyone, and the secret is all that is needed."""

import httpx
import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.tokens import new_secret
from services.identity.credentials import sign_in
from services.identity.resets import set_mailed_reset
from tests.builders import id_of
from tests.services.identity.world import ANOTHER, INVITED, ISSUER, email_of, invited, nothing_changes

WHO = "ZMB contributor"
REQUEST = "mutation ($email: String!) { passwordResetRequest(input: {email: $email}) { done errors { code } } }"
RESET = """
mutation ($secret: String!, $password: String!) {
  passwordReset(input: {secret: $secret, password: $password}) { done errors { code message path } }
}
"""


async def asked(http: httpx.AsyncClient, query: str, **variables: str) -> httpx.Response:
    """The answer to somebody who has not signed in."""
    return await http.post("/graphql", json={"query": query, "variables": variables})


async def test_asking_answers_the_same_bytes_whether_there_is_such_a_person_or_not(
    http: httpx.AsyncClient, db: Database
) -> None:
    await invited(db)
    emails = (email_of(WHO), INVITED, "nobody@test.example", "no address", "")
    async with nothing_changes(db):
        answers = {(await asked(http, REQUEST, email=email)).content for email in emails}
    assert answers == {b'{"data":{"passwordResetRequest":{"done":true,"errors":[]}}}'}


async def test_asking_too_often_answers_the_same_bytes_for_a_person_and_for_nobody(http: httpx.AsyncClient) -> None:
    answers = [
        [(await asked(http, REQUEST, email=email)).content for _ in range(4)]
        for email in (email_of(WHO), "nobody@test.example")
    ]
    assert answers[0] == answers[1]
    assert b"TOO_MANY_TRIES" in answers[0][3]
    assert b"TOO_MANY_TRIES" not in answers[0][2]


async def test_a_secret_sets_another_password(http: httpx.AsyncClient, db: Database) -> None:
    secret = new_secret("gof_reset")
    async with db.write(SYSTEM) as session:
        assert await set_mailed_reset(session, id_of(WHO), secret)
    answer = await asked(http, RESET, secret=secret, password=ANOTHER)
    assert answer.json()["data"]["passwordReset"] == {"done": True, "errors": []}
    await sign_in(db, ISSUER, email_of(WHO), ANOTHER)


@pytest.mark.parametrize(("secret", "password"), [("", ANOTHER), ("gof_reset_x", ANOTHER), ("gof_reset_x", "short")])
async def test_a_secret_that_is_none_sets_nothing(
    http: httpx.AsyncClient, db: Database, secret: str, password: str
) -> None:
    async with nothing_changes(db):
        answer = await asked(http, RESET, secret=secret, password=password)
    found = answer.json()["data"]["passwordReset"]
    assert found["done"] is False
    assert [(one["code"], one["path"]) for one in found["errors"]] == [("RESET_NOT_VALID", ["secret"])]
