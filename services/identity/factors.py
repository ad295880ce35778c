"""Authenticators and recovery codes: adding, removing, renewing.

All of it is the platform's own work (``SYSTEM``) on the row of the person who asks, for secrets are nobody else's.
"""

from dataclasses import dataclass, field
from uuid import UUID

from services.core import totp
from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Database
from services.core.errors import Conflict
from services.core.table import now
from services.identity import proofs, rules
from services.identity.errors import AuthenticatorThere, NoAuthenticator
from services.identity.factor_tables import Authenticator
from services.identity.holding import Issuer, hold
from services.identity.terms import Proof

NAME = "Group of Friends"
"""What an authenticator calls the platform."""


@dataclass(frozen=True, slots=True)
class Secret:
    """The secret of a new authenticator, shown this once: as people type it, and as a QR code holds it."""

    text: str = field(repr=False)
    address: str = field(repr=False)


async def add_authenticator(db: Database, issuer: Issuer, actor: Actor, password: str) -> Secret:
    """Make the secret of an authenticator for a person, who confirms it with the first code.

    Raises:
        NotPermitted: not asked in a session of one's own.
        WrongPassword: ``password`` is not the present one.
        TooManyTries: too many were wrong of late.
        AuthenticatorThere: the person has one.
    """
    person = await proofs.with_password(db, actor, password)
    secret = totp.new_secret()
    async with db.write(SYSTEM) as session:
        held = await hold(session, person, Conflict("Your password was just changed elsewhere."))
        if (found := await proofs.authenticator(session, held.id)) is not None:
            if found.confirmed_at is not None:
                raise AuthenticatorThere
            await session.delete(found)
            await session.flush()
        sealed = issuer.seal.close(secret, held.id.bytes)
        session.add(Authenticator(person_id=held.id, sealed_secret=sealed))
        await session.flush()
        await record(session, actor, "person.authenticator_begun", "person", held.id)
    return Secret(totp.written(secret), totp.address(secret, person.email, NAME))


async def confirm_authenticator(db: Database, issuer: Issuer, actor: Actor, code: str) -> tuple[str, ...]:
    """Let an authenticator count from now on; of a first second factor return the recovery codes, other sessions end.

    Raises:
        NotPermitted: not asked in a session of one's own.
        NoAuthenticator: none waits to be confirmed.
        WrongCode: it does not show this code now.
        TooManyTries: too many were wrong of late.
    """
    me, _ = proofs.in_session(actor)
    async with proofs.counted(db, me) as session:
        found = await proofs.authenticator(session, me)
        if found is None or found.confirmed_at is not None:
            raise NoAuthenticator("No authenticator waits to be confirmed: add one first.")
        proofs.spend_code(issuer, found, rules.plain_code(code))
        codes = await proofs.begin_to_count(session, actor, me)
        found.confirmed_at = now()
        await proofs.keep(session, actor, me, "authenticator_added")
    return codes


async def remove_authenticator(db: Database, issuer: Issuer, actor: Actor, password: str, proof: Proof) -> UUID:
    """Take a person's authenticator away, by password and second factor; the recovery codes too where it was the last.

    Who needs a second factor can then do nothing but add one.

    Raises:
        NotPermitted, WrongPassword, TooManyTries: as for ``add_authenticator``.
        NoSecondFactor, WrongCode, PasskeyNotGood, ProofMissing: see ``proofs.proven``.
        NoAuthenticator: there is none.
    """
    person = await proofs.with_password(db, actor, password)
    async with proofs.proven(db, issuer, actor, proof) as session:
        found = await proofs.authenticator(session, person.id)
        if found is None:
            raise NoAuthenticator("You have no authenticator.")
        await session.delete(found)
        await session.flush()
        await proofs.drop_codes_of_nothing(session, person.id)
        await proofs.keep(session, actor, person.id, "authenticator_removed")
    return person.id


async def renew_recovery_codes(db: Database, issuer: Issuer, actor: Actor, proof: Proof) -> tuple[str, ...]:
    """Make ten new recovery codes; the ones before are good no more.

    Raises:
        NotPermitted, NoSecondFactor, WrongCode, PasskeyNotGood, ProofMissing, TooManyTries: see ``proofs.proven``.
    """
    async with proofs.proven(db, issuer, actor, proof) as session:
        me, _ = proofs.in_session(actor)
        codes = await proofs.new_codes(session, me)
        await proofs.keep(session, actor, me, "recovery_codes_renewed")
    return codes
