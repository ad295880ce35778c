"""Starting and stopping: the database, the server and the worker of one process, in the right order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import socket
from typing import TYPE_CHECKING

from schema import serving
from schema.serving import Urls, opened
from services.core import migration, postgres
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import DomainError
from services.core.ports import require_free_port
from services.core.progress import Say
from services.core.settings import Settings, settings

if TYPE_CHECKING:
    from services.taxonomy.commands import Changes


class CheckFailed(DomainError):
    """What is checked does not hold."""

    code = "CHECK_FAILED"


@contextmanager
def database(chosen: Settings, say: Say) -> Iterator[Urls]:
    """The database of the settings: the one they name, or the embedded one, started or joined, and left at the end."""
    if chosen.database_url is not None and chosen.migration_url is not None:
        yield Urls(chosen.migration_url, chosen.direct_url or chosen.database_url)
        return
    cluster = postgres.start(chosen.data_dir, say=say)
    try:
        yield Urls(cluster.owner_url, cluster.app_url)
    finally:
        cluster.stop()


@contextmanager
def until_interrupted(say: Say) -> Iterator[None]:
    """Ctrl-C is how these end, and no failure."""
    with suppress(KeyboardInterrupt):
        yield
    say("stopped")


def up(say: Say, *, worker: bool) -> None:
    """Everything until Ctrl-C; prints ``ready …`` when people can come."""
    chosen = settings()
    require_free_port(chosen.host, chosen.port)
    with until_interrupted(say), database(chosen, say) as urls:
        migrated(urls, say)
        accounts = asyncio.run(_fill(urls, chosen, say))
        serving.serve(chosen, urls, say, accounts, worker=worker)


def serve(say: Say) -> None:
    """The server alone, on a database that is migrated or soon will be (/readyz tells)."""
    chosen = settings()
    require_free_port(chosen.host, chosen.port)
    with until_interrupted(say), database(chosen, say) as urls:
        serving.serve(chosen, urls, say, [], worker=False)


def serve_part(say: Say, inherited: int) -> None:
    """One process of several that serve; ``inherited`` is the socket (a file descriptor) that all of them share."""
    chosen = settings()
    with suppress(KeyboardInterrupt), database(chosen, say) as urls:
        serving.serve_part(chosen, urls, socket(fileno=inherited))


def work(say: Say) -> None:
    """The worker alone, until Ctrl-C."""
    chosen = settings()
    with until_interrupted(say), database(chosen, say) as urls:
        say("working; Ctrl-C stops")
        asyncio.run(serving.work(chosen, urls, say))


def load_demo(say: Say) -> bool:
    """Load the demonstration data into a migrated database; return False if they are there already."""
    from services.demo import commands

    async def load(urls: Urls) -> bool:
        async with opened(urls.app) as db:
            await _reference(db, say)
            return await commands.load_demo(db, say)

    with database(settings(), say) as urls:
        migrated(urls, say)
        return asyncio.run(load(urls))


def migrated(urls: Urls, say: Say) -> None:
    """Migrate to the newest revision, saying what was done."""
    before = asyncio.run(migration.revision(urls.owner))
    if before == migration.head():
        say(f"database is at revision {before}")
        return
    say("migrating the database")
    migration.upgrade(urls.owner, urls.app)
    say(f"migrated to revision {migration.head()}")


def migrate(say: Say, *, check: bool, draft: str | None) -> None:
    """Migrate; or check that tables and migrations agree; or draft a migration from the tables.

    Raises:
        CheckFailed: they do not agree.
    """
    with database(settings(), say) as urls:
        migrated(urls, say)
        if draft is not None:
            migration.draft(urls.owner, draft)
        elif check:
            found = migration.differences(urls.owner)
            if found:
                raise CheckFailed("The tables of the code and the migrations differ: " + "; ".join(found))


def load_reference(say: Say) -> "Changes":
    """Load the reference data into a migrated database."""

    async def load(urls: Urls) -> "Changes":
        async with opened(urls.app) as db:
            return await _reference(db, say)

    with database(settings(), say) as urls:
        migrated(urls, say)
        return asyncio.run(load(urls))


async def _reference(db: Database, say: Say) -> "Changes":
    from services.membership.commands import refresh_names
    from services.taxonomy.commands import load_reference
    from services.taxonomy.reference import read_reference

    async with db.write(SYSTEM) as session:
        changes = await load_reference(session, read_reference())
        await refresh_names(session)
    if changes.nothing:
        say("reference data: nothing changed")
    for table, change in changes.tables.items():
        counts = {"added": change.added, "changed": change.changed, "removed": change.removed, "kept": change.kept}
        shown = ", ".join(f"{len(codes)} {word}" for word, codes in counts.items() if codes)
        if shown:
            say(f"reference data: {table}: {shown}")
    return changes


async def _fill(urls: Urls, chosen: Settings, say: Say) -> list[str]:
    """Load reference data, and what people of the demonstration begin from; return the demo sign-ins to show."""
    from services.demo.commands import ask_for_exchanges, load_proposals, sign_ins

    async with opened(urls.app) as db:
        await _reference(db, say)
        if not chosen.demo:
            return []
        await load_proposals(db, say)
        await ask_for_exchanges(db)
        return await sign_ins(db)
