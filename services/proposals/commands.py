"""Writes of proposals, one function per use case: fetch visible, check policy, apply rule, write, record."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor, Role
from services.core.audit import record
from services.core.db import Writer, unique
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import Refusals, check_revision, lock
from services.core.stale import announce_stale
from services.core.table import now, today
from services.core.texts import check_characters, original_text, save_text
from services.membership.setting_queries import settings_in_force
from services.proposals import policy, rules
from services.proposals.content import ProposalContent, changed, checked
from services.proposals.errors import ExternalIdTaken, PlacesTaken, ReasonNeeded, SideFixed
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import ProposalStatus

REASON_LIMIT = 2_000
"""The longest reason, in characters."""
BATCH = 500
"""How many proposals one call of ``expire_proposals`` ends at most."""


async def draft_proposal(session: Writer, actor: Actor, content: ProposalContent) -> UUID:
    """Make a draft that only the actor's delegation sees.

    Raises:
        NotPermitted: the actor does not write for a delegation that takes part, or an observer asks for something.
        Invalid: a text, number, date, language or code is wrong.
        ExternalIdTaken: the delegation has a proposal of this external id.
    """
    author = policy.check_draft(actor, content.side)
    ready = await checked(session, content)
    proposal = Proposal(delegation_id=author, language=ready.text.language, **ready.columns())
    async with unique(session, "uq_proposal_delegation_id_external_id", ExternalIdTaken(ready.external_id)):
        session.add(proposal)
    await save_text(session, ProposalText, {"proposal_id": proposal.id}, _copied(proposal), ready.text)
    await record(session, actor, "proposal.drafted", "proposal", proposal.id, title=ready.text.title)
    return proposal.id


async def revise_proposal(
    session: Writer, actor: Actor, proposal_id: UUID, revision: int, changes: Mapping[str, Any]
) -> UUID:
    """Change what ``changes`` names (fields of ProposalContent and Text); what is open keeps its side and its places.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_revise``.
        StaleRevision: someone changed it since.
        Invalid: a text, number, date, language or code is wrong.
        SideFixed, PlacesTaken: an open proposal would become another, or have no places left.
        ExternalIdTaken: the delegation has another proposal of this external id.
    """
    proposal = await _lock(session, actor, proposal_id, policy.refusals_to_revise)
    check_revision(proposal, revision)
    before = await original_text(session, ProposalText, ProposalText.proposal_id, proposal.id)
    content = await checked(session, changed(proposal, before, changes))
    if content.side is not proposal.side:
        policy.check_draft(actor, content.side)
        if proposal.status is not ProposalStatus.DRAFT:
            raise SideFixed
    async with unique(session, "uq_proposal_delegation_id_external_id", ExternalIdTaken(content.external_id)):
        proposal.language = content.text.language
        for name, value in content.columns().items():
            setattr(proposal, name, value)
        if proposal.status is ProposalStatus.OPEN:
            await _complete(session, proposal)
    stale = await save_text(session, ProposalText, {"proposal_id": proposal.id}, _copied(proposal), content.text)
    await record(session, actor, "proposal.revised", "proposal", proposal.id, revision=proposal.revision)
    await announce_stale(session, actor, "proposal", proposal.id, stale)
    return proposal.id


async def delete_proposal(session: Writer, actor: Actor, proposal_id: UUID) -> UUID:
    """Remove a draft for good.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_delete``.
    """
    proposal = await _lock(session, actor, proposal_id, policy.refusals_to_delete)
    await session.delete(proposal)
    await session.flush()
    await record(session, actor, "proposal.deleted", "proposal", proposal_id)
    return proposal_id


async def open_proposal(session: Writer, actor: Actor, proposal_id: UUID, *, path: tuple[str, ...] = ("id",)) -> UUID:
    """Show a draft to the audience its author chose, from today until the day it expires.

    What the author left open is filled in: it opens today, expires in a year, and works in the language it is written
    in.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_open``.
        OpensLater: the day from which it is meant to be open has not come.
        WrongExpiry: its last day is not after today, or more than three years away.
    """
    proposal = await _lock(session, actor, proposal_id, policy.refusals_to_open, path=path)
    await _complete(session, proposal)
    proposal.status = rules.step(proposal.status, ProposalStatus.OPEN)
    proposal.opened_at = proposal.listed_at = now()
    return await _keep(session, actor, proposal, "proposal.opened")


async def post_proposal(session: Writer, actor: Actor, content: ProposalContent) -> UUID:
    """Draft a proposal and open it in one act.

    Raises:
        DomainError: as ``draft_proposal`` and ``open_proposal``; then there is no draft either.
    """
    return await open_proposal(session, actor, await draft_proposal(session, actor, content), path=())


async def renew_proposal(session: Writer, actor: Actor, proposal_id: UUID, expires_on: date) -> UUID:
    """Keep a proposal open until another day, or open it again after it has expired.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_renew``.
        WrongExpiry: the day is not after today, or farther away than the Group has set.
    """
    proposal = await _lock(session, actor, proposal_id, policy.refusals_to_renew)
    proposal.expires_on = rules.expiry_day(expires_on, today(), await settings_in_force(session))
    if proposal.status is ProposalStatus.EXPIRED:
        proposal.status = rules.step(proposal.status, ProposalStatus.OPEN)
    return await _keep(session, actor, proposal, "proposal.renewed")


async def close_proposal(session: Writer, actor: Actor, proposal_id: UUID) -> UUID:
    """Take no more expressions of interest; talks under way may still end in agreement.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_close``.
    """
    proposal = await _lock(session, actor, proposal_id, policy.refusals_to_close)
    proposal.status = rules.step(proposal.status, ProposalStatus.CLOSED)
    proposal.closed_at = now()
    return await _keep(session, actor, proposal, "proposal.closed")


async def withdraw_proposal(session: Writer, actor: Actor, proposal_id: UUID, reason: str) -> UUID:
    """Take an open proposal out of sight, saying why; its delegation and the secretariat keep it.

    Expressions of interest that are live stay with their two delegations until one of them or the deadline ends them;
    none of them can be agreed any more.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_withdraw``.
        ReasonNeeded: no reason, or one that is too long.
    """
    proposal = await _lock(session, actor, proposal_id, policy.refusals_to_withdraw)
    proposal.withdrawal_reason = a_reason(reason)
    proposal.status = rules.step(proposal.status, ProposalStatus.WITHDRAWN)
    await _keep(session, actor, proposal, "proposal.withdrawn")
    if actor.role is Role.SECRETARIAT:
        await announce(session, actor, "proposal.withdrawn", proposal.id, reason=proposal.withdrawal_reason)
    return proposal.id


async def expire_proposals(session: Writer) -> int:
    """End up to ``BATCH`` open proposals whose last day has passed; return how many, 0 when none is left.

    Work of the platform itself: the session is ``SYSTEM``'s. Running it twice, or twice at once, does no harm.
    """
    due = sa.select(Proposal).where(col(Proposal.status) == ProposalStatus.OPEN, col(Proposal.expires_on) < today())
    held = due.order_by(col(Proposal.expires_on)).limit(BATCH).with_for_update(skip_locked=True)
    proposals = (await session.execute(held)).scalars().all()
    for proposal in proposals:
        proposal.status = rules.step(proposal.status, ProposalStatus.EXPIRED)
        await _keep(session, SYSTEM, proposal, "proposal.expired")
        await announce(session, SYSTEM, "proposal.expired", proposal.id)
    return len(proposals)


def a_reason(reason: str) -> str:
    """Return the reason without blanks around.

    Raises:
        ReasonNeeded: it is empty or too long.
        Invalid: it has a character that is no text.
    """
    text = reason.strip()
    if not 1 <= len(text) <= REASON_LIMIT:
        raise ReasonNeeded(f"A reason of 1 to {REASON_LIMIT:,} characters is needed.", path=("reason",))
    return check_characters(text, path=("reason",))


async def _complete(session: Writer, proposal: Proposal) -> None:
    """Fill in what an open proposal must have, and refuse what it cannot have."""
    day, numbers = today(), await settings_in_force(session)
    proposal.opens_on = rules.opening_day(proposal.opens_on, day)
    proposal.expires_on = rules.expiry_day(proposal.expires_on, day, numbers)
    if proposal.places is not None and proposal.places <= proposal.agreed:
        raise PlacesTaken(
            f"{proposal.agreed:,} have agreed already, so it needs more places than that, or none named; "
            "close it if it takes nobody any more.",
            path=("places",),
        )


async def _lock(
    session: Writer, actor: Actor, proposal_id: UUID, refusals: Refusals, *, path: tuple[str, ...] = ("id",)
) -> Proposal:
    return await lock(session, actor, Proposal, proposal_id, policy.visible_to, refusals, what="proposal", path=path)


async def _keep(session: Writer, actor: Actor, proposal: Proposal, act: str) -> UUID:
    proposal.revision += 1
    await session.flush()
    await record(session, actor, act, "proposal", proposal.id, status=proposal.status)
    await tell(session, topic("delegation", proposal.delegation_id))
    return proposal.id


def _copied(proposal: Proposal) -> dict[str, Any]:
    return {
        "delegation_id": proposal.delegation_id,
        "status": proposal.status.value,
        "visibility": proposal.visibility,
    }
