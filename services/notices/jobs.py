"""Background work of notices; every piece may run twice."""

import logging
from typing import Any
from uuid import UUID

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.events import JOB
from services.core.jobs import handles
from services.notices import rules
from services.notices.commands import Announcement, tell_people

log = logging.getLogger("gof.notices")


@handles(JOB)
async def tell_of(
    db: Database, event_id: str, event: str, about: str, by: str | None, person: str | None, facts: dict[str, Any]
) -> None:
    """Tell everyone who must hear of an event; one transaction."""
    known = rules.event_of(event)
    if known is None:
        log.warning("nobody is told of %s by %s: it stands in no rule of notices", event, by)
        return
    by_person = None if person is None else UUID(person)
    announced = Announcement(UUID(event_id), known, event.partition(".")[0], UUID(about), by_person, facts)
    async with db.write(SYSTEM) as session:
        await tell_people(session, announced)
