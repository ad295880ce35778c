"""Standing searches tell a delegation of each new match exactly once, and of nothing that it does not see."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Conflict, DomainError, NotFound, NotPermitted
from services.matching import jobs, rules
from services.matching.answer_commands import PairKey, dismiss_match
from services.matching.answer_tables import StandingSearch, StandingSearchMatch
from services.matching.searching import start_search, stop_search
from services.matching.terms import MatchBand
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.matching.world import WHOLE, a_proposal, change, matches
from tests.services.notices.world import announcements, tell_all, told
from tests.services.rounds.world import act, rows_of


async def a_need(db: Database, **columns: Any) -> UUID:
    async with db.write(SYSTEM) as session:
        return await a_proposal(session, "need", "ZMB", **(WHOLE | columns))


async def offered(db: Database, by: str = "FRA", **columns: Any) -> UUID:
    async with db.write(SYSTEM) as session:
        return await a_proposal(session, "offer", by, **(WHOLE | columns))


async def counts(db: OneAtATime) -> list[int]:
    """How many new matches each announcement tells of."""
    return [one["facts"]["count"] for one in await announcements(db) if one["event"] == "search.found"]


async def test_each_new_match_is_told_once(db: OneAtATime) -> None:
    need = await a_need(db)
    await offered(db)
    search = await act(db, "ZMB contributor", start_search, need, MatchBand.POSSIBLE)
    await jobs.search(db)
    assert await counts(db) == [], "what was there when it began is not new"
    made = [await offered(db), await offered(db, "EGY")]
    await jobs.search(db)
    await jobs.search(db)
    assert await counts(db) == [2]
    assert await act(db, "ZMB contributor", start_search, need, MatchBand.POSSIBLE) == search
    async with db.write(SYSTEM) as session:
        await change(session, made[0], working_languages=["zh"])
    await jobs.search(db)
    async with db.write(SYSTEM) as session:
        await change(session, made[0], working_languages=["en"])
    await jobs.search(db)
    assert await counts(db) == [2], "what comes back is not new"
    await tell_all(db)
    assert set(await told(db)) == {"ZMB focal point", "ZMB contributor"}


async def test_it_tells_of_what_its_delegation_sees_and_of_its_band_alone(db: OneAtATime) -> None:
    need = await a_need(db)
    await act(db, "ZMB focal point", start_search, need, MatchBand.GOOD)
    await offered(db, visibility="delegation")
    await offered(db, status="draft")
    await offered(db, capacity_areas=["financing", "risk_safety", "public_literacy"], sectors=[], forms=["licence"])
    await offered(db, "ZMB")
    best = await offered(db)
    assert {one["band"] for one in (await matches(db, need, actor("ZMB viewer"))).values()} == {"GOOD", "POSSIBLE"}
    await jobs.search(db)
    assert await counts(db) == [1]
    assert {one.other_id for one in await rows_of_matches(db)} == {best}


async def rows_of_matches(db: Database) -> list[StandingSearchMatch]:
    async with db.read(SYSTEM) as session:
        found = list((await session.execute(sa.select(StandingSearchMatch))).scalars())
        session.expunge_all()
        return found


async def test_what_is_set_aside_is_not_told(db: OneAtATime) -> None:
    need = await a_need(db)
    await act(db, "ZMB focal point", start_search, need, MatchBand.POSSIBLE)
    offer = await offered(db)
    await act(db, "ZMB focal point", dismiss_match, PairKey(need, offer))
    await jobs.search(db)
    assert await counts(db) == []


@pytest.mark.parametrize(
    ("who", "error"),
    [("ZMB viewer", NotPermitted), ("FRA focal point", NotPermitted), ("secretariat", NotPermitted)],
)
async def test_who_may_not_keep_one(db: Database, who: str, error: type[DomainError]) -> None:
    need = await a_need(db)
    with pytest.raises(error):
        await act(db, who, start_search, need, MatchBand.GOOD)
    assert await rows_of(db, StandingSearch) == []


async def test_only_its_delegation_sees_and_ends_it(db: Database) -> None:
    need = await a_need(db)
    search = await act(db, "ZMB focal point", start_search, need, MatchBand.GOOD)
    for who in ("FRA focal point", "secretariat", "public"):
        assert await rows_of(db, StandingSearch, who) == []
    with pytest.raises(NotFound):
        await act(db, "FRA focal point", stop_search, search)
    with pytest.raises(NotPermitted):
        await act(db, "ZMB viewer", stop_search, search)
    await act(db, "ZMB contributor", stop_search, search)
    assert await rows_of(db, StandingSearch) == await rows_of_matches(db) == []


async def test_only_an_open_proposal_has_one_and_not_too_many(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, need, other = await a_need(db, status="draft"), await a_need(db), await a_need(db)
    with pytest.raises(Conflict, match="Only an open proposal"):
        await act(db, "ZMB focal point", start_search, draft, MatchBand.GOOD)
    monkeypatch.setattr("services.matching.searching.MOST_SEARCHES", 1)
    assert rules.MOST_SEARCHES > 1
    await act(db, "ZMB focal point", start_search, need, MatchBand.GOOD)
    with pytest.raises(Conflict, match="End one of them first"):
        await act(db, "ZMB focal point", start_search, other, MatchBand.GOOD)
    assert len(await rows_of(db, StandingSearch)) == 1
