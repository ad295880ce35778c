"""Background work on PostgreSQL, by pgqueuer: a job exists if and only if the transaction that asked for it did commit.

Slices register their handlers and schedules here; ``run_worker`` runs them. A handler may run twice, so it first looks
whether its work is done. A job that fails is held for the operator, not dropped.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.exc import SQLAlchemyError

from services.core.db import Database, Writer, connect
from services.core.errors import DomainError

if TYPE_CHECKING:
    from pgqueuer.models import Job, Schedule

Handler = Callable[..., Awaitable[None]]
Work = Callable[[Database], Awaitable[None]]
HANDLERS: dict[str, tuple[Handler, int]] = {}
"""Job name -> what does it, called with the database and the job's payload, and how many at once among all workers."""
SCHEDULES: dict[str, tuple[str, Work]] = {}
"""Name -> cron expression (UTC) and what is done then."""
STEADY: dict[str, tuple[float, Work]] = {}
"""Name -> pause in seconds, and what every worker does again and again."""
LONGEST_PAUSE = 5.0
"""Seconds between two attempts of steady work while it fails."""

log = logging.getLogger("gof.jobs")


def handles(name: str, *, at_once: int = 0) -> Callable[[Handler], Handler]:
    """Register the handler of the jobs called ``name``; ``at_once`` limits how many are done at the same time, 0 not."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = (handler, at_once)
        return handler

    return register


def scheduled(name: str, cron: str) -> Callable[[Work], Work]:
    """Register work that is done whenever ``cron`` says, once among all workers."""

    def register(work: Work) -> Work:
        SCHEDULES[name] = (cron, work)
        return work

    return register


def steadily(name: str, every: float) -> Callable[[Work], Work]:
    """Register work that every worker does all the time, ``every`` so many seconds; it sees to it that one does it."""

    def register(work: Work) -> Work:
        STEADY[name] = (every, work)
        return work

    return register


async def enqueue(session: Writer, name: str, key: str, **payload: Any) -> None:
    """Ask for a job in the caller's transaction; while one of the same ``key`` waits, asking again does nothing."""
    from pgqueuer.db import AsyncpgDriver
    from pgqueuer.queries import Queries

    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert driver is not None
    assert driver.is_in_transaction(), "outside a transaction the job would survive its rollback"
    await Queries(AsyncpgDriver(driver)).enqueue(name, orjson.dumps(payload), dedupe_key=key, on_conflict="skip")


async def run_worker(url: str, db: Database, stop: asyncio.Event) -> None:
    """Do the jobs and schedules until ``stop`` is set; listens on a connection of its own."""
    from pgqueuer import PgQueuer
    from pgqueuer.db import AsyncpgDriver

    connection = await connect(url)
    worker = PgQueuer(AsyncpgDriver(connection))
    for name, (handler, at_once) in HANDLERS.items():
        worker.entrypoint(name, on_failure="hold", concurrency_limit=at_once)(_job(db, handler))
    for name, (cron, work) in SCHEDULES.items():
        worker.schedule(name, cron, clean_old=True)(_schedule(db, name, work))
    running = asyncio.create_task(worker.run())
    steady = [asyncio.create_task(_steadily(db, name, every, work)) for name, (every, work) in STEADY.items()]
    await asyncio.wait({running, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    worker.shutdown.set()
    for task in steady:
        task.cancel()
    await asyncio.gather(*steady, return_exceptions=True)
    await running
    await connection.close()


async def _steadily(db: Database, name: str, every: float, work: Work) -> None:
    pause = every
    while True:
        try:
            await work(db)
            pause = every
        except (DomainError, SQLAlchemyError, OSError) as error:
            pause = min(2 * pause, LONGEST_PAUSE)
            log.warning("steady work %s failed, trying again in %.1f s: %s", name, pause, error)
        await asyncio.sleep(pause)


def _job(db: Database, handler: Handler) -> Callable[["Job"], Awaitable[None]]:
    async def run(job: "Job") -> None:
        payload: Mapping[str, Any] = orjson.loads(job.payload or b"{}")
        await handler(db, **payload)

    return run


def _schedule(db: Database, name: str, work: Work) -> Callable[["Schedule"], Awaitable[None]]:
    async def run(_: "Schedule") -> None:
        log.info("scheduled work: %s", name)
        await work(db)

    return run
