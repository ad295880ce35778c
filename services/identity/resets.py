"""A forgotten password: a mail lets its person set another, and nobody learns whether there is such a person.

The second factor stays: who reads another's mails still does not come in as a person who has one.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.audit import record
from services.core.db import Database, Writer
from services.core.events import announce
from services.core.idempotency import check_key
from services.core.jobs import enqueue
from services.core.live import tell, topic
from services.core.table import now
from services.core.tokens import secret_hash
from services.identity import rules, tickets, tries
from services.identity.errors import ResetNotValid
from services.identity.holding import SOMEONE, Client, as_person, end_other_sessions, hashed, hold, known, looked_for
from services.identity.tables import Person

JOB = "identity.reset"


async def ask_reset(db: Database, email: str, client: Client = SOMEONE, *, key: str | None = None) -> None:
    """Ask for a mail with which the person of an address sets another password; once for each ``key`` in a day.

    The worker finds out whether there is one, so that the answer is the same in every byte and takes the same time.

    Raises:
        Invalid: the key is not as one should be.
        TooManyTries: too many were asked for of late, for this person or from this address.
    """
    address = looked_for(email)
    check_key(key)
    once = None if key is None else tries.key("reset by key", address, key)
    if once is not None and await tries.is_done(db, once):
        return
    site = rules.network(client.address)
    person, place = tries.key("reset", address), tries.key("reset from", site)
    await tries.count(db, {person: rules.RESET_TRIES, place: rules.RESET_ADDRESS_TRIES})
    async with db.write(SYSTEM) as session:
        if once is not None and not await tries.do_once(session, once):
            return
        await enqueue(session, JOB, f"reset {person.hex()}", email=address)


async def announce_reset(session: Writer, email: str) -> bool:
    """Let a person be mailed who has come under ``email``; return whether there is one. Platform's work.

    The password of demonstration people is public, and stays what it is.
    """
    came = sa.and_(
        col(Person.email) == email,
        col(Person.left_at).is_(None),
        col(Person.invitation_hash).is_(None),
        ~col(Person.is_demo),
    )
    person_id = await session.scalar(sa.select(col(Person.id)).where(came))
    if person_id is None:
        return False
    await record(session, SYSTEM, "person.reset_asked", "person", person_id)
    await announce(session, SYSTEM, "person.reset_asked", person_id)
    return True


async def set_mailed_reset(session: Writer, person_id: UUID, secret: str) -> bool:
    """Let a person set another password by the ``secret`` that the mail carries; False if the person has left.

    Platform's work, like ``commands.set_mailed_invitation``: the secret stands in the mail alone, and the one of an
    earlier mail is good no more.
    """
    there = sa.and_(col(Person.id) == person_id, col(Person.left_at).is_(None), col(Person.invitation_hash).is_(None))
    changed = sa.update(Person).where(there)
    values = {"reset_hash": secret_hash(secret), "reset_expires_at": now() + rules.RESET_LIFETIME}
    return (await session.execute(changed.values(values).returning(col(Person.id)))).one_or_none() is not None


async def reset_password(db: Database, secret: str, password: str) -> UUID:
    """Set another password by the secret of a mail, which is good once; all sessions of the person end.

    Who was kept waiting because others guessed may sign in at once.

    Raises:
        ResetNotValid: no such secret, or it was used, has expired, or a newer mail took its place.
        Invalid: the password is too short or easy to guess.
    """
    mine = sa.and_(col(Person.reset_hash) == secret_hash(secret), col(Person.reset_expires_at) > now())
    person = await known(db, SYSTEM, mine)
    if person is None:
        raise ResetNotValid
    password_hash = await hashed(password, person, path="password")
    async with db.write(SYSTEM) as session:
        held = await hold(session, person, ResetNotValid())
        if held.reset_hash != secret_hash(secret):
            raise ResetNotValid
        held.password_hash = password_hash
        held.reset_hash = held.reset_expires_at = None
        held.revision += 1
        await session.flush()
        await end_other_sessions(session, as_person(held))
        await tickets.drop_tickets(session, held.id)
        await tries.empty(session, tries.key("person", held.email))
        await record(session, as_person(held), "person.password_reset", "person", held.id)
        await announce(session, SYSTEM, "person.password_reset", held.id)
        await tell(session, topic("person", held.id))
    return person.id
