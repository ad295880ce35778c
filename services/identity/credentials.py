"""Ways in: passwords, sign-ins and their refresh tokens, invitations.

These take the database and open transactions themselves: a password is hashed for tens of milliseconds, and no
transaction may wait for that. What such an act rests on is read before, and checked again under a lock after.
"""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Database, Writer, as_platform, unique
from services.core.errors import Conflict, DomainError, Invalid, NotPermitted, NotSignedIn
from services.core.passwords import check_new_password, hash_password, verify_password
from services.core.read.shape import Condition
from services.core.table import now
from services.core.tokens import Signer, new_secret, secret_hash
from services.identity import rules, tries
from services.identity.errors import InvitationNotValid, TakesPartElsewhere, WrongEmail, WrongPassword, WrongSignIn
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


@dataclass(frozen=True, slots=True)
class Client:
    """Who signs in, as far as a request tells: what it calls itself (User-Agent), and its network address."""

    device: str = ""
    address: str = ""


_SOMEONE = Client()


async def sign_in(db: Database, issuer: Issuer, email: str, password: str, client: Client = _SOMEONE) -> Signed:
    """Begin a session of the person whose e-mail address and password these are.

    A person unknown, invited only, or gone costs the same time and gets the same answer as a wrong password, and is
    slowed in the same way.

    Raises:
        WrongSignIn: no such person, or another password.
        TooManyTries: too many went wrong of late, for this person or from this address.
    """
    address = _looked_for(email)
    person = await _known_by_email(db, issuer, address)
    buckets = await tries.sign_in_buckets(db, address, client.address)
    await tries.count(db, buckets)
    person = await _verified(person, password, WrongSignIn())
    async with db.write(SYSTEM) as session:
        held = await _hold(session, person, WrongSignIn())
        await tries.give_back(session, buckets)
        await tries.know(session, address, client.address)
        return await _begin(session, issuer, held, client)


async def refresh(db: Database, issuer: Issuer, refresh_token: str) -> Signed:
    """Give new tokens of a session for its newest refresh token, which is spent by that.

    A refresh token that was spent before is in two hands, and which of them are the person's cannot be told: the
    whole session ends (RFC 9700 section 4.14.2). So of two refreshes at once only one gets tokens.

    Raises:
        NotSignedIn: the token is none, or spent; or its session has ended, or its person has left.
    """
    async with db.write(SYSTEM) as session:
        signed = await _refreshed(session, issuer, secret_hash(refresh_token))
    if signed is None:
        raise NotSignedIn("Your session has ended. Sign in again.")
    return signed


async def accept_invitation(db: Database, secret: str, password: str) -> UUID:
    """Set the first password of an invited person, who can sign in from then on; the secret is good once.

    Raises:
        InvitationNotValid: no such invitation, or it was used, has expired or was taken back.
        TakesPartElsewhere: someone takes part under the same address, for another delegation.
        Invalid: the password is too short or easy to guess.
    """
    hashed = secret_hash(secret)
    named = sa.or_(col(Person.invitation_hash) == hashed, col(Person.mailed_invitation_hash) == hashed)
    invited = sa.and_(named, col(Person.invitation_expires_at) > now())
    person = await _known(db, SYSTEM, invited)
    if person is None:
        raise InvitationNotValid
    password_hash = await _hashed(password, person, path="password")
    async with db.write(SYSTEM) as session:
        held = await _hold(session, person, InvitationNotValid())
        held.invitation_hash = held.mailed_invitation_hash = held.invitation_expires_at = None
        held.password_hash = password_hash
        held.revision += 1
        async with unique(session, "uq_person_email", TakesPartElsewhere()):
            await session.flush()
        await record(session, _as(held), "person.joined", "person", held.id)
    return person.id


async def change_password(db: Database, actor: Actor, old_password: str, new_password: str) -> UUID:
    """Set another password and end the person's other sessions; API tokens do not rest on it and stay.

    Raises:
        NotPermitted: not asked in a session of one's own, but by an API token or by nobody.
        WrongPassword: ``old_password`` is not the present one.
        TooManyTries: too many were wrong of late.
        Invalid: the new one is too short or easy to guess.
        Conflict: it was changed at the same time.
    """
    if actor.session_id is None:
        raise NotPermitted("A password is changed by the person, signed in; an API token cannot.")
    buckets = {tries.key("password", str(actor.person_id)): rules.PERSON_TRIES}
    await tries.count(db, buckets)
    person = await _verified(await _known(db, actor, col(Person.id) == actor.person_id), old_password, WrongPassword())
    password_hash = await _hashed(new_password, person, path="newPassword")
    async with db.write(actor) as session:
        held = await _hold(session, person, Conflict("Your password was just changed elsewhere."))
        held.password_hash = password_hash
        held.revision += 1
        others = sa.update(SignInSession).where(
            col(SignInSession.person_id) == held.id,
            col(SignInSession.id) != actor.session_id,
            col(SignInSession.ended_at).is_(None),
        )
        await session.execute(others.values(ended_at=now()))
        await record(session, actor, "person.password_changed", "person", held.id)
        async with as_platform(session, actor):
            await tries.give_back(session, buckets)
    return person.id


@dataclass(frozen=True, slots=True)
class _Known:
    """A person as read before the transaction: what an act rests on, and must be found unchanged in it."""

    id: UUID
    email: str
    name: str
    password_hash: str | None = field(repr=False)


async def _known(db: Database, actor: Actor, condition: Condition) -> _Known | None:
    columns = [col(getattr(Person, one.name)) for one in fields(_Known)]
    async with db.read(actor) as reader:
        found = (
            await reader.execute(sa.select(*columns).where(condition, col(Person.left_at).is_(None)))
        ).one_or_none()
    return None if found is None else _Known(*found)


def _looked_for(email: str) -> str:
    """Return an address as people have it; what is none is nobody's."""
    try:
        return rules.normal_email(email)
    except WrongEmail:
        return ""


async def _known_by_email(db: Database, issuer: Issuer, address: str) -> _Known | None:
    """Return who has come under an address; an invitation is no way in."""
    came = sa.and_(col(Person.email) == address, col(Person.invitation_hash).is_(None))
    return await _known(db, SYSTEM, came if issuer.demo else sa.and_(came, ~col(Person.is_demo)))


async def _verified(person: _Known | None, password: str, otherwise: DomainError) -> _Known:
    """Return the person if the password is right; every password that anyone tries passes here."""
    right = await verify_password(password, None if person is None else person.password_hash)
    if person is None or not right:
        raise otherwise
    return person


async def _hashed(password: str, person: _Known, *, path: str) -> str:
    try:
        check_new_password(password, (person.name, person.email))
    except Invalid as error:
        error.path = (path,)
        raise
    return await hash_password(password)


async def _hold(session: Writer, read: _Known, otherwise: DomainError) -> Person:
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


async def _begin(session: Writer, issuer: Issuer, held: Person, client: Client) -> Signed:
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
    session.add(begun)
    await session.flush()
    await record(session, _as(held), "session.begun", "session", begun.id)
    return await _sign(session, issuer, begun)


async def _forget_ended(session: Writer, person_id: UUID) -> None:
    """Remove the person's sessions that ended long ago, so that they do not pile up."""
    past = now() - rules.SESSION_KEPT
    await session.execute(
        sa.delete(SignInSession).where(
            col(SignInSession.person_id) == person_id,
            sa.or_(col(SignInSession.ended_at) < past, col(SignInSession.expires_at) < past),
        )
    )


async def _refreshed(session: Writer, issuer: Issuer, hashed: bytes) -> Signed | None:
    """Spend a refresh token; None where it gives nothing, after ending the session of a spent one."""
    found = (
        await session.execute(
            sa.select(RefreshToken, SignInSession, Person)
            .join(SignInSession, col(SignInSession.id) == col(RefreshToken.session_id))
            .join(Person, col(Person.id) == col(SignInSession.person_id))
            .where(col(RefreshToken.secret_hash) == hashed)
            .with_for_update(of=(RefreshToken, SignInSession), key_share=True)
        )
    ).one_or_none()
    if found is None:
        return None
    token, begun, person = found
    moment = now()
    if begun.ended_at is not None or begun.expires_at <= moment or person.left_at is not None:
        return None
    if person.is_demo and not issuer.demo:
        return None
    if token.spent_at is not None:
        begun.ended_at = moment
        await record(session, _as(person), "session.ended", "session", begun.id, reason="refresh token used twice")
        return None
    token.spent_at = begun.last_used_at = moment
    begun.expires_at = rules.session_end(begun.created_at, moment, issuer.refresh)
    return await _sign(session, issuer, begun)


async def _sign(session: Writer, issuer: Issuer, begun: SignInSession) -> Signed:
    """Make both tokens of a session; only the hash of the refresh token is kept."""
    secret = new_secret("gof_refresh")
    session.add(RefreshToken(secret_hash=secret_hash(secret), session_id=begun.id))
    await session.flush()
    return Signed(
        person_id=begun.person_id,
        session_id=begun.id,
        access_token=issuer.signer.sign(begun.person_id, begun.id, issuer.access),
        access_expires_at=begun.last_used_at + issuer.access,
        refresh_token=secret,
        refresh_expires_at=begun.expires_at,
    )


def _as(person: Person) -> Actor:
    """The person as the record names who acted."""
    return Actor(role=person.role, person_id=person.id, delegation_id=person.delegation_id)
