"""What both sides say to what they were allocated; a declined place goes to the next."""

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer, as_platform
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import lock
from services.core.read.shape import table_of
from services.core.table import now
from services.proposals.tables import Proposal
from services.rounds import policy
from services.rounds.commands import KIND, said
from services.rounds.rules import REASON_LIMIT
from services.rounds.tables import Allocation, AllocationInput, AllocationRound
from services.rounds.terms import AllocationAnswer, AllocationOrigin

if TYPE_CHECKING:
    from services.rounds.frozen import Frozen
    from services.rounds.handing_on import Pair

ACCEPTED, DECLINED = AllocationAnswer.ACCEPTED, AllocationAnswer.DECLINED


async def accept_allocation(session: Writer, actor: Actor, allocation_id: UUID) -> UUID:
    """Accept, for the actor's delegation; once both sides have, the pair is settled.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_answer``.
    """
    row = await _answered(session, actor, allocation_id, ACCEPTED)
    return await _keep(session, actor, "accepted", row)


async def decline_allocation(session: Writer, actor: Actor, allocation_id: UUID, reason: str) -> UUID:
    """Decline with a reason that the other side is told; the place, and the need, go to the next.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_answer``.
        WrongRound: no reason, or too long a one.
    """
    words = said(reason, "reason", REASON_LIMIT, needed=True)
    row = await _answered(session, actor, allocation_id, DECLINED)
    row.reason = words
    await _keep(session, actor, "declined", row)
    await _hand_on(session, actor, row)
    return row.id


async def _answered(session: Writer, actor: Actor, key: UUID, answer: AllocationAnswer) -> Allocation:
    """The allocation, held, with its side's answer; the round is held first, so that answers take turns."""
    round_id = await session.scalar(sa.select(col(Allocation.round_id)).where(col(Allocation.id) == key))
    if round_id is not None:
        async with as_platform(session, actor):
            held = sa.select(col(AllocationRound.id)).where(col(AllocationRound.id) == round_id).with_for_update()
            await session.execute(held)
    row = await lock(
        session, actor, Allocation, key, policy.visible_allocation, policy.refusals_to_answer, what="allocation"
    )
    if row.need_delegation_id == actor.delegation_id:
        row.need_answer = answer
    else:
        row.offer_answer = answer
    return row


async def _keep(session: Writer, actor: Actor, verb: str, row: Allocation) -> UUID:
    await session.flush()
    facts = {"round": row.round_id, "need": row.need_id, "offer": row.offer_id, "reason": row.reason}
    await record(session, actor, f"allocation.{verb}", "allocation", row.id, **facts)
    await announce(session, actor, f"allocation.{verb}", row.id)
    await tell(session, topic(KIND, row.round_id))
    return row.id


async def _hand_on(session: Writer, actor: Actor, declined: Allocation) -> None:
    """Allocate what came free, as the platform, and tell those whom it goes to."""
    from services.rounds.frozen import Frozen, unpacked
    from services.rounds.handing_on import Standing, next_pairs

    async with as_platform(session, actor):
        content = await session.scalar(
            sa.select(col(AllocationInput.content)).where(
                col(AllocationInput.computation_id) == declined.computation_id
            )
        )
        assert content is not None, "a computation keeps what it was frozen from"
        frozen = Frozen.from_json(unpacked(content))
        listed = sa.select(Allocation).where(col(Allocation.computation_id) == declined.computation_id)
        rows = (await session.execute(listed)).scalars().all()
        no = {(row.need_id.hex, row.offer_id.hex) for row in rows if DECLINED in {row.need_answer, row.offer_answer}}
        live = [pair for row in rows if (pair := (row.need_id.hex, row.offer_id.hex)) not in no]
        gone = {
            row.need_id.hex for row in rows if row.need_answer is DECLINED
        }  # whose delegation declined is offered nothing else in this round
        found = next_pairs(frozen, Standing(live, no, gone))
        for allocation in [await _next(session, frozen, declined, pair) for pair in found]:
            await announce(session, actor, "allocation.handed_on", allocation)


async def _next(session: Writer, frozen: "Frozen", declined: Allocation, pair: "Pair") -> UUID:
    need, offer = UUID(pair[0]), UUID(pair[1])
    proposal = table_of(Proposal)
    owners = dict(
        tuple(one)
        for one in await session.execute(
            sa.select(proposal.c.id, proposal.c.delegation_id).where(proposal.c.id.in_([need, offer]))
        )
    )
    row = Allocation(
        round_id=declined.round_id,
        computation_id=declined.computation_id,
        need_id=need,
        offer_id=offer,
        need_delegation_id=owners[need],
        offer_delegation_id=owners[offer],
        value=value_of_pair(frozen, pair),
        origin=AllocationOrigin.HANDED_ON,
        shown=True,
        told_at=now(),
    )
    session.add(row)
    await session.flush()
    return row.id


def value_of_pair(frozen: "Frozen", pair: "Pair") -> int:
    """The value of a pair, in millionths."""
    need = next(place for place, one in enumerate(frozen.needs) if one.id == pair[0])
    offer = next(place for place, one in enumerate(frozen.offers) if one.id == pair[1])
    return int(frozen.value[(frozen.need == need) & (frozen.offer == offer)][0])
