"""What the tests of notices share: people who read in six languages, announcements told, and what then stands there."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.core.events import JOB, announce
from services.core.read.shape import table_of
from services.identity.tables import Person
from services.notices.jobs import tell_of
from services.notices.tables import Mail, Notice
from services.notices.terms import NoticeEvent
from tests.builders import actor, id_of

READS = {
    "ZMB focal point": ["pt-BR", "fr-CA", "en"],
    "ZMB contributor": ["ar"],
    "FRA focal point": ["zh-Hant"],
    "FRA contributor": ["es-419", "en"],
    "CHN focal point": ["ru"],
    "secretariat": ["sw"],
}
"""What these people read, best first; all others read English."""
WRITTEN = {
    "ZMB focal point": "fr",
    "ZMB contributor": "ar",
    "FRA focal point": "zh",
    "FRA contributor": "es",
    "CHN focal point": "ru",
}
"""In which language these people are written to; all others in English."""


async def set_languages(db: Database) -> None:
    """Let the people of ``READS`` read what they read."""
    async with db.write(SYSTEM) as session:
        for name, languages in READS.items():
            await change_person(session, name, languages=languages)


async def change_person(session: Writer, name: str, **values: Any) -> None:
    """Change a person as only a test does."""
    row = table_of(Person)
    await session.execute(sa.update(row).where(row.c.id == id_of(name)).values(**values))


async def announcements(db: Database) -> list[dict[str, Any]]:
    """What was announced and waits to be told, oldest first."""
    async with db.read(SYSTEM) as session:
        found = await session.execute(
            sa.text("SELECT payload FROM pgqueuer WHERE entrypoint = :job AND status = 'queued' ORDER BY id"),
            {"job": JOB},
        )
        return [orjson.loads(payload) for (payload,) in found]


async def tell_all(db: Database, *, times: int = 1) -> None:
    """Do the waiting jobs of telling, each so many times."""
    for payload in await announcements(db):
        for _ in range(times):
            await tell_of(db, **payload)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("DELETE FROM pgqueuer WHERE entrypoint = :job"), {"job": JOB})


async def announced(db: Database, who: str, event: str, about: UUID, **facts: Any) -> None:
    """Announce as a command would, and tell."""
    by = SYSTEM if who == "platform" else actor(who)
    async with db.write(SYSTEM) as session:
        await announce(session, by, event, about, **facts)
    await tell_all(db)


async def told(db: Database, *events: NoticeEvent) -> dict[str, str]:
    """Who was told of one of ``events``, of any without: name of the person -> title as they would get it by mail."""
    async with db.read(SYSTEM) as session:
        person, notice, mail = table_of(Person).c, table_of(Notice).c, table_of(Mail).c
        found = await session.execute(
            sa.select(person.name, notice.titles, mail.language)
            .join_from(table_of(Notice), table_of(Person), person.id == notice.person_id)
            .outerjoin(table_of(Mail), mail.notice_id == notice.id)
            .where(notice.event.in_(events or tuple(NoticeEvent)))
        )
        return {name: titles[language or "en"] for name, titles, language in found}


async def mails(db: Database) -> dict[str, str]:
    """Who is mailed, and in which language."""
    async with db.read(SYSTEM) as session:
        person, mail = table_of(Person).c, table_of(Mail).c
        found = await session.execute(
            sa.select(person.name, mail.language).join_from(
                table_of(Mail), table_of(Person), person.id == mail.person_id
            )
        )
        return dict(tuple(one) for one in found)


def languages_of(names: Iterable[str]) -> dict[str, str]:
    """In which language each of these people is written to."""
    return {name: WRITTEN.get(name, "en") for name in names}


async def done_and_told(
    db: Database, make: Callable[[Writer], Awaitable[UUID]], who: str, act: Callable[..., Awaitable[Any]]
) -> list[str]:
    """Make something, let someone act on it, and tell of it twice; return the events that were announced."""
    await set_languages(db)
    by = SYSTEM if who == "platform" else actor(who)
    async with db.write(SYSTEM) as session:
        key = await make(session)
    async with db.write(by) as session:
        await act(session, by, key)
    events = [one["event"].replace(".", "_") for one in await announcements(db)]
    await tell_all(db, times=2)
    return events
