"""Writes of rounds: the secretariat drafts and computes, a co-chair confirms, either discards."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer, as_platform
from services.core.errors import NotFound, NotPermitted
from services.core.jobs import enqueue
from services.core.live import tell, topic
from services.core.policy import Refusals, check_revision, lock
from services.core.read.shape import table_of
from services.core.table import now
from services.core.texts import check_characters
from services.matching.tables import MatchingWeights
from services.rounds import policy
from services.rounds.errors import TooManyComputations, WrongRound
from services.rounds.rules import MOST_LIVE, NOTE_LIMIT, REASON_LIMIT, TITLE_LIMIT, RoundTerms, Selection, step
from services.rounds.tables import Allocation, AllocationComputation, AllocationRound
from services.rounds.terms import LIVE, ComputationState, RoundStatus
from services.taxonomy.queries import check_codes

COMPUTE, TELL = "rounds.compute", "rounds.tell"
"""The jobs that compute a round, and that tell delegations what is allocated to them."""
KIND = "allocation_round"


@dataclass(frozen=True, slots=True)
class RoundContent:
    """What a round is about, which needs and offers it takes in, and the terms it is computed under."""

    title: str
    terms: RoundTerms
    selection: Selection = field(default_factory=Selection)
    note: str = ""
    weights_id: UUID | None = None


async def draft_round(session: Writer, actor: Actor, content: RoundContent) -> UUID:
    """Draft a round.

    Raises:
        NotPermitted: the actor is not the secretariat.
        WrongRound: its parts do not fit together.
        NotFound: no such version of the weights.
    """
    if not policy.may_propose(actor.viewer):
        raise NotPermitted("Only the secretariat can draft a round.")
    row = AllocationRound(author_id=actor.person_id, **await _checked(session, content))
    session.add(row)
    await session.flush()
    return await _keep(session, actor, "drafted", row.id, terms=row.terms, selection=row.selection)


async def revise_round(session: Writer, actor: Actor, round_id: UUID, revision: int, content: RoundContent) -> UUID:
    """Change a draft.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_revise``; or it was changed meanwhile.
        WrongRound: its parts do not fit together.
    """
    row = await _hold(session, actor, round_id, policy.refusals_to_revise)
    check_revision(row, revision)
    for name, value in (await _checked(session, content)).items():
        setattr(row, name, value)
    return await _keep(session, actor, "revised", row.id, terms=row.terms, selection=row.selection)


async def compute_round(session: Writer, actor: Actor, round_id: UUID) -> UUID:
    """Ask for a round to be computed under its own terms, by a worker; return the computation.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_compute``.
    """
    row = await _hold(session, actor, round_id, policy.refusals_to_compute)
    step(row.status, RoundStatus.COMPUTED)
    terms = RoundTerms.from_json(row.terms)
    return await _ask(session, actor, row.id, terms, row.weights_id, is_preview=False)


async def preview_round(
    session: Writer, actor: Actor, round_id: UUID, terms: RoundTerms, weights_id: UUID | None
) -> UUID:
    """Ask what a round would give under other terms or weights; it stays as it is. Return the computation.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_preview``.
        WrongRound: terms that no round can have.
    """
    row = await _hold(session, actor, round_id, policy.refusals_to_preview)
    await _check_weights(session, weights_id)
    return await _ask(session, actor, row.id, terms.checked(), weights_id or row.weights_id, is_preview=True)


async def cancel_computation(session: Writer, actor: Actor, computation_id: UUID) -> UUID:
    """Stop a computation: at once where it waits, within seconds where it runs; nothing of it is kept.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_cancel``.
    """
    row = await lock(
        session,
        actor,
        AllocationComputation,
        computation_id,
        policy.visible_computation,
        policy.refusals_to_cancel,
        what="computation",
    )
    row.is_stop_asked = True
    if row.state is ComputationState.WAITING:
        row.state, row.ended_at = ComputationState.INTERRUPTED, now()
    await session.flush()
    await record(session, actor, "allocation_computation.stopped", "allocation_computation", row.id)
    await tell(session, topic(KIND, row.round_id))
    return row.id


async def confirm_round(session: Writer, actor: Actor, round_id: UUID, computation_id: UUID) -> UUID:
    """Confirm what was computed: its delegations see what is theirs, are told, and answer.

    ``computation_id`` is the one that the co-chair has looked at.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_confirm``.
        WrongRound: it was computed anew since.
    """
    row = await _hold(session, actor, round_id, policy.refusals_to_confirm)
    if row.computation_id != computation_id:
        raise WrongRound("This round was computed anew since you looked at it. Look again.", path=("computationId",))
    row.status, row.confirmed_at = step(row.status, RoundStatus.CONFIRMED), now()
    row.confirmed_by_id = actor.person_id
    await session.flush()
    async with as_platform(session, actor):
        computation, allocation = table_of(AllocationComputation), table_of(Allocation)
        shown = sa.update(computation).where(computation.c.id == computation_id).values(shown=True)
        input_hash = (await session.execute(shown.returning(computation.c.input_hash))).scalar_one()
        await session.execute(
            sa.update(allocation).where(allocation.c.computation_id == computation_id).values(shown=True)
        )
    await enqueue(session, TELL, f"tell {round_id}", round_id=str(round_id))
    return await _keep(session, actor, "confirmed", row.id, computation=computation_id, input=input_hash.hex())


async def discard_round(session: Writer, actor: Actor, round_id: UUID, reason: str) -> UUID:
    """Give a round up; what is being computed of it is stopped.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_discard``.
        WrongRound: the reason is too long.
    """
    row = await _hold(session, actor, round_id, policy.refusals_to_discard)
    row.status = step(row.status, RoundStatus.DISCARDED)
    row.discard_reason = said(reason, "reason", REASON_LIMIT)
    live = table_of(AllocationComputation)
    await session.execute(
        sa.update(live).where(live.c.round_id == round_id, live.c.state.in_(LIVE)).values(is_stop_asked=True)
    )
    return await _keep(session, actor, "discarded", row.id, reason=row.discard_reason)


def said(text: str, name: str, limit: int, *, needed: bool = False) -> str:
    """Return a text without blanks around, up to ``limit`` characters.

    Raises:
        WrongRound: it is too long, or empty where something must be said.
        Invalid: it has a character that is no text.
    """
    words = text.strip()
    if len(words) > limit or (needed and not words):
        raise WrongRound(f"This has {len(words):,} characters; it has {int(needed)} to {limit:,}.", path=(name,))
    return check_characters(words, path=(name,))


async def _checked(session: Writer, content: RoundContent) -> dict[str, Any]:
    await check_codes(session, sectors=content.selection.sectors)
    await _check_weights(session, content.weights_id)
    return {
        "title": said(content.title, "title", TITLE_LIMIT, needed=True),
        "note": said(content.note, "note", NOTE_LIMIT),
        "selection": content.selection.checked().as_json(),
        "terms": content.terms.checked().as_json(),
        "weights_id": content.weights_id,
    }


async def _check_weights(session: Writer, weights_id: UUID | None) -> None:
    if weights_id is not None and await session.get(MatchingWeights, weights_id) is None:
        raise NotFound("No such version of weights.", path=("weights",))


async def _hold(session: Writer, actor: Actor, round_id: UUID, refusals: Refusals) -> AllocationRound:
    return await lock(session, actor, AllocationRound, round_id, policy.visible_to, refusals, what="round")


async def _ask(
    session: Writer, actor: Actor, round_id: UUID, terms: RoundTerms, weights_id: UUID | None, *, is_preview: bool
) -> UUID:
    row = table_of(AllocationComputation).c
    live = sa.select(sa.func.count()).where(row.round_id == round_id, row.state.in_(LIVE))
    if int(await session.scalar(live) or 0) >= MOST_LIVE:
        raise TooManyComputations(f"{MOST_LIVE} computations of this round are under way. Wait for one, or stop it.")
    asked = AllocationComputation(
        round_id=round_id,
        is_preview=is_preview,
        terms=terms.as_json(),
        weights_id=weights_id,
        asked_by_id=actor.person_id,
        seen_at=now(),
    )
    session.add(asked)
    await session.flush()
    what = "preview_asked" if is_preview else "computation_asked"
    await enqueue(session, COMPUTE, str(asked.id), computation_id=str(asked.id))
    await _keep(session, actor, what, round_id, computation=asked.id, terms=asked.terms)
    return asked.id


async def _keep(session: Writer, actor: Actor, verb: str, round_id: UUID, **facts: object) -> UUID:
    await session.flush()
    await record(session, actor, f"{KIND}.{verb}", KIND, round_id, **facts)
    await tell(session, topic(KIND, round_id))
    return round_id
