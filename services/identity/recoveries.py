"""Recovery of a lost second factor: asked for, agreed to by two people, told to all concerned, and waited for.

Who knows the password asks by the ticket of the sign-in; who forgot that too asks a focal point. Nothing changes before
two others have agreed and a day has passed, in which the person or any who could agree can stop it.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor, Role
from services.core.audit import record
from services.core.db import Database, Writer, unique
from services.core.errors import Invalid, NotPermitted
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import Refusals, lock
from services.core.table import now
from services.identity import policy as people
from services.identity import queries, rules, tickets
from services.identity import recovery_policy as policy
from services.identity.errors import NoSecondFactor, RecoveryThere
from services.identity.factor_tables import Authenticator, RecoveryCode
from services.identity.holding import as_person, end_other_sessions
from services.identity.passkey_tables import Passkey, PasskeyChallenge
from services.identity.recovery_tables import Recovery
from services.identity.tables import Person
from services.identity.terms import RecoveryStatus

S = RecoveryStatus


async def request_recovery(db: Database, ticket: str) -> UUID:
    """Ask for one's own recovery, by the ticket of a sign-in whose password was right; the ticket stays good.

    Raises:
        TicketNotValid: no such sign-in waits, or too long.
        RecoveryThere: one waits already.
    """
    person_id = await tickets.waiting(db, ticket)
    async with db.write(SYSTEM) as session:
        person = (await session.execute(sa.select(Person).where(col(Person.id) == person_id))).scalar_one()
        return await _request(session, as_person(person), person)


async def request_recovery_for(session: Writer, actor: Actor, person_id: UUID) -> UUID:
    """Ask for the recovery of another, who cannot sign in; it is no agreement.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_request_for``.
        RecoveryThere: one waits already.
    """
    _require_session(actor)
    seen, refusals = people.visible_to, policy.refusals_to_request_for
    person = await lock(session, actor, Person, person_id, seen, refusals, what="person", update=False)
    return await _request(session, actor, person)


async def approve_recovery(session: Writer, actor: Actor, recovery_id: UUID) -> UUID:
    """Agree; the second of two different people lets it be completed once it has waited.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_approve``.
        NoSecondFactor: whoever agrees must have one.
    """
    _require_session(actor)
    found = await _lock(session, actor, recovery_id, policy.refusals_to_approve)
    if not await queries.has_second_factor(session, _myself(actor)):
        raise NoSecondFactor
    found.by_focal_point |= actor.role is Role.FOCAL_POINT
    if found.first_approver_id is None:
        found.first_approver_id = actor.person_id
    else:
        found.second_approver_id, found.status = actor.person_id, S.APPROVED
    return await _kept(session, actor, found, "approved")


async def refuse_recovery(session: Writer, actor: Actor, recovery_id: UUID, reason: str) -> UUID:
    """Stop it, with a reason that all concerned are told.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_refuse``.
        Invalid: no reason, or one of more than 500 characters.
    """
    _require_session(actor)
    found = await _lock(session, actor, recovery_id, policy.refusals_to_refuse)
    found.reason = reason.strip()
    if not 1 <= len(found.reason) <= rules.REASON_LIMIT:
        raise Invalid(f"Give a reason of 1 to {rules.REASON_LIMIT} characters.", path=("reason",))
    return await _end(session, actor, found, S.REFUSED)


async def cancel_recovery(session: Writer, actor: Actor, recovery_id: UUID) -> UUID:
    """Call off one's own: the factor was found, or somebody else has asked.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_cancel``.
    """
    return await _end(session, actor, await _lock(session, actor, recovery_id, policy.refusals_to_cancel), S.CANCELLED)


async def complete_due(session: Writer) -> int:
    """Complete what two have agreed to and has waited, and end what nobody agreed to in time; return how many. Platform's."""
    due = sa.and_(col(Recovery.status) == S.APPROVED, col(Recovery.ready_at) <= now())
    late = sa.and_(col(Recovery.status) == S.WAITING, col(Recovery.expires_at) <= now())
    wanted = sa.select(Recovery).where(sa.or_(due, late)).order_by(col(Recovery.id)).limit(rules.RECOVERIES_AT_ONCE)
    found = (await session.execute(wanted.with_for_update(skip_locked=True))).scalars().all()
    for one in found:
        if one.status is S.APPROVED:
            await _take_factors(session, one)
            await _end(session, SYSTEM, one, S.COMPLETED)
        else:
            await _end(session, SYSTEM, one, S.EXPIRED)
    return len(found)


async def _take_factors(session: Writer, found: Recovery) -> None:
    """Take every second factor away and end all sessions: until there is a new factor, its person can only add it."""
    person_id = found.person_id
    wanted = sa.select(Person).where(col(Person.id) == person_id)
    person = (await session.execute(wanted.with_for_update(key_share=True))).scalar_one()
    for table in (Authenticator, RecoveryCode, Passkey, PasskeyChallenge):
        await session.execute(sa.delete(table).where(col(table.person_id) == person_id))
    await tickets.drop_tickets(session, person_id)
    await end_other_sessions(session, as_person(person))
    person.second_factor_due_at = found.ready_at
    person.revision += 1
    await session.flush()


async def _request(session: Writer, actor: Actor, person: Person) -> UUID:
    moment = now()
    new = Recovery(
        person_id=person.id,
        delegation_id=person.delegation_id,
        requested_by_id=_myself(actor),
        created_at=moment,
        ready_at=moment + rules.RECOVERY_WAIT,
        expires_at=moment + rules.RECOVERY_LIFETIME,
    )
    async with unique(session, "uq_recovery_open", RecoveryThere()):
        session.add(new)
    return await _told(session, actor, new, "requested")


async def _lock(session: Writer, actor: Actor, key: UUID, refusals: Refusals) -> Recovery:
    return await lock(session, actor, Recovery, key, policy.visible_to, refusals, what="recovery")


async def _end(session: Writer, actor: Actor, found: Recovery, status: RecoveryStatus) -> UUID:
    found.status, found.ended_at = status, now()
    return await _kept(session, actor, found, status.value)


async def _kept(session: Writer, actor: Actor, found: Recovery, act: str) -> UUID:
    found.revision += 1
    await session.flush()
    return await _told(session, actor, found, act)


async def _told(session: Writer, actor: Actor, found: Recovery, act: str) -> UUID:
    await record(session, actor, f"recovery.{act}", "recovery", found.id, person=found.person_id, reason=found.reason)
    await announce(session, actor, f"recovery.{act}", found.id)
    await tell(session, topic("person", found.person_id))
    return found.id


def _require_session(actor: Actor) -> None:
    if actor.person_id is not None and actor.session_id is None:
        raise NotPermitted("This is done by a person, signed in; an API token cannot.")


def _myself(actor: Actor) -> UUID:
    assert actor.person_id is not None, "refusals let nobody act who is nobody"
    return actor.person_id
