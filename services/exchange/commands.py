"""Asking for long work, and stopping it."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer
from services.core.exporting.formats import Format
from services.core.jobs import enqueue
from services.core.live import tell, topic
from services.core.policy import lock
from services.core.read.shape import table_of
from services.core.table import now
from services.exchange import policy
from services.exchange.errors import TooMuchWork, WrongContent
from services.exchange.kinds import EXCHANGES
from services.exchange.tables import Work, WorkContent
from services.exchange.terms import LIVE, ExchangeKind, WorkState

JOB = "exchange.work"
CONTENT_LIMIT = 10_000_000
"""Octets of a file that a focal point brings through GraphQL."""
MOST_LIVE = 3
"""How many pieces of work a person may have under way."""


@dataclass(frozen=True, slots=True)
class ImportAsked:
    """An import as it is asked for; ``content`` is the text of the file, for XLSX in base64."""

    kind: ExchangeKind
    format: Format
    content: str
    dry_run: bool = False
    skip_bad: bool = False
    as_drafts: bool = False


async def start_import(session: Writer, actor: Actor, asked: ImportAsked) -> UUID:
    """Ask for an import: of the actor's own delegation, or of experience; a worker does it. Return the work's id.

    Raises:
        NotPermitted: the actor may not import.
        WrongContent: the content is empty, too long, or no base64 where that is needed.
        TooMuchWork: the person has three pieces of work under way.
    """
    EXCHANGES[asked.kind].check(actor)
    assert actor.person_id is not None, "the platform imports by its own hand"
    content = _octets(asked)
    live = sa.select(sa.func.count()).select_from(table_of(Work))
    row = table_of(Work).c
    if int(await session.scalar(live.where(row.person_id == actor.person_id, row.state.in_(LIVE))) or 0) >= MOST_LIVE:
        raise TooMuchWork(f"You have {MOST_LIVE} imports under way. Wait for one of them, or stop it.")
    work = Work(
        person_id=actor.person_id,
        kind=asked.kind,
        format=asked.format,
        dry_run=asked.dry_run,
        skip_bad=asked.skip_bad,
        as_drafts=asked.as_drafts,
        seen_at=now(),
    )
    session.add(work)
    await session.flush()
    session.add(WorkContent(work_id=work.id, person_id=actor.person_id, content=content))
    facts = {"what": asked.kind.value, "format": asked.format.value, "dry_run": asked.dry_run, "octets": len(content)}
    await record(session, actor, "work.asked", "work", work.id, **facts)
    await enqueue(session, JOB, str(work.id), work_id=str(work.id))
    await tell(session, topic("person", actor.person_id))
    return work.id


async def stop_work(session: Writer, actor: Actor, work_id: UUID) -> UUID:
    """Stop a piece of work of the actor's own: at once where it waits, within seconds where it runs.

    Raises:
        NotFound: no such work, or another person's.
        Conflict: it has ended.
    """
    work = await lock(session, actor, Work, work_id, policy.visible_to, policy.refusals_to_stop, what="work")
    work.is_stop_asked = True
    if work.state is WorkState.WAITING:
        work.state, work.ended_at = WorkState.INTERRUPTED, now()
        await session.execute(sa.delete(WorkContent).where(table_of(WorkContent).c.work_id == work_id))
    await session.flush()
    await record(session, actor, "work.stopped", "work", work_id)
    await tell(session, topic("work", work_id))
    return work_id


def _octets(asked: ImportAsked) -> bytes:
    path = ("content",)
    try:
        encoded = asked.content.encode()
        octets = base64.b64decode(encoded, validate=True) if asked.format is Format.XLSX else encoded
    except (binascii.Error, UnicodeEncodeError) as error:
        raise WrongContent("An XLSX file is sent in base64, the others as the text they are.", path=path) from error
    if not octets.strip():
        raise WrongContent("There is nothing in this file.", path=path)
    if len(octets) > CONTENT_LIMIT:
        raise WrongContent(f"This file has {len(octets):,} bytes; it may have {CONTENT_LIMIT:,}.", path=path)
    return octets
