"""Signing in over HTTP: the one application as it serves people, tokens and all."""

from collections.abc import AsyncIterator

import httpx
import pytest

from schema.app import create_app
from schema.core.context import Reception
from services.core.actor import SYSTEM, Scope
from services.core.errors import NotSignedIn
from services.core.keys import SigningKey
from services.core.passwords import hash_password
from services.core.tokens import Signer, new_secret, secret_hash
from services.identity import credentials
from services.identity.errors import WrongSignIn
from services.identity.holding import Issuer
from services.identity.queries import Actors
from services.identity.tables import ApiToken, Person
from tests.builders import id_of
from tests.conftest import OneAtATime
from tests.services.core.forging import SIGNER, forgeries
from tests.services.identity.world import PASSWORD as WORLD_PASSWORD
from tests.services.identity.world import an_api_token, change, email_of, in_session, with_password

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


async def test_the_answer_is_the_same_in_every_byte_whether_there_is_such_a_person_or_not(
    people: httpx.AsyncClient,
) -> None:
    async def answers(email: str) -> list[tuple[int, bytes, object]]:
        asked = {"query": SIGN_IN, "variables": {"email": email, "password": "another pass phrase"}}
        found = [await people.post("/graphql", json=asked) for _ in range(10)]
        return [(one.status_code, one.content, sorted(one.headers.items())) for one in found]

    known, unknown = await answers("zmb.focal.point@test.example"), await answers("zmb.nobody.here@test.example")
    assert known == unknown
    assert b"WRONG_SIGN_IN" in known[8][1]
    assert b"TOO_MANY_TRIES" in known[9][1]


async def test_no_forged_token_is_anything_but_refused(db: OneAtATime) -> None:
    """The table of forgeries over HTTP: each is a plain 401, and the good token beside them is good."""
    app = create_app(db, Reception(db, Issuer(SIGNER), Actors(db, SIGNER)).context, SIGNER, opened=True)
    _, good = await in_session(db, "ZMB focal point", SIGNER)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gof.test") as client:

        async def status(token: bytes) -> int:
            headers = [(b"authorization", b"Bearer " + token), (b"content-type", b"application/json")]
            return (await client.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)).status_code

        assert await status(good.encode()) == 200
        tokens = {wrong: str(token).encode("latin-1", "replace") for wrong, token in forgeries()}
        # The blanks around a token are the header's, not its own.
        wrong = [name for name, token in tokens.items() if token.strip() == token and await status(token) != 401]
        assert wrong == []
    assert len(tokens) >= 100


async def test_people_of_a_demonstration_come_in_only_where_one_is_shown(db: OneAtATime) -> None:
    """Their password is public: a data folder may be served in earnest later."""
    who = "ZMB viewer"
    await with_password(db, who)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(who), is_demo=True)
        secret = new_secret("gof_api")
        token = await an_api_token(session, who, Scope.READ)
        await change(session, ApiToken, token.id, secret_hash=secret_hash(secret))
    shown = Issuer(SIGNER, demo=True)
    signed = await credentials.sign_in(db, shown, email_of(who), WORLD_PASSWORD)
    assert (await Actors(db, SIGNER, demo=True).of(signed.access_token)).person_id == id_of(who)
    for held in (signed.access_token, secret):
        with pytest.raises(NotSignedIn):
            await Actors(db, SIGNER).of(held)
    with pytest.raises(NotSignedIn):
        await credentials.refresh(db, Issuer(SIGNER), signed.refresh_token)
    with pytest.raises(WrongSignIn):
        await credentials.sign_in(db, Issuer(SIGNER), email_of(who), WORLD_PASSWORD)
    assert (await credentials.refresh(db, shown, signed.refresh_token)).session_id == signed.session_id


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
