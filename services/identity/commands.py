"""Writes of people, their sessions and their tokens: fetch visible, check policy, apply rule, write, record.

What hashes a password stands in ``credentials``.
"""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor, Role, Scope
from services.core.audit import record
from services.core.db import Writer, unique
from services.core.errors import NotFound, NotPermitted, NotSignedIn
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import Refusals, lock
from services.core.table import now
from services.core.tokens import new_secret, secret_hash
from services.identity import policy, queries, rules
from services.identity.errors import EmailTaken, FocalPointThere
from services.identity.tables import ApiToken, Person, SignInSession
from services.identity.terms import Invitation, Issued, MailSetting


async def invite_person(session: Writer, actor: Actor, invitation: Invitation) -> Issued:
    """Add a person, who joins by setting a password with the secret within 7 days (``accept_invitation``).

    A focal point invites to its own delegation. The secretariat invites the first focal point of a delegation: one
    that has none, nor an open invitation to become it.

    Raises:
        NotPermitted: see ``policy.may_invite`` and ``rules.INVITES``; or to another delegation.
        NotFound: the secretariat, to no delegation.
        FocalPointThere: the secretariat, to a delegation that has a focal point.
        Invalid: address, name or languages are wrong.
        EmailTaken: someone of the delegation has this address, or is invited under it.
    """
    if not policy.may_invite(actor.viewer):
        raise NotPermitted("Only focal points of a delegation taking part, and the secretariat, can invite people.")
    rules.check_role(invitation.role, rules.INVITES[actor.role])
    delegation_id = await _place(session, actor, invitation)
    secret = new_secret("gof_invitation")
    person = Person(
        delegation_id=delegation_id,
        email=rules.normal_email(invitation.email),
        name=rules.checked_name(invitation.name),
        role=invitation.role,
        languages=rules.checked_languages(invitation.languages),
        invitation_hash=secret_hash(secret),
        invitation_expires_at=now() + rules.INVITATION_LIFETIME,
    )
    async with unique(session, "uq_person_delegation_id_email", EmailTaken()):
        session.add(person)
    await record(session, actor, "person.invited", "person", person.id, email=person.email, role=person.role)
    await announce(session, actor, "person.invited", person.id)
    return Issued(person.id, secret)


async def set_mailed_invitation(session: Writer, person_id: UUID, secret: str) -> bool:
    """Let an invited person also join by the ``secret`` that the mail carries; False if the invitation is not open.

    Work of the platform itself (``SYSTEM``). Each attempt to send the mail makes a secret of its own, in memory, and
    keeps only its hash here; the one before is good no more.
    """
    open_still = sa.and_(
        col(Person.id) == person_id,
        col(Person.left_at).is_(None),
        col(Person.invitation_hash).is_not(None),
        col(Person.invitation_expires_at) > now(),
    )
    changed = sa.update(Person).where(open_still).values(mailed_invitation_hash=secret_hash(secret))
    return (await session.execute(changed.returning(col(Person.id)))).one_or_none() is not None


async def remove_person(session: Writer, actor: Actor, person_id: UUID) -> UUID:
    """Let a person leave: sessions and tokens are good no more, an invitation is taken back, past acts stay.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_remove``.
    """
    person = await _lock_with_delegation(session, actor, person_id, policy.refusals_to_remove)
    had_come = person.invitation_hash is None
    person.left_at = now()
    person.password_hash = person.invitation_hash = person.mailed_invitation_hash = person.invitation_expires_at = None
    person.reset_hash = person.reset_expires_at = None
    await _keep(session, actor, person, "person.removed")
    await announce(session, actor, "person.removed" if had_come else "person.uninvited", person.id)
    return person.id


async def give_role(session: Writer, actor: Actor, person_id: UUID, role: Role) -> UUID:
    """Let a person of the actor's delegation be viewer, contributor or focal point from now on.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_give_role`` and ``rules.GIVES``.
    """
    person = await _lock_with_delegation(session, actor, person_id, policy.refusals_to_give_role)
    rules.check_role(role, rules.GIVES[actor.role])
    person.role = role
    person.second_factor_due_at = rules.second_factor_due(role, person.second_factor_due_at, now())
    await _keep(session, actor, person, "person.role_given", role=role)
    await announce(session, actor, "person.role_given", person.id, role=role)
    return person.id


async def change_settings(
    session: Writer,
    actor: Actor,
    *,
    languages: Iterable[str] | None = None,
    name: str | None = None,
    mail: MailSetting | None = None,
) -> UUID:
    """Change one's own name, the languages one reads in, best first, and what comes by e-mail; None leaves it.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_change_settings``.
        Invalid: name or languages are wrong.
    """
    refusals = policy.refusals_to_change_settings
    person = await lock(session, actor, Person, _myself(actor), policy.visible_to, refusals, what="person")
    if languages is not None:
        person.languages = rules.checked_languages(languages)
    if name is not None:
        person.name = rules.checked_name(name)
    if mail is not None:
        person.mail = mail
    return await _keep(session, actor, person, "person.settings_changed")


async def sign_out(session: Writer, actor: Actor) -> UUID:
    """End the session in which the actor asks; return its id.

    Raises:
        NotPermitted: asked by an API token, which has no session.
        Conflict: see ``policy.refusals_to_end_session``.
    """
    if actor.session_id is None:
        raise NotPermitted("There is no session to end: an API token is revoked instead.")
    return await end_session(session, actor, actor.session_id)


async def end_session(session: Writer, actor: Actor, session_id: UUID) -> UUID:
    """End one of the actor's own sessions; its tokens are refused within 5 seconds.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_end_session``.
    """
    seen, refusals = policy.visible_to_its_person, policy.refusals_to_end_session
    begun = await lock(session, actor, SignInSession, session_id, seen, refusals, what="session")
    begun.ended_at = now()
    begun.revision += 1
    await session.flush()
    await record(session, actor, "session.ended", "session", session_id)
    await tell(session, topic("person", _myself(actor)))
    return session_id


async def create_api_token(session: Writer, actor: Actor, name: str, scopes: Iterable[Scope], days: int) -> Issued:
    """Make a token for a program that acts as the actor, within ``scopes`` (READ is always one), for 1 to 365 days.

    Raises:
        NotPermitted: not asked in a session of one's own (a token makes no tokens); or scopes beyond one's own.
        Invalid: name or days are wrong.
    """
    if actor.session_id is None:
        raise NotPermitted("API tokens are made by a person, signed in; an API token cannot make another.")
    secret = new_secret(queries.API_TOKEN)
    token = ApiToken(
        person_id=_myself(actor),
        name=rules.checked_name(name, limit=rules.TOKEN_NAME_LIMIT),
        secret_hash=secret_hash(secret),
        scopes=rules.check_scopes(actor.role, scopes),
        expires_at=now() + rules.check_days(days),
    )
    session.add(token)
    await session.flush()
    await record(session, actor, "api_token.created", "api_token", token.id, scopes=token.scopes, days=days)
    return Issued(token.id, secret)


async def revoke_api_token(session: Writer, actor: Actor, token_id: UUID) -> UUID:
    """Make one of the actor's own API tokens worthless; it is refused within 5 seconds.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_revoke_api_token``.
    """
    seen, refusals = policy.visible_to_its_person, policy.refusals_to_revoke_api_token
    token = await lock(session, actor, ApiToken, token_id, seen, refusals, what="API token")
    token.revoked_at = now()
    token.revision += 1
    await session.flush()
    await record(session, actor, "api_token.revoked", "api_token", token_id)
    return token_id


async def _place(session: Writer, actor: Actor, invitation: Invitation) -> UUID | None:
    """Return the delegation to invite to; None for the secretariat's own people."""
    wanted = invitation.delegation_id
    match actor.role:
        case Role.FOCAL_POINT:
            if wanted not in {None, actor.delegation_id}:
                raise NotPermitted("You can invite people only to your own delegation.", path=("delegation",))
            return actor.delegation_id
        case Role.SYSTEM if invitation.role is Role.SECRETARIAT:
            return None
    if wanted is None or not await queries.hold_delegation(session, wanted):
        raise NotFound("No such delegation.", path=("delegation",))
    if actor.role is Role.SECRETARIAT and await queries.has_focal_point(session, wanted):
        raise FocalPointThere
    return wanted


async def _lock_with_delegation(session: Writer, actor: Actor, person_id: UUID, refusals: Refusals) -> Person:
    """Lock a person after the delegation: two focal points who remove each other at once would leave none."""
    await queries.hold_delegation(session, await queries.delegation_of(session, person_id))
    return await lock(session, actor, Person, person_id, policy.visible_to, refusals, what="person")


async def _keep(session: Writer, actor: Actor, person: Person, act: str, **content: object) -> UUID:
    person.revision += 1
    await session.flush()
    await record(session, actor, act, "person", person.id, **content)
    await tell(session, topic("person", person.id))
    return person.id


def _myself(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotSignedIn("Sign in first: this needs a person.")
    return actor.person_id
