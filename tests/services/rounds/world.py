"""Rounds made for tests, and how they are computed without a worker."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.core.read.shape import table_of
from services.core.table import now, uuid7
from services.rounds import jobs
from services.rounds.certificate import certify
from services.rounds.commands import RoundContent, compute_round, confirm_round, draft_round
from services.rounds.frozen import digest, packed
from services.rounds.rules import RoundTerms, Selection
from services.rounds.solving import solve
from services.rounds.tables import Allocation, AllocationComputation, AllocationInput, AllocationRound
from services.rounds.terms import LIVE, AllocationAnswer, ComputationState, NeedGroup, RoundStatus
from tests.builders import actor, delegation_id
from tests.services.matching.world import WHOLE, a_proposal, more_delegations
from tests.services.rounds.instances import a_round, named

G = NeedGroup


async def some_sides(session: Writer) -> tuple[list[UUID], list[UUID]]:
    """Needs of Zambia (LDC, LLDC), Nepal (LDC, LLDC), Tuvalu (LDC, SIDS), Egypt; an offer of two places by China, one by France."""
    await more_delegations(session)
    needs = [await a_proposal(session, "need", by, **WHOLE) for by in ("ZMB", "NPL", "TUV", "EGY")]
    offers = [await a_proposal(session, "offer", by, places=places, **WHOLE) for by, places in (("CHN", 2), ("FRA", 1))]
    return needs, offers


async def drafted(db: Database, terms: RoundTerms | None = None, selection: Selection | None = None) -> UUID:
    """A round drafted by the secretariat."""
    who = actor("secretariat")
    content = RoundContent("Places of spring", terms or RoundTerms({G.LDC: 500}), selection or Selection())
    async with db.write(who) as session:
        return await draft_round(session, who, content)


async def computed(db: Database, round_id: UUID) -> UUID:
    """The computation of a round, done."""
    who = actor("secretariat")
    async with db.write(who) as session:
        key = await compute_round(session, who, round_id)
    await jobs.compute_round(db, str(key))
    return key


async def confirmed(db: Database, terms: RoundTerms | None = None) -> tuple[UUID, UUID]:
    """A round with the sides of ``some_sides``, computed and confirmed, and its computation."""
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    round_id = await drafted(db, terms)
    computation_id = await computed(db, round_id)
    chair = actor("CHN focal point")
    async with db.write(chair) as session:
        await confirm_round(session, chair, round_id, computation_id)
    return round_id, computation_id


async def act(db: Database, who: str, command: Any, *given: Any) -> Any:
    """Run a command as someone."""
    person = actor(who)
    async with db.write(person) as session:
        return await command(session, person, *given)


async def rows_of(db: Database, table: Any, who: str = "") -> list[Any]:
    """All rows of a table that someone sees, the oldest first."""
    columns = table_of(table).c
    async with db.read(actor(who) if who else SYSTEM) as session:
        found = list((await session.execute(sa.select(table).order_by(columns.created_at, columns.id))).scalars())
        session.expunge_all()
        return found


async def build_round_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Rounds in every state, with computations in every state, certificates and answers."""
    needs, offers = await some_sides(session)
    pairs = {(0, 0): 900_000, (1, 0): 800_000, (2, 0): 300_000, (1, 1): 700_000}
    terms = RoundTerms({G.LDC: 500, G.RECEIVED_NOTHING: 333}, max_load=3)
    frozen = named(
        a_round(
            [{G.LDC}, {G.LDC, G.SIDS}, {G.RECEIVED_NOTHING}, set()],
            [("CHN", 1), ("FRA", 2)],
            pairs,
            floors={G.LDC: 500, G.SIDS: 0},
            max_load=3,
        ),
        needs,
        offers,
    )
    solved, made = solve(frozen), []
    certificate = certify(frozen, solved)
    for number, status in enumerate(RoundStatus):
        key, settled = uuid7(), status in {RoundStatus.COMPUTED, RoundStatus.CONFIRMED}
        row = AllocationRound(
            title=f"Round {number} \u2028 🧪",
            note='Why "so".' if number else "",
            status=status,
            selection=Selection(sectors=["11130"][: number % 2]).as_json(),
            terms=(terms if number else RoundTerms()).as_json(),
            computation_id=key if settled else None,
            confirmed_at=now() if status is RoundStatus.CONFIRMED else None,
        )
        session.add(row)
        await session.flush()
        made.append(("allocation_round", row.id))
        for state in [ComputationState.DONE] if settled else ComputationState:
            made += await _example(session, row, key, state, (frozen, solved, certificate))
            key = uuid7()
    return made


async def _example(
    session: Writer, row: AllocationRound, key: UUID, state: ComputationState, found: Any
) -> list[tuple[str, UUID]]:
    frozen, solved, certificate = found
    done, text = state is ComputationState.DONE, frozen.to_json()
    shown = row.status is RoundStatus.CONFIRMED
    computation = AllocationComputation(
        id=key,
        round_id=row.id,
        is_preview=not done,
        terms=row.terms,
        weights_version=2 if done else None,
        state=state,
        total=None if state is ComputationState.WAITING else 4,
        claim=uuid7() if state is ComputationState.RUNNING else None,
        seen_at=now(),
        ended_at=None if state in LIVE else now(),
        reason="No." if state is ComputationState.FAILED else "",
        certificate=certificate if done else None,
        input_hash=digest(text) if done else None,
        shown=shown,
    )
    session.add(computation)
    await session.flush()
    made = [("allocation_computation", key)]
    if done:
        session.add(AllocationInput(computation_id=key, content=packed(text)))
        for pair, need_by, offer_by in zip(solved.pairs, ("ZMB", "NPL", "TUV"), ("CHN", "FRA", "CHN"), strict=False):
            allocation = Allocation(
                round_id=row.id,
                computation_id=key,
                need_id=UUID(frozen.needs[frozen.need[pair]].id),
                offer_id=UUID(frozen.offers[frozen.offer[pair]].id),
                need_delegation_id=delegation_id(need_by),
                offer_delegation_id=delegation_id(offer_by),
                value=int(frozen.value[pair]),
                need_answer=list(AllocationAnswer)[len(made) % 3],
                reason='Not "now".' if len(made) % 3 == 2 else "",
                shown=shown,
            )
            session.add(allocation)
            await session.flush()
            made.append(("allocation", allocation.id))
    return made
