"""Signing in and staying signed in."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.core import passwords
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import NotSignedIn
from services.core.read.shape import table_of
from services.core.table import now
from services.identity import commands, holding, queries
from services.identity.credentials import refresh, sign_in
from services.identity.errors import WrongSignIn
from services.identity.holding import Client, Issuer
from services.identity.tables import Person, SignInSession
from tests.builders import actor, id_of
from tests.services.identity.world import (
    ANOTHER,
    INVITED,
    ISSUER,
    PASSWORD,
    SIGNER,
    a_session,
    change,
    invited,
    nothing_changes,
    signed_in,
    with_password,
)

WHO = "ZMB contributor"


async def session_row(db: Database, key: object) -> SignInSession:
    async with db.read(SYSTEM) as session:
        row = table_of(SignInSession).c.id
        found = (await session.execute(sa.select(SignInSession).where(row == key))).scalar_one()
        session.expunge(found)
        return found


async def test_a_person_signs_in_with_e_mail_in_any_case_and_password(db: Database) -> None:
    email = await with_password(db, WHO)
    signed = await sign_in(db, ISSUER, f" {email.upper()} ", PASSWORD, Client("Fire\nfox" * 50))
    claims = SIGNER.verify(signed.access_token)
    assert (claims.subject, claims.session) == (id_of(WHO), signed.session_id) == (signed.person_id, signed.session_id)
    assert abs(claims.expires_at - signed.access_expires_at) <= timedelta(seconds=1)
    row = await session_row(db, signed.session_id)
    assert row.expires_at == signed.refresh_expires_at
    assert row.device.startswith("Firefox")
    assert len(row.device) <= 200
    assert signed.refresh_token not in repr(signed)


@pytest.mark.parametrize("case", ["wrong password", "unknown", "invited", "left", "no password", "no address", "NUL"])
async def test_whatever_is_wrong_with_a_sign_in_the_answer_is_one_and_nothing_changes(db: Database, case: str) -> None:
    email = await with_password(db, WHO)
    password = ANOTHER if case == "wrong password" else PASSWORD
    match case:
        case "unknown":
            email = "nobody@test.example"
        case "invited":
            await invited(db)
            email = INVITED
        case "left":
            async with db.write(actor("ZMB focal point")) as session:
                await commands.remove_person(session, actor("ZMB focal point"), id_of(WHO))
        case "no password":
            async with db.write(SYSTEM) as session:
                await change(session, Person, id_of(WHO), password_hash=None)
        case "no address":
            email = "no address at all"
        case "NUL":
            email = "\x00\ud800@test.example"
    async with nothing_changes(db):
        with pytest.raises(WrongSignIn) as refused:
            await sign_in(db, ISSUER, email, password)
    assert (refused.value.message, refused.value.path) == ("E-mail or password is not right.", ())


async def test_each_sign_in_that_fails_costs_one_comparison(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str | None] = []

    async def verify(password: str, stored: str | None) -> bool:
        compared.append(stored)
        return await passwords.verify_password(password, stored)

    monkeypatch.setattr(holding, "verify_password", verify)
    email = await with_password(db, WHO)
    for address in (email, "nobody@test.example", "no address"):
        with pytest.raises(WrongSignIn):
            await sign_in(db, ISSUER, address, ANOTHER)
    assert [one is not None for one in compared] == [True, False, False]


async def test_a_password_changed_while_it_was_compared_signs_nobody_in(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = await with_password(db, WHO)

    async def verify(password: str, stored: str | None) -> bool:
        await with_password(db, WHO, ANOTHER)
        return await passwords.verify_password(password, stored)

    monkeypatch.setattr(holding, "verify_password", verify)
    with pytest.raises(WrongSignIn):
        await sign_in(db, ISSUER, email, PASSWORD)


async def test_signing_in_forgets_what_ended_long_ago_and_nothing_else(db: Database) -> None:
    email = await with_password(db, WHO)
    async with db.write(SYSTEM) as session:
        old, recent, others = [await a_session(session, who) for who in (WHO, WHO, "ZMB viewer")]
        for one, days in ((old, 31), (recent, 29), (others, 31)):
            await change(session, SignInSession, one.id, ended_at=now() - timedelta(days=days))
    await sign_in(db, ISSUER, email, PASSWORD)
    async with db.read(SYSTEM) as session:
        left = set((await session.execute(sa.select(table_of(SignInSession).c.id))).scalars())
    assert old.id not in left
    assert {recent.id, others.id} <= left


async def test_a_refresh_token_is_good_once_and_for_the_same_session(db: Database) -> None:
    _, first = await signed_in(db, WHO)
    second = await refresh(db, ISSUER, first.refresh_token)
    third = await refresh(db, ISSUER, second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert first.session_id == second.session_id == third.session_id
    assert SIGNER.verify(third.access_token).session == first.session_id
    assert third.refresh_expires_at > first.refresh_expires_at


async def test_a_spent_refresh_token_ends_the_session_for_both_who_hold_it(db: Database) -> None:
    _, first = await signed_in(db, WHO)
    second = await refresh(db, ISSUER, first.refresh_token)
    third = await refresh(db, ISSUER, second.refresh_token)
    with pytest.raises(NotSignedIn):
        await refresh(db, ISSUER, first.refresh_token)
    async with nothing_changes(db):
        with pytest.raises(NotSignedIn):
            await refresh(db, ISSUER, third.refresh_token)
    with pytest.raises(NotSignedIn):
        await queries.actor_of_access(db, SIGNER.verify(third.access_token))


@pytest.mark.parametrize("case", ["ended", "expired", "left", "none", "API token"])
async def test_a_refresh_token_of_nothing_alive_gives_nothing(db: Database, case: str) -> None:
    me, signed = await signed_in(db, WHO)
    token = signed.refresh_token
    async with db.write(SYSTEM) as session:
        match case:
            case "ended":
                await commands.end_session(session, me, signed.session_id)
            case "expired":
                await change(session, SignInSession, signed.session_id, expires_at=now())
            case "left":
                await change(session, Person, id_of(WHO), left_at=now())
            case "none":
                token = "gof_refresh_\ud800"
            case "API token":
                token = (await commands.create_api_token(session, me, "Import", [], 1)).secret
    async with nothing_changes(db):
        with pytest.raises(NotSignedIn, match="Sign in again"):
            await refresh(db, ISSUER, token)


async def test_a_session_ends_90_days_after_signing_in_however_it_is_used(db: Database) -> None:
    _, signed = await signed_in(db, WHO)
    begun = now() - timedelta(days=89)
    async with db.write(SYSTEM) as session:
        await change(session, SignInSession, signed.session_id, created_at=begun)
    again = await refresh(db, Issuer(SIGNER, refresh=timedelta(days=14)), signed.refresh_token)
    assert again.refresh_expires_at == begun + timedelta(days=90)
