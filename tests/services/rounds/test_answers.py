"""What each delegation sees of a confirmed round, who answers, and what becomes of a declined place."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Conflict, DomainError, NotFound, NotPermitted
from services.notices.subjects import allocation
from services.notices.terms import NoticeEvent, Who
from services.notices.words import in_all_languages
from services.rounds import jobs
from services.rounds.answers import accept_allocation, decline_allocation
from services.rounds.errors import WrongRound
from services.rounds.rules import RoundTerms
from services.rounds.tables import Allocation, AllocationComputation, AllocationRound
from services.rounds.terms import AllocationAnswer, AllocationOrigin, NeedGroup
from tests.builders import delegation_id
from tests.conftest import OneAtATime
from tests.services.rounds.world import act, computed, confirmed, drafted, rows_of, some_sides

G = NeedGroup


async def test_each_delegation_sees_its_own_and_members_the_certificate(db: Database) -> None:
    round_id, _ = await confirmed(db)
    assert len(await rows_of(db, Allocation, "secretariat")) == 3
    for who in ("ZMB focal point", "FRA focal point", "EGY viewer"):
        mine = delegation_id(who[:3])
        seen = await rows_of(db, Allocation, who)
        every = await rows_of(db, Allocation)
        assert seen == [one for one in every if mine in {one.need_delegation_id, one.offer_delegation_id}]
        assert [one.id for one in await rows_of(db, AllocationRound, who)] == [round_id]
        assert len(await rows_of(db, AllocationComputation, who)) == 1
    for who in ("suspended focal point", "public"):
        for table in (AllocationRound, AllocationComputation, Allocation):
            assert await rows_of(db, table, who) == []


async def test_drafts_are_for_who_prepares_and_decides(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await some_sides(session)
    await computed(db, await drafted(db))
    for table in (AllocationRound, AllocationComputation, Allocation):
        assert await rows_of(db, table, "CHN focal point") != []
        for who in ("ZMB focal point", "CHN viewer", "public"):
            assert await rows_of(db, table, who) == []


async def own_of(db: Database, who: str) -> UUID:
    return (await rows_of(db, Allocation, who))[0].id  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("EGY focal point", NotFound),
        ("ZMB contributor", NotPermitted),
        ("secretariat", NotPermitted),
        ("suspended focal point", NotFound),
    ],
)
async def test_who_may_not_answer(db: Database, who: str, error: type[DomainError]) -> None:
    await confirmed(db, RoundTerms({G.LDC: 1000}))
    key = await own_of(db, "ZMB focal point")
    for command, given in ((accept_allocation, ()), (decline_allocation, ("No.",))):
        with pytest.raises(error):
            await act(db, who, command, key, *given)
    assert {one.need_answer for one in await rows_of(db, Allocation)} == {AllocationAnswer.OPEN}


async def test_both_sides_accept_each_once(db: Database) -> None:
    await confirmed(db, RoundTerms({G.LDC: 1000}))
    key = await own_of(db, "ZMB focal point")
    await act(db, "ZMB focal point", accept_allocation, key)
    with pytest.raises(Conflict):
        await act(db, "ZMB focal point", decline_allocation, key, "No.")
    row = next(one for one in await rows_of(db, Allocation) if one.id == key)
    giver = "CHN focal point" if row.offer_delegation_id == delegation_id("CHN") else "FRA focal point"
    await act(db, giver, accept_allocation, key)
    row = next(one for one in await rows_of(db, Allocation) if one.id == key)
    assert {row.need_answer, row.offer_answer} == {AllocationAnswer.ACCEPTED}


async def test_a_declined_place_goes_to_the_next_and_does_not_come_back(db: Database) -> None:
    await confirmed(db, RoundTerms({G.LDC: 1000}))
    key = await own_of(db, "ZMB focal point")
    with pytest.raises(WrongRound):
        await act(db, "ZMB focal point", decline_allocation, key, "  ")
    await act(db, "ZMB focal point", decline_allocation, key, "We found another partner.")
    declined, *_ = [one for one in await rows_of(db, Allocation) if one.id == key]
    *_, last = await rows_of(db, Allocation)
    assert (declined.need_answer, declined.reason) == (AllocationAnswer.DECLINED, "We found another partner.")
    assert (last.origin, last.shown, last.offer_id) == (AllocationOrigin.HANDED_ON, True, declined.offer_id)
    assert last.need_delegation_id == delegation_id("EGY")
    await act(db, "EGY focal point", decline_allocation, last.id, "No.")
    assert len(await rows_of(db, Allocation)) == 4, "nobody is left who has not declined"


async def test_delegations_are_told_once(db: Database) -> None:
    round_id, _ = await confirmed(db)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("DELETE FROM pgqueuer"))
    for expected in (3, 3):
        await jobs.tell_of(db, str(round_id))
        async with db.read(SYSTEM) as session:
            told = await session.scalar(sa.text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'notices.tell'"))
        assert told == expected


async def test_both_sides_are_told_in_their_language_and_the_other_side_of_an_answer(db: OneAtATime) -> None:
    await confirmed(db, RoundTerms({G.LDC: 1000}))
    key = await own_of(db, "ZMB focal point")
    [row] = [one for one in await rows_of(db, Allocation) if one.id == key]
    async with db.read(SYSTEM) as session:
        made = await allocation(session, key, {"by": None})
        declined = await allocation(session, key, {"by": str(row.need_delegation_id)})
    assert made is not None
    assert declined is not None
    assert {made.sides[Who.SENDER], made.sides[Who.RECEIVER]} == {row.need_delegation_id, row.offer_delegation_id}
    assert declined.sides[Who.OTHER_SIDE] == row.offer_delegation_id
    titles, _ = in_all_languages(NoticeEvent.ALLOCATION_MADE, made.said)
    assert titles["en"] == "A place of “A offer” is allocated to “A need”"
