"""The database of the large demonstration: made once for a migration and a generator, kept in ``.cache/large``.

Beside it, for measuring how costs grow, others that are a part of its size. ``python -m tests.large.data`` makes it.
"""

import asyncio
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from services.core import migration, postgres
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.upkeep import settle
from services.demo.commands import load_demo
from services.demo.large import VERSION, Size, load_large
from services.taxonomy.commands import load_reference
from services.taxonomy.reference import read_reference

ROOT = Path(__file__).parents[2]


def cluster(part: int = 1) -> postgres.Cluster:
    """Start the PostgreSQL of the large demonstration, or of one ``part`` times smaller.

    What is missing of its data is made, which takes minutes once; what an earlier migration has left is removed.
    """
    made = f"{migration.head()}-{VERSION}"
    folder = ROOT / ".cache" / "large" / (made if part == 1 else f"{made}-{part}")
    for other in folder.parent.glob("*"):
        if other.name != made and not other.name.startswith(f"{made}-"):
            shutil.rmtree(other)
    found = postgres.start(folder, say=say, durable=False)
    ready = folder / "ready"
    if not ready.exists():
        migration.upgrade(found.owner_url, found.app_url)
        asyncio.run(_fill(found.app_url, smaller(part)))
        asyncio.run(settle(found.owner_url))
        ready.touch()
    return found


def smaller(part: int) -> Size:
    """A size ``part`` times smaller than the large demonstration, in batches that divide it."""
    whole = Size()
    amounts = {name: amount // part for name, amount in asdict(whole).items() if name != "step"}
    return Size(**amounts, step=min(whole.step, amounts["cooperations"]))


async def _fill(url: str, size: Size) -> None:
    db = Database(url)
    await db.open()
    try:
        async with db.write(SYSTEM) as session:
            await load_reference(session, read_reference())
        await load_demo(db, say)
        await load_large(db, tell, size)
    finally:
        await db.close()


def say(sentence: str) -> None:
    """Past pytest, which shows nothing of a fixture that takes minutes."""
    print(sentence, file=sys.__stderr__, flush=True)


def tell(done: int, total: int | None) -> None:
    """A line for every twentieth of the work."""
    if total and done % (total // 20) == 0:
        say(f"large demonstration: {done:,} of {total:,}")


if __name__ == "__main__":
    cluster().stop()
