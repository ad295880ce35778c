"""Example notices of several people, read and unread, about things that they may see and others."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.core.db import Writer
from services.core.table import now, uuid7
from services.notices.tables import Mail, Notice
from services.notices.terms import MailState, NoticeEvent
from tests.builders import id_of


async def a_notice(
    session: Writer, who: str, event: NoticeEvent = NoticeEvent.PRACTICE_RETURNED, **columns: Any
) -> Notice:
    """A notice of one person, as telling would write it."""
    titles = {
        "en": f"{event.value} \u2028 “1” \\",
        "fr": "Renvoyée",
        "ar": "أعيدت",
        "zh": "退回",
        "ru": "Да",
        "es": "Sí",
    }
    texts = {language: f"{title}.\n\nMore." for language, title in titles.items()}
    given = {"event_id": uuid7(), "about_kind": "practice", "about_id": id_of("nothing"), "titles": titles, **columns}
    notice = Notice(person_id=id_of(who), event=event.value, texts=texts, **given)
    session.add(notice)
    await session.flush()
    return notice


async def build_notice_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Notices of every event, each with a mail in some state; returns their ids with their kind."""
    made = []
    people = ("ZMB focal point", "CHN focal point", "secretariat", "suspended viewer")
    for number, event in enumerate(NoticeEvent):
        read_at = now() if number % 3 == 0 else None
        created_at = now() - timedelta(hours=number // 2)
        notice = await a_notice(session, people[number % 4], event, read_at=read_at, created_at=created_at)
        made.append(("notice", notice.id))
        state = list(MailState)[number % 5]
        times: dict[str, Any] = {"sent_at": now()} if state is MailState.SENT else {"claimed_at": now()}
        session.add(
            Mail(notice_id=notice.id, person_id=notice.person_id, language="en", state=state, reason="x", **times)
        )
    await session.flush()
    return made
