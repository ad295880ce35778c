"""Signing in with a delegation's own provider: who comes in, by whose word, and who does not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Role
from services.core.db import Database
from services.core.errors import DomainError, NotFound
from services.core.fetching import Fetcher, FetchFailed
from services.core.ids import write_id
from services.core.openid import OpenId, ProviderNotGood
from services.core.read.shape import table_of
from services.core.table import now
from services.identity import provider_sign_in, tickets
from services.identity.errors import FactorFirst, NotKnownToProvider, SecondFactorNeeded, TooManyTries
from services.identity.holding import Client
from services.identity.jobs import forget_tries
from services.identity.provider_sign_in import Begun, Came
from services.identity.provider_tables import IdentityProvider, ProviderLink, ProviderSignIn
from services.identity.queries import Actors
from services.identity.rules import PASSKEY_ASKS
from services.identity.tables import Person
from services.identity.terms import Signed
from tests.builders import delegation_id, id_of
from tests.services.identity.a_provider import ISSUER, AProvider, a_provider, named
from tests.services.identity.test_factors import shown, with_authenticator
from tests.services.identity.world import SIGNER, change, email_of, nothing_changes, with_password
from tests.services.notices.world import tell_all, told

WHO = "ZMB contributor"


@pytest.fixture(scope="module")
def listening() -> Iterator[AProvider]:
    with a_provider() as found:
        yield found


@pytest.fixture(autouse=True)
def _as_it_was(listening: AProvider) -> Iterator[None]:
    before = dict(vars(listening))
    yield
    vars(listening).update(before)


async def begun(db: Database, found: AProvider, by: str = "ZMB") -> tuple[Begun, Came]:
    """A sign-in that was begun, and what comes back of it."""
    begun = await provider_sign_in.begin(db, ISSUER, delegation_id(by))
    state, code = found.visit(begun.address)
    return begun, Came(delegation_id(by), state, code)


async def come_in(db: Database, found: AProvider, by: str = "ZMB", **claims: Any) -> Signed:
    found.claims = {"sub": WHO, "email": email_of(WHO), "email_verified": True, **claims}
    one, came = await begun(db, found, by)
    return await provider_sign_in.finish(db, ISSUER, one.ticket, came)


async def rows(db: Database, table: type[Any]) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) or 0)


@asynccontextmanager
async def nobody_comes_in(db: Database, refusal: type[DomainError]) -> AsyncIterator[None]:
    links = await rows(db, ProviderLink)
    async with nothing_changes(db):
        with pytest.raises(refusal):
            yield
    assert await rows(db, ProviderLink) == links


async def test_who_takes_part_comes_in_and_is_known_by_the_subject_from_then_on(
    db: Database, listening: AProvider
) -> None:
    provider = await named(db, listening)
    signed = await come_in(db, listening, email=email_of(WHO).upper())
    assert (await Actors(db, SIGNER).of(signed.access_token)).person_id == id_of(WHO)
    back = f"https://gof.example/signed-in/{write_id('delegation', delegation_id('ZMB'))}"
    asked = listening.asked
    assert (asked["redirect_uri"], asked["response_type"], asked["client_id"]) == (back, "code", provider.client_id)
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid email")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    again = await come_in(db, listening, email="new.name@elsewhere.example", email_verified=False)
    assert again.person_id == id_of(WHO)
    assert await rows(db, ProviderLink) == 1
    await tell_all(db)
    assert list(await told(db)) == [WHO], "once, when the provider first vouched"


NOBODY: dict[str, dict[str, Any]] = {
    "address not verified": {"email_verified": False},
    "verified only in words": {"email_verified": "true"},
    "no address": {"email": None},
    "a person of another delegation": {"email": email_of("FRA contributor")},
    "nobody": {"email": "nobody@test.example"},
    "another domain": {"email": email_of(WHO).replace("@", "@sub.")},
    "two addresses": {"email": [email_of(WHO)]},
}


@pytest.mark.parametrize("case", NOBODY)
async def test_it_vouches_for_people_of_its_delegation_under_its_domains_alone(
    db: Database, listening: AProvider, case: str
) -> None:
    await named(db, listening)
    async with nobody_comes_in(db, NotKnownToProvider):
        await come_in(db, listening, **NOBODY[case])


async def test_an_address_beyond_its_domains_is_no_word_of_it(db: Database, listening: AProvider) -> None:
    await named(db, listening, domains=["ministry.example"])
    async with nobody_comes_in(db, NotKnownToProvider):
        await come_in(db, listening)


@pytest.mark.parametrize("known", [True, False], ids=["came before", "new"])
@pytest.mark.parametrize("case", ["left", "invited", "demo"])
async def test_who_may_not_sign_in_otherwise_does_not_either(
    db: Database, listening: AProvider, case: str, known: bool
) -> None:
    await named(db, listening)
    if known:
        await come_in(db, listening)
    cases: dict[str, dict[str, Any]] = {
        "left": {"left_at": now()},
        "invited": {"invitation_hash": b"x", "invitation_expires_at": now()},
        "demo": {"is_demo": True},
    }
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(WHO), **cases[case])
    async with nobody_comes_in(db, NotKnownToProvider):
        await come_in(db, listening)


async def test_another_subject_under_the_address_of_one_who_came_is_somebody_else(
    db: Database, listening: AProvider
) -> None:
    await named(db, listening)
    await come_in(db, listening)
    async with nobody_comes_in(db, NotKnownToProvider):
        await come_in(db, listening, sub="the next to have this address")


async def test_who_left_and_was_invited_anew_comes_in_as_the_new_one(db: Database, listening: AProvider) -> None:
    await named(db, listening)
    await come_in(db, listening)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(WHO), left_at=now(), email="left@test.example")
        await change(session, Person, id_of("ZMB viewer"), email=email_of(WHO))
    assert (await come_in(db, listening)).person_id == id_of("ZMB viewer")
    assert await rows(db, ProviderLink) == 1


@pytest.mark.parametrize(
    ("trusts", "methods", "needed"),
    [
        (True, ["pwd", "otp"], False), (True, ["mfa"], False), (True, ["fpt", "hwk"], False),
        (False, ["mfa"], True), (True, ["pwd"], True), (True, ["pwd", "pin"], True), (True, ["pwd", "sms"], True),
        (True, [], True), (True, [{"mfa": 1}], True), (True, ["otp"], True),
    ],
    ids=str,
)  # fmt: skip
async def test_its_word_stands_for_a_second_factor_where_two_were_asked_for_and_it_is_trusted(
    db: Database, listening: AProvider, trusts: bool, methods: Any, needed: bool
) -> None:
    _, secret, _ = await with_authenticator(db, WHO)
    await named(db, listening, trusts_factor=trusts)
    if not needed:
        assert (await come_in(db, listening, amr=methods)).person_id == id_of(WHO)
        return
    with pytest.raises(SecondFactorNeeded) as half:
        await come_in(db, listening, amr=methods)
    signed = await tickets.confirm_sign_in(db, ISSUER, half.value.ticket, shown(secret))
    assert signed.person_id == id_of(WHO)


async def test_a_focal_point_always_uses_a_factor_of_their_own(db: Database, listening: AProvider) -> None:
    one = "ZMB focal point"
    claims: dict[str, Any] = {"sub": one, "email": email_of(one), "amr": ["mfa"]}
    await named(db, listening, trusts_factor=True)
    await with_password(db, one)
    async with nobody_comes_in(db, FactorFirst):
        await come_in(db, listening, **claims)
    _, secret, _ = await with_authenticator(db, one)
    with pytest.raises(SecondFactorNeeded) as half:
        await come_in(db, listening, **claims)
    assert (await tickets.confirm_sign_in(db, ISSUER, half.value.ticket, shown(secret))).person_id == id_of(one)


async def test_who_became_a_focal_point_is_no_more_let_in_by_its_word(db: Database, listening: AProvider) -> None:
    await named(db, listening, trusts_factor=True)
    await come_in(db, listening, amr=["mfa"])
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(WHO), role=Role.FOCAL_POINT)
    async with nobody_comes_in(db, FactorFirst):
        await come_in(db, listening, amr=["mfa"])


ODD = ["another ticket", "another state", "another code", "another delegation", "expired", "changed", "removed"]


@pytest.mark.parametrize("case", [*ODD, "twice", "lone surrogate"])
async def test_what_comes_back_belongs_to_what_was_begun_and_is_good_once(
    db: Database, listening: AProvider, case: str
) -> None:
    await named(db, listening)
    listening.claims = {"sub": WHO, "email": email_of(WHO), "email_verified": True}
    one, came = await begun(db, listening)
    ticket, odd = one.ticket, came
    match case:
        case "another ticket":
            ticket += "x"
        case "another state":
            odd = replace(came, state=came.state[:-1] + ("a" if came.state[-1] != "a" else "b"))
        case "another code":
            odd = replace(came, code="another")
        case "another delegation":
            odd = replace(came, delegation_id=delegation_id("FRA"))
        case "lone surrogate":
            odd = replace(came, state="\ud800")
        case "twice":
            await provider_sign_in.finish(db, ISSUER, ticket, came)
        case _:
            await _end(db, case)
    async with nobody_comes_in(db, FetchFailed if case == "another code" else ProviderNotGood):
        await provider_sign_in.finish(db, ISSUER, ticket, odd)
    if case != "another ticket":
        async with nobody_comes_in(db, ProviderNotGood):
            await provider_sign_in.finish(db, ISSUER, ticket, came)


async def _end(db: Database, case: str) -> None:
    async with db.write(SYSTEM) as session:
        match case:
            case "expired":
                await session.execute(sa.update(table_of(ProviderSignIn)).values(expires_at=now()))
            case "changed":
                await session.execute(sa.update(table_of(IdentityProvider)).values(revision=2))
            case _:
                await session.execute(sa.delete(table_of(IdentityProvider)))


async def test_a_code_of_another_delegations_provider_is_not_given_to_this_one(
    db: Database, listening: AProvider
) -> None:
    """A provider that leads on to another one's page gets back neither a code nor a session (RFC 9700 section 4.4)."""
    with a_provider() as other:
        await named(db, other, "FRA")
        await named(db, listening)
        mine, _ = await begun(db, listening)
        _, came = await begun(db, other, "FRA")
        sent = listening.tokens_asked
        async with nobody_comes_in(db, ProviderNotGood):
            await provider_sign_in.finish(db, ISSUER, mine.ticket, replace(came, state=listening.asked["state"]))
        assert listening.tokens_asked == sent


async def test_a_delegation_without_one_is_told_so(db: Database) -> None:
    with pytest.raises(NotFound):
        await provider_sign_in.begin(db, ISSUER, delegation_id("ZMB"))


async def test_one_that_cannot_be_reached_begins_nothing(db: Database, listening: AProvider) -> None:
    await named(db, listening, issuer="http://127.0.0.1:1")
    with pytest.raises(FetchFailed):
        await provider_sign_in.begin(db, ISSUER, delegation_id("ZMB"))
    assert await rows(db, ProviderSignIn) == 0


async def test_one_of_this_machine_is_asked_only_where_that_is_set(db: Database, listening: AProvider) -> None:
    await named(db, listening)
    with pytest.raises(DomainError) as refused:
        await provider_sign_in.begin(db, replace(ISSUER, openid=OpenId(Fetcher())), delegation_id("ZMB"))
    assert refused.value.code == "ADDRESS_NOT_ALLOWED"


async def test_so_many_are_begun_from_an_address_and_those_left_open_are_forgotten(
    db: Database, listening: AProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await named(db, listening)
    monkeypatch.setattr("services.identity.rules.PASSKEY_ASKS", replace(PASSKEY_ASKS, free=2))
    here = Client(address="198.51.100.7")
    for _ in range(2):
        await provider_sign_in.begin(db, ISSUER, delegation_id("ZMB"), here)
    with pytest.raises(TooManyTries):
        await provider_sign_in.begin(db, ISSUER, delegation_id("ZMB"), here)
    await _end(db, "expired")
    await forget_tries(db)
    assert await rows(db, ProviderSignIn) == 0
