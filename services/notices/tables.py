"""Notices, one for each event and person, and the mails that carry them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.core.protection import PERSON, PLATFORM, either, protect
from services.core.table import Row, now, text_enum
from services.notices.terms import MailState


class Notice(Row, table=True):
    """What one person was told of one event; title and text in all six languages, as they were then."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "person_id"),
        sa.Index("ix_notice_person_id", "person_id", sa.text("created_at DESC"), sa.text("id DESC")),
        sa.Index("ix_notice_unread", "person_id", postgresql_where=sa.text("read_at IS NULL")),
    )

    event_id: UUID
    """The announcement's own id: told twice, it is one notice."""
    person_id: UUID = Field(foreign_key="person.id")
    event: str
    """A word of ``NoticeEvent``."""
    about_kind: str
    about_id: UUID
    """With ``about_kind`` the global id of what it is about."""
    titles: dict[str, Any] = Field(sa_type=JSONB)
    texts: dict[str, Any] = Field(sa_type=JSONB)
    read_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


class Mail(Row, table=True):
    """The mail of one notice on its way; its words are made when it is sent, and no secret ever stands here."""

    __tablename__ = "mail"
    __table_args__ = (
        sa.UniqueConstraint("notice_id"),
        sa.CheckConstraint("(state = 'sending') <= (claimed_at IS NOT NULL)", name="claimed"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name="reason"),
        sa.Index("ix_mail_next_attempt_at", "next_attempt_at", postgresql_where=sa.text("state = 'waiting'")),
        sa.Index("ix_mail_claimed_at", "claimed_at", postgresql_where=sa.text("state = 'sending'")),
        sa.Index(
            "ix_mail_troubled", sa.text("id DESC"), postgresql_where=sa.text("state IN ('failed', 'unconfirmed')")
        ),
    )

    notice_id: UUID = Field(foreign_key="notice.id")
    person_id: UUID = Field(foreign_key="person.id")
    language: str
    state: MailState = Field(default=MailState.WAITING, sa_type=text_enum(MailState))
    attempts: int = 0
    next_attempt_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    claimed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    sent_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    reason: str = ""
    """Why it failed, is not confirmed, or will be tried again, in the server's words or ours."""


_MINE = f"person_id = {PERSON}"
protect("notice", seen=either(_MINE, PLATFORM), written=either(_MINE, PLATFORM), removed=PLATFORM, private=True)
protect("mail", seen=PLATFORM, written=PLATFORM, removed=PLATFORM, private=True)
