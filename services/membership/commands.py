"""Writes of membership: fetch visible, check policy, apply rule, write, record.

The secretariat records and proposes, co-chairs decide (``decision_commands``), a delegation answers an invitation and
withdraws by itself. Whatever else is locked, the delegation is locked first.
"""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Writer, unique
from services.core.errors import NotPermitted
from services.core.events import announce
from services.core.jobs import enqueue
from services.core.live import CO_CHAIRS, tell, topic
from services.core.policy import Refusals, lock
from services.core.read.shape import table_of
from services.core.table import now, today, uuid7
from services.membership import policy, queries, rules
from services.membership.errors import DelegationThere, ProposalThere, WrongDelegation
from services.membership.tables import Delegation, StandingPeriod, StandingProposal
from services.membership.terms import (
    DelegationKind,
    NewDelegation,
    Standing,
    StandingChange,
    StandingProposalStatus,
)
from services.taxonomy.queries import UnknownCode
from services.taxonomy.tables import MemberState
from services.taxonomy.terms import StateKind

SETTLE = "membership.settle"
"""The job that looks again at the proposals that wait for co-chairs."""


async def open_delegation(session: Writer, actor: Actor, new: NewDelegation) -> UUID:
    """Record that a state or observer was invited or has applied; return the id of its delegation.

    Raises:
        NotPermitted: the actor is not of the secretariat.
        NotRecorded: it would begin otherwise than as invited or applicant.
        Invalid: no such state, names or reference that are not as they should be, or both state and names.
        DelegationThere: the state has a delegation.
    """
    if not policy.may_open(actor.viewer):
        raise NotPermitted("Only the secretariat can open a delegation.")
    rules.check_beginning(new.standing)
    reference = rules.checked_reference(new.reference)
    rules.check_reference_on(new.reference_on, today())
    whom = await _whom(session, new)
    delegation = Delegation(standing=new.standing, standing_since=today(), **whom)
    async with unique(session, "uq_delegation_state", DelegationThere()):
        session.add(delegation)
    await _write_period(session, delegation, reference, new.reference_on, None)
    content: dict[str, Any] = {
        "state": delegation.state,
        "names": delegation.names,
        "standing": new.standing,
        "reference": reference,
    }
    content["reference_on"] = new.reference_on
    await record(session, actor, "delegation.opened", "delegation", delegation.id, **content)
    return delegation.id


async def propose_standing(session: Writer, actor: Actor, delegation_id: UUID, change: StandingChange) -> UUID:
    """Propose to admit, decline, suspend or reinstate a delegation, to end its standing, or to make or unmake it
    co-chair; return the delegation's id.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_propose``.
        NotRecorded: the standing is none to decide upon.
        WrongStanding: the life cycle has no such step.
        Invalid: reference or term are not as they should be.
    """
    delegation = await lock_delegation(session, actor, delegation_id, policy.refusals_to_propose)
    rules.check_proposed(change.standing)
    rules.step(delegation.kind, delegation.standing, change.standing, delegation.took_part_as)
    rules.check_term(change.standing, change.since, change.until, today())
    rules.check_reference_on(change.reference_on, today())
    proposal = StandingProposal(
        delegation_id=delegation_id,
        standing=change.standing,
        since=change.since,
        until=change.until,
        reference_on=change.reference_on,
        reference=rules.checked_reference(change.reference),
        proposed_by=actor.person_id,
    )
    async with unique(session, "uq_standing_proposal_open", ProposalThere()):
        session.add(proposal)
    told = ("standing", "since", "until", "reference", "reference_on")
    content = {"delegation": delegation_id, **{name: getattr(proposal, name) for name in told}}
    await record(session, actor, "standing.proposed", "standing_proposal", proposal.id, **content)
    await announce(session, actor, "standing.proposed", proposal.id)
    await tell(session, CO_CHAIRS)
    return delegation_id


async def withdraw_delegation(
    session: Writer, actor: Actor, delegation_id: UUID, reference: str, reference_on: date | None = None
) -> UUID:
    """Let the actor's own delegation leave the Group from today on; its past acts stay.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_withdraw``.
        ReferenceNeeded: no note verbale is named.
    """
    delegation = await lock_delegation(session, actor, delegation_id, policy.refusals_to_withdraw)
    await _change(session, actor, delegation, Standing.WITHDRAWN, reference, reference_on)
    return delegation_id


async def answer_invitation(
    session: Writer,
    actor: Actor,
    delegation_id: UUID,
    reference: str,
    reference_on: date | None = None,
    *,
    accept: bool,
) -> UUID:
    """Accept the invitation of the actor's own delegation, which then applies, or decline it.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_answer_invitation``.
        ReferenceNeeded: no note verbale is named.
    """
    delegation = await lock_delegation(session, actor, delegation_id, policy.refusals_to_answer_invitation)
    wanted = Standing.APPLICANT if accept else Standing.DECLINED
    await _change(session, actor, delegation, wanted, reference, reference_on)
    return delegation_id


async def record_application(
    session: Writer, actor: Actor, delegation_id: UUID, reference: str, reference_on: date | None = None
) -> UUID:
    """Record that a delegation that has withdrawn, or was declined, applies again.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_record_application``.
        ReferenceNeeded: no note verbale is named.
    """
    delegation = await lock_delegation(session, actor, delegation_id, policy.refusals_to_record_application)
    await _change(session, actor, delegation, Standing.APPLICANT, reference, reference_on)
    return delegation_id


async def end_terms(session: Writer) -> int:
    """Make members again of the co-chairs whose term is over, from its end on; return how many those were.

    To be called by the platform itself (``SYSTEM``); calling it again changes nothing.
    """
    changed = 0
    for delegation_id, ended in await queries.terms_over(session, today()):
        delegation = await lock_delegation(session, SYSTEM, delegation_id, lambda *_: ())
        if delegation.standing is Standing.CO_CHAIR:  # else someone else was faster
            await _change(session, SYSTEM, delegation, Standing.MEMBER, "End of the term", day=ended)
            changed += 1
    return changed


async def refresh_names(session: Writer) -> int:
    """Copy the states' names and their places to the delegations, and return how many delegations that changed.

    To be called after reference data was loaded, by the platform itself (``SYSTEM``): row security keeps others from
    seeing or changing all of them. Revisions stay: what people are editing does not go stale by a name.
    """
    delegation, state = table_of(Delegation).c, table_of(MemberState).c
    copies = {delegation.names: state.names, delegation.places: state.places}
    changed = await session.execute(
        sa.update(Delegation)
        .values({column.name: source for column, source in copies.items()})
        .where(delegation.state == state.iso3, sa.tuple_(*copies).is_distinct_from(sa.tuple_(*copies.values())))
        .returning(delegation.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


async def lock_delegation(session: Writer, actor: Actor, delegation_id: UUID, refusals: Refusals) -> Delegation:
    """Lock a delegation that the actor may see and act on, before anything else of it."""
    return await lock(
        session, actor, Delegation, delegation_id, policy.visible_to, refusals, what="delegation", referred=True
    )


async def _whom(session: Writer, new: NewDelegation) -> dict[str, Any]:
    """Whom a new delegation stands for, as columns of it."""
    if (new.state is None) == (not new.names):
        raise WrongDelegation("Give either a state or the names of an observer that is no state.", path=("state",))
    if new.state is None:
        return {"kind": DelegationKind.OBSERVER, "names": rules.checked_names(new.names)}
    wanted = sa.select(MemberState).where(col(MemberState.iso3) == new.state)
    state = (await session.execute(wanted)).scalar_one_or_none()
    if state is None:
        raise UnknownCode(f"“{new.state}” is no ISO 3166-1 alpha-3 code of a state.", path=("state",))
    kind = DelegationKind.STATE if state.kind is StateKind.MEMBER else DelegationKind.OBSERVER
    return {"kind": kind, "state": state.iso3, "names": state.names, "places": state.places}


async def _change(
    session: Writer,
    actor: Actor,
    delegation: Delegation,
    wanted: Standing,
    reference: str,
    reference_on: date | None = None,
    *,
    day: date | None = None,
) -> None:
    """Change a standing without anyone's decision, and tell those concerned."""
    rules.check_reference_on(reference_on, today())
    resting_on = (rules.checked_reference(reference), reference_on)
    await change_standing(session, actor, delegation, wanted, *resting_on, day=day)
    await tell_standing(session, actor, delegation, reference)


async def tell_standing(session: Writer, actor: Actor, delegation: Delegation, reference: str) -> None:
    """Tell those concerned how a delegation stands from now on."""
    wanted, since = delegation.standing, delegation.standing_since.isoformat()
    facts = {"standing": wanted.value, "since": since, "reference": reference.strip()}
    await announce(session, actor, "delegation.standing_changed", delegation.id, **facts)
    await tell(session, CO_CHAIRS, topic("delegation", delegation.id))


async def change_standing(
    session: Writer,
    actor: Actor,
    delegation: Delegation,
    wanted: Standing,
    reference: str,
    reference_on: date | None = None,
    *,
    day: date | None = None,
    until: date | None = None,
) -> None:
    """Let a locked delegation stand otherwise from ``day`` on (today); a proposal about it that waits lapses.

    Where a co-chair is one no more, proposals that waited only for its voice are looked at again.
    """
    if delegation.standing is Standing.CO_CHAIR:
        await enqueue(session, SETTLE, f"settle {uuid7()}")
    done = rules.step(delegation.kind, delegation.standing, wanted, delegation.took_part_as)
    delegation.took_part_as = rules.taking_part(delegation.standing, delegation.took_part_as)
    delegation.standing, delegation.standing_since = wanted, day or today()
    delegation.revision += 1
    await session.flush()
    await _write_period(session, delegation, reference, reference_on, until)
    await session.execute(
        sa.update(StandingProposal)
        .where(
            col(StandingProposal.delegation_id) == delegation.id,
            col(StandingProposal.status).in_([StandingProposalStatus.OPEN, StandingProposalStatus.AGREED]),
        )
        .values(status=StandingProposalStatus.LAPSED, closed_at=now())
    )
    content = {"standing": wanted, "reference": reference, "reference_on": reference_on}
    await record(session, actor, f"delegation.{done}", "delegation", delegation.id, **content)


async def _write_period(
    session: Writer, delegation: Delegation, reference: str, reference_on: date | None, until: date | None
) -> None:
    """Begin the period of the standing that the delegation has now; one that began on the same day gives way to it."""
    period = StandingPeriod(
        delegation_id=delegation.id,
        standing=delegation.standing,
        valid_from=delegation.standing_since,
        valid_to=until,
        reference=reference,
        reference_on=reference_on,
    )
    what = ("standing", "valid_to", "reference", "reference_on", "updated_at")
    statement = insert(StandingPeriod).values(**period.model_dump())
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["delegation_id", "valid_from"], set_={name: statement.excluded[name] for name in what}
        )
    )
