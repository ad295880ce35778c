"""Ways in: passwords, sign-ins and their refresh tokens, invitations.

These take the database and open transactions themselves: a password is hashed for tens of milliseconds, and no
transaction may wait for that. What such an act rests on is read before, and checked again under a lock after.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Database, Writer, unique
from services.core.errors import Conflict, NotPermitted, NotSignedIn
from services.core.table import now
from services.core.tokens import secret_hash
from services.identity import queries, rules, tickets, tries
from services.identity.errors import (
    InvitationNotValid,
    SecondFactorNeeded,
    TakesPartElsewhere,
    WrongPassword,
    WrongSignIn,
)
from services.identity.holding import (
    SOMEONE,
    Client,
    Issuer,
    as_person,
    begin_session,
    end_other_sessions,
    hashed,
    hold,
    known,
    known_by_email,
    looked_for,
    sign,
    verified,
)
from services.identity.tables import Person, RefreshToken, SignInSession
from services.identity.terms import Signed


async def sign_in(db: Database, issuer: Issuer, email: str, password: str, client: Client = SOMEONE) -> Signed:
    """Begin a session of the person whose e-mail address and password these are.

    A person unknown, invited only, or gone costs the same time and gets the same answer as a wrong password, and is
    slowed in the same way.

    Raises:
        WrongSignIn: no such person, or another password.
        SecondFactorNeeded: the password was right; ``tickets`` go on.
        TooManyTries: too many went wrong of late, for this person or from this address.
    """
    address = looked_for(email)
    person = await known_by_email(db, issuer, address)
    buckets = await tries.sign_in_buckets(db, address, client.address)
    await tries.count(db, buckets)
    person = await verified(person, password, WrongSignIn())
    async with db.write(SYSTEM) as session:
        held = await hold(session, person, WrongSignIn())
        await tries.give_back(session, buckets)
        if not await queries.has_second_factor(session, held.id):
            await tries.know(session, address, client.address)
            return await begin_session(session, issuer, held, client)
        ticket = await tickets.issue_ticket(session, held.id)
    raise SecondFactorNeeded(ticket)


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
    kept = secret_hash(secret)
    named = sa.or_(col(Person.invitation_hash) == kept, col(Person.mailed_invitation_hash) == kept)
    invited = sa.and_(named, col(Person.invitation_expires_at) > now())
    person = await known(db, SYSTEM, invited)
    if person is None:
        raise InvitationNotValid
    password_hash = await hashed(password, person, path="password")
    async with db.write(SYSTEM) as session:
        held = await hold(session, person, InvitationNotValid())
        held.invitation_hash = held.mailed_invitation_hash = held.invitation_expires_at = None
        held.password_hash = password_hash
        held.second_factor_due_at = rules.second_factor_due(held.role, None, now())
        held.revision += 1
        async with unique(session, "uq_person_email", TakesPartElsewhere()):
            await session.flush()
        await record(session, as_person(held), "person.joined", "person", held.id)
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
    if actor.session_id is None or actor.person_id is None:
        raise NotPermitted("A password is changed by the person, signed in; an API token cannot.")
    buckets = tries.password_buckets(actor.person_id)
    await tries.count(db, buckets)
    person = await verified(await known(db, SYSTEM, col(Person.id) == actor.person_id), old_password, WrongPassword())
    password_hash = await hashed(new_password, person, path="newPassword")
    async with db.write(SYSTEM) as session:
        held = await hold(session, person, Conflict("Your password was just changed elsewhere."))
        held.password_hash = password_hash
        held.reset_hash = held.reset_expires_at = None
        held.revision += 1
        await end_other_sessions(session, actor)
        await record(session, actor, "person.password_changed", "person", held.id)
        await tries.give_back(session, buckets)
        await tickets.drop_tickets(session, held.id)
    return person.id


async def _refreshed(session: Writer, issuer: Issuer, secret: bytes) -> Signed | None:
    """Spend a refresh token; None where it gives nothing, after ending the session of a spent one."""
    found = (
        await session.execute(
            sa.select(RefreshToken, SignInSession, Person)
            .join(SignInSession, col(SignInSession.id) == col(RefreshToken.session_id))
            .join(Person, col(Person.id) == col(SignInSession.person_id))
            .where(col(RefreshToken.secret_hash) == secret)
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
        await record(
            session, as_person(person), "session.ended", "session", begun.id, reason="refresh token used twice"
        )
        return None
    token.spent_at = begun.last_used_at = moment
    begun.expires_at = rules.session_end(begun.created_at, moment, issuer.refresh)
    await record(session, as_person(person), "session.refreshed", "session", begun.id)
    return await sign(session, issuer, begun)
