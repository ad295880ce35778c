"""Reminders of turns and the end of those nobody answered: announced once each, whatever becomes of a worker."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database, connect
from services.core.errors import Unavailable
from services.proposals import jobs, reminders, rules
from services.proposals.expression_commands import expire_expressions
from services.proposals.reminders import remind_of_turns
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import ExpressionStatus, Party
from tests.builders import actor
from tests.services.proposals.world import a_proposal, an_expression, in_days, kept, step

if TYPE_CHECKING:
    from tests.conftest import Urls

E = ExpressionStatus
DUE = "expression_of_interest.turn_due"


async def announced(db: Database, about: UUID) -> list[dict[str, Any]]:
    """The events about one object that wait to be told, in their order."""
    waiting = sa.text("SELECT payload FROM pgqueuer WHERE entrypoint = 'notices.tell' ORDER BY id")
    async with db.read(SYSTEM) as session:
        events = [orjson.loads(payload) for payload in (await session.execute(waiting)).scalars()]
    return [event for event in events if event["about"] == str(about)]


async def facts_of(db: Database, about: UUID) -> list[dict[str, Any]]:
    return [event["facts"] for event in await announced(db, about) if event["event"] == DUE]


async def remind(db: Database) -> int:
    async with db.write(SYSTEM) as session:
        return await remind_of_turns(session)


@pytest.mark.parametrize(
    ("left", "reminders"), [(-5, 2), (-1, 2), (0, 2), (1, 1), (2, 1), (3, 1), (4, 0), (14, 0), (400, 0)]
)
def test_reminders_are_due_three_days_before_and_on_the_last_day(left: int, reminders: int) -> None:
    day = date(2026, 12, 30)
    assert rules.reminders_due(day + timedelta(days=left), day) == reminders


@pytest.mark.parametrize(("left", "expected"), [(-1, None), (0, True), (1, False), (3, False), (4, None), (14, None)])
async def test_a_turn_is_reminded_of_when_its_deadline_is_near_and_only_once(
    db: Database, left: int, expected: bool | None
) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(
            session, await a_proposal(session), turn=Party.SENDER, turn_deadline=in_days(left)
        )
    before = await kept(db, ExpressionOfInterest, expression.id)
    assert [await remind(db), await remind(db)] == [int(expected is not None), 0]
    facts = {"turn": "sender", "deadline": in_days(left).isoformat(), "last_day": expected}
    assert await facts_of(db, expression.id) == ([] if expected is None else [facts])
    after = await kept(db, ExpressionOfInterest, expression.id)
    assert (after.revision, after.updated_at) == (before.revision, before.updated_at)


async def test_the_last_day_is_reminded_of_again_and_a_new_turn_afresh(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session), turn_deadline=in_days(2))
    assert await remind(db) == 1
    last_day = sa.update(ExpressionOfInterest).values(turn_deadline=in_days(0))
    async with db.write(SYSTEM) as session:
        await session.execute(last_day)
    assert [await remind(db), await remind(db)] == [1, 0]
    assert [facts["last_day"] for facts in await facts_of(db, expression.id)] == [False, True]
    async with db.write(actor("ZMB focal point")) as session:
        await step("ask", expression.id)(session, actor("ZMB focal point"))
    assert await remind(db) == 0
    async with db.write(SYSTEM) as session:
        await session.execute(last_day)
    assert await remind(db) == 1
    assert [facts["turn"] for facts in await facts_of(db, expression.id)] == ["receiver", "receiver", "sender"]


async def test_nobody_is_reminded_of_what_is_nobody_s_turn(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        for status in E:
            if status not in rules.LIVE:
                await an_expression(session, await a_proposal(session), status=status)
    assert await remind(db) == 0


async def test_only_the_platform_reminds(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session), by="EGY", turn_deadline=in_days(1))
    for who in ("public", "secretariat", "SEN focal point"):
        async with db.write(actor(who)) as session:
            assert await remind_of_turns(session) == 0
    assert await facts_of(db, expression.id) == []


async def test_each_call_reminds_of_a_batch_and_the_job_of_all(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2)
    async with db.write(SYSTEM) as session:
        made = [await an_expression(session, await a_proposal(session), turn_deadline=in_days(1)) for _ in range(5)]
    await jobs.remind(db)
    assert [len(await facts_of(db, one.id)) for one in made] == [1] * 5


async def test_the_end_of_a_turn_is_announced_once_to_who_did_not_answer(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session), turn_deadline=in_days(-1))
    for _ in range(2):
        async with db.write(SYSTEM) as session:
            await expire_expressions(session)
    events = [(event["event"], event["facts"]) for event in await announced(db, expression.id)]
    assert events == [("expression_of_interest.expired", {"turn": "receiver"})]


@pytest.fixture
async def place(urls: "Urls") -> AsyncIterator[Database]:
    """A database whose transactions are kept, and removed by the owner at the end."""
    db = Database(urls.app, size=4)
    yield db
    await db.close()
    owner = await connect(urls.owner)
    await owner.execute(
        "DELETE FROM expression_of_interest; DELETE FROM proposal; DELETE FROM record_leaf; DELETE FROM pgqueuer"
    )
    await owner.close()


@pytest.mark.parametrize(
    ("work", "left", "event"),
    [(remind_of_turns, 1, DUE), (expire_expressions, -1, "expression_of_interest.expired")],
)
async def test_a_killed_worker_has_announced_nothing_and_the_next_announces_once(
    urls: "Urls", place: Database, work: Any, left: int, event: str
) -> None:
    async with place.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session), turn_deadline=in_days(left))

    async def killed() -> None:
        """Die as a worker does whose process is killed: its connection is gone before the commit."""
        async with place.write(SYSTEM) as session:
            assert await work(session) == 1
            backend = await session.scalar(sa.text("SELECT pg_backend_pid()"))
            other = await connect(urls.app)
            await other.execute("SELECT pg_terminate_backend($1)", backend)
            await other.close()
            await session.scalar(sa.text("SELECT 1"))

    with pytest.raises(Unavailable):
        await killed()
    assert await announced(place, expression.id) == []

    async def worker() -> int:
        async with place.write(SYSTEM) as session:
            done: int = await work(session)
            return done

    assert sorted(await asyncio.gather(worker(), worker(), worker())) == [0, 0, 1]
    assert [one["event"] for one in await announced(place, expression.id)] == [event]
