"""`gof mails`: what became of the mails, for operators, and sending one again."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import services.registry  # noqa: F401 - notices refer to people, whose table is another slice's
from schema.running import database, migrated
from schema.serving import opened
from services.core.actor import SYSTEM
from services.core.audit import record
from services.core.progress import Say
from services.core.settings import settings
from services.core.table import uuid7
from services.notices import sending


def report(first: int, say: Say) -> dict[str, Any]:
    """How many mails there are in each state, and the ``first`` newest that failed or are unconfirmed."""

    async def read(url: str) -> dict[str, Any]:
        async with opened(url) as db, db.write(SYSTEM) as session:
            await record(session, SYSTEM, "mails.listed", "read", uuid7(), first=first)
            return {"counts": await sending.counts(session), "troubled": await sending.troubled(session, first)}

    with database(settings(), say) as urls:
        migrated(urls, say)
        return asyncio.run(read(urls.app))


def told(found: dict[str, Any]) -> Iterator[str]:
    """The report for people: one line for the counts, two for each troubled mail."""
    yield ", ".join(f"{number:,} {state}" for state, number in sorted(found["counts"].items())) or "no mails yet"
    for mail in found["troubled"]:
        when = f"{mail['created_at']:%Y-%m-%d %H:%M} UTC"
        yield f"{mail['id']}  {mail['state']}  {when}  {mail['event']} to {mail['email']}"
        yield f"    after {mail['attempts']} attempts: {mail['reason']}"


def resend(mail_id: UUID, say: Say) -> None:
    """Let a mail be sent once more.

    Raises:
        NotFound: no such mail.
        MailNotTroubled: it is neither failed nor unconfirmed.
    """

    async def ask(url: str) -> None:
        async with opened(url) as db, db.write(SYSTEM) as session:
            await sending.send_again(session, mail_id)

    with database(settings(), say) as urls:
        migrated(urls, say)
        asyncio.run(ask(urls.app))
    say("A worker sends it in a moment.")
