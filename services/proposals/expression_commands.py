"""Writes of expressions of interest: fetch visible, check policy, apply rule, write, record.

Each step of the exchange is a message of its thread and passes the turn (``exchange.move``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Writer, unique
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import Refusals, check_revision, lock
from services.core.table import now, today
from services.proposals import expression_policy, policy, rules
from services.proposals.commands import BATCH, a_reason
from services.proposals.content import language_tag
from services.proposals.errors import AlreadyExpressed, PlacesTaken
from services.proposals.exchange import KIND, Words, move, needed, topics
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import ExpressionStatus, ProposalStatus, TurnKind

LIVE = "uq_expression_of_interest_live"
"""The constraint that a delegation has one live expression of interest in a proposal."""


@dataclass(frozen=True, slots=True)
class ExpressionContent:
    """What a delegation writes to another about its proposal; ``own_proposal_id`` is the one it answers with."""

    proposal_id: UUID
    language: str
    message: str
    own_proposal_id: UUID | None = None


async def draft_expression(session: Writer, actor: Actor, content: ExpressionContent) -> UUID:
    """Write an expression of interest that only the actor's delegation sees.

    Raises:
        NotFound: no such proposal, or none the actor may know of.
        NotPermitted, Conflict: see ``policy.refusals_to_draft_expression`` and ``policy.refusals_to_answer_with``.
        AlreadyExpressed: the delegation has another one, as a draft or live.
        Invalid: no message, one that is too long, or a wrong language.
    """
    expression = await _make(session, actor, content, policy.refusals_to_draft_expression)
    async with unique(session, LIVE, AlreadyExpressed()):
        session.add(expression)
    await record(session, actor, f"{KIND}.drafted", KIND, expression.id)
    return expression.id


async def send_expression(session: Writer, actor: Actor, content: ExpressionContent) -> UUID:
    """Write an expression of interest and send it in one act; the receiver has ``rules.TURN_DAYS`` days to answer.

    Raises:
        DomainError: as ``draft_expression``, with ``policy.refusals_to_express_interest``.
    """
    expression = await _make(session, actor, content, policy.refusals_to_express_interest)
    async with unique(session, LIVE, AlreadyExpressed()):
        session.add(expression)
        return await _send(session, actor, expression)


async def revise_expression(
    session: Writer, actor: Actor, expression_id: UUID, revision: int, changes: Mapping[str, Any]
) -> UUID:
    """Change message, language or own proposal of a draft.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_revise`` and
            ``policy.refusals_to_answer_with``.
        StaleRevision: someone changed it since.
        Invalid: no message, one that is too long, or a wrong language.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_revise)
    check_revision(expression, revision)
    for name in ("message", "language", "own_proposal_id"):
        setattr(expression, name, changes.get(name, getattr(expression, name)))
    expression.message = needed(expression.message, "message")
    expression.language = language_tag(expression.language)
    await _check_own(session, actor, expression.own_proposal_id)
    await session.flush()
    await record(session, actor, f"{KIND}.revised", KIND, expression.id, revision=expression.revision)
    await tell(session, topic(KIND, expression.id))
    return expression.id


async def delete_expression(session: Writer, actor: Actor, expression_id: UUID) -> UUID:
    """Remove a draft for good.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_delete``.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_delete)
    await session.delete(expression)
    await session.flush()
    await record(session, actor, f"{KIND}.deleted", KIND, expression_id)
    await tell(session, topic(KIND, expression_id))
    return expression_id


async def send_draft(session: Writer, actor: Actor, expression_id: UUID) -> UUID:
    """Send a draft to the delegation whose proposal it answers.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_send``.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_send)
    await _hold(session, actor, expression.proposal_id, policy.refusals_to_send_draft, "proposal")
    await _check_own(session, actor, expression.own_proposal_id)
    return await _send(session, actor, expression)


async def take_up_talks(session: Writer, actor: Actor, expression_id: UUID, words: Words) -> UUID:
    """Answer that the receiver takes up talks; the turn goes to the sender.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_take_up_talks``.
        Invalid: a text that is too long, or a wrong language.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_take_up_talks)
    return await move(session, actor, expression, TurnKind.TALKS_TAKEN_UP, words)


async def ask_sender(session: Writer, actor: Actor, expression_id: UUID, words: Words) -> UUID:
    """Ask the sender a question; the turn goes to the sender.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_ask``.
        TextNeeded: no question, or one that is too long.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_ask)
    return await move(session, actor, expression, TurnKind.ASKED, words, must_say=True)


async def reply_to_receiver(session: Writer, actor: Actor, expression_id: UUID, words: Words) -> UUID:
    """Reply to the receiver; the turn goes to the receiver.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_reply``.
        TextNeeded: no reply, or one that is too long.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_reply)
    return await move(session, actor, expression, TurnKind.REPLIED, words, must_say=True)


async def agree_expression(session: Writer, actor: Actor, expression_id: UUID, words: Words) -> UUID:
    """Agree to what the other side said last, in talks and on one's turn; it takes one place of the proposal.

    Whose turn it is has heard the other side, so one yes is two. Of several at once the proposal's constraint lets as
    many agree as there are places, and the last one closes the proposal.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_agree``.
        PlacesTaken: someone else agreed on the last place a moment before.
        Invalid: a text that is too long, or a wrong language.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_agree)
    proposal = await session.get_one(Proposal, expression.proposal_id)
    before = proposal.status
    taken = PlacesTaken("All places of the proposal are taken.", path=("id",))
    async with unique(session, "ck_proposal_agreed_within_places", taken):
        done = await move(session, actor, expression, TurnKind.AGREED, words)
    await session.refresh(proposal)
    if before is ProposalStatus.OPEN and proposal.status is ProposalStatus.CLOSED:
        await record(session, actor, "proposal.closed", "proposal", proposal.id, status=proposal.status)
    return done


async def decline_expression(
    session: Writer, actor: Actor, expression_id: UUID, reason: str, language: str | None = None
) -> UUID:
    """Decline what was sent, with a reason that the sender is told.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_decline``.
        ReasonNeeded: no reason, or one that is too long.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_decline)
    expression.decline_reason = a_reason(reason)
    return await move(session, actor, expression, TurnKind.DECLINED, Words(expression.decline_reason, language))


async def withdraw_expression(session: Writer, actor: Actor, expression_id: UUID, words: Words) -> UUID:
    """Take back what was sent; both delegations keep it.

    Raises:
        NotFound, NotPermitted, Conflict: see ``expression_policy.refusals_to_withdraw``.
        Invalid: a text that is too long, or a wrong language.
    """
    expression = await _lock(session, actor, expression_id, expression_policy.refusals_to_withdraw)
    return await move(session, actor, expression, TurnKind.WITHDRAWN, words)


async def expire_expressions(session: Writer) -> int:
    """End up to ``BATCH`` expressions of interest whose turn ran out unanswered; return how many, 0 when none is left.

    The event ``expression_of_interest.expired`` tells whose ``turn`` it was.

    Work of the platform itself: the session is ``SYSTEM``'s. Running it twice, or twice at once, does no harm.
    """
    expression = ExpressionOfInterest
    due = sa.select(expression).where(col(expression.turn).is_not(None), col(expression.turn_deadline) < today())
    held = due.order_by(col(expression.turn_deadline)).limit(BATCH).with_for_update(skip_locked=True)
    found = (await session.execute(held)).scalars().all()
    for one in found:
        one.status = rules.step_expression(one.status, ExpressionStatus.EXPIRED)
        whose, one.turn, one.turn_deadline = one.turn, None, None
        one.revision += 1
        await session.flush()
        await record(session, SYSTEM, f"{KIND}.expired", KIND, one.id)
        await announce(session, SYSTEM, f"{KIND}.expired", one.id, turn=whose)
        await tell(session, *topics(one))
    return len(found)


async def _make(session: Writer, actor: Actor, content: ExpressionContent, refusals: Refusals) -> ExpressionOfInterest:
    """A draft that may be kept, and is not yet."""
    proposal = await _hold(session, actor, content.proposal_id, refusals, "proposal")
    await _check_own(session, actor, content.own_proposal_id)
    assert actor.delegation_id is not None, "the refusals let only people of delegations pass"
    return ExpressionOfInterest(
        proposal_id=proposal.id,
        own_proposal_id=content.own_proposal_id,
        sender_id=actor.delegation_id,
        receiver_id=proposal.delegation_id,
        language=language_tag(content.language),
        message=needed(content.message, "message"),
    )


async def _send(session: Writer, actor: Actor, expression: ExpressionOfInterest) -> UUID:
    expression.sent_at = expression.listed_at = now()
    return await move(session, actor, expression, TurnKind.SENT, Words(expression.message, expression.language))


async def _lock(session: Writer, actor: Actor, expression_id: UUID, refusals: Refusals) -> ExpressionOfInterest:
    return await lock(
        session,
        actor,
        ExpressionOfInterest,
        expression_id,
        expression_policy.visible_to,
        refusals,
        what="expression of interest",
    )


async def _hold(session: Writer, actor: Actor, proposal_id: UUID, refusals: Refusals, name: str) -> Proposal:
    """The proposal, kept from closing until the transaction ends."""
    return await lock(
        session, actor, Proposal, proposal_id, policy.visible_to, refusals, what="proposal", path=(name,), update=False
    )


async def _check_own(session: Writer, actor: Actor, proposal_id: UUID | None) -> None:
    if proposal_id is not None:
        await _hold(session, actor, proposal_id, policy.refusals_to_answer_with, "ownProposal")
