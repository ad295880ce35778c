"""Writes of who acts for a delegation: nomination and confirmation of focal points, and the hand-over of one who leaves.

What belongs to a delegation (drafts, turns, labs) never belonged to a person, so it stays where it is.
"""

from datetime import date
from uuid import UUID

from services.core.actor import Actor, Role
from services.core.audit import record
from services.core.db import Writer, unique
from services.core.errors import NotSignedIn
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import lock
from services.core.table import now, today
from services.identity.commands import give_role, remove_person
from services.identity.policy import visible_to as visible_person
from services.identity.queries import hold_delegation
from services.identity.tables import Person
from services.membership import nomination_policy as policy
from services.membership import rules
from services.membership.errors import NominationThere
from services.membership.nomination_tables import Nomination
from services.membership.terms import NominationStatus


async def nominate(
    session: Writer, actor: Actor, person_id: UUID, reference: str, reference_on: date | None = None
) -> UUID:
    """Nominate someone of the actor's delegation as its focal point; return the nomination's id.

    Raises:
        NotFound, NotPermitted, Conflict: see ``nomination_policy.refusals_to_nominate``.
        ReferenceNeeded: no note verbale is named.
        WrongReferenceDate: it is of a later day.
    """
    rules.check_reference_on(reference_on, today())
    refusals = policy.refusals_to_nominate
    person = await lock(session, actor, Person, person_id, visible_person, refusals, what="person", update=False)
    assert person.delegation_id is not None, "the refusals have seen to it"
    nomination = Nomination(
        delegation_id=person.delegation_id,
        person_id=person_id,
        reference=rules.checked_reference(reference),
        reference_on=reference_on,
        nominated_by=actor.person_id,
    )
    async with unique(session, "uq_nomination_open", NominationThere()):
        session.add(nomination)
    content = {"person": person_id, "reference": nomination.reference, "reference_on": reference_on}
    await record(session, actor, "focal_point.nominated", "nomination", nomination.id, **content)
    await announce(session, actor, "focal_point.nominated", nomination.id)
    return nomination.id


async def confirm_nomination(session: Writer, actor: Actor, nomination_id: UUID) -> UUID:
    """Confirm a nomination: the person is a focal point of the delegation from now on.

    Raises:
        NotFound, NotPermitted, Conflict: see ``nomination_policy.refusals_to_close``, and for a person who has left by
            now ``identity.policy.refusals_to_give_role``.
    """
    await hold_delegation(session, actor.delegation_id)
    nomination = await _hold(session, actor, nomination_id)
    await give_role(session, actor, nomination.person_id, Role.FOCAL_POINT)
    return await _close(session, actor, nomination, NominationStatus.CONFIRMED)


async def decline_nomination(session: Writer, actor: Actor, nomination_id: UUID, reason: str) -> UUID:
    """Decline a nomination, with a reason that the delegation's people are told.

    Raises:
        NotFound, NotPermitted, Conflict: see ``nomination_policy.refusals_to_close``.
        ReasonNeeded: no reason, or one that is too long.
    """
    nomination = await _hold(session, actor, nomination_id)
    nomination.reason = rules.checked_reason(reason, needed=True)
    return await _close(session, actor, nomination, NominationStatus.DECLINED)


async def hand_over(session: Writer, actor: Actor, successor_id: UUID) -> UUID:
    """Let the actor leave and someone of the delegation be focal point instead, in one act; return the successor's id.

    The actor's sessions and tokens are good no more within 5 seconds; everything of the delegation stays with it.

    Raises:
        NotSignedIn: nobody acts in person.
        NotFound, NotPermitted, Conflict: see ``nomination_policy.refusals_to_succeed``.
    """
    if actor.person_id is None:
        raise NotSignedIn("Sign in first: this needs a person.")
    await hold_delegation(session, actor.delegation_id)
    refusals = policy.refusals_to_succeed
    successor = await lock(session, actor, Person, successor_id, visible_person, refusals, what="person")
    if successor.role is not Role.FOCAL_POINT:
        await give_role(session, actor, successor_id, Role.FOCAL_POINT)
    await remove_person(session, actor, actor.person_id)
    await record(session, actor, "focal_point.handed_over", "person", successor_id, by=actor.person_id)
    await announce(session, actor, "focal_point.handed_over", successor_id)
    return successor_id


async def _hold(session: Writer, actor: Actor, nomination_id: UUID) -> Nomination:
    seen, refusals = policy.visible_nomination, policy.refusals_to_close
    return await lock(session, actor, Nomination, nomination_id, seen, refusals, what="nomination")


async def _close(session: Writer, actor: Actor, nomination: Nomination, status: NominationStatus) -> UUID:
    nomination.status, nomination.closed_by, nomination.closed_at = status, actor.person_id, now()
    nomination.revision += 1
    await session.flush()
    act = f"focal_point.{status}"
    await record(session, actor, act, "nomination", nomination.id, reason=nomination.reason)
    await announce(session, actor, act, nomination.id)
    await tell(session, topic("person", nomination.person_id))
    return nomination.id
