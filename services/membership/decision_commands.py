"""What co-chairs decide on a proposal: each co-chairing state has one voice, one objection rejects.

The settings of the Group say whether all of them accept it or any one does.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Writer
from services.core.events import announce
from services.core.live import CO_CHAIRS, tell, topic
from services.core.policy import lock
from services.core.table import now, today
from services.membership import policy, queries, rules
from services.membership.commands import change_standing, lock_delegation, tell_standing
from services.membership.errors import TermOver
from services.membership.setting_queries import settings_in_force
from services.membership.tables import Delegation, StandingProposal, StandingVoice
from services.membership.terms import StandingProposalStatus


async def decide_standing(session: Writer, actor: Actor, proposal_id: UUID, *, accept: bool, reason: str = "") -> UUID:
    """Give the voice of the actor's state on an open proposal; return the id of the delegation that it is about.

    An objection rejects it at once. With the last voice that was missing it is accepted, and the delegation stands so
    from today on, or from the first day of the term that was proposed.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_decide``.
        ReasonNeeded: rejected without a reason, or one that is too long.
        TermOver, WrongStanding: what was proposed is not possible any more; it can still be rejected.
    """
    delegation_id = await queries.delegation_of_proposal(session, actor.viewer, proposal_id)
    delegation = None if delegation_id is None else await lock_delegation(session, actor, delegation_id, lambda *_: ())
    seen, refusals = policy.visible_proposal, policy.refusals_to_decide
    proposal = await lock(session, actor, StandingProposal, proposal_id, seen, refusals, what="proposal")
    assert delegation is not None, "whoever sees a proposal sees its delegation"
    if accept:
        _check_still_possible(proposal, delegation)
    said = rules.checked_reason(reason, needed=not accept)
    await _speak(session, actor, proposal, said, accepts=accept)
    if not accept or actor.delegation_id is None or await _is_decided(session, proposal):
        await _close(session, actor, proposal, delegation, said, accept=accept)
    await tell(session, CO_CHAIRS, topic("delegation", delegation.id))
    return delegation.id


async def settle_proposals(session: Writer) -> int:
    """Accept the open proposals that all co-chairs still in office have accepted; return how many those were.

    Platform's work, asked for when a term ends: its state's voice is not waited for any more. Running twice changes
    nothing.
    """
    opened = sa.select(col(StandingProposal.id), col(StandingProposal.delegation_id)).where(
        col(StandingProposal.status) == StandingProposalStatus.OPEN
    )
    settled = 0
    for proposal_id, delegation_id in (await session.execute(opened.order_by(col(StandingProposal.id)))).all():
        delegation = await lock_delegation(session, SYSTEM, delegation_id, lambda *_: ())
        locked = sa.select(StandingProposal).where(col(StandingProposal.id) == proposal_id).with_for_update()
        proposal = (await session.execute(locked.execution_options(populate_existing=True))).scalar_one()
        waits = proposal.status is StandingProposalStatus.OPEN and not _is_over(proposal)
        if waits and await _is_decided(session, proposal):
            await _close(session, SYSTEM, proposal, delegation, "", accept=True)
            settled += 1
    return settled


async def _speak(session: Writer, actor: Actor, proposal: StandingProposal, reason: str, *, accepts: bool) -> None:
    """Write the voice of the actor's state; the platform, which founds the Group, has none."""
    if actor.delegation_id is None:
        return
    voice = StandingVoice(
        proposal_id=proposal.id,
        about_id=proposal.delegation_id,
        delegation_id=actor.delegation_id,
        person_id=actor.person_id,
        accepts=accepts,
        reason=reason,
    )
    session.add(voice)
    await session.flush()
    await record(session, actor, "standing.voiced", "standing_proposal", proposal.id, accepts=accepts, reason=reason)


async def _is_decided(session: Writer, proposal: StandingProposal) -> bool:
    """Whether nobody is missing; the proposal is locked, so that of two last voices one comes after the other."""
    in_office = await queries.co_chairs_in_office(session, besides=proposal.delegation_id)
    accepted = sa.select(col(StandingVoice.delegation_id)).where(
        col(StandingVoice.proposal_id) == proposal.id, col(StandingVoice.accepts)
    )
    numbers = await settings_in_force(session)
    return rules.is_decided(numbers.voices_needed, in_office, (await session.execute(accepted)).scalars().all())


async def _close(
    session: Writer, actor: Actor, proposal: StandingProposal, delegation: Delegation, reason: str, *, accept: bool
) -> None:
    proposal.reason = reason
    later = accept and proposal.since is not None and proposal.since > today()
    accepted = StandingProposalStatus.AGREED if later else StandingProposalStatus.ACCEPTED
    proposal.status = accepted if accept else StandingProposalStatus.REJECTED
    proposal.closed_at, proposal.decided_by = now(), actor.person_id
    proposal.decided_by_delegation = actor.delegation_id
    proposal.revision += 1
    await session.flush()
    await record(session, actor, f"standing.{proposal.status}", "standing_proposal", proposal.id, reason=reason)
    if accept and not later:
        await _take_effect(session, actor, proposal, delegation)
    await announce(session, actor, f"standing.{'accepted' if accept else 'rejected'}", proposal.id)


async def begin_terms(session: Writer) -> int:
    """Make co-chairs of those whose agreed term begins; return how many. Platform's work; again, it changes nothing.

    Where the delegation can be co-chair no more, or the term is over already, the proposal lapses.
    """
    due = sa.select(col(StandingProposal.id), col(StandingProposal.delegation_id)).where(
        col(StandingProposal.status) == StandingProposalStatus.AGREED, col(StandingProposal.since) <= today()
    )
    begun = 0
    for proposal_id, delegation_id in (await session.execute(due.order_by(col(StandingProposal.id)))).all():
        delegation = await lock_delegation(session, SYSTEM, delegation_id, lambda *_: ())
        locked = sa.select(StandingProposal).where(col(StandingProposal.id) == proposal_id).with_for_update()
        proposal = (await session.execute(locked.execution_options(populate_existing=True))).scalar_one()
        if proposal.status is not StandingProposalStatus.AGREED:
            continue
        can = proposal.standing in rules.following(delegation.kind, delegation.standing, delegation.took_part_as)
        begins = can and not _is_over(proposal)
        proposal.status = StandingProposalStatus.ACCEPTED if begins else StandingProposalStatus.LAPSED
        await session.flush()
        if begins:
            await _take_effect(session, SYSTEM, proposal, delegation)
            await tell_standing(session, SYSTEM, delegation, proposal.reference)
            begun += 1
    return begun


async def _take_effect(session: Writer, actor: Actor, proposal: StandingProposal, delegation: Delegation) -> None:
    resting_on = (proposal.reference, proposal.reference_on)
    await change_standing(session, actor, delegation, proposal.standing, *resting_on, until=proposal.until)


def _check_still_possible(proposal: StandingProposal, delegation: Delegation) -> None:
    if _is_over(proposal):
        assert proposal.until is not None
        raise TermOver(proposal.until)
    rules.step(delegation.kind, delegation.standing, proposal.standing, delegation.took_part_as)


def _is_over(proposal: StandingProposal) -> bool:
    return proposal.until is not None and proposal.until <= today()
