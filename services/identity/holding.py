"""What every way in rests on: the person as read before, held unchanged under a lock after, and the session begun.

A password is hashed for tens of milliseconds, and no transaction may wait for that.
"""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Database, Writer
from services.core.errors import DomainError, Invalid
from services.core.later import insert_later
from services.core.openid import OpenId
from services.core.passkeys import Site
from services.core.passwords import check_new_password, hash_password, verify_password
from services.core.read.shape import Condition
from services.core.sealing import Seal
from services.core.table import now
from services.core.tokens import Signer, new_secret, secret_hash
from services.identity import rules
from services.identity.errors import WrongEmail
from services.identity.tables import Person, RefreshToken, SignInSession
from services.identity.terms import Signed

DEVICE_LIMIT = 200
"""Characters that are kept of what a client calls itself."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """What sign-ins are made with: the signing keys, and how long the two tokens are good."""

    signer: Signer
    access: timedelta = timedelta(minutes=10)
    refresh: timedelta = timedelta(days=14)
    demo: bool = False
    """Whether people of the demonstration may come in: their passwords are public."""
    seal: Seal = field(default_factory=Seal.random)
    """What the secrets of authenticators are sealed with; the one made here is good for one process only."""
    openid: OpenId = field(default_factory=OpenId)
    """How providers of delegations are spoken with."""

    @property
    def site(self) -> Site:
        """Where passkeys are good: at the address that also issues the tokens.

        Raises:
            NoPasskeysHere: it is a number.
        """
        return Site.at(self.signer.issuer)


@dataclass(frozen=True, slots=True)
class Client:
    """Who signs in, as far as a request tells: what it calls itself (User-Agent), and its network address."""

    device: str = ""
    address: str = ""


SOMEONE = Client()
"""A client that tells nothing of itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person as read before the transaction: what an act rests on, and must be found unchanged in it."""

    id: UUID
    email: str
    name: str
    password_hash: str | None = field(repr=False)


async def known(db: Database, actor: Actor, condition: Condition) -> Known | None:
    """Return the person of ``condition`` who has not left; None if there is none to be seen."""
    columns = [col(getattr(Person, one.name)) for one in fields(Known)]
    async with db.read(actor) as reader:
        found = (
            await reader.execute(sa.select(*columns).where(condition, col(Person.left_at).is_(None)))
        ).one_or_none()
    return None if found is None else Known(*found)


def looked_for(email: str) -> str:
    """Return an address as people have it; what is none is nobody's."""
    try:
        return rules.normal_email(email)
    except WrongEmail:
        return ""


async def known_by_email(db: Database, issuer: Issuer, address: str) -> Known | None:
    """Return who has come under an address; an invitation is no way in."""
    came = sa.and_(col(Person.email) == address, col(Person.invitation_hash).is_(None))
    return await known(db, SYSTEM, came if issuer.demo else sa.and_(came, ~col(Person.is_demo)))


async def verified(person: Known | None, password: str, otherwise: DomainError) -> Known:
    """Return the person if the password is right; every password that anyone tries passes here."""
    right = await verify_password(password, None if person is None else person.password_hash)
    if person is None or not right:
        raise otherwise
    return person


async def hashed(password: str, person: Known, *, path: str) -> str:
    """Return what to keep of a new password.

    Raises:
        Invalid: it is too short or easy to guess; ``path`` names the argument.
    """
    try:
        check_new_password(password, (person.name, person.email))
    except Invalid as error:
        error.path = (path,)
        raise
    return await hash_password(password)


async def hold(session: Writer, read: Known, otherwise: DomainError) -> Person:
    """Lock a person who still has the password that was read before, or still none."""
    same = sa.and_(
        col(Person.id) == read.id,
        col(Person.left_at).is_(None),
        col(Person.password_hash).is_not_distinct_from(read.password_hash),
    )
    held = (await session.execute(sa.select(Person).where(same).with_for_update(key_share=True))).scalar_one_or_none()
    if held is None:
        raise otherwise
    return held


async def begin_session(session: Writer, issuer: Issuer, held: Person, client: Client) -> Signed:
    """Begin a session of a person who is locked."""
    await _forget_ended(session, held.id)
    moment = now()
    begun = SignInSession(
        person_id=held.id,
        device="".join(letter for letter in client.device[:DEVICE_LIMIT] if letter.isprintable()),
        created_at=moment,
        last_used_at=moment,
        expires_at=rules.session_end(moment, moment, issuer.refresh),
    )
    insert_later(session, SignInSession, begun.model_dump())
    await record(session, as_person(held), "session.begun", "session", begun.id)
    return await sign(session, issuer, begun)


async def end_other_sessions(session: Writer, actor: Actor) -> None:
    """End the actor's sessions but the one in which they ask; all where they ask in none."""
    others = sa.update(SignInSession).where(
        col(SignInSession.person_id) == actor.person_id,
        col(SignInSession.id) != actor.session_id,
        col(SignInSession.ended_at).is_(None),
    )
    await session.execute(others.values(ended_at=now()))


async def _forget_ended(session: Writer, person_id: UUID) -> None:
    """Remove the person's sessions that ended long ago, so that they do not pile up."""
    past = now() - rules.SESSION_KEPT
    await session.execute(
        sa.delete(SignInSession).where(
            col(SignInSession.person_id) == person_id,
            sa.or_(col(SignInSession.ended_at) < past, col(SignInSession.expires_at) < past),
        )
    )


async def sign(session: Writer, issuer: Issuer, begun: SignInSession) -> Signed:
    """Make both tokens of a session; only the hash of the refresh token is kept."""
    secret = new_secret("gof_refresh")
    insert_later(session, RefreshToken, {"secret_hash": secret_hash(secret), "session_id": begun.id})
    return Signed(
        person_id=begun.person_id,
        session_id=begun.id,
        access_token=issuer.signer.sign(begun.person_id, begun.id, issuer.access),
        access_expires_at=begun.last_used_at + issuer.access,
        refresh_token=secret,
        refresh_expires_at=begun.expires_at,
    )


def as_person(person: Person) -> Actor:
    """The person as the record names who acted."""
    return Actor(role=person.role, person_id=person.id, delegation_id=person.delegation_id)
