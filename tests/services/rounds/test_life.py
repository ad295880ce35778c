"""The life of a round: drafted, computed by a worker, confirmed, answered, handed on; and what is refused."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.errors import Conflict, NotFound, NotPermitted
from services.core.read.shape import table_of
from services.rounds import computing, jobs
from services.rounds.commands import (
    cancel_computation,
    compute_round,
    confirm_round,
    discard_round,
    preview_round,
    revise_round,
)
from services.rounds.errors import TooManyComputations, WrongRound
from services.rounds.frozen import Frozen, unpacked
from services.rounds.rules import RoundTerms, Selection
from services.rounds.tables import Allocation, AllocationComputation, AllocationInput, AllocationRound
from services.rounds.terms import ComputationState, NeedGroup, RoundStatus
from services.rounds.verifying import verify
from tests.services.matching.world import WHOLE, a_proposal, matches
from tests.services.rounds.world import act, computed, drafted, rows_of, some_sides

G = NeedGroup


async def the_round(db: Database) -> AllocationRound:
    [row] = await rows_of(db, AllocationRound)
    return row  # type: ignore[no-any-return]


async def test_a_round_is_computed_from_the_scores_of_matches(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        needs, offers = await some_sides(session)
    round_id = await drafted(db, RoundTerms({G.LDC: 500, G.SIDS: 1000}))
    await computed(db, round_id)
    assert (await the_round(db)).status is RoundStatus.COMPUTED
    [computation] = await rows_of(db, AllocationComputation)
    assert (computation.state, computation.done, computation.weights_version) == (ComputationState.DONE, 4, 2)
    [kept] = await rows_of_input(db)
    frozen = Frozen.from_json(unpacked(kept.content))
    assert [need.id for need in frozen.needs] == [one.hex for one in needs]
    assert [need.groups for need in frozen.needs] == [
        {G.LDC, G.LLDC, G.RECEIVED_NOTHING},
        {G.LDC, G.LLDC, G.RECEIVED_NOTHING},
        {G.LDC, G.SIDS, G.RECEIVED_NOTHING},
        {G.RECEIVED_NOTHING},
    ]
    assert [(offer.state, offer.places) for offer in frozen.offers] == [("CHN", 2), ("FRA", 1)]
    for place, need in enumerate(needs):
        scores = {other: one["score"] for other, one in (await matches(db, need)).items()}
        found = {
            offers[int(o)]: v for n, o, v in zip(frozen.need, frozen.offer, frozen.value, strict=True) if n == place
        }
        assert found == {offer: round(scores[offer] * 1e6) for offer in offers if offer in scores}
    allocated = await rows_of(db, Allocation)
    assert len(allocated) == computation.certificate["served"] == 3
    pairs = [(row.need_id.hex, row.offer_id.hex) for row in allocated]
    text = unpacked(kept.content)
    assert verify(text, computation.input_hash, pairs, computation.certificate, lambda _: None).findings == []
    forged = [*pairs[:2], (pairs[2][0], "0" * 32)]
    assert verify(text, computation.input_hash, forged, computation.certificate, lambda _: None).findings != []


async def rows_of_input(db: Database) -> list[AllocationInput]:
    async with db.read(SYSTEM) as session:
        found = list((await session.execute(sa.select(AllocationInput))).scalars())
        session.expunge_all()
        return found


async def test_floors_that_cannot_be_met_fail_with_the_reason_and_the_round_stays_a_draft(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    await computed(db, await drafted(db, RoundTerms({G.LDC: 1000}, max_load=1)))
    [computation] = await rows_of(db, AllocationComputation)
    assert computation.state is ComputationState.FAILED
    assert computation.reason == (
        "The floor of LDC cannot be met: 1 of its 3 needs are 3, and at most 2 can be served: the states whose offers fit "
        "them give at most 1 places each."
    )
    assert (await the_round(db)).status is RoundStatus.DRAFT
    assert await rows_of(db, Allocation) == []


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(sectors=["74020"]), "takes in no need"),
        (Selection(needs=["0" * 32]), "takes in no need"),
    ],
)
async def test_a_round_of_nothing_says_so(db: Database, selection: Selection, words: str) -> None:
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    await computed(db, await drafted(db, selection=selection))
    [computation] = await rows_of(db, AllocationComputation)
    assert words in computation.reason


async def test_what_members_may_not_see_takes_no_part(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        needs, _ = await some_sides(session)
        await a_proposal(session, "need", "SEN", visibility="delegation", **WHOLE)
        await a_proposal(session, "need", "SEN", status="draft", opened_at=None, **WHOLE)
    await computed(db, await drafted(db))
    [kept] = await rows_of_input(db)
    assert len(Frozen.from_json(unpacked(kept.content)).needs) == len(needs)


async def test_a_preview_leaves_the_round_as_it_is(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    round_id = await drafted(db, RoundTerms({G.LDC: 1000}))
    first = await computed(db, round_id)
    key = await act(db, "CHN focal point", preview_round, round_id, RoundTerms(max_load=1), None)
    await jobs.compute_round(db, str(key))
    preview = next(one for one in await rows_of(db, AllocationComputation) if one.id == key)
    assert (preview.state, preview.is_preview) == (ComputationState.DONE, True)
    assert preview.certificate["served"] == 2
    row = await the_round(db)
    assert (row.status, row.computation_id) == (RoundStatus.COMPUTED, first)


async def test_a_computation_is_stopped_while_it_waits_and_while_it_runs(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    round_id = await drafted(db)
    waiting = await act(db, "secretariat", compute_round, round_id)
    await act(db, "secretariat", cancel_computation, waiting)
    await jobs.compute_round(db, str(waiting))
    running = await act(db, "secretariat", compute_round, round_id)
    monkeypatch.setattr(jobs, "PULSE", 0.05)

    async def for_ever(*_: Any) -> computing.Computed:
        await act(db, "CHN focal point", cancel_computation, running)
        await asyncio.sleep(30)
        raise AssertionError

    monkeypatch.setattr(jobs, "compute_apart", for_ever)
    await jobs.compute_round(db, str(running))
    assert [one.state for one in await rows_of(db, AllocationComputation)] == [ComputationState.INTERRUPTED] * 2
    assert (await the_round(db)).status is RoundStatus.DRAFT
    with pytest.raises(Conflict):
        await act(db, "secretariat", cancel_computation, running)


async def test_a_commit_whose_answer_is_under_way_is_not_cancelled(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PULSE", 0.01)
    waiting = await act(db, "secretariat", compute_round, await drafted(db))
    claimed = await jobs._claim(db, waiting)
    assert claimed is not None
    answer = asyncio.Event()
    at_it = asyncio.create_task(answer.wait())
    await jobs._end(db, claimed, ComputationState.FAILED, "No need.")  # nothing has heard of it yet
    await asyncio.wait_for(jobs._pulse(db, claimed, at_it), 10)
    answer.set()
    assert await at_it


async def test_no_more_computations_than_may_be(db: Database) -> None:
    round_id = await drafted(db)
    for _ in range(3):
        await act(db, "secretariat", preview_round, round_id, RoundTerms(), None)
    with pytest.raises(TooManyComputations):
        await act(db, "secretariat", preview_round, round_id, RoundTerms(), None)


async def test_only_what_was_looked_at_is_confirmed(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    round_id = await drafted(db)
    first = await computed(db, round_id)
    await computed(db, round_id)
    with pytest.raises(WrongRound, match="computed anew"):
        await act(db, "CHN focal point", confirm_round, round_id, first)
    assert (await the_round(db)).status is RoundStatus.COMPUTED


PREPARE: list[tuple[str, Any, tuple[Any, ...], set[str]]] = [
    ("revise", revise_round, (1, "content"), {"secretariat"}),
    ("compute", compute_round, (), {"secretariat"}),
    ("preview", preview_round, (RoundTerms(), None), {"secretariat", "CHN focal point"}),
    ("discard", discard_round, ("",), {"secretariat", "CHN focal point"}),
]
WHO = ["secretariat", "CHN focal point", "CHN contributor", "ZMB focal point", "suspended focal point", "public"]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("name", "command", "given", "allowed"), PREPARE)
async def test_who_may_prepare(
    db: Database, who: str, name: str, command: Any, given: tuple[Any, ...], allowed: set[str]
) -> None:
    from services.rounds.commands import RoundContent

    round_id = await drafted(db)
    given = tuple(RoundContent("Another", RoundTerms()) if one == "content" else one for one in given)
    leaves = await count_leaves(db)
    if who in allowed:
        await act(db, who, command, round_id, *given)
        assert await count_leaves(db) == leaves + 1
    else:
        with pytest.raises((NotPermitted, NotFound)):
            await act(db, who, command, round_id, *given)
        assert await count_leaves(db) == leaves
        assert (await the_round(db)).status is RoundStatus.DRAFT


@pytest.mark.parametrize("who", WHO)
async def test_who_may_confirm(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    round_id = await drafted(db)
    key = await computed(db, round_id)
    if who == "CHN focal point":
        await act(db, who, confirm_round, round_id, key)
        assert (await the_round(db)).status is RoundStatus.CONFIRMED
        with pytest.raises(Conflict):
            await act(db, who, discard_round, round_id, "")
    else:
        with pytest.raises((NotPermitted, NotFound)):
            await act(db, who, confirm_round, round_id, key)
        assert (await the_round(db)).status is RoundStatus.COMPUTED


async def count_leaves(db: Database) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(RecordLeaf))) or 0)
