"""What happened that people must hear of: announced in the transaction that did it, told by the slice ``notices``.

A lower slice says what happened and to what; who hears of it, in which words and in which language, is not its matter.
"""

from typing import Any
from uuid import UUID

from services.core.actor import Actor
from services.core.db import Writer
from services.core.jobs import enqueue
from services.core.table import uuid7

JOB = "notices.tell"
"""The job that tells people; it exists if and only if the act was kept."""


async def announce(session: Writer, actor: Actor, event: str, about: UUID, **facts: Any) -> None:
    """Announce ``event`` (noun and verb as in the record: ``expression_of_interest.sent``) about one object.

    ``facts`` are JSON values that the words need and that may have changed by the time people are told.
    """
    event_id = str(uuid7())
    by = None if actor.delegation_id is None else str(actor.delegation_id)
    person = None if actor.person_id is None else str(actor.person_id)
    await enqueue(
        session, JOB, event_id, event_id=event_id, event=event, about=str(about), by=by, person=person, facts=facts
    )
