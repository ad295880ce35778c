"""Passkeys of a person: a first one, more of them, their names, and their end; each change is proven."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from services.core.actor import SYSTEM, Role
from services.core.db import Database
from services.core.errors import Conflict, DomainError, Invalid, NotFound, NotPermitted, NotSignedIn
from services.core.passkeys import NoPasskeysHere, PasskeyNotGood, Site
from services.core.read.shape import table_of
from services.core.table import now
from services.core.tokens import Signer
from services.identity import factors, passkeys, rules, tickets
from services.identity.errors import (
    NoSecondFactor,
    PasskeyThere,
    ProofMissing,
    TooManyPasskeys,
    TooManyTries,
    WrongCode,
    WrongPassword,
)
from services.identity.jobs import forget_tries
from services.identity.passkey_tables import PasskeyChallenge
from services.identity.queries import Actors
from services.identity.tables import Person
from services.identity.terms import Proof
from tests.builders import actor, id_of
from tests.services.identity.device import Device
from tests.services.identity.test_factors import shown, ticket_of, with_authenticator
from tests.services.identity.test_passkeys import challenges, proof_of, rows, with_passkey
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


async def test_a_first_passkey_ends_the_other_sessions_a_second_does_not(db: Database) -> None:
    _, other = await in_session(db, WHO)
    me, device, _ = await with_passkey(db)
    with pytest.raises(NotSignedIn):
        await Actors(db, SIGNER).of(other)
    _, other = await in_session(db, WHO)
    proof = await proof_of(db, me, device)
    added = await passkeys.confirm_passkey(
        db, ISSUER, me, "Key", Device().make(await passkeys.add_passkey(db, ISSUER, me, PASSWORD, proof))
    )
    assert added.recovery_codes == ()
    assert (await Actors(db, SIGNER).of(other)).person_id == id_of(WHO)


async def test_who_must_have_a_second_factor_has_one_with_a_passkey(db: Database) -> None:
    _, token = await in_session(db, "secretariat")
    await with_password(db, "secretariat")
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("secretariat"), second_factor_due_at=now() - timedelta(days=1))
    held = await Actors(db, SIGNER).of(token)
    assert held.enrols
    options = await passkeys.add_passkey(db, ISSUER, held, PASSWORD)
    await passkeys.confirm_passkey(db, ISSUER, held, "Key", Device().make(options))
    assert (await Actors(db, SIGNER).of(token)).role is Role.SECRETARIAT


@pytest.mark.parametrize(
    ("act", "error"),
    [("none", ProofMissing), ("both", ProofMissing), ("wrong code", WrongCode), ("forged", PasskeyNotGood)],
)
async def test_what_is_there_is_changed_only_by_who_proves_it(db: Database, act: str, error: type[DomainError]) -> None:
    me, device, added = await with_passkey(db)
    good = await proof_of(db, me, device)
    proof = {
        "none": Proof(),
        "both": replace(good, code=added.recovery_codes[0]),
        "wrong code": Proof("000000"),
        "forged": await proof_of(db, me, device, key=generate_private_key(SECP256R1())),
    }[act]
    before = await rows(db)
    async with nothing_changes(db):
        for acting in (
            passkeys.add_passkey(db, ISSUER, me, PASSWORD, proof),
            passkeys.remove_passkey(db, ISSUER, me, added.id, PASSWORD, proof),
            factors.renew_recovery_codes(db, ISSUER, me, proof),
        ):
            with pytest.raises((error, PasskeyNotGood, TooManyTries)):
                await acting
    assert await rows(db) == before
    with pytest.raises(WrongPassword):
        await passkeys.remove_passkey(db, ISSUER, me, added.id, ANOTHER, Proof(added.recovery_codes[0]))


async def test_the_last_factor_takes_the_recovery_codes_with_it_and_not_before(db: Database) -> None:
    me, secret, codes = await with_authenticator(db)
    options = await passkeys.add_passkey(db, ISSUER, me, PASSWORD, Proof(codes[0]))
    device = Device()
    added = await passkeys.confirm_passkey(db, ISSUER, me, "Key", device.make(options))
    await factors.remove_authenticator(db, ISSUER, me, PASSWORD, Proof(shown(secret)))
    with pytest.raises(WrongCode):
        await factors.renew_recovery_codes(db, ISSUER, me, Proof(shown(secret, 1)))
    await tickets.confirm_sign_in(db, ISSUER, await ticket_of(db), codes[1])
    await passkeys.remove_passkey(db, ISSUER, me, added.id, PASSWORD, await proof_of(db, me, device))
    with pytest.raises(NoSecondFactor):
        await factors.renew_recovery_codes(db, ISSUER, me, Proof(codes[2]))
    with pytest.raises(NoSecondFactor):
        await passkeys.ask_to_prove(db, ISSUER, me)


async def test_nobody_touches_the_passkeys_of_another(db: Database) -> None:
    _, _, theirs = await with_passkey(db, "ZMB contributor")
    me, device, mine = await with_passkey(db)
    before = await rows(db)
    with pytest.raises(NotFound):
        await passkeys.rename_passkey(db, me, theirs.id, "Mine")
    with pytest.raises(NotFound):
        await passkeys.remove_passkey(db, ISSUER, me, theirs.id, PASSWORD, Proof(mine.recovery_codes[0]))
    with pytest.raises(Invalid):
        await passkeys.rename_passkey(db, me, mine.id, " ")
    [one] = device.held
    options = await passkeys.add_passkey(db, ISSUER, me, PASSWORD, Proof(mine.recovery_codes[0]))
    with pytest.raises(PasskeyThere):
        await passkeys.confirm_passkey(db, ISSUER, me, "Twice", Device().make(options, credential_id=one))
    assert await rows(db) == before
    await passkeys.rename_passkey(db, me, mine.id, "Telephone")
    assert "Telephone" in await rows(db)


@pytest.mark.parametrize("who", ["public", "ZMB viewer", "secretariat", WHO])
async def test_nobody_acts_on_passkeys_out_of_a_session_of_their_own(db: Database, who: str) -> None:
    nobody, key = actor(who), id_of("nothing")
    async with nothing_changes(db):
        for acting in (
            passkeys.add_passkey(db, ISSUER, nobody, PASSWORD),
            passkeys.confirm_passkey(db, ISSUER, nobody, "Key", "{}"),
            passkeys.rename_passkey(db, nobody, key, "Key"),
            passkeys.remove_passkey(db, ISSUER, nobody, key, PASSWORD, Proof("000000")),
            passkeys.ask_to_prove(db, ISSUER, nobody),
        ):
            with pytest.raises(NotPermitted):
                await acting


async def test_there_is_an_end_to_passkeys_and_to_questions(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    me, _, added = await with_passkey(db)
    monkeypatch.setattr(rules, "PASSKEYS_LIMIT", 1)
    with pytest.raises(TooManyPasskeys):
        await passkeys.add_passkey(db, ISSUER, me, PASSWORD, Proof(added.recovery_codes[0]))
    monkeypatch.setattr(rules, "PASSKEY_ASKS", replace(rules.PASSKEY_ASKS, free=3))
    for _ in range(3):
        await tickets.ask_for_passkey(db, ISSUER, None)
    with pytest.raises(TooManyTries):
        await tickets.ask_for_passkey(db, ISSUER, None)
    assert await challenges(db) == 3
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(table_of(PasskeyChallenge)).values(expires_at=now() - timedelta(seconds=1)))
    await forget_tries(db)
    assert await challenges(db) == 0


async def test_a_platform_under_a_number_says_that_browsers_keep_no_passkeys_for_it(db: Database) -> None:
    signer = Signer(SIGNER._tools.ring.keys, "http://127.0.0.1:8000", "gof")
    with pytest.raises(NoPasskeysHere, match="localhost"):
        await tickets.ask_for_passkey(db, replace(ISSUER, signer=signer), None)
    assert Site.at("http://localhost:8000") == Site("localhost", "http://localhost:8000")
    assert issubclass(NoPasskeysHere, Conflict)
