"""Second factors: adding and removing an authenticator, recovery codes, and the second half of a sign-in.

All of it is the platform's own work (``SYSTEM``) on the row of the person who asks, for secrets are nobody else's.
"""

from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core import totp
from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Database, Writer
from services.core.errors import Conflict, NotPermitted
from services.core.events import announce
from services.core.live import tell, topic
from services.core.table import now
from services.core.tokens import new_secret, secret_hash
from services.identity import rules, tries
from services.identity.errors import AuthenticatorThere, NoAuthenticator, TicketNotValid, WrongCode, WrongPassword
from services.identity.factor_tables import Authenticator, RecoveryCode, SignInTicket
from services.identity.holding import (
    SOMEONE,
    Client,
    Issuer,
    Known,
    begin_session,
    end_other_sessions,
    hold,
    known,
    verified,
)
from services.identity.tables import Person
from services.identity.terms import Signed

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
    person = await _with_password(db, actor, password)
    secret = totp.new_secret()
    async with db.write(SYSTEM) as session:
        held = await hold(session, person, Conflict("Your password was just changed elsewhere."))
        if (found := await _authenticator(session, held.id)) is not None:
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
    """Let an authenticator count from now on; return the recovery codes. The person's other sessions end.

    Raises:
        NotPermitted: not asked in a session of one's own.
        NoAuthenticator: none waits to be confirmed.
        WrongCode: it does not show this code now.
        TooManyTries: too many were wrong of late.
    """
    me, buckets = await _counted(db, actor)
    async with db.write(SYSTEM) as session:
        found = await _authenticator(session, me)
        if found is None or found.confirmed_at is not None:
            raise NoAuthenticator("No authenticator waits to be confirmed: add one first.")
        _spend(issuer, found, rules.plain_code(code))
        found.confirmed_at = now()
        codes = await _new_codes(session, me)
        await end_other_sessions(session, actor)
        await _kept(session, actor, me, "authenticator_added", buckets)
    return codes


async def remove_authenticator(db: Database, issuer: Issuer, actor: Actor, password: str, code: str) -> UUID:
    """Take a person's authenticator and recovery codes away, by password and a code of either.

    Who needs a second factor can then do nothing but add one.

    Raises:
        NotPermitted, WrongPassword, TooManyTries: as for ``add_authenticator``.
        NoAuthenticator: there is none.
        WrongCode: it is neither what the authenticator shows nor a recovery code.
    """
    await _with_password(db, actor, password)
    me, buckets = await _counted(db, actor)
    async with db.write(SYSTEM) as session:
        await _check_code(session, issuer, me, code)
        for table in (Authenticator, RecoveryCode):
            await session.execute(sa.delete(table).where(col(table.person_id) == me))
        await _kept(session, actor, me, "authenticator_removed", buckets)
    return me


async def renew_recovery_codes(db: Database, issuer: Issuer, actor: Actor, code: str) -> tuple[str, ...]:
    """Make ten new recovery codes; the ones before are good no more.

    Raises:
        NotPermitted, NoAuthenticator, WrongCode, TooManyTries: as for ``remove_authenticator``.
    """
    me, buckets = await _counted(db, actor)
    async with db.write(SYSTEM) as session:
        await _check_code(session, issuer, me, code)
        codes = await _new_codes(session, me)
        await _kept(session, actor, me, "recovery_codes_renewed", buckets)
    return codes


async def issue_ticket(session: Writer, person_id: UUID) -> str:
    """Return the secret by which a sign-in goes on, once the password was right."""
    secret = new_secret("gof_ticket")
    expires_at = now() + rules.TICKET_LIFETIME
    session.add(SignInTicket(secret_hash=secret_hash(secret), person_id=person_id, expires_at=expires_at))
    await session.flush()
    return secret


async def confirm_sign_in(db: Database, issuer: Issuer, ticket: str, code: str, client: Client = SOMEONE) -> Signed:
    """Begin the session of a sign-in that waits for its second factor: a code of an authenticator, or a recovery code.

    Raises:
        TicketNotValid: no such sign-in waits, or too long.
        WrongCode: it is neither; the ticket stays good.
        TooManyTries: too many were wrong of late for this person.
    """
    row = col(SignInTicket.secret_hash)
    open_still = sa.and_(row == secret_hash(ticket), col(SignInTicket.expires_at) > now())
    async with db.read(SYSTEM) as reader:
        person_id = await reader.scalar(sa.select(col(SignInTicket.person_id)).where(open_still))
    if person_id is None:
        raise TicketNotValid
    buckets = _buckets(person_id)
    await tries.count(db, buckets)
    async with db.write(SYSTEM) as session:
        spent = sa.delete(SignInTicket).where(open_still).returning(row)
        if (await session.execute(spent)).one_or_none() is None:
            raise TicketNotValid
        wanted = sa.select(Person).where(col(Person.id) == person_id, col(Person.left_at).is_(None))
        person = (await session.execute(wanted.with_for_update(key_share=True))).scalar_one_or_none()
        if person is None or (person.is_demo and not issuer.demo):
            raise TicketNotValid
        await _check_code(session, issuer, person_id, code)
        await tries.give_back(session, buckets)
        await tries.know(session, person.email, client.address)
        return await begin_session(session, issuer, person, client)


async def _check_code(session: Writer, issuer: Issuer, person_id: UUID, code: str) -> None:
    """Spend a code of a person's authenticator, or one of the recovery codes.

    Raises:
        NoAuthenticator: the person has none.
        WrongCode: it is neither.
    """
    found = await _authenticator(session, person_id)
    if found is None or found.confirmed_at is None:
        raise NoAuthenticator("You have no authenticator: add one first.")
    given = rules.plain_code(code)
    if len(given) == totp.DIGITS:
        _spend(issuer, found, given)
        return
    unused = sa.and_(
        col(RecoveryCode.code_hash) == secret_hash(given),
        col(RecoveryCode.person_id) == person_id,
        col(RecoveryCode.used_at).is_(None),
    )
    spent = sa.update(RecoveryCode).where(unused).values(used_at=now())
    if (await session.execute(spent.returning(col(RecoveryCode.code_hash)))).one_or_none() is None:
        raise WrongCode
    await announce(session, SYSTEM, "person.recovery_code_used", person_id)


async def drop_tickets(session: Writer, person_id: UUID) -> None:
    """Let no sign-in go on that began with a password of before."""
    await session.execute(sa.delete(SignInTicket).where(col(SignInTicket.person_id) == person_id))


async def forget_tickets(session: Writer) -> None:
    """Remove the tickets that nobody came back with."""
    await session.execute(sa.delete(SignInTicket).where(col(SignInTicket.expires_at) < now()))


async def _with_password(db: Database, actor: Actor, password: str) -> Known:
    me = _in_session(actor)
    buckets = tries.password_buckets(me)
    await tries.count(db, buckets)
    person = await verified(await known(db, SYSTEM, col(Person.id) == me), password, WrongPassword(("password",)))
    async with db.write(SYSTEM) as session:
        await tries.give_back(session, buckets)
    return person


async def _counted(db: Database, actor: Actor) -> tuple[UUID, tries.Buckets]:
    me = _in_session(actor)
    buckets = _buckets(me)
    await tries.count(db, buckets)
    return me, buckets


def _in_session(actor: Actor) -> UUID:
    if actor.session_id is None or actor.person_id is None:
        raise NotPermitted("Second factors are changed by the person, signed in; an API token cannot.")
    return actor.person_id


def _buckets(person_id: UUID) -> tries.Buckets:
    return {tries.key("second factor", str(person_id)): rules.CODE_TRIES}


async def _authenticator(session: Writer, person_id: UUID) -> Authenticator | None:
    """Lock the person's authenticator, so that of two uses of one code one comes first."""
    wanted = sa.select(Authenticator).where(col(Authenticator.person_id) == person_id)
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(locked)).scalar_one_or_none()


def _spend(issuer: Issuer, found: Authenticator, code: str) -> None:
    secret = issuer.seal.open(found.sealed_secret, found.person_id.bytes)
    step = totp.step_of(code, secret, now(), found.last_step)
    if step is None:
        raise WrongCode
    found.last_step = step
    found.revision += 1


async def _new_codes(session: Writer, person_id: UUID) -> tuple[str, ...]:
    await session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    codes = tuple(rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES))
    hashed = (secret_hash(rules.plain_code(code)) for code in codes)
    session.add_all(RecoveryCode(code_hash=one, person_id=person_id) for one in hashed)
    return codes


async def _kept(session: Writer, actor: Actor, me: UUID, act: str, buckets: tries.Buckets) -> None:
    """Record and announce; the person hears of it too, in case it was somebody else."""
    await session.flush()
    await tries.give_back(session, buckets)
    await record(session, actor, f"person.{act}", "person", me)
    await announce(session, SYSTEM, f"person.{act}", me)
    await tell(session, topic("person", me))
