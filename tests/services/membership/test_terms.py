"""A co-chair's term that begins later: agreed to now, in force on its day; and the day of the note it rests on."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.membership import commands, decision_commands
from services.membership.tables import StandingPeriod, StandingProposal
from services.membership.terms import Standing, StandingChange, StandingProposalStatus
from tests.builders import SINCE, actor, delegation_id
from tests.conftest import Ask, OneAtATime
from tests.services.membership.test_standing_life import Clock, clock
from tests.services.membership.world import NOTE, decided, delegation, history, stand, stand_in
from tests.services.notices.world import tell_all, told

__all__ = ["clock"]
S, P = Standing, StandingProposalStatus
ZAMBIA = actor("ZMB focal point")


async def agreed(db: Database, clock: Clock, *, begins: int = 30, ends: int = 100) -> tuple[date, date]:
    """A term that was agreed to and begins later: its days."""
    days = clock.day + timedelta(days=begins), clock.day + timedelta(days=ends)
    await decided(db, "ZMB", StandingChange(S.CO_CHAIR, NOTE, days[1], days[0], SINCE))
    return days


async def status(db: Database) -> StandingProposalStatus:
    row = table_of(StandingProposal).c
    async with db.read(SYSTEM) as session:
        found = sa.select(row.status).where(row.delegation_id == delegation_id("ZMB"))
        return StandingProposalStatus((await session.execute(found)).scalar_one())


async def begin(db: Database) -> int:
    async with db.write(SYSTEM) as session:
        return await decision_commands.begin_terms(session)


async def test_it_is_in_force_on_its_first_day_until_its_last(db: OneAtATime, clock: Clock) -> None:
    made = clock.day
    since, until = await agreed(db, clock)
    assert (await status(db), (await delegation(db, "ZMB")).standing) == (P.AGREED, S.MEMBER)
    clock.pass_days(29)
    assert await begin(db) == 0
    assert await history(db, "ZMB") == [(S.MEMBER, SINCE, None)]
    assert clock.pass_days(1) == since
    assert [await begin(db), await begin(db)] == [1, 0]
    zambia = await delegation(db, "ZMB")
    assert (await status(db), zambia.standing, zambia.standing_since) == (P.ACCEPTED, S.CO_CHAIR, since)
    clock.pass_days((until - made).days - 30)
    async with db.write(SYSTEM) as session:
        assert await commands.end_terms(session) == 1
    assert await history(db, "ZMB") == [(S.MEMBER, SINCE, since), (S.CO_CHAIR, since, until), (S.MEMBER, until, None)]


async def test_a_day_without_a_worker_makes_it_begin_later_and_not_never(db: OneAtATime, clock: Clock) -> None:
    _, until = await agreed(db, clock)
    late = clock.pass_days(33)
    assert await begin(db) == 1
    assert await history(db, "ZMB") == [(S.MEMBER, SINCE, late), (S.CO_CHAIR, late, until)]


@pytest.mark.parametrize("case", ["withdrew", "suspended", "over", "stands otherwise"])
async def test_it_lapses_where_it_cannot_begin(db: OneAtATime, clock: Clock, case: str) -> None:
    await agreed(db, clock)
    match case:
        case "withdrew":
            async with db.write(ZAMBIA) as session:
                await commands.withdraw_delegation(session, ZAMBIA, delegation_id("ZMB"), NOTE)
        case "suspended":
            await decided(db, "ZMB", StandingChange(S.SUSPENDED, NOTE))
        case "stands otherwise":
            await stand(db, "ZMB", S.SUSPENDED)
    before = await history(db, "ZMB")
    clock.pass_days(200 if case == "over" else 30)
    assert await begin(db) == 0
    assert await history(db, "ZMB") == before
    row = table_of(StandingProposal).c
    async with db.read(SYSTEM) as session:
        ahead = sa.select(sa.func.count()).where(row.delegation_id == delegation_id("ZMB"), row.status == P.AGREED)
        assert await session.scalar(ahead) == 0


async def test_those_concerned_are_told_of_its_days(db: OneAtATime, clock: Clock) -> None:
    async with db.write(SYSTEM) as session:
        await stand_in(session, "SEN", S.MEMBER)
    since, _ = await agreed(db, clock)
    await tell_all(db)
    first = await told(db)
    assert "ZMB focal point" in first
    clock.day = since
    await begin(db)
    await tell_all(db)
    assert "ZMB focal point" in await told(db)


async def test_the_day_of_a_note_is_kept_with_it_and_shown(db: OneAtATime, graphql: Ask) -> None:
    noted = date(2025, 3, 4)
    await decided(db, "ZMB", StandingChange(S.SUSPENDED, NOTE, reference_on=noted))
    async with db.read(SYSTEM) as session:
        row = table_of(StandingPeriod).c
        found = sa.select(row.reference, row.reference_on).where(
            row.delegation_id == delegation_id("ZMB"), row.standing == S.SUSPENDED
        )
        assert (await session.execute(found)).one() == (NOTE, noted)
    answer = await graphql("secretariat", "{ standingProposals { nodes { status since referenceOn } } }")
    [shown] = answer["data"]["standingProposals"]["nodes"]
    assert shown == {"status": "ACCEPTED", "since": None, "referenceOn": "2025-03-04"}
