"""Long work: done exactly once though it is stopped, killed, or taken up by two."""

import asyncio
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor
from services.core.db import Database
from services.core.exporting.formats import Format
from services.core.read.shape import table_of
from services.core.table import now, uuid7
from services.exchange import jobs
from services.exchange.commands import ImportAsked, start_import, stop_work
from services.exchange.errors import WorkTaken
from services.exchange.tables import Work, WorkContent, WorkRefusal
from services.exchange.terms import ExchangeKind, WorkState
from services.membership.tables import Delegation
from services.membership.terms import Standing
from tests.builders import actor, delegation_id
from tests.conftest import OneAtATime
from tests.services.exchange import size

WHO = actor("ZMB focal point")
WORK = table_of(Work)
S = WorkState
ROW = '{"externalId": "bulk A", "delegation": "ZMB", "side": "NEED", "title": "Teachers", "language": "en"}\n'
LONG = timedelta(minutes=5)
_WORKER = """
import asyncio, sys
import services.registry
from services.core.db import Database
from services.exchange import jobs
jobs.PULSE = 0.05
asyncio.run(jobs.do_work(Database(sys.argv[1]), sys.argv[2]))
"""


async def ask(db: Database, content: str = ROW, who: Actor = WHO) -> UUID:
    async with db.write(who) as session:
        return await start_import(session, who, ImportAsked(ExchangeKind.PROPOSALS, Format.JSONL, content))


async def look(db: Database, key: UUID) -> Any:
    async with db.read(SYSTEM) as session:
        return (await session.execute(sa.select(WORK).where(WORK.c.id == key))).one()


async def change(db: Database, key: UUID, **values: Any) -> None:
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(WORK).where(WORK.c.id == key).values(**values))


async def rows_of(db: Database, table: type[Any]) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) or 0)


async def waiting_jobs(db: Database) -> int:
    async with db.read(SYSTEM) as session:
        waiting = sa.text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'exchange.work'")
        return int(await session.scalar(waiting) or 0)


def many(folder: Path, number: int) -> str:
    path = folder / "rows.jsonl"
    size.write_rows(path, 4 * number)  # of four delegations
    return "".join(line for line in path.read_text().splitlines(keepends=True) if '"ZMB"' in line)


async def until_under_way(db: Database, key: UUID) -> None:
    until = time.monotonic() + 60
    while (await look(db, key)).done == 0:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)


async def test_what_runs_is_stopped_and_keeps_nothing(
    kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PULSE", 0.05)
    key = await ask(kept, many(tmp_path, 2_500))
    working = asyncio.ensure_future(jobs.do_work(kept, str(key)))
    await until_under_way(kept, key)
    async with kept.write(WHO) as session:
        await stop_work(session, WHO, key)
    await working
    found = await look(kept, key)
    assert (found.state, found.added, found.claim, found.ended_at is None) == (S.INTERRUPTED, None, None, False)
    assert (await size.imported(kept), await rows_of(kept, WorkContent)) == (0, 0)


@pytest.mark.slow
async def test_work_of_a_killed_worker_is_done_by_another(url: str, kept: Database, tmp_path: Path) -> None:
    rows = 1_500
    key = await ask(kept, many(tmp_path, rows))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _WORKER, url, str(key))
    await until_under_way(kept, key)
    process.kill()
    await process.wait()
    assert ((await look(kept, key)).state, await size.imported(kept)) == (S.RUNNING, 0)
    await jobs.do_work(kept, str(key))  # too early: nobody knows yet that it was killed
    assert (await look(kept, key)).state is S.RUNNING
    async with kept.write(SYSTEM) as session:
        await session.execute(sa.text("DELETE FROM pgqueuer WHERE entrypoint = 'exchange.work'"))
    await change(kept, key, seen_at=now() - LONG)
    await jobs.resume(kept)
    assert await waiting_jobs(kept) == 1
    await jobs.do_work(kept, str(key))
    found = await look(kept, key)
    assert (found.state, found.added, found.unchanged, found.attempts) == (S.DONE, rows, 0, 2)
    assert await size.imported(kept) == rows


async def test_who_lost_the_claim_keeps_nothing(db: OneAtATime) -> None:
    key = await ask(db)
    first = await jobs._claim(db, key)
    assert first is not None
    assert await jobs._claim(db, key) is None
    await change(db, key, seen_at=now() - LONG)
    second = await jobs._claim(db, key)
    assert second is not None
    with pytest.raises(WorkTaken):
        await jobs._import(db, first)
    assert ((await look(db, key)).state, await size.imported(db)) == (S.RUNNING, 0)
    await jobs._import(db, second)
    assert ((await look(db, key)).state, await size.imported(db)) == (S.DONE, 1)


async def test_a_commit_whose_answer_is_under_way_is_not_cancelled(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PULSE", 0.01)
    claimed = await jobs._claim(db, await ask(db))
    assert claimed is not None
    answer = asyncio.Event()
    importing = asyncio.create_task(answer.wait())
    await jobs._end(db, claimed, S.DONE, "")  # the claim is given back; the import has not heard of it yet
    await asyncio.wait_for(jobs._pulse(db, claimed, importing), 10)
    answer.set()
    await importing


async def test_a_lost_claim_cancels_the_import(db: OneAtATime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PULSE", 0.01)
    key = await ask(db)
    claimed = await jobs._claim(db, key)
    assert claimed is not None
    importing = asyncio.create_task(asyncio.Event().wait())
    await change(db, key, claim=uuid7())
    await asyncio.wait_for(jobs._pulse(db, claimed, importing), 10)
    with pytest.raises(asyncio.CancelledError):
        await importing


async def test_what_fails_again_and_again_is_given_up(db: OneAtATime) -> None:
    key = await ask(db)
    lost = {"state": S.RUNNING, "claim": uuid7(), "seen_at": now() - LONG, "attempts": jobs.MOST_ATTEMPTS}
    await change(db, key, **lost)
    await jobs.do_work(db, str(key))
    found = await look(db, key)
    assert (found.state, found.reason) == (S.FAILED, "This could not be done. Tell the secretariat.")
    assert (await size.imported(db), await rows_of(db, WorkContent)) == (0, 0)


async def test_it_is_done_with_the_rights_of_the_day_it_is_done(db: OneAtATime) -> None:
    key = await ask(db)
    async with db.write(SYSTEM) as session:
        row = table_of(Delegation)
        suspended = sa.update(row).values(standing=Standing.SUSPENDED)
        await session.execute(suspended.where(row.c.id == delegation_id("ZMB")))
    await jobs.do_work(db, str(key))
    found = await look(db, key)
    assert (found.state, found.reason.split(",")[0]) == (
        S.FAILED,
        "Only a focal point of a delegation taking part can import",
    )
    assert await size.imported(db) == 0


async def test_what_waits_without_a_job_is_asked_for_again(db: OneAtATime) -> None:
    key = await ask(db)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("DELETE FROM pgqueuer WHERE entrypoint = 'exchange.work'"))
    await jobs.resume(db)
    assert await waiting_jobs(db) == 0
    await change(db, key, seen_at=now() - LONG)
    await jobs.resume(db)
    await jobs.resume(db)
    assert await waiting_jobs(db) == 1


@pytest.mark.parametrize("who", ["ZMB contributor", "FRA focal point", "secretariat", "public"])
async def test_row_security_shows_work_to_its_person_alone(db: OneAtATime, who: str) -> None:
    await ask(db, ROW.replace("NEED", "?"))
    refused = await ask(db, ROW.replace("NEED", "?"))
    await jobs.do_work(db, str(refused))
    for table, expected in ((Work, 2), (WorkContent, 1), (WorkRefusal, 1)):
        for one, number in ((WHO, expected), (actor(who), 0)):
            async with db.read(one) as session:
                seen = await session.scalar(sa.select(sa.func.count()).select_from(table_of(table)))
                assert seen == number, table
