"""Signing in over HTTP: the one application as it serves people, tokens and all."""

from collections.abc import AsyncIterator

import httpx
import pytest

from schema.app import create_app
from schema.core.context import Reception
from services.core.actor import SYSTEM
from services.core.passwords import hash_password
from services.core.tokens import Signer, SigningKey
from services.identity.credentials import Issuer
from services.identity.queries import Actors
from services.identity.tables import Person
from tests.builders import id_of
from tests.conftest import OneAtATime

PASSWORD = "an honest pass phrase"
SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) {
    accessToken refreshToken viewer { person { name delegation { name { text } } } isCoChair } errors { code message }
  }
}
"""


@pytest.fixture
async def people(db: OneAtATime) -> AsyncIterator[httpx.AsyncClient]:
    """The application with real sign-ins; the focal point of Zambia has a password."""
    async with db.write(SYSTEM) as session:
        person = await session.get_one(Person, id_of("ZMB focal point"))
        person.password_hash = await hash_password(PASSWORD)
    signer = Signer([SigningKey.generate()], issuer="http://gof.test", audience="http://gof.test")
    reception = Reception(db, Issuer(signer), Actors(db, signer))
    transport = httpx.ASGITransport(app=create_app(db, reception.context, signer, opened=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as client:
        yield client


async def sign_in(client: httpx.AsyncClient, password: str = PASSWORD) -> dict[str, object]:
    variables = {"email": "zmb.focal.point@test.example", "password": password}
    answer = await client.post("/graphql", json={"query": SIGN_IN, "variables": variables})
    found: dict[str, object] = answer.json()["data"]["signIn"]
    return found


async def test_a_person_signs_in_and_is_known_by_the_token(people: httpx.AsyncClient) -> None:
    signed = await sign_in(people)
    assert signed["errors"] == []
    expected = {"person": {"name": "ZMB focal point", "delegation": {"name": {"text": "Zambia"}}}, "isCoChair": False}
    assert signed["viewer"] == expected
    headers = {"authorization": f"Bearer {signed['accessToken']}"}
    answer = await people.post("/graphql", json={"query": "{ viewer { person { role } } }"}, headers=headers)
    assert answer.json() == {"data": {"viewer": {"person": {"role": "FOCAL_POINT"}}}}


async def test_a_wrong_password_is_one_sentence_and_no_token(people: httpx.AsyncClient) -> None:
    signed = await sign_in(people, "another pass phrase")
    assert signed["accessToken"] is None
    assert signed["viewer"] is None
    assert signed["errors"] == [{"code": "WRONG_SIGN_IN", "message": "E-mail or password is not right."}]


async def test_a_token_that_is_not_good_is_refused_before_anything_is_read(people: httpx.AsyncClient) -> None:
    for header in ("Bearer nonsense", "Bearer", "Basic eA==", "Bearer gof_api_nonsense"):
        answer = await people.post("/graphql", json={"query": "{ __typename }"}, headers={"authorization": header})
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


async def test_without_a_token_the_public_asks_and_must_sign_in_to_act(people: httpx.AsyncClient) -> None:
    assert (await people.post("/graphql", json={"query": "{ viewer { acts } }"})).json() == {"data": {"viewer": None}}
    act = 'mutation { practicePublish(input: {id: "practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6"}) { errors { code } } }'
    answer = (await people.post("/graphql", json={"query": act})).json()
    assert answer["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


async def test_the_reader_of_no_account_reads_in_the_languages_of_the_browser(people: httpx.AsyncClient) -> None:
    query = '{ memberState(code: "ZMB") { name { language text } } }'
    answer = await people.post("/graphql", json={"query": query}, headers={"accept-language": "fr-CA, en;q=0.5"})
    assert answer.json()["data"]["memberState"]["name"] == {"language": "fr", "text": "Zambie"}


async def test_a_session_is_renewed_once_and_ended(people: httpx.AsyncClient) -> None:
    signed = await sign_in(people)
    renew = "mutation ($t: String!) { sessionRefresh(input: {refreshToken: $t}) { accessToken errors { code } } }"
    asked = {"query": renew, "variables": {"t": signed["refreshToken"]}}
    renewed = (await people.post("/graphql", json=asked)).json()["data"]["sessionRefresh"]
    assert renewed["accessToken"]
    again = (await people.post("/graphql", json=asked)).json()
    assert again["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"
