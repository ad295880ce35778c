"""Sign-ins that go on with a second factor, and those that a passkey begins: the ticket of each, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core import passkeys
from services.core.actor import SYSTEM
from services.core.audit import record
from services.core.db import Database, Writer
from services.core.read.shape import Condition
from services.core.table import now
from services.core.tokens import new_secret, secret_hash
from services.identity import challenges, proofs, rules, tries
from services.identity.errors import TicketNotValid
from services.identity.factor_tables import SignInTicket
from services.identity.holding import SOMEONE, Client, Issuer, begin_session
from services.identity.tables import Person
from services.identity.terms import Signed

TICKET = "gof_ticket"


@dataclass(frozen=True, slots=True)
class Question:
    """What a browser asks a device for (options of ``navigator.credentials``, JSON), and by which ticket it goes on."""

    options: str
    ticket: str = field(default="", repr=False)


async def issue_ticket(session: Writer, person_id: UUID) -> str:
    """Return the secret by which a sign-in goes on, once the password was right."""
    secret = new_secret(TICKET)
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
    person_id = await waiting(db, ticket)
    async with proofs.counted(db, person_id) as session:
        await _spend_ticket(session, ticket)
        person = await _person(session, issuer, person_id)
        await proofs.check_code(session, issuer, person_id, code)
        await tries.know(session, person.email, client.address)
        return await begin_session(session, issuer, person, client)


async def ask_for_passkey(db: Database, issuer: Issuer, ticket: str | None, client: Client = SOMEONE) -> Question:
    """Ask for a passkey: one of whose sign-in waits under ``ticket``, or without one of whoever comes.

    Raises:
        TicketNotValid: no such sign-in waits, or too long.
        NoPasskeysHere: the platform is served under a number.
        TooManyTries: too many were asked for of late from this address.
    """
    site = issuer.site
    person_id = None if ticket is None else await waiting(db, ticket)
    if ticket is None:
        ticket = new_secret(TICKET)
        await tries.count(db, {tries.key("passkey", rules.network(client.address)): rules.PASSKEY_ASKS})
    async with db.write(SYSTEM) as session:
        challenge = await challenges.issue(session, secret_hash(ticket), person_id)
        ours: Sequence[bytes] = () if person_id is None else await challenges.of_person(session, person_id)
    return Question(passkeys.to_prove(site, challenge, ours, verified=person_id is None), ticket)


async def sign_in_with_passkey(
    db: Database, issuer: Issuer, ticket: str, answer: str, client: Client = SOMEONE
) -> Signed:
    """Begin a session by what a passkey answered to ``ask_for_passkey``: as second factor, or as the only one.

    The only one has made sure of who holds it (user verification), so that it is two factors in one.

    Raises:
        PasskeyNotGood: it proves nothing, or not what was asked; ask again.
        TicketNotValid: the sign-in waits no more, or its person has left.
    """
    asked = await challenges.spend(db, secret_hash(ticket))
    async with db.write(SYSTEM) as session:
        if asked.person_id is not None:
            await _spend_ticket(session, ticket)
        found = await challenges.prove(session, issuer.site, asked, answer)
        person = await _person(session, issuer, found.person_id)
        await tries.know(session, person.email, client.address)
        await record(session, SYSTEM, "passkey.used", "passkey", found.id)
        return await begin_session(session, issuer, person, client)


async def drop_tickets(session: Writer, person_id: UUID) -> None:
    """Let no sign-in go on that began with a password of before."""
    await session.execute(sa.delete(SignInTicket).where(col(SignInTicket.person_id) == person_id))


async def forget_tickets(session: Writer) -> None:
    """Remove the tickets that nobody came back with."""
    await session.execute(sa.delete(SignInTicket).where(col(SignInTicket.expires_at) < now()))


async def waiting(db: Database, ticket: str) -> UUID:
    """Return whose sign-in waits for a second factor under a ticket.

    Raises:
        TicketNotValid: none does, or it has waited too long.
    """
    async with db.read(SYSTEM) as reader:
        person_id = await reader.scalar(sa.select(col(SignInTicket.person_id)).where(_open(ticket)))
    if person_id is None:
        raise TicketNotValid
    return person_id


async def _spend_ticket(session: Writer, ticket: str) -> None:
    spent = sa.delete(SignInTicket).where(_open(ticket)).returning(col(SignInTicket.secret_hash))
    if (await session.execute(spent)).one_or_none() is None:
        raise TicketNotValid


def _open(ticket: str) -> Condition:
    return sa.and_(col(SignInTicket.secret_hash) == secret_hash(ticket), col(SignInTicket.expires_at) > now())


async def _person(session: Writer, issuer: Issuer, person_id: UUID) -> Person:
    """Lock the person who comes in, if they may."""
    wanted = sa.select(Person).where(
        col(Person.id) == person_id, col(Person.left_at).is_(None), col(Person.invitation_hash).is_(None)
    )
    person = (await session.execute(wanted.with_for_update(key_share=True))).scalar_one_or_none()
    if person is None or (person.is_demo and not issuer.demo):
        raise TicketNotValid
    return person
