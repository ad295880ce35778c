"""Background work of notices; every piece may run twice."""

import logging
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.events import JOB
from services.core.jobs import handles, scheduled
from services.core.settings import Settings, settings
from services.notices import rules
from services.notices.commands import SEND, Announcement, tell_people
from services.notices.letters import Letterhead
from services.notices.post import FolderPost
from services.notices.sending import Mailroom, send_mail, sweep

NOBODY = "no-reply@gof.invalid"
"""Whom mails come from that are only written into a folder (RFC 2606)."""

log = logging.getLogger("gof.notices")


@handles(JOB, at_once=4)
async def tell_of(
    db: Database, event_id: str, event: str, about: str, by: str | None, person: str | None, facts: dict[str, Any]
) -> None:
    """Tell everyone who must hear of an event; one transaction."""
    known = rules.event_of(event)
    if known is None:
        log.warning("nobody is told of %s by %s: it stands in no rule of notices", event, by)
        return
    by_person = None if person is None else UUID(person)
    facts = {**facts, "by": by}
    announced = Announcement(UUID(event_id), known, event.partition(".")[0], UUID(about), by_person, facts)
    async with db.write(SYSTEM) as session:
        await tell_people(session, announced)


@handles(SEND, at_once=8)
async def send(db: Database, mail_id: str) -> None:
    """Make one attempt to send a mail."""
    await send_mail(db, mailroom(), UUID(mail_id))


@scheduled("notices.sweep", "* * * * *")
async def sweep_mails(db: Database) -> None:
    """Ask again for the mails that wait, such as those whose worker was killed."""
    async with db.write(SYSTEM) as session:
        await sweep(session)


@cache
def mailroom() -> Mailroom:
    """Where this process's mails go, by its settings."""
    chosen = settings()
    head = Letterhead(chosen.mail_from or NOBODY, chosen.public_url)
    folder = FolderPost(_folder(chosen))
    if chosen.smtp_url is None:
        return Mailroom(head, folder, folder)
    from services.notices.smtp import SmtpPost

    return Mailroom(head, SmtpPost.of(chosen.smtp_url, urlsplit(chosen.public_url).hostname or "localhost"), folder)


def where_mails_go(chosen: Settings) -> str:
    """Say where mails go, for whoever starts a worker."""
    if chosen.smtp_url is None:
        return f"GOF_SMTP_URL is not set: mails are not sent, but written to {_folder(chosen)}"
    parts = urlsplit(chosen.smtp_url)
    return f"mails go to the server {parts.hostname} from {chosen.mail_from}"


def _folder(chosen: Settings) -> Path:
    return chosen.data_dir / "mails"
