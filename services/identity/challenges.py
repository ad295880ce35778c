"""What a device is asked to sign, and whether what it signed proves a passkey; all of it the platform's work.

A challenge is good once, whatever the answer is worth: it is spent, in a transaction of its own, before the answer is
looked at.
"""

import secrets
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.core import passkeys
from services.core.actor import SYSTEM
from services.core.db import Database, Reader, Writer
from services.core.passkeys import Made, PasskeyNotGood, Site
from services.core.read.shape import table_of
from services.core.table import now
from services.core.tokens import secret_hash
from services.identity import rules
from services.identity.passkey_tables import Passkey, PasskeyChallenge
from services.identity.terms import Asked


def for_session(purpose: str, session_id: UUID) -> bytes:
    """What a challenge is bound to that someone signed in asked for, to ``purpose``."""
    return secret_hash(f"{purpose} {session_id}")


async def issue(session: Writer, bound_to: bytes, person_id: UUID | None) -> bytes:
    """Make the challenge of ``bound_to``; one that was there before is good no more."""
    values = {
        "person_id": person_id,
        "challenge": secrets.token_bytes(passkeys.CHALLENGE),
        "expires_at": now() + rules.CHALLENGE_LIFETIME,
    }
    made = insert(table_of(PasskeyChallenge)).values(bound_to=bound_to, **values)
    await session.execute(made.on_conflict_do_update(index_elements=["bound_to"], set_=values))
    challenge: bytes = values["challenge"]  # type: ignore[assignment]  # the dict holds other types too
    return challenge


async def spend(db: Database, bound_to: bytes) -> Asked:
    """Return what was asked for under ``bound_to``, which is good no more.

    Raises:
        PasskeyNotGood: nothing was, or it was answered already, or too long ago.
    """
    row = table_of(PasskeyChallenge)
    spent = (
        sa.delete(row).where(row.c.bound_to == bound_to).returning(row.c.challenge, row.c.person_id, row.c.expires_at)
    )
    async with db.write(SYSTEM) as session:
        found = (await session.execute(spent)).one_or_none()
    if found is None or found.expires_at <= now():
        raise PasskeyNotGood
    return Asked(found.challenge, found.person_id)


async def of_person(session: Reader, person_id: UUID) -> list[bytes]:
    """The ids by which devices know the passkeys of a person."""
    found = sa.select(col(Passkey.credential_id)).where(col(Passkey.person_id) == person_id).order_by(col(Passkey.id))
    return list((await session.execute(found)).scalars())


async def prove(session: Writer, site: Site, asked: Asked, answer: str) -> Passkey:
    """Return the passkey that the answer proves, locked, its new count kept.

    Where nobody was named before, the passkey says who it is, and its device has made sure of who holds it.

    Raises:
        PasskeyNotGood: it proves none, or none of the person who was asked.
    """
    credential_id, handle = passkeys.named(answer)
    wanted = sa.select(Passkey).where(col(Passkey.credential_id) == credential_id).with_for_update()
    found = (await session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None or found.person_id != (asked.person_id or found.person_id):
        raise PasskeyNotGood
    if handle != found.person_id.bytes and (handle is not None or asked.person_id is None):
        raise PasskeyNotGood
    known = Made(found.credential_id, found.public_key, found.sign_count)
    verified = asked.person_id is None
    found.sign_count = passkeys.proven(site, asked.challenge, answer, known, verified=verified)
    found.last_used_at = now()
    found.revision += 1
    await session.flush()
    return found


async def forget(session: Writer) -> None:
    """Remove the challenges that nobody answered."""
    await session.execute(sa.delete(PasskeyChallenge).where(col(PasskeyChallenge.expires_at) < now()))
