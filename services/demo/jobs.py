"""Background work of the demonstration; it may run twice."""

import logging

from services.core.db import Database
from services.core.jobs import handles

JOB = "demo.load_exchanges"
"""The job that loads what came of the proposals, while people come already."""

log = logging.getLogger("gof.demo")


@handles(JOB, at_once=1)
async def go_on(db: Database) -> None:
    """Load what is missing."""
    from services.demo.commands import load_exchanges  # only a worker with demo data needs all that it takes

    await load_exchanges(db, log.info)
