"""The large demonstration at the command line: the small one first, then what is missing, with a bar."""

import asyncio

from schema.running import database, load_demo, migrated
from schema.serving import Urls, opened
from services.core.progress import Say
from services.core.settings import settings


def load_large_demo(say: Say) -> int:
    """Load what is missing of the large demonstration; return how many batches that were, 0 if all were there.

    Interrupted, it keeps the batches that are written and goes on with the next ones another time.
    """
    load_demo(say)
    with database(settings(), say) as urls:
        migrated(urls, say)
        written = asyncio.run(_load(urls))
        if written:
            say("settling the database")
            asyncio.run(_settle(urls))
    return written


async def _load(urls: Urls) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from services.demo.large import load_large

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with opened(urls.app) as db:
        with Progress(*columns, console=Console(stderr=True)) as bars:
            bar = bars.add_task("inventing", total=None)
            return await load_large(db, lambda done, total: bars.update(bar, completed=done, total=total))


async def _settle(urls: Urls) -> None:
    from services.core.upkeep import settle

    await settle(urls.owner)
