"""Second factors: what a password alone does no more."""

import asyncio
from base64 import b32decode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.core import totp
from services.core.actor import SYSTEM, Actor, Role
from services.core.db import Database
from services.core.errors import DomainError, NotPermitted, NotSignedIn
from services.core.read.shape import table_of
from services.core.table import now
from services.identity import commands, factors, tickets
from services.identity.credentials import accept_invitation, change_password, sign_in
from services.identity.errors import (
    AuthenticatorThere,
    NoAuthenticator,
    NoSecondFactor,
    SecondFactorNeeded,
    TicketNotValid,
    TooManyTries,
    WrongCode,
    WrongPassword,
)
from services.identity.factor_tables import Authenticator, RecoveryCode, SignInTicket
from services.identity.jobs import forget_tries
from services.identity.queries import Actors, actor_of_person, actors_of_api_tokens
from services.identity.tables import Person
from services.identity.terms import Proof
from tests.builders import actor, id_of
from tests.services.identity.world import (
    ANOTHER,
    ISSUER,
    PASSWORD,
    SIGNER,
    an_api_token,
    change,
    email_of,
    in_session,
    invited,
    nothing_changes,
    person,
    with_password,
)

WHO = "ZMB focal point"


async def with_authenticator(db: Database, who: str = WHO) -> tuple[Actor, bytes, tuple[str, ...]]:
    """A person in a session who has an authenticator: its secret, and the recovery codes."""
    await with_password(db, who)
    me, _ = await in_session(db, who)
    text = (await factors.add_authenticator(db, ISSUER, me, PASSWORD)).text
    secret = b32decode(text)
    left = totp.STEP - now().timestamp() % totp.STEP
    await asyncio.sleep(left if left < 1 else 0)  # a code of the step before must not grow too old on its way
    codes = await factors.confirm_authenticator(db, ISSUER, me, shown(secret, -1))
    return me, secret, codes


def shown(secret: bytes, steps: int = 0) -> str:
    """What an authenticator shows now, or so many steps later."""
    return totp.code(secret, int(now().timestamp()) // totp.STEP + steps)


async def ticket_of(db: Database, who: str = WHO) -> str:
    with pytest.raises(SecondFactorNeeded) as needed:
        await sign_in(db, ISSUER, email_of(who), PASSWORD)
    return needed.value.ticket


async def rows(db: Database, table: type[Authenticator | RecoveryCode | SignInTicket]) -> str:
    async with db.read(SYSTEM) as session:
        return str(await session.scalar(sa.text(f"SELECT array_agg(t::text) FROM {table_of(table).name} t")))


async def test_a_sign_in_goes_on_with_a_code_and_a_code_is_good_once(db: Database) -> None:
    _, secret, _ = await with_authenticator(db)
    code = shown(secret)
    signed = await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), f"{code[:3]} {code[3:]}")
    assert (await Actors(db, SIGNER).of(signed.access_token)).person_id == id_of(WHO)
    ticket = await ticket_of(db)
    with pytest.raises(WrongCode):
        await tickets.confirm_sign_in(db, ISSUER, ticket, code)
    await tickets.confirm_sign_in(db, ISSUER, ticket, shown(secret, 1))


async def test_a_wrong_password_asks_for_no_second_factor(db: Database) -> None:
    await with_authenticator(db)
    with pytest.raises(DomainError) as refused:
        await sign_in(db, ISSUER, email_of(WHO), ANOTHER)
    assert refused.value.code == "WRONG_SIGN_IN"
    assert await rows(db, SignInTicket) == "None"


@pytest.mark.parametrize("case", ["unknown", "used", "expired", "left", "password changed", "demo"])
async def test_a_ticket_of_nothing_that_waits_is_refused(db: Database, case: str) -> None:
    me, secret, _ = await with_authenticator(db)
    ticket = await ticket_of(db)
    match case:
        case "unknown":
            ticket += "x"
        case "used":
            await tickets.confirm_sign_in(db, ISSUER, ticket, shown(secret))
        case "expired":
            async with db.write(SYSTEM) as session:
                await session.execute(sa.update(table_of(SignInTicket)).values(expires_at=now()))
        case "left":
            async with db.write(SYSTEM) as session:
                await change(session, Person, id_of(WHO), left_at=now())
        case "password changed":
            await change_password(db, me, PASSWORD, ANOTHER)
        case "demo":
            async with db.write(SYSTEM) as session:
                await change(session, Person, id_of(WHO), is_demo=True)
    async with nothing_changes(db):
        with pytest.raises(TicketNotValid):
            await tickets.confirm_sign_in(db, ISSUER, ticket, shown(secret, 1))


async def test_each_recovery_code_stands_in_once_however_it_is_written(db: Database) -> None:
    _, _, codes = await with_authenticator(db)
    assert len(set(codes)) == 10
    await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), codes[0])
    await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), codes[1].upper().replace("-", " "))
    with pytest.raises(WrongCode):
        await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), codes[0])


async def test_a_recovery_code_of_another_is_wrong(db: Database) -> None:
    _, _, codes = await with_authenticator(db, "FRA focal point")
    await with_authenticator(db)
    with pytest.raises(WrongCode):
        await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), codes[0])


async def test_the_sixth_wrong_code_waits_and_the_right_one_too(db: Database) -> None:
    _, secret, codes = await with_authenticator(db)
    ticket = await ticket_of(db)
    for wrong in ("000000", "abcd-abcd-abcd-abcd", "", "\ud800", "0" * 10_000):
        with pytest.raises(WrongCode):
            await tickets.confirm_sign_in(db, ISSUER, ticket, wrong)
    for right in (shown(secret), codes[0]):
        with pytest.raises(TooManyTries, match="30 minutes"):
            await tickets.confirm_sign_in(db, ISSUER, ticket, right)


async def test_an_authenticator_counts_only_once_its_first_code_was_given(db: Database) -> None:
    await with_password(db, WHO)
    me, _ = await in_session(db, WHO)
    first = await factors.add_authenticator(db, ISSUER, me, PASSWORD)
    second = await factors.add_authenticator(db, ISSUER, me, PASSWORD)
    assert first.text != second.text
    assert first.text not in repr(first)
    await sign_in(db, ISSUER, email_of(WHO), PASSWORD)
    with pytest.raises(WrongCode):
        await factors.confirm_authenticator(db, ISSUER, me, shown(b32decode(first.text)))


async def test_adding_one_ends_the_other_sessions_and_only_those(db: Database) -> None:
    _, other = await in_session(db, WHO)
    await with_password(db, WHO)
    me, mine = await in_session(db, WHO)
    text = (await factors.add_authenticator(db, ISSUER, me, PASSWORD)).text
    await factors.confirm_authenticator(db, ISSUER, me, shown(b32decode(text)))
    assert (await Actors(db, SIGNER).of(mine)).person_id == id_of(WHO)
    with pytest.raises(NotSignedIn):
        await Actors(db, SIGNER).of(other)


async def test_neither_secret_nor_codes_can_be_read_from_the_database(db: Database) -> None:
    _, secret, codes = await with_authenticator(db)
    kept = await rows(db, Authenticator) + await rows(db, RecoveryCode)
    assert secret.hex() not in kept
    assert [code for code in codes if code in kept or code.replace("-", "") in kept] == []


Act = Callable[[Database, Actor, str, str], Awaitable[object]]
ACTS: dict[str, Act] = {
    "add": lambda db, who, password, _: factors.add_authenticator(db, ISSUER, who, password),
    "confirm": lambda db, who, _, code: factors.confirm_authenticator(db, ISSUER, who, code),
    "remove": lambda db, who, password, code: factors.remove_authenticator(db, ISSUER, who, password, Proof(code)),
    "renew": lambda db, who, _, code: factors.renew_recovery_codes(db, ISSUER, who, Proof(code)),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["public", "ZMB viewer", "secretariat", WHO])
async def test_nobody_acts_on_second_factors_out_of_a_session_of_their_own(db: Database, act: str, who: str) -> None:
    """An API token has no session."""
    async with nothing_changes(db):
        with pytest.raises(NotPermitted):
            await ACTS[act](db, actor(who), PASSWORD, "000000")


@pytest.mark.parametrize(
    ("act", "password", "right_code", "expected"),
    [
        ("add", ANOTHER, True, WrongPassword),
        ("add", PASSWORD, True, AuthenticatorThere),
        ("confirm", PASSWORD, True, NoAuthenticator),
        ("remove", ANOTHER, True, WrongPassword),
        ("remove", PASSWORD, False, WrongCode),
        ("remove", PASSWORD, True, None),
        ("renew", PASSWORD, False, WrongCode),
        ("renew", PASSWORD, True, None),
    ],
)
async def test_a_second_factor_is_changed_by_who_holds_all_that_is_asked_for(
    db: Database, act: str, password: str, right_code: bool, expected: type[DomainError] | None
) -> None:
    me, secret, codes = await with_authenticator(db)
    code = shown(secret) if right_code else "000000"
    if expected is None:
        await ACTS[act](db, me, password, code)
        if act == "renew":
            with pytest.raises(WrongCode):
                await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), codes[0])
        else:
            await sign_in(db, ISSUER, email_of(WHO), PASSWORD)
            with pytest.raises(NoSecondFactor):
                await ACTS["remove"](db, me, password, shown(secret, 1))
        return
    before = await rows(db, Authenticator), await rows(db, RecoveryCode)
    async with nothing_changes(db):
        with pytest.raises(expected):
            await ACTS[act](db, me, password, code)
    assert (await rows(db, Authenticator), await rows(db, RecoveryCode)) == before


async def test_who_needs_a_second_factor_and_has_none_can_only_add_it(db: Database) -> None:
    await with_password(db, WHO)
    me, token = await in_session(db, WHO)
    async with db.write(SYSTEM) as session:
        api = await an_api_token(session, WHO)
        await change(session, Person, id_of(WHO), second_factor_due_at=now() - timedelta(seconds=1))
    held = await Actors(db, SIGNER).of(token)
    expected = Actor(Role.VIEWER, id_of(WHO), languages=("en",), session_id=me.session_id, enrols=True)
    assert replace(held, link=None) == expected
    async with db.read(held) as session:
        seen = list((await session.execute(sa.select(table_of(Person).c.id))).scalars())
    assert seen == [id_of(WHO)]
    assert (await actors_of_api_tokens(db, [api.secret_hash]))[api.secret_hash].enrols
    assert (await actor_of_person(db, id_of(WHO))).enrols
    async with nothing_changes(db):
        with pytest.raises(NotPermitted, match="second factor"):
            async with db.write(held) as session:
                await commands.change_settings(session, held, name="Other")
    text = (await factors.add_authenticator(db, ISSUER, held, PASSWORD)).text
    await factors.confirm_authenticator(db, ISSUER, held, shown(b32decode(text)))
    assert (await Actors(db, SIGNER).of(token)).role is Role.FOCAL_POINT


@pytest.mark.parametrize("case", ["not due yet", "never due", "demo"])
async def test_others_act_without_one(db: Database, case: str) -> None:
    _, token = await in_session(db, WHO)
    due = {"not due yet": now() + timedelta(minutes=1), "never due": None, "demo": now() - timedelta(days=1)}[case]
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(WHO), second_factor_due_at=due, is_demo=case == "demo")
    held = await Actors(db, SIGNER, demo=True).of(token)
    assert (held.role, held.acts, held.enrols) == (Role.FOCAL_POINT, True, False)


async def test_a_second_factor_is_due_14_days_after_someone_comes_or_is_given_a_role_that_needs_it(
    db: Database,
) -> None:
    issued = await invited(db)
    await accept_invitation(db, issued.secret, PASSWORD)
    assert (await person(db, issued.id)).second_factor_due_at is None
    async with db.write(actor(WHO)) as session:
        await commands.give_role(session, actor(WHO), issued.id, Role.FOCAL_POINT)
    due = (await person(db, issued.id)).second_factor_due_at
    assert due is not None
    assert timedelta(days=13) < due - now() <= timedelta(days=14)
    async with db.write(actor(WHO)) as session:
        await commands.give_role(session, actor(WHO), issued.id, Role.FOCAL_POINT)
    assert (await person(db, issued.id)).second_factor_due_at == due
    async with db.write(actor(WHO)) as session:
        await commands.give_role(session, actor(WHO), issued.id, Role.CONTRIBUTOR)
    assert (await person(db, issued.id)).second_factor_due_at is None


async def test_tickets_that_nobody_came_back_with_are_forgotten(db: Database) -> None:
    await with_authenticator(db)
    await ticket_of(db)
    await forget_tries(db)
    assert await rows(db, SignInTicket) != "None"
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(table_of(SignInTicket)).values(expires_at=now() - timedelta(seconds=1)))
    await forget_tries(db)
    assert await rows(db, SignInTicket) == "None"
