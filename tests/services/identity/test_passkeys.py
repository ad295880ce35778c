"""Passkeys: a device proves its person, once for each question, for our pages alone."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from services.core.actor import SYSTEM, Actor
from services.core.db import Database
from services.core.passkeys import PasskeyNotGood
from services.core.read.shape import table_of
from services.core.table import now
from services.identity import factors, passkeys, tickets
from services.identity.credentials import change_password
from services.identity.errors import (
    TicketNotValid,
)
from services.identity.passkey_tables import PasskeyChallenge
from services.identity.queries import Actors
from services.identity.tables import Person
from services.identity.terms import Proof
from tests.builders import id_of
from tests.services.identity.device import PRESENT, VERIFIED, Device
from tests.services.identity.test_factors import ticket_of
from tests.services.identity.world import (
    ANOTHER,
    ISSUER,
    PASSWORD,
    SIGNER,
    change,
    in_session,
    nothing_changes,
    with_password,
)

WHO = "ZMB focal point"


async def with_passkey(
    db: Database, who: str = WHO, device: Device | None = None
) -> tuple[Actor, Device, passkeys.Added]:
    """A person in a session who has a passkey, in a device."""
    await with_password(db, who)
    me, _ = await in_session(db, who)
    device = device or Device()
    added = await passkeys.confirm_passkey(
        db, ISSUER, me, "Laptop", device.make(await passkeys.add_passkey(db, ISSUER, me, PASSWORD))
    )
    return me, device, added


async def proof_of(db: Database, me: Actor, device: Device, **faults: Any) -> Proof:
    return Proof(passkey=device.prove(await passkeys.ask_to_prove(db, ISSUER, me), **faults))


async def rows(db: Database) -> str:
    async with db.read(SYSTEM) as session:
        return str(await session.scalar(sa.text("SELECT array_agg(t::text ORDER BY id) FROM passkey t")))


async def challenges(db: Database) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(PasskeyChallenge))) or 0)


async def test_a_passkey_is_the_second_half_of_a_sign_in(db: Database) -> None:
    _, device, added = await with_passkey(db)
    assert len(set(added.recovery_codes)) == 10
    asked = await tickets.ask_for_passkey(db, ISSUER, await ticket_of(db))
    assert json.loads(asked.options)["userVerification"] == "preferred"
    signed = await tickets.sign_in_with_passkey(db, ISSUER, asked.ticket, device.prove(asked.options, flags=PRESENT))
    assert (await Actors(db, SIGNER).of(signed.access_token)).person_id == id_of(WHO)
    await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), added.recovery_codes[0])


async def test_a_passkey_signs_in_alone_where_its_device_made_sure_of_who_holds_it(db: Database) -> None:
    await with_passkey(db, "FRA focal point")
    _, device, _ = await with_passkey(db)
    asked = await tickets.ask_for_passkey(db, ISSUER, None)
    options = json.loads(asked.options)
    assert (options["userVerification"], options["allowCredentials"]) == ("required", [])
    signed = await tickets.sign_in_with_passkey(db, ISSUER, asked.ticket, device.prove(asked.options))
    assert (await Actors(db, SIGNER).of(signed.access_token)).person_id == id_of(WHO)


FAULTS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://gof.example.evil.example"},
    "plain http": {"origin": "http://gof.example"},
    "another host": {"host": "evil.example"},
    "another challenge": {"challenge": "AAAA"},
    "a registration": {"type": "webauthn.create"},
    "inside another site's page": {"cross_origin": True},
    "nobody there": {"flags": VERIFIED},
    "another key": {"key": generate_private_key(SECP256R1())},
    "the count of before": {"count": 1},
    "another person's handle": {"handle": id_of("FRA focal point").bytes},
}


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "as second factor"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_an_answer_that_is_not_right_signs_nobody_in_and_spends_the_question(
    db: Database, fault: str, alone: bool
) -> None:
    me, device, _ = await with_passkey(db)
    await factors.renew_recovery_codes(db, ISSUER, me, await proof_of(db, me, device))  # its count is 1 from here
    ticket = None if alone else await ticket_of(db)
    asked = await tickets.ask_for_passkey(db, ISSUER, ticket)
    before = await rows(db)
    async with nothing_changes(db):
        for answer in (device.prove(asked.options, **FAULTS[fault]), device.prove(asked.options)):
            with pytest.raises(PasskeyNotGood):
                await tickets.sign_in_with_passkey(db, ISSUER, asked.ticket, answer)
    assert await rows(db) == before
    asked = await tickets.ask_for_passkey(db, ISSUER, ticket)
    await tickets.sign_in_with_passkey(db, ISSUER, asked.ticket, device.prove(asked.options))


@pytest.mark.parametrize("fault", [{"flags": PRESENT}, {"handle": None}], ids=["not verified", "of nobody"])
async def test_alone_it_must_say_and_have_made_sure_who_it_is(db: Database, fault: dict[str, Any]) -> None:
    _, device, _ = await with_passkey(db)
    asked = await tickets.ask_for_passkey(db, ISSUER, None)
    async with nothing_changes(db):
        with pytest.raises(PasskeyNotGood):
            await tickets.sign_in_with_passkey(db, ISSUER, asked.ticket, device.prove(asked.options, **fault))


async def test_an_answer_is_good_once_even_from_a_device_that_does_not_count(db: Database) -> None:
    _, device, _ = await with_passkey(db, device=Device(counts=False))
    asked = await tickets.ask_for_passkey(db, ISSUER, None)
    answer = device.prove(asked.options)
    await tickets.sign_in_with_passkey(db, ISSUER, asked.ticket, answer)
    again = await tickets.ask_for_passkey(db, ISSUER, None)
    for ticket in (asked.ticket, again.ticket):
        with pytest.raises(PasskeyNotGood):
            await tickets.sign_in_with_passkey(db, ISSUER, ticket, answer)


@pytest.mark.parametrize("case", ["expired", "newer", "of another ticket", "left", "demo", "password changed"])
async def test_a_question_that_is_over_is_answered_in_vain(db: Database, case: str) -> None:
    me, device, _ = await with_passkey(db)
    asked = await tickets.ask_for_passkey(db, ISSUER, await ticket_of(db))
    ticket = asked.ticket
    match case:
        case "expired":
            async with db.write(SYSTEM) as session:
                await session.execute(sa.update(table_of(PasskeyChallenge)).values(expires_at=now()))
        case "newer":
            await tickets.ask_for_passkey(db, ISSUER, ticket)
        case "of another ticket":
            ticket = (await tickets.ask_for_passkey(db, ISSUER, None)).ticket
        case "password changed":
            await change_password(db, me, PASSWORD, ANOTHER)
        case _:
            async with db.write(SYSTEM) as session:
                values: dict[str, Any] = {"left_at": now()} if case == "left" else {"is_demo": True}
                await change(session, Person, id_of(WHO), **values)
    async with nothing_changes(db):
        with pytest.raises((PasskeyNotGood, TicketNotValid)):
            await tickets.sign_in_with_passkey(db, ISSUER, ticket, device.prove(asked.options))


async def test_the_passkey_of_another_is_no_second_factor_of_mine(db: Database) -> None:
    _, theirs, _ = await with_passkey(db, "FRA focal point")
    await with_passkey(db)
    asked = await tickets.ask_for_passkey(db, ISSUER, await ticket_of(db))
    [other] = theirs.held
    for handle in (id_of("FRA focal point").bytes, id_of(WHO).bytes, None):
        answer = theirs.prove(asked.options, credential_id=other, handle=handle)
        with pytest.raises(PasskeyNotGood):
            await tickets.sign_in_with_passkey(db, ISSUER, asked.ticket, answer)
        asked = await tickets.ask_for_passkey(db, ISSUER, asked.ticket)


@pytest.mark.parametrize(
    "faults",
    [
        {"origin": "https://evil.example"}, {"host": "evil.example"}, {"challenge": "AAAA"}, {"flags": VERIFIED},
        {"type": "webauthn.get"}, {"fmt": "android-safetynet"}, {"cross_origin": True},
    ],
    ids=str,
)  # fmt: skip
async def test_a_passkey_that_was_not_asked_for_by_us_is_none(db: Database, faults: dict[str, Any]) -> None:
    await with_password(db, WHO)
    me, _ = await in_session(db, WHO)
    device = Device()
    options = await passkeys.add_passkey(db, ISSUER, me, PASSWORD)
    assert json.loads(options)["rp"] == {"name": "Group of Friends", "id": "gof.example"}
    async with nothing_changes(db):
        for answer in (device.make(options, **faults), device.make(options)):
            with pytest.raises(PasskeyNotGood):
                await passkeys.confirm_passkey(db, ISSUER, me, "Laptop", answer)
    assert await rows(db) == "None"
