"""Pieces of long work: imports that people ask for through GraphQL, what they bring, and which rows were refused."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.exporting.formats import Format
from services.core.protection import PERSON, PLATFORM, either, protect
from services.core.table import Row, text_enum
from services.exchange.terms import ExchangeKind, WorkState


class Work(Row, table=True):
    """One import that a worker does; it is read by the person who asked for it, and by nobody else."""

    __tablename__ = "work"
    __table_args__ = (
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR total >= 0)", name="progress"),
        sa.CheckConstraint("(claim IS NOT NULL) = (state = 'running')", name="claimed"),
        sa.CheckConstraint("(ended_at IS NULL) = (state IN ('waiting', 'running'))", name="ended"),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name="reason"),
        sa.Index("ix_work_person_id", "person_id", sa.text("created_at DESC"), sa.text("id DESC")),
        sa.Index("ix_work_live", "seen_at", postgresql_where=sa.text("state IN ('waiting', 'running')")),
    )

    person_id: UUID = Field(foreign_key="person.id")
    kind: ExchangeKind = Field(sa_type=text_enum(ExchangeKind))
    format: Format = Field(sa_type=text_enum(Format))
    dry_run: bool = False
    skip_bad: bool = False
    as_drafts: bool = False
    state: WorkState = Field(default=WorkState.WAITING, sa_type=text_enum(WorkState))
    done: int = Field(default=0, sa_type=sa.BigInteger)
    """How much is done of ``total``, in octets of the file, each counted twice: once read, once kept."""
    total: int | None = Field(default=None, sa_type=sa.BigInteger)
    claim: UUID | None = None
    """The worker's own mark while it runs: only who holds it may end the work."""
    seen_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    """When a worker last gave a sign of life; before the first, when it was asked for."""
    attempts: int = 0
    is_stop_asked: bool = False
    ended_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    reason: str = ""
    """Why it failed."""
    source: str = ""
    """What was read: of a spreadsheet of several sheets which one."""
    kept: bool = False
    added: int | None = None
    """None until there is a report."""
    changed: int = 0
    unchanged: int = 0
    refused_rows: int = 0


class WorkContent(SQLModel, table=True):
    """The file that a piece of work brings, until it has ended."""

    __tablename__ = "work_content"

    work_id: UUID = Field(foreign_key="work.id", ondelete="CASCADE", primary_key=True)
    person_id: UUID
    content: bytes


class WorkRefusal(SQLModel, table=True):
    """One of the first 10,000 refused rows of an import, numbered in the order of the file."""

    __tablename__ = "work_refusal"

    work_id: UUID = Field(foreign_key="work.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(primary_key=True)
    person_id: UUID
    line: int
    cell: str | None = None
    column: str | None = None
    value: str = ""
    code: str
    message: str


_MINE = either(f"person_id = {PERSON}", PLATFORM)
for _table in ("work", "work_content", "work_refusal"):
    _removed = _MINE if _table == "work_content" else PLATFORM
    protect(_table, seen=_MINE, written=_MINE, removed=_removed, private=True)
