"""The database of the large demonstration: made once for a migration and a generator, kept in ``.cache/large``."""

import asyncio
import shutil
import sys
from pathlib import Path

from services.core import migration, postgres
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.upkeep import settle
from services.demo.commands import load_demo
from services.demo.large import VERSION, load_large
from services.taxonomy.commands import load_reference
from services.taxonomy.reference import read_reference

ROOT = Path(__file__).parents[2]


def cluster() -> postgres.Cluster:
    """Start the PostgreSQL of the large demonstration; make what is missing of its data, which takes minutes once."""
    folder = ROOT / ".cache" / "large" / f"{migration.head()}-{VERSION}"
    for other in folder.parent.glob("*"):
        if other != folder:
            shutil.rmtree(other)
    found = postgres.start(folder, say=say, durable=False)
    ready = folder / "ready"
    if not ready.exists():
        migration.upgrade(found.owner_url, found.app_url)
        asyncio.run(_fill(found.app_url))
        asyncio.run(settle(found.owner_url))
        ready.touch()
    return found


async def _fill(url: str) -> None:
    db = Database(url)
    await db.open()
    try:
        async with db.write(SYSTEM) as session:
            await load_reference(session, read_reference())
        await load_demo(db, say)
        await load_large(db, tell)
    finally:
        await db.close()


def say(sentence: str) -> None:
    """Past pytest, which shows nothing of a fixture that takes minutes."""
    print(sentence, file=sys.__stderr__, flush=True)


def tell(done: int, total: int | None) -> None:
    """A line for every twentieth of the work."""
    if total and done % (total // 20) == 0:
        say(f"large demonstration: {done:,} of {total:,}")
