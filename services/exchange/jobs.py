"""Doing long work: an import in one transaction that also ends the work, so that it is done exactly once.

A worker claims the work, gives a sign of life every second while it runs, and looks whether it was stopped. What a
killed worker left is taken up by another: the import kept nothing then, and whoever lost the claim keeps nothing.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Scope
from services.core.db import Database, Writer
from services.core.errors import DomainError
from services.core.importing.files import open_rows
from services.core.importing.report import Report
from services.core.jobs import enqueue, handles, scheduled
from services.core.live import tell, topic
from services.core.read.shape import table_of
from services.core.table import now, uuid7
from services.exchange.commands import JOB
from services.exchange.errors import WorkTaken
from services.exchange.kinds import EXCHANGES
from services.exchange.tables import Work, WorkContent, WorkRefusal
from services.exchange.terms import LIVE, WorkState
from services.identity.queries import actor_of_person

AT_ONCE = 2
PULSE = 1.0
"""Seconds between two signs of life."""
DEAD_AFTER = timedelta(seconds=60)
"""After how long without a sign of life others take the work up."""
MOST_ATTEMPTS = 3
WORK, CONTENT = table_of(Work), table_of(WorkContent)


@dataclass(slots=True)
class Claimed:
    """Work that this worker does, and how far it is."""

    work: sa.Row[Any]
    claim: UUID
    done: int = 0
    total: int | None = None
    stopped: bool = False
    closing: bool = False
    """Whether its own end is being written: the claim is given back then, not lost."""
    told: tuple[int, int | None] = field(default=(0, None))

    @property
    def mine(self) -> sa.ColumnElement[bool]:
        """Where the claim still holds."""
        return sa.and_(WORK.c.id == self.work.id, WORK.c.claim == self.claim)

    def progress(self, done: int, total: int | None) -> None:
        """Remember it; ``_pulse`` writes it."""
        self.done, self.total = done, total


@handles(JOB, at_once=AT_ONCE)
async def do_work(db: Database, work_id: str) -> None:
    """Do one import, unless it has ended or someone is at it."""
    claimed = await _claim(db, UUID(work_id))
    if claimed is None:
        return
    try:
        if claimed.work.attempts > MOST_ATTEMPTS:
            await _end(db, claimed, WorkState.FAILED, "This could not be done. Tell the secretariat.")
        else:
            await _import(db, claimed)
    except DomainError as error:
        await _end(db, claimed, WorkState.FAILED, error.message)


@scheduled("exchange.resume", "* * * * *")
async def resume(db: Database) -> None:
    """Ask again for work of which there was no sign of life."""
    forgotten = sa.select(WORK.c.id).where(WORK.c.state.in_(LIVE), WORK.c.seen_at < now() - DEAD_AFTER)
    async with db.write(SYSTEM) as session:
        for key in (await session.execute(forgotten.limit(100))).scalars():
            await enqueue(session, JOB, str(key), work_id=str(key))


async def _claim(db: Database, key: UUID) -> Claimed | None:
    claim = uuid7()
    dead = sa.and_(WORK.c.state == WorkState.RUNNING, WORK.c.seen_at < now() - DEAD_AFTER)
    free = sa.and_(WORK.c.id == key, sa.or_(WORK.c.state == WorkState.WAITING, dead))
    values = {"state": WorkState.RUNNING, "claim": claim, "seen_at": now(), "attempts": WORK.c.attempts + 1}
    async with db.write(SYSTEM) as session:
        work = (await session.execute(sa.update(WORK).where(free).values(values).returning(WORK))).one_or_none()
        await tell(session, topic("work", key))
    return work and Claimed(work, claim)


async def _import(db: Database, claimed: Claimed) -> None:
    """Bring the rows in, as the person who asked with the rights of today; end early when it is stopped.

    Raises:
        DomainError: it cannot be done.
    """
    work = claimed.work
    actor = replace(await actor_of_person(db, work.person_id), scopes=frozenset({Scope.READ, Scope.IMPORT}))
    async with db.read(SYSTEM) as session:
        content = await session.scalar(sa.select(CONTENT.c.content).where(CONTENT.c.work_id == work.id))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{work.kind}.{work.format}"
        await asyncio.to_thread(path.write_bytes, content or b"")
        importing = asyncio.create_task(_bring(db, actor, claimed, path))
        pulse = asyncio.create_task(_pulse(db, claimed, importing))
        try:
            await importing
        except asyncio.CancelledError:
            if not claimed.stopped:
                raise
            await _end(db, claimed, WorkState.INTERRUPTED, "")
        finally:
            importing.cancel()
            with suppress(asyncio.CancelledError, WorkTaken):
                await pulse  # it ends with the import, and not in the middle of a statement


async def _bring(db: Database, actor: Actor, claimed: Claimed, path: Path) -> None:
    work = claimed.work
    report = await EXCHANGES[work.kind].bring(
        db,
        actor,
        open_rows(path, work.kind),
        as_drafts=work.as_drafts,
        dry_run=work.dry_run,
        skip_bad=path.with_name(f"refused.{work.format}") if work.skip_bad else None,
        progress=claimed.progress,
        then=partial(_finish, claimed),
    )
    if not report.kept:
        async with db.write(SYSTEM) as session:
            await _finish(claimed, session, report)


async def _pulse(db: Database, claimed: Claimed, importing: "asyncio.Task[object]") -> None:
    """Write how far it is every second; cancel the import when it is stopped, or the claim was lost."""
    while True:
        await asyncio.wait({importing}, timeout=PULSE)
        if importing.done():
            return
        values = {"done": claimed.done, "total": claimed.total, "seen_at": now()}
        async with db.write(SYSTEM) as session:
            written = sa.update(WORK).where(claimed.mine).values(values).returning(WORK.c.is_stop_asked)
            stop = (await session.execute(written)).scalar_one_or_none()
            if claimed.told != (claimed.done, claimed.total):
                await tell(session, topic("work", claimed.work.id))
                claimed.told = claimed.done, claimed.total
        if stop is None and claimed.closing:
            return  # its rows are kept, though the answer to the commit may still be under way
        if stop is not False:
            claimed.stopped = bool(stop)
            importing.cancel()
            return


async def _finish(claimed: Claimed, session: Writer, report: Report) -> None:
    """End the work with its report, in the transaction that keeps its rows.

    Raises:
        WorkTaken: the claim was lost.
    """
    work = claimed.work
    names = ("source", "kept", "added", "changed", "unchanged", "refused_rows")
    state = WorkState.DONE if report.kept or report.dry_run else WorkState.REFUSED
    done = claimed.total or claimed.done
    await _close(
        session, claimed, {"state": state, "done": done, "total": done, **{one: getattr(report, one) for one in names}}
    )
    refused = _refusals(work, report)
    if refused:
        await session.execute(sa.insert(table_of(WorkRefusal)), refused)


def _refusals(work: sa.Row[Any], report: Report) -> Sequence[dict[str, Any]]:
    columns = ("line", "cell", "column", "value", "code")
    return [
        {"work_id": work.id, "number": number, "person_id": work.person_id, "message": one.reason}
        | {name: getattr(one, name) for name in columns}
        for number, one in enumerate(report.refused)
    ]


async def _end(db: Database, claimed: Claimed, state: WorkState, reason: str) -> None:
    """End the work without a report; nothing was kept."""
    with suppress(WorkTaken):
        async with db.write(SYSTEM) as session:
            await _close(session, claimed, {"state": state, "reason": reason})


async def _close(session: Writer, claimed: Claimed, values: dict[str, Any]) -> None:
    claimed.closing = True
    closed = sa.update(WORK).where(claimed.mine).values(**values, claim=None, ended_at=now()).returning(WORK.c.id)
    if (await session.execute(closed)).one_or_none() is None:
        raise WorkTaken("Another worker has taken this up.")
    await session.execute(sa.delete(CONTENT).where(CONTENT.c.work_id == claimed.work.id))
    await tell(session, topic("work", claimed.work.id), topic("person", claimed.work.person_id))
