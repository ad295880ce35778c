"""Passkeys of a person signed in: making, naming and removing them. The platform's own work, as in ``factors``."""

from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core import passkeys
from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Database, Writer, unique
from services.core.errors import Conflict, NotFound
from services.core.live import tell, topic
from services.identity import challenges, proofs, queries, rules
from services.identity.errors import NoSecondFactor, PasskeyThere, TooManyPasskeys
from services.identity.holding import Issuer, hold
from services.identity.passkey_tables import Passkey
from services.identity.terms import Proof

NO_PROOF = Proof()


@dataclass(frozen=True, slots=True)
class Added:
    """A new passkey, and the recovery codes where it is the person's first second factor."""

    id: UUID
    recovery_codes: tuple[str, ...] = field(repr=False)


async def add_passkey(db: Database, issuer: Issuer, actor: Actor, password: str, proof: Proof = NO_PROOF) -> str:
    """Return what a device is to be asked for (JSON); the passkey counts once ``confirm_passkey`` was given its answer.

    Raises:
        NotPermitted, WrongPassword, TooManyTries: see ``proofs.with_password``.
        NoPasskeysHere: the platform is served under a number.
        ProofMissing, WrongCode, PasskeyNotGood: the person has a second factor, and did not prove it.
        TooManyPasskeys: the person has as many as there may be.
    """
    site = issuer.site
    person = await proofs.with_password(db, actor, password)
    async with db.read(SYSTEM) as reader:
        has_factor = await queries.has_second_factor(reader, person.id)
    if has_factor or proof != NO_PROOF:
        async with proofs.proven(db, issuer, actor, proof):
            pass
    _, session_id = proofs.in_session(actor)
    async with db.write(SYSTEM) as session:
        await hold(session, person, Conflict("Your password was just changed elsewhere."))
        others = await challenges.of_person(session, person.id)
        _require_place(others)
        challenge = await challenges.issue(session, challenges.for_session(proofs.MAKE, session_id), person.id)
        await record(session, actor, "person.passkey_begun", "person", person.id)
    return passkeys.to_make(site, person.id.bytes, person.email, person.name, challenge, others)


async def confirm_passkey(db: Database, issuer: Issuer, actor: Actor, name: str, answer: str) -> Added:
    """Let a passkey count from now on, by what its device answered; other sessions end where it is the first factor.

    Raises:
        NotPermitted: not asked in a session of one's own.
        Invalid: the name is wrong.
        PasskeyNotGood: the device was asked for nothing in this session, or too long ago, or answered something else.
        PasskeyThere: it is known already, of this person or another.
        TooManyPasskeys: the person has as many as there may be.
    """
    me, session_id = proofs.in_session(actor)
    name = rules.checked_name(name, limit=rules.TOKEN_NAME_LIMIT)
    asked = await challenges.spend(db, challenges.for_session(proofs.MAKE, session_id))
    made = passkeys.made(issuer.site, asked.challenge, answer)
    async with db.write(SYSTEM) as session:
        _require_place(await challenges.of_person(session, me))
        codes = await proofs.begin_to_count(session, actor, me)
        new = Passkey(
            person_id=me,
            name=name,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
        )
        async with unique(session, "uq_passkey_credential_id", PasskeyThere()):
            session.add(new)
        await proofs.keep(session, actor, me, "passkey_added")
    return Added(new.id, codes)


async def rename_passkey(db: Database, actor: Actor, passkey_id: UUID, name: str) -> UUID:
    """Call one of the actor's own passkeys something else.

    Raises:
        NotPermitted: not asked in a session of one's own.
        NotFound: the actor has no such passkey.
        Invalid: the name is wrong.
    """
    me, _ = proofs.in_session(actor)
    name = rules.checked_name(name, limit=rules.TOKEN_NAME_LIMIT)
    async with db.write(SYSTEM) as session:
        found = await _mine(session, me, passkey_id)
        found.name = name
        found.revision += 1
        await session.flush()
        await record(session, actor, "passkey.renamed", "passkey", found.id, name=name)
        await tell(session, topic("person", me))
    return passkey_id


async def remove_passkey(
    db: Database, issuer: Issuer, actor: Actor, passkey_id: UUID, password: str, proof: Proof
) -> UUID:
    """Take one of the actor's passkeys away, by password and second factor; the recovery codes too after the last.

    Raises:
        NotPermitted, WrongPassword, TooManyTries: see ``proofs.with_password``.
        ProofMissing, NoSecondFactor, WrongCode, PasskeyNotGood: see ``proofs.proven``.
        NotFound: the actor has no such passkey.
    """
    person = await proofs.with_password(db, actor, password)
    async with proofs.proven(db, issuer, actor, proof) as session:
        await session.delete(await _mine(session, person.id, passkey_id))
        await session.flush()
        await proofs.drop_codes_of_nothing(session, person.id)
        await proofs.keep(session, actor, person.id, "passkey_removed")
    return passkey_id


async def ask_to_prove(db: Database, issuer: Issuer, actor: Actor) -> str:
    """Return what a device is to be asked for (JSON), so that a passkey of the actor proves a change of factors.

    Raises:
        NotPermitted: not asked in a session of one's own.
        NoPasskeysHere: the platform is served under a number.
        NoSecondFactor: the actor has no passkey.
    """
    site = issuer.site
    me, session_id = proofs.in_session(actor)
    async with db.write(SYSTEM) as session:
        ours = await challenges.of_person(session, me)
        if not ours:
            raise NoSecondFactor
        challenge = await challenges.issue(session, challenges.for_session(proofs.PROVE, session_id), me)
    return passkeys.to_prove(site, challenge, ours, verified=False)


async def _mine(session: Writer, me: UUID, passkey_id: UUID) -> Passkey:
    wanted = sa.select(Passkey).where(col(Passkey.id) == passkey_id, col(Passkey.person_id) == me)
    found = (await session.execute(wanted.with_for_update())).scalar_one_or_none()
    if found is None:
        raise NotFound("You have no such passkey.", path=("id",))
    return found


def _require_place(others: list[bytes]) -> None:
    if len(others) >= rules.PASSKEYS_LIMIT:
        raise TooManyPasskeys(f"You have {rules.PASSKEYS_LIMIT} passkeys, the most there may be. Remove one first.")
