"""Computing rounds in the worker: claimed, followed, stopped; ended in one transaction, so that it is done once.

As with long work, a computation that a killed worker left is taken up by another, and who lost the claim keeps nothing.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.actor import SYSTEM
from services.core.audit import record
from services.core.db import Database, Writer
from services.core.errors import DomainError
from services.core.events import announce
from services.core.jobs import enqueue, handles, scheduled
from services.core.live import tell, topic
from services.core.read.shape import table_of
from services.core.table import now, uuid7
from services.proposals.tables import Proposal
from services.rounds.commands import COMPUTE, KIND, TELL
from services.rounds.computing import Computed, compute_apart
from services.rounds.errors import ComputationTaken
from services.rounds.rules import RoundTerms, Selection
from services.rounds.tables import Allocation, AllocationComputation, AllocationInput, AllocationRound
from services.rounds.terms import LIVE, AllocationOrigin, ComputationStage, ComputationState, RoundStatus

if TYPE_CHECKING:
    from services.rounds.frozen import Frozen

AT_ONCE = 1
"""How many rounds are computed at the same time among all workers: each may need a gigabyte."""
PULSE = 1.0
"""Seconds between two signs of life."""
DEAD_AFTER = timedelta(seconds=60)
"""After how long without a sign of life others take the computation up."""
MOST_ATTEMPTS = 3
MOST_ROWS = 1_000
"""How many rows are written by one statement, and told of in one transaction."""
COMPUTATION, INPUT = table_of(AllocationComputation), table_of(AllocationInput)


@dataclass(slots=True)
class Claimed:
    """A computation that this worker does, and how far it is."""

    row: sa.Row[Any]
    claim: UUID
    done: int = 0
    total: int | None = None
    stage: ComputationStage = ComputationStage.SCORING
    stopped: bool = False
    closing: bool = False
    """Whether its own end is being written: the claim is given back then, not lost."""
    told: tuple[Any, ...] = field(default=())

    @property
    def mine(self) -> sa.ColumnElement[bool]:
        """Where the claim still holds."""
        return sa.and_(COMPUTATION.c.id == self.row.id, COMPUTATION.c.claim == self.claim)

    def progress(self, done: int, total: int | None) -> None:
        """Remember how many needs are scored; ``_pulse`` writes it."""
        self.done, self.total = done, total

    def enter(self, stage: ComputationStage) -> None:
        """Remember what is being done."""
        self.stage = stage


@handles(COMPUTE, at_once=AT_ONCE)
async def compute_round(db: Database, computation_id: str) -> None:
    """Do one computation, unless it has ended or someone is at it."""
    claimed = await _claim(db, UUID(computation_id))
    if claimed is None:
        return
    if claimed.row.attempts > MOST_ATTEMPTS:
        await _end(db, claimed, ComputationState.FAILED, "This could not be computed. Tell the operators.")
        return
    computing = asyncio.create_task(_compute(db, claimed))
    pulse = asyncio.create_task(_pulse(db, claimed, computing))
    try:
        await computing
    except DomainError as error:
        await _end(db, claimed, ComputationState.FAILED, error.message)
    except asyncio.CancelledError:
        if not claimed.stopped:
            raise
        await _end(db, claimed, ComputationState.INTERRUPTED, "")
    finally:
        computing.cancel()
        with suppress(asyncio.CancelledError):
            await pulse  # it ends with the computation, and not in the middle of a statement


@scheduled("rounds.resume", "* * * * *")
async def resume(db: Database) -> None:
    """Ask again for computations of which there was no sign of life."""
    forgotten = sa.select(COMPUTATION.c.id).where(
        COMPUTATION.c.state.in_(LIVE), COMPUTATION.c.seen_at < now() - DEAD_AFTER
    )
    async with db.write(SYSTEM) as session:
        for key in (await session.execute(forgotten.limit(100))).scalars():
            await enqueue(session, COMPUTE, str(key), computation_id=str(key))


@handles(TELL, at_once=1)
async def tell_of(db: Database, round_id: str) -> None:
    """Tell the delegations of a confirmed round what is allocated to them, each once."""
    row = table_of(Allocation)
    waiting = sa.select(row.c.id).where(row.c.round_id == UUID(round_id), row.c.shown, row.c.told_at.is_(None))
    while True:
        async with db.write(SYSTEM) as session:
            marked = sa.update(row).where(row.c.id.in_(waiting.limit(MOST_ROWS))).values(told_at=now())
            told = (await session.execute(marked.returning(row.c.id))).scalars().all()
            for key in told:
                await announce(session, SYSTEM, "allocation.made", key)
        if len(told) < MOST_ROWS:
            return


async def _claim(db: Database, key: UUID) -> Claimed | None:
    claim = uuid7()
    dead = sa.and_(COMPUTATION.c.state == ComputationState.RUNNING, COMPUTATION.c.seen_at < now() - DEAD_AFTER)
    free = sa.and_(COMPUTATION.c.id == key, sa.or_(COMPUTATION.c.state == ComputationState.WAITING, dead))
    values = {"state": ComputationState.RUNNING, "claim": claim, "seen_at": now()}
    attempts = COMPUTATION.c.attempts + 1
    async with db.write(SYSTEM) as session:
        taken = sa.update(COMPUTATION).where(free).values(**values, attempts=attempts).returning(COMPUTATION)
        row = (await session.execute(taken)).one_or_none()
        if row is not None:
            await tell(session, topic(KIND, row.round_id))
    return row and Claimed(row, claim)


async def _compute(db: Database, claimed: Claimed) -> None:
    """Freeze, solve and certify; keep all of it, or nothing.

    Raises:
        DomainError: it cannot be done.
    """
    from services.rounds.freezing import freeze
    from services.rounds.frozen import digest, packed

    row = claimed.row
    async with db.read(SYSTEM) as session:
        asked = await session.get_one(AllocationRound, row.round_id)
        selection, frozen = Selection.from_json(asked.selection), await _frozen_before(session, asked, row)
    if frozen is None:
        frozen = await freeze(db, selection, RoundTerms.from_json(row.terms), row.weights_id, claimed.progress)
    text = await asyncio.to_thread(frozen.to_json)
    computed = await compute_apart(text, claimed.enter)
    content = await asyncio.to_thread(packed, text)
    async with db.write(SYSTEM) as session:
        await _finish(session, claimed, frozen, computed, (digest(text), content))


async def _frozen_before(session: Any, asked: AllocationRound, row: sa.Row[Any]) -> "Frozen | None":
    """For a preview under the weights that its round was computed by: what that was frozen from, under other terms."""
    from services.rounds.frozen import Frozen, unpacked

    if not row.is_preview or asked.computation_id is None:
        return None
    known = await session.get_one(AllocationComputation, asked.computation_id)
    if known.weights_id != row.weights_id:
        return None
    content = await session.scalar(sa.select(INPUT.c.content).where(INPUT.c.computation_id == known.id))
    return Frozen.from_json(unpacked(content)).with_terms(RoundTerms.from_json(row.terms))


async def _pulse(db: Database, claimed: Claimed, computing: "asyncio.Task[object]") -> None:
    """Write how far it is every second; cancel it when it is stopped, or the claim was lost."""
    while True:
        await asyncio.wait({computing}, timeout=PULSE)
        if computing.done():
            return
        reached = (claimed.stage, claimed.done, claimed.total)
        values = dict(zip(("stage", "done", "total"), reached, strict=True))
        async with db.write(SYSTEM) as session:
            written = sa.update(COMPUTATION).where(claimed.mine).values(**values, seen_at=now())
            stop = (await session.execute(written.returning(COMPUTATION.c.is_stop_asked))).scalar_one_or_none()
            if claimed.told != reached:
                await tell(session, topic(KIND, claimed.row.round_id))
                claimed.told = reached
        if stop is None and claimed.closing:
            return  # its end is kept, though the answer to the commit may still be under way
        if stop is not False:
            claimed.stopped = bool(stop)
            computing.cancel()
            return


async def _finish(
    session: Writer, claimed: Claimed, frozen: "Frozen", computed: Computed, kept: tuple[bytes, bytes]
) -> None:
    """End the computation with what it found; the round then stands for it, unless it was a preview."""
    row, (input_hash, content) = claimed.row, kept
    version = frozen.facts["weights_version"]
    await _close(
        session,
        claimed,
        {
            "state": ComputationState.DONE,
            "stage": ComputationStage.CERTIFYING,
            "certificate": computed.certificate,
            "input_hash": input_hash,
            "weights_version": version,
        },
    )
    await session.execute(sa.insert(INPUT).values(computation_id=row.id, content=content))
    rows = await _allocations(session, row, frozen, computed)
    for begin in range(0, len(rows), MOST_ROWS):
        await session.execute(sa.insert(table_of(Allocation)), rows[begin : begin + MOST_ROWS])
    if not row.is_preview:
        asked = table_of(AllocationRound)
        open_to = sa.and_(asked.c.id == row.round_id, asked.c.status.in_([RoundStatus.DRAFT, RoundStatus.COMPUTED]))
        await session.execute(
            sa.update(asked).where(open_to).values(status=RoundStatus.COMPUTED, computation_id=row.id)
        )
    facts = {"computation": row.id, "input": input_hash.hex(), "value": computed.certificate["value"]}
    await record(
        session, SYSTEM, f"{KIND}.{'previewed' if row.is_preview else 'computed'}", KIND, row.round_id, **facts
    )


async def _allocations(
    session: Writer, row: sa.Row[Any], frozen: "Frozen", computed: Computed
) -> Sequence[dict[str, Any]]:
    proposal = table_of(Proposal).c
    named = [(UUID(frozen.needs[n].id), UUID(frozen.offers[o].id), value) for n, o, value in computed.pairs]
    ids = [key for need, offer, _ in named for key in (need, offer)]
    found = await session.execute(
        sa.select(proposal.id, proposal.delegation_id).where(proposal.id == sa.any_(sa.cast(ids, ARRAY(sa.Uuid))))
    )
    owner = dict(tuple(one) for one in found)
    return [
        Allocation(
            round_id=row.round_id,
            computation_id=row.id,
            need_id=need,
            offer_id=offer,
            need_delegation_id=owner[need],
            offer_delegation_id=owner[offer],
            value=value,
            origin=AllocationOrigin.SOLVED,
        ).model_dump()
        for need, offer, value in named
    ]


async def _end(db: Database, claimed: Claimed, state: ComputationState, reason: str) -> None:
    """End the computation without anything."""
    with suppress(ComputationTaken):
        async with db.write(SYSTEM) as session:
            await _close(session, claimed, {"state": state, "reason": reason})


async def _close(session: Writer, claimed: Claimed, values: dict[str, Any]) -> None:
    claimed.closing = True
    reached = {"done": claimed.done, "total": claimed.total}
    closed = sa.update(COMPUTATION).where(claimed.mine).values(**reached, **values, claim=None, ended_at=now())
    if (await session.execute(closed.returning(COMPUTATION.c.id))).one_or_none() is None:
        raise ComputationTaken("Another worker has taken this up.")
    await tell(session, topic(KIND, claimed.row.round_id))
